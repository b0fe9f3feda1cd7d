"""A client in a world of memory, connected and closed for each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import pytest

import chatwheel
from chatwheel.sdk import CustomerSDK
from chatwheel.transport.memory import MemoryTransport

T = TypeVar("T")


AGENT = {"id": "kim", "type": "agent", "name": "Kim", "avatar": "https://k.png", "job_title": "Support"}
USERS: list[dict[str, Any]] = [
    {"id": "E1", "type": "customer", "events_seen_up_to": "2024-05-01T10:00:05.000000Z"},
    {**AGENT, "present": True},
]
CHAT: dict[str, Any] = {
    "id": "C1",
    "users": USERS,
    "thread": {
        "id": "T1",
        "active": True,
        "created_at": "2024-05-01T10:00:00.000000Z",
        "user_ids": ["E1"],
        "events": [{"id": "T1_1", "type": "message", "text": "Hi", "author_id": "E1"}, {"type": "new"}],
    },
}


class World:
    """A client, its transport, and what it emitted."""

    def __init__(self, transport: MemoryTransport, sdk: CustomerSDK) -> None:
        self.transport = transport
        self.sdk = sdk
        self.events: list[tuple[str, Any]] = []
        self.watch(sdk)

    def watch(self, sdk: CustomerSDK) -> None:
        sdk.on("*", lambda name, payload: self.events.append((name, payload)))

    @property
    def status(self) -> str:
        return self.sdk.status

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.events]

    def payloads(self, name: str) -> list[Any]:
        return [payload for event, payload in self.events if event == name]

    async def push(self, action: str, payload: Any, request_id: str | None = None) -> None:
        self.transport.push(action, payload, request_id)
        await self.transport.settle()

    async def pass_time(self, seconds: float) -> None:
        await self.transport.clock.advance(seconds)

    async def answered(self, work: Awaitable[T], answer: Any) -> tuple[dict[str, Any], T]:
        """The frame a call sends, and its result when answered like that."""
        before = len(self.transport.sent())
        task = asyncio.ensure_future(work)
        await self.transport.settle()
        frame = self.transport.sent()[before]
        self.transport.respond(frame, answer)
        await self.transport.settle()
        return frame, await task


MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture(autouse=True)
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delays are not scattered."""
    monkeypatch.setattr("chatwheel.sdk.factory.random", lambda: 0.0)


@pytest.fixture
async def make_world() -> AsyncIterator[MakeWorld]:
    """Make a client with any options; it is connected unless its transport refuses."""
    worlds: list[World] = []

    async def make(transport: MemoryTransport | None = None, **options: Any) -> World:
        transport = transport or MemoryTransport()
        given = {"organization_id": "org", "client_id": "client", **options}
        world = World(transport, chatwheel.init(transport=transport, **given))
        worlds.append(world)
        await transport.settle()
        return world

    yield make
    for world in worlds:
        await world.sdk.aclose()


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """A connected client."""
    return await make_world()
