"""A day of thousands of faults: a careful sender's messages arrive exactly once, and nothing said is missed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

import chatwheel
from chatwheel.sdk import ChatError, CustomerSDK
from chatwheel.transport.memory import NO_ANSWER, MemorySocket, MemoryTransport

pytestmark = pytest.mark.unmeasured

STEPS = 6500
READ = 150  # events of a page


class Server:
    """A server with one chat, which loses, delays, repeats and refuses."""

    def __init__(self, transport: MemoryTransport, chance: random.Random) -> None:
        self.transport = transport
        self.chance = chance
        self.events: list[dict[str, Any]] = []
        self.late: list[tuple[MemorySocket, dict[str, Any], dict[str, Any]]] = []
        self.did = Counter[str]()
        transport.answer("send_event", self.take)
        transport.answer("list_threads", lambda frame: {"threads": [self.thread()]})
        transport.answer("list_chats", {"chats_summary": [{"id": "C1", "active": True}]})

    def thread(self) -> dict[str, Any]:
        return {"id": "T1", "active": True, "created_at": "0", "events": self.events[-READ:]}

    def add(self, **members: Any) -> dict[str, Any]:
        number = len(self.events) + 1
        event = {"id": f"T1_{number}", "type": "message", "created_at": f"{number:08}", **members}
        self.events.append(event)
        return event

    def say(self, text: str) -> None:
        event = self.add(text=text, author_id="kim")
        for time in range(self.chance.choice((1, 1, 1, 2))):
            self.did["duplicates"] += time
            self.push(event)

    def drop(self) -> None:
        self.did["drops"] += 1
        self.transport.drop()

    def answer_late(self) -> None:
        """What was held back, where the line it was asked on is still there."""
        for socket, frame, answer in self.late:
            if socket is self.transport.socket and socket.is_open:
                self.did["delays"] += 1
                self.transport.respond(frame, answer)
        self.late.clear()

    def push(self, event: dict[str, Any], request_id: str | None = None) -> None:
        if self.transport.sockets and self.transport.socket.is_open:
            payload = {"chat_id": "C1", "thread_id": "T1", "event": event}
            self.transport.push("incoming_event", payload, request_id)

    def take(self, frame: dict[str, Any]) -> Any:
        fate = self.chance.random()
        if fate < 0.1:
            return NO_ANSWER
        if fate < 0.2:
            self.did["refusals"] += 1
            return ChatError("busy", code="too_many_requests")
        custom_id = frame["payload"]["event"]["custom_id"]
        assert custom_id not in [event.get("custom_id") for event in self.events], "sent twice"
        event = self.add(text="mine", author_id="customer-1", custom_id=custom_id)
        if fate < 0.3:
            self.drop()
            return NO_ANSWER
        if fate < 0.5:
            self.late.append((self.transport.socket, frame, {"event_id": event["id"]}))
            return NO_ANSWER
        if fate > 0.6:
            self.push(event, frame["request_id"])
        return {"event_id": event["id"]}


async def send(sdk: CustomerSDK, custom_id: str) -> str:
    """What a careful sender does: after a failure, look before sending again."""
    while True:
        try:
            event = {"type": "message", "text": "mine", "custom_id": custom_id}
            return (await sdk.send_event(chat_id="C1", event=event)).id
        except ChatError:
            pass
        try:
            page = await sdk.list_threads(chat_id="C1")
        except ChatError:
            continue
        for event_read in page.threads[0].events:
            if event_read.custom_id == custom_id:
                return event_read.id


async def test_a_day() -> None:
    chance = random.Random(1)
    transport = MemoryTransport()
    server = Server(transport, chance)
    heard: list[str] = []
    sending: dict[str, asyncio.Task[str]] = {}
    async with chatwheel.init(organization_id="o", client_id="c", transport=transport) as sdk:
        sdk.on("incoming_event", lambda payload: heard.append(payload.event.id))
        await sdk.list_chats()
        server.say("welcome")
        transport.push("incoming_event", {"chat_id": "C1", "thread_id": "T1", "event": server.events[0]})
        await transport.settle()
        for step in range(STEPS):
            fate = chance.random()
            if fate < 0.2 and sdk.status == "connected":
                server.drop()
            elif fate < 0.25:
                transport.refuse_sockets = not transport.refuse_sockets
                server.did["refusals"] += 1
            elif fate < 0.3 and transport.socket.is_open:
                transport.deliver(chance.choice(["nonsense", "{}", '{"action": "incoming_event"}']))
            elif fate < 0.6:
                server.say(str(step))
            elif fate < 0.9:
                sending[f"mine-{step}"] = asyncio.ensure_future(send(sdk, f"mine-{step}"))
            await transport.clock.advance(chance.choice((0, 0.1, 1, 5, 20, 60)))
            server.answer_late()
        transport.refuse_sockets = False
        await transport.clock.advance(2000)
        if transport.socket.is_open:
            transport.drop()
        await transport.clock.advance(60)
        assert sdk.status == "connected"
        transport.answer("send_event", server.take)
        for _ in range(50):
            await transport.clock.advance(20)
        outcomes = {custom_id: task.result() for custom_id, task in sending.items()}
    assert transport.clock.monotonic() > 3600 * 24
    for custom_id, outcome in outcomes.items():
        kept = [event["id"] for event in server.events if event.get("custom_id") == custom_id]
        assert kept == [outcome]
    assert len(heard) == len(set(heard)), "told twice"
    others = [event["id"] for event in server.events if event["author_id"] == "kim"]
    assert set(others) <= set(heard), "missed"
    assert len(sending) > 1500 and sum(server.did.values()) > 2000 and len(server.did) == 4, server.did
