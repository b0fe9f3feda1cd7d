"""The world in memory."""

from __future__ import annotations

import asyncio

import pytest

from chatwheel.transport.base import Transport, TransportError, UploadFile
from chatwheel.transport.memory import MemoryFile, MemoryTransport, VirtualClock


async def test_time_passes_when_told() -> None:
    clock = VirtualClock(start=1000)
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic()))
        if name == "a":
            await sleep("after a", 1)

    tasks = [
        asyncio.ensure_future(sleep(name, seconds)) for name, seconds in [("b", 3), ("a", 1), ("now", -1)]
    ]
    never = asyncio.ensure_future(clock.sleep(2))
    await clock.settle()
    never.cancel()
    await clock.advance(2.5)
    assert woken == [("now", 0), ("a", 1), ("after a", 2)]
    assert (clock.monotonic(), clock.time()) == (2.5, 1002.5)
    await clock.advance(0.5)
    assert woken[-1] == ("b", 3)
    await asyncio.gather(*tasks)


async def test_time_without_a_view_of_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = VirtualClock()
    monkeypatch.setattr("chatwheel.transport.memory._ready_queue", lambda: None)
    task = asyncio.ensure_future(clock.sleep(1))
    await clock.advance(1)
    assert task.done()


async def test_the_transport_is_one() -> None:
    transport: Transport = MemoryTransport()
    assert isinstance(transport.as_file(b"abc"), UploadFile)
    assert transport.as_file(MemoryFile()) == MemoryFile()
    with pytest.raises(TypeError):
        transport.as_file(5)
    with pytest.raises(TransportError):
        await transport.request("GET", "https://nobody/")
    assert transport.page_url() is None
    await transport.aclose()


async def test_sockets() -> None:
    transport = MemoryTransport()
    socket = await transport.open_socket("ws://x")
    transport.deliver("one")
    transport.drop()
    transport.deliver("lost")
    socket.send("lost")
    heard: list[str] = []
    await socket.listen(heard.append)
    assert heard == ["one"]
    assert socket.sent == []
