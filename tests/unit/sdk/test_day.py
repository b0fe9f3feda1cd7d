"""A day of faults: a careful sender's messages arrive exactly once, and what is said is told in order, once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

import chatwheel
from chatwheel.sdk import ChatError, CustomerSDK
from chatwheel.transport.memory import DEFAULT_LOGIN, NO_ANSWER, MemorySocket, MemoryTransport

pytestmark = pytest.mark.unmeasured

DAY = 6500  # steps
HOURS = 700
READ = 60  # events of a page


class Server:
    """A server that loses, delays, repeats and refuses. One chat is there from the start, and has a past."""

    def __init__(self, transport: MemoryTransport, chance: random.Random) -> None:
        self.transport = transport
        self.chance = chance
        self.chats: dict[str, list[dict[str, Any]]] = {"C1": []}
        self.late: list[tuple[MemorySocket, dict[str, Any], dict[str, Any]]] = []
        self.did = Counter[str]()
        self.arrived = Counter[str]()
        self._said = 0
        transport.answer("login", lambda frame: {**DEFAULT_LOGIN, "chats": self.listed()})
        transport.answer("send_event", self.take)
        transport.answer(
            "list_threads", lambda frame: {"threads": [self.thread(frame["payload"]["chat_id"])]}
        )
        transport.answer("get_chat", lambda frame: self.chat(frame["payload"]["chat_id"]))
        self.add("C1", text="long ago", author_id="kim")

    def listed(self) -> list[dict[str, Any]]:
        return [{"chat_id": chat_id, "has_active_thread": True} for chat_id in self.chats]

    def thread(self, chat_id: str) -> dict[str, Any]:
        began = "00000000" if chat_id == "C1" else self.chats[chat_id][0]["created_at"]
        events = self.chats[chat_id][-READ:]
        return {"id": f"{chat_id}-T", "active": True, "created_at": began, "events": events}

    def chat(self, chat_id: str) -> dict[str, Any]:
        return {"id": chat_id, "users": [], "thread": self.thread(chat_id)}

    def add(self, chat_id: str, **members: Any) -> dict[str, Any]:
        self._said += 1
        event = {
            "id": f"{chat_id}_{self._said}",
            "type": "message",
            "created_at": f"{self._said:08}",
            **members,
        }
        self.chats[chat_id].append(event)
        return event

    def say(self, text: str) -> None:
        chat_id = self.chance.choice([*self.chats])
        event = self.add(chat_id, text=text, author_id="kim")
        for time in range(self.chance.choice((1, 1, 1, 2))):
            self.did["duplicates"] += time
            self.push(chat_id, event)

    def begin_another_chat(self) -> None:
        self.chats["C2"] = []
        self.add("C2", text="welcome", author_id="system")
        if self.is_heard:
            self.transport.push("incoming_chat", {"chat": self.chat("C2")})

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

    @property
    def is_heard(self) -> bool:
        return bool(self.transport.sockets) and self.transport.socket.is_open

    def push(self, chat_id: str, event: dict[str, Any], request_id: str | None = None) -> None:
        if self.is_heard:
            payload = {"chat_id": chat_id, "thread_id": f"{chat_id}-T", "event": event}
            self.transport.push("incoming_event", payload, request_id)

    def take(self, frame: dict[str, Any]) -> Any:
        fate = self.chance.random()
        if fate < 0.1:
            return NO_ANSWER
        if fate < 0.2:
            self.did["refusals"] += 1
            return ChatError("busy", code="too_many_requests")
        chat_id, custom_id = frame["payload"]["chat_id"], frame["payload"]["event"]["custom_id"]
        self.arrived[custom_id] += 1  # whatever is raised here, nobody would hear of
        event = self.add(chat_id, text="mine", author_id="customer-1", custom_id=custom_id)
        if fate < 0.3:
            self.drop()
            return NO_ANSWER
        if fate < 0.5:
            self.late.append((self.transport.socket, frame, {"event_id": event["id"]}))
            return NO_ANSWER
        if fate > 0.6:
            self.push(chat_id, event, frame["request_id"])
        return {"event_id": event["id"]}


async def send(sdk: CustomerSDK, chat_id: str, custom_id: str) -> str:
    """What a careful sender does: after a failure, look until it is clear whether to send again."""
    while True:
        try:
            event = {"type": "message", "text": "mine", "custom_id": custom_id}
            return (await sdk.send_event(chat_id=chat_id, event=event)).id
        except ChatError:
            pass
        for known in await look(sdk, chat_id):
            if known.custom_id == custom_id:
                return str(known.id)


async def look(sdk: CustomerSDK, chat_id: str) -> list[Any]:
    while True:
        try:
            return (await sdk.list_threads(chat_id=chat_id)).threads[0].events
        except ChatError:
            continue


@pytest.mark.parametrize(("seed", "steps"), [(1, DAY), (2, HOURS), (3, HOURS), (4, HOURS)])
async def test_a_day(seed: int, steps: int) -> None:
    chance = random.Random(seed)
    transport = MemoryTransport()
    server = Server(transport, chance)
    heard: dict[str, list[str]] = {"C1": [], "C2": []}
    begun: list[str] = []
    failures: list[Any] = []
    sending: dict[str, asyncio.Task[str]] = {}
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: failures.append(context))
    async with chatwheel.init(organization_id="o", client_id="c", transport=transport) as sdk:
        sdk.on("incoming_event", lambda payload: heard[payload.chat_id].append(payload.event.id))
        sdk.on("incoming_chat", lambda payload: begun.append(payload.chat.id))
        await transport.settle()
        for step in range(steps):
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
                work = send(sdk, chance.choice([*server.chats]), f"mine-{step}")
                sending[f"mine-{step}"] = asyncio.ensure_future(work)
            if step == steps // 2:
                server.begin_another_chat()
            await transport.clock.advance(chance.choice((0, 0.1, 1, 5, 20, 60)))
            server.answer_late()
        transport.refuse_sockets = False
        await transport.clock.advance(2000)
        if transport.socket.is_open:
            transport.drop()
        await transport.clock.advance(60)
        assert sdk.status == "connected"
        for _ in range(50):
            await transport.clock.advance(20)
        outcomes = {custom_id: task.result() for custom_id, task in sending.items()}
    assert not failures
    assert set(server.arrived) == set(outcomes) and set(server.arrived.values()) == {1}, "each was sent once"
    kept = {event.get("custom_id"): event["id"] for events in server.chats.values() for event in events}
    assert all(kept[custom_id] == event_id for custom_id, event_id in outcomes.items())
    for chat_id, events in server.chats.items():
        others = [
            event["id"] for event in events if event["author_id"] == "kim" and event["text"] != "long ago"
        ]
        told = [event_id for event_id in heard[chat_id] if event_id not in outcomes.values()]
        if chat_id == "C2" and told[0] == events[0]["id"]:
            del told[0]  # told by itself if the chat was begun while nobody listened
        assert told == others, "in order, once"
        assert len(heard[chat_id]) == len(set(heard[chat_id])), "told twice"
    assert begun == ["C2"]
    if steps == DAY:
        assert transport.clock.monotonic() > 3600 * 24
        assert len(sending) > 1500 and sum(server.did.values()) > 2000 and len(server.did) == 4, server.did
