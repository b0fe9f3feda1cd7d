"""What the host page is told: how things stand, and the widget's own events."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from chatwheel.ui.report import Report
from unit.ui.pilot import GRACE, ME, Pilot, chat, event, summary, thread


class Told(Pilot):
    """A widget with a host page that listens."""

    async def __aenter__(self) -> Told:
        await super().__aenter__()
        self.report = Report(self.sdk, self.store, self)
        return self

    def events(self, name: str) -> list[Any]:
        return [details["payload"] for details in self.told("tell") if details["name"] == name]

    @property
    def last(self) -> dict[str, Any]:
        return self.told("state")[-1]


async def test_how_things_stand() -> None:
    async with Told() as pilot:
        assert pilot.last["connection"] == "connected"
        assert pilot.last["customerStatus"] == "browsing"
        assert pilot.last["customerId"] == ME
        before = len(pilot.told("state"))
        pilot.server.push("groups_status_updated", {"groups": [{"id": 0, "status": "offline"}]})
        await pilot.settle()
        assert pilot.last["availability"] == "offline"
        await pilot.with_chat(event("E1", "Hello"))
        assert pilot.last["chatId"] == "C1" and pilot.last["threadId"] == "T1"
        assert pilot.last["customerStatus"] == "chatting"
        queue = {"chat_id": "C1", "thread_id": "T1", "queue": {"position": 3, "wait_time": 60}}
        pilot.server.push("queue_position_updated", queue)
        await pilot.settle()
        assert pilot.last["customerStatus"] == "queued" and pilot.last["queuePosition"] == 3
        told = pilot.told("state")[before:]
        assert all(one != other for one, other in pairwise(told)), "nothing is told twice"


async def test_messages_both_ways() -> None:
    async with Told() as pilot:
        pilot.server.answer("start_chat", {"chat_id": "C1", "thread_id": "T1", "event_ids": ["E1"]})
        await pilot.with_chat(event("E0", "Good morning"))
        pilot.server.answer("send_event", {"event_id": "E2"})
        key = await pilot.write("And to you")
        await pilot.push(event("E2", "And to you", ME, at=3, custom_id=key))
        await pilot.push(
            event("E3", "", at=4, type="file", name="plan.pdf", url="https://x/plan.pdf", size=1)
        )
        system = {
            "id": "E4",
            "type": "system_message",
            "text": "Somebody came",
            "created_at": "2026-03-01T10:00:09Z",
        }
        await pilot.push(system)
        told = pilot.events("message")
        assert [(m["type"], m["text"], m["author"]["type"]) for m in told] == [
            ("message", "Good morning", "agent"),
            ("message", "And to you", "customer"),
            ("file", "plan.pdf", "agent"),
        ]
        assert told[1]["id"] == "E2" and told[1]["author"]["id"] == ME
        assert told[0]["author"] == {"type": "agent", "id": "grace", "name": GRACE["name"]}
        assert told[0]["createdAt"].startswith("2026-03-01T10:00:01")


async def test_what_was_read_from_the_past_is_no_news() -> None:
    pilot = Told()
    pilot.server.answer("list_chats", summary(active=False))
    pilot.server.answer("list_threads", {"threads": [thread(event("E1", "Last week"), active=False)]})
    async with pilot:
        assert [entry.text for entry in pilot.store.state.timeline] == ["Last week"]
        assert pilot.events("message") == []


async def test_greetings_ratings_and_buttons() -> None:
    async with Told() as pilot:
        greeting = {
            "id": 7,
            "unique_id": "U1",
            "agent": GRACE,
            "event": {"type": "message", "text": "Need a hand?"},
        }
        pilot.server.answer("accept_greeting", {})
        pilot.server.push("incoming_greeting", greeting)
        await pilot.settle()
        assert pilot.last["customerStatus"] == "invited"
        pilot.server.push("incoming_greeting", greeting)  # each login names it again
        pilot.server.push("incoming_greeting", {**greeting, "unique_id": "U2"})
        pilot.server.push("greeting_canceled", {"unique_id": "U2"})
        await pilot.settle()
        first, second = {"id": 7, "uniqueId": "U1"}, {"id": 7, "uniqueId": "U2"}
        words = {"author": {"type": "agent", "id": "grace", "name": "Grace"}, "text": "Need a hand?"}
        assert pilot.events("greeting") == [
            {**first, "shown": True, **words},
            {**first, "shown": False},
            {**second, "shown": True, **words},
            {**second, "shown": False},
        ]
        assert pilot.last["customerStatus"] == "browsing"

        pilot.server.push("incoming_chat", {"chat": chat(event("E1", "Hello"))})
        await pilot.settle()
        where = {"chat_id": "C1", "thread_id": "T1"}
        pilot.server.push("thread_properties_updated", {**where, "properties": {"rating": {"score": 1}}})
        pilot.server.push("thread_properties_deleted", {**where, "properties": {"rating": ["score"]}})
        postback = {**where, "event_id": "E1", "postback": {"id": "yes", "toggled": True}}
        pilot.server.push("incoming_rich_message_postback", {**postback, "user_id": ME})
        pilot.server.push("incoming_rich_message_postback", {**postback, "user_id": "grace"})
        await pilot.settle()
        assert [rating["value"] for rating in pilot.events("rating")] == ["good", "none"]
        assert pilot.events("button") == [{"eventId": "E1", "postbackId": "yes", "toggled": True}]
