"""Listeners."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatwheel.sdk.emitter import Emitter
from chatwheel.sdk.errors import InvalidArgument, RequestTimeout, SdkDestroyed
from chatwheel.sdk.events import IncomingTypingIndicator
from chatwheel.transport.memory import VirtualClock

from .conftest import MakeWorld, World


@pytest.fixture
def emitter() -> Emitter:
    return Emitter(VirtualClock())


def test_in_order_specific_ones_first(emitter: Emitter) -> None:
    heard: list[Any] = []
    emitter.on("*", lambda name, payload: heard.append((name, payload)))
    emitter.on("customer_id", lambda payload: heard.append(1))
    emitter.on("customer_id", lambda payload: heard.append(2))
    emitter.emit("customer_id", "x")
    assert heard == [1, 2, ("customer_id", "x")]


def test_unsubscribing(emitter: Emitter) -> None:
    heard: list[Any] = []
    unsubscribe = emitter.on("customer_id", heard.append)
    emitter.on("customer_id", heard.append)
    unsubscribe()
    unsubscribe()
    emitter.emit("customer_id", 1)
    emitter.off("customer_id", heard.append)
    emitter.off("customer_id", heard.append)
    emitter.emit("customer_id", 2)
    emitter.on("customer_id", heard.append)
    emitter.off("customer_id")
    emitter.on("user_data", heard.append)
    emitter.off()
    emitter.emit("customer_id", 3)
    emitter.emit("user_data", 3)
    assert heard == [1]


def test_once(emitter: Emitter) -> None:
    heard: list[Any] = []

    def again(payload: Any) -> None:
        heard.append(payload)
        emitter.emit("customer_id", payload + 1)

    emitter.on("customer_id", again, once=True)
    emitter.emit("customer_id", 1)
    assert heard == [1]


def test_decorating(emitter: Emitter) -> None:
    heard: list[Any] = []

    def hear(payload: Any) -> None:
        heard.append(payload)

    assert emitter.on("customer_id")(hear) is hear
    emitter.emit("customer_id", 1)
    assert heard == [1]


def test_changes_while_telling(emitter: Emitter) -> None:
    heard: list[str] = []

    def first(payload: Any) -> None:
        heard.append("first")
        emitter.off("customer_id", first)
        emitter.on("customer_id", lambda payload: heard.append("late"))

    emitter.on("customer_id", first)
    emitter.on("customer_id", lambda payload: heard.append("second"))
    emitter.emit("customer_id", 1)
    assert heard == ["first", "second"]


@pytest.mark.parametrize("name", ["", "incoming_evnt", None])
def test_names_that_do_not_exist(emitter: Emitter, name: Any) -> None:
    with pytest.raises(InvalidArgument, match="name"):
        emitter.on(name, print)


def test_handlers_that_cannot_be_called(emitter: Emitter) -> None:
    with pytest.raises(InvalidArgument, match="handler"):
        emitter.on("customer_id", 5)  # type: ignore[arg-type]


async def test_a_failing_handler_stops_nobody(emitter: Emitter, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Any] = []

    def fail(payload: Any) -> None:
        raise ValueError("plain")

    async def fail_later(payload: Any) -> None:
        raise ValueError("later")

    async def hear(payload: Any) -> None:
        await asyncio.sleep(0)
        heard.append(payload)

    for handler in (fail, fail_later, hear):
        emitter.on("customer_id", handler)
    emitter.emit("customer_id", 1)
    await emitter.finish()
    assert heard == [1]
    assert "plain" in caplog.text and "later" in caplog.text


async def test_waiting(world: World) -> None:
    push = {"chat_id": "C1", "thread_id": "T1", "typing_indicator": {"author_id": "k", "is_typing": True}}
    waiting = asyncio.ensure_future(
        world.sdk.wait_for(
            "incoming_typing_indicator", where=lambda told: told.typing_indicator.is_typing, timeout=5
        )
    )
    await world.pass_time(1)
    await world.push("incoming_typing_indicator", {**push, "typing_indicator": {"author_id": "k"}})
    assert not waiting.done()
    await world.push("incoming_typing_indicator", push)
    assert isinstance(await waiting, IncomingTypingIndicator)
    waiting = asyncio.ensure_future(world.sdk.wait_for("incoming_typing_indicator", timeout=5))
    await world.pass_time(5)
    with pytest.raises(RequestTimeout):
        await waiting


async def test_a_stream(world: World) -> None:
    heard: list[str] = []

    async def listen() -> None:
        async for payload in world.sdk.stream("chat_deactivated"):
            heard.append(payload.chat_id)  # noqa: PERF401 (seen while it grows)

    listening = asyncio.ensure_future(listen())
    await world.transport.settle()
    for chat_id in ("C1", "C2", "C3"):
        world.transport.push("chat_deactivated", {"chat_id": chat_id})
    await world.transport.settle()
    assert heard == ["C1", "C2", "C3"]
    world.sdk.destroy()
    await listening


async def test_closing_a_stream(world: World) -> None:
    async with world.sdk.stream("chat_deactivated") as stream:
        await world.push("chat_deactivated", {"chat_id": "C1"})
    stream.close()
    await world.push("chat_deactivated", {"chat_id": "C2"})
    assert [payload.chat_id async for payload in stream] == ["C1"]


async def test_the_end_of_the_client_ends_the_waiting(world: World) -> None:
    waiting = asyncio.ensure_future(world.sdk.wait_for("chat_deactivated"))
    await world.transport.settle()
    world.sdk.destroy()
    with pytest.raises(SdkDestroyed):
        await waiting
    with pytest.raises(SdkDestroyed):
        await world.sdk.wait_for("chat_deactivated")
    assert [payload async for payload in world.sdk.stream("chat_deactivated")] == []
    world.sdk.on("chat_deactivated", print)()


async def test_handlers_on_the_client(world: World) -> None:
    heard: list[str] = []

    @world.sdk.on("chat_deactivated")
    async def hear(payload: Any) -> None:
        heard.append(payload.chat_id)

    world.sdk.once("chat_deactivated", lambda payload: heard.append("once"))
    await world.push("chat_deactivated", {"chat_id": "C1"})
    await world.push("chat_deactivated", {"chat_id": "C2"})
    world.sdk.off("chat_deactivated", hear)
    await world.push("chat_deactivated", {"chat_id": "C3"})
    assert heard == ["once", "C1", "C2"]


async def test_what_came_just_before_the_end_counts(emitter: Emitter) -> None:
    waiting = asyncio.ensure_future(emitter.wait_for("customer_id"))
    await asyncio.sleep(0)
    emitter.emit("customer_id", "E1")
    emitter.close()
    assert await waiting == "E1"


async def test_several_who_read_one_stream(world: World) -> None:
    stream = world.sdk.stream("chat_deactivated")
    readers = [asyncio.ensure_future(anext(stream, None)) for _ in range(4)]
    await world.transport.settle()
    readers[0].cancel()
    await world.push("chat_deactivated", {"chat_id": "C1"})
    await world.push("chat_deactivated", {"chat_id": "C2"})
    world.sdk.destroy()
    heard = [await reader for reader in readers[1:]]
    assert [payload and payload.chat_id for payload in heard] == ["C1", "C2", None]


async def test_handlers_that_never_end_are_ended(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatwheel.sdk.emitter.HANDLER_GRACE", 0.01)
    world = await make_world()
    ended: list[str] = []

    async def loop_for_ever(payload: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(payload.chat_id)

    async def end_in_time(payload: Any) -> None:
        await asyncio.sleep(0)
        ended.append("in time")

    world.sdk.on("chat_deactivated", loop_for_ever)
    world.sdk.on("chat_deactivated", end_in_time)
    world.transport.push("chat_deactivated", {"chat_id": "C1"})
    await world.transport.settle()
    await asyncio.wait_for(world.sdk.aclose(), 5)  # or this test would hang, too
    assert ended == ["in time", "C1"]


async def test_two_handlers_that_close_the_client(make_world: MakeWorld) -> None:
    world = await make_world()
    closed: list[str] = []

    async def close(payload: Any) -> None:
        await world.sdk.aclose()
        closed.append(payload.chat_id)

    world.sdk.on("chat_deactivated", close)
    world.sdk.on("chat_deactivated", close)
    await world.push("chat_deactivated", {"chat_id": "C1"})
    assert closed == ["C1", "C1"]
