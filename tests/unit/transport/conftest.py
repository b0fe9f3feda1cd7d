"""A server in memory and visitors' tabs that share a connection to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

import chatwheel
from chatwheel.sdk import CustomerSDK
from chatwheel.transport.memory import MemorySocket, MemoryTransport
from chatwheel.transport.shared import SharedTransport

from .tabs import Browser, Tab

Opened = Callable[..., Awaitable["Visit"]]


class Server(MemoryTransport):
    """Answers over the socket that asked, and pushes over the one that logged in last."""

    def __init__(self) -> None:
        super().__init__()
        self.asking: MemorySocket | None = None
        self.main: MemorySocket | None = None

    @property
    def socket(self) -> MemorySocket:
        found = self.asking or self.main
        assert found is not None
        return found

    def _on_text(self, socket: MemorySocket, text: str) -> None:
        if json.loads(text)["action"] == "login":
            self.main = socket
        self.asking = socket
        super()._on_text(socket, text)
        self.asking = None


class Visit:
    """A tab with a client in it."""

    def __init__(self, server: Server, tab: Tab, sdk: CustomerSDK) -> None:
        self.server = server
        self.tab = tab
        self.sdk = sdk
        self.events: list[tuple[str, Any]] = []
        sdk.on("*", lambda name, payload: self.events.append((name, payload)))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.events]

    @property
    def heard(self) -> list[str]:
        return [payload.event.text for name, payload in self.events if name == "incoming_event"]

    async def crash(self) -> None:
        """Close the tab as a user does: no code of it runs any more."""
        self.tab.crash()
        await asyncio.sleep(0)
        self.sdk.destroy()
        await self.server.settle()


@pytest.fixture
def machine() -> Browser:
    return Browser()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def opened(machine: Browser, server: Server) -> AsyncIterator[Opened]:
    visits: list[Visit] = []

    async def open_tab(*, settle: bool = True, **options: Any) -> Visit:
        tab = machine.tab()
        given = {"organization_id": "o", "client_id": "c", **options}
        sdk = chatwheel.init(transport=SharedTransport(server, tab), **given)
        visits.append(Visit(server, tab, sdk))
        if settle:
            await server.settle()
        return visits[-1]

    yield open_tab
    for visit in visits:
        await visit.sdk.aclose()
    await server.settle()
    assert not machine.held and not machine.lines
    assert not any(socket.is_open for socket in server.sockets)


def live(server: Server) -> int:
    return sum(socket.is_open for socket in server.sockets)


def event(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"T_{number}", "type": "message", "text": f"n{number}", "author_id": "kim", **more}


def say(server: Server, number: int, request_id: str | None = None, **more: Any) -> None:
    payload = {"chat_id": "C1", "thread_id": "T", "event": event(number, created_at=f"{number:04}", **more)}
    server.push("incoming_event", payload, request_id)


def accept_events(server: Server) -> list[str]:
    """Take events as a server does: the answering push, then the response."""
    taken: list[str] = []

    def take(frame: dict[str, Any]) -> dict[str, Any]:
        taken.append(frame["payload"]["event"]["text"])
        sent = {**frame["payload"]["event"], "author_id": "customer-1"}
        text = sent.pop("text")
        say(server, 100 + len(taken), frame["request_id"], **{**sent, "text": text})
        return {"event_id": f"T_{100 + len(taken)}"}

    server.answer("send_event", take)
    return taken
