"""Answers before they are there: pieces that grow, bots that think, who would answer; and what was taken back."""

from __future__ import annotations

from typing import Any

from chatwheel.ui.components.window import Place
from chatwheel.ui.live import PATIENCE
from unit.ui.pilot import Pilot, event

WHERE = {"chat_id": "C1", "thread_id": "T1"}
BOT = {"id": "grace", "type": "agent", "name": "Grace", "job_title": "Assistant", "is_bot": True}


async def piece(pilot: Pilot, text: str, custom_id: str | None = "answer", at: int = 5) -> None:
    shown = event("", text, at=at) | ({"custom_id": custom_id} if custom_id else {})
    del shown["id"]
    pilot.server.push("incoming_event_preview", {**WHERE, "event": shown})
    await pilot.settle()


async def think(pilot: Pilot, **more: Any) -> None:
    pilot.server.push("incoming_thinking_indicator", {**WHERE, "author_id": "grace", "sent_at": "", **more})
    await pilot.settle()


async def test_an_answer_grows_in_its_bubble_and_is_announced_once() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "Hi"))
        for text in ("We", "We have", "We have two"):
            await piece(pilot, text)
        assert pilot.said == ["Hi", "We have two"]
        growing = pilot.articles[-1]
        assert growing.attributes["aria-busy"] == "true" and "Still writing" in growing.text
        assert pilot.told("announce") == [{"text": "Grace is typing"}]
        assert pilot.state.unread == 0
        await pilot.write("Thanks")
        await pilot.push(event("T1_9", "We have two pumps.", at=9, custom_id="answer"))
        assert pilot.said[:2] == ["Hi", "We have two pumps."]
        assert pilot.articles[1].id == growing.id  # the same bubble
        assert "aria-busy" not in pilot.articles[1].attributes
        assert [told["text"] for told in pilot.told("announce")] == [
            "Grace is typing",
            "Grace says: We have two pumps.",
        ]
        await piece(pilot, "We have", at=10)  # late
        assert pilot.said[:2] == ["Hi", "We have two pumps."]


async def test_pieces_without_a_name_end_with_the_next_message() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "Hi"))
        await piece(pilot, "We", None)
        await piece(pilot, "We have", None)
        assert pilot.said == ["Hi", "We have"]
        await pilot.push(event("T1_9", "We have none.", at=9))
        assert pilot.said == ["Hi", "We have none."]


async def test_what_never_comes_is_forgotten() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "Hi"))
        await piece(pilot, "We")
        await pilot.wait(PATIENCE - 1)
        await piece(pilot, "We have")
        await pilot.wait(PATIENCE - 1)
        assert pilot.said == ["Hi", "We have"]
        await pilot.wait(2)
        assert pilot.said == ["Hi"]
        await piece(pilot, "Again")
        await think(pilot)
        pilot.server.drop()
        await pilot.settle()
        assert pilot.said == ["Hi"] and not pilot.state.thinking


async def test_a_bot_thinks_aloud_until_it_speaks() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "Hi"))
        await think(pilot, title="Looking up your order", description="in the warehouse", custom_id="answer")
        assert "Grace: Looking up your order" in pilot.document.shown(Place.TYPING).text
        assert "in the warehouse" in pilot.document.shown(Place.TYPING).text
        await piece(pilot, "It has")
        assert pilot.document.shown(Place.TYPING).text == ""
        await pilot.push(event("T1_9", "It has left.", at=9, custom_id="answer"))
        await think(pilot, custom_id="answer")  # late
        assert pilot.document.shown(Place.TYPING).text == ""
        await think(pilot)
        assert "Grace: Thinking" in pilot.document.shown(Place.TYPING).text
        await pilot.wait(PATIENCE + 1)
        assert pilot.document.shown(Place.TYPING).text == ""


async def test_what_was_taken_back_leaves_a_word() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "A secret"))
        pilot.server.push("event_deleted", {**WHERE, "event_id": "T1_1"})
        pilot.server.push("event_deleted", {**WHERE, "event_id": "unknown"})
        await pilot.settle()
        assert pilot.said == ["This message was deleted"]
        await pilot.page(open=False)
        await pilot.push(event("T1_2", "Another", at=2))
        await piece(pilot, "And", at=3)  # is not told outside before it is there
        assert pilot.told("unread")[-1] == {"count": 1, "preview": {"name": "Grace", "text": "Another"}}


async def test_a_changed_event_changes_in_its_place() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "Helo"), event("T1_2", "there", at=2))
        pilot.server.push("event_updated", {**WHERE, "event": event("T1_1", "Hello")})
        await pilot.settle()
        assert pilot.said == ["Hello", "there"]


async def test_who_would_answer_is_shown_before_a_chat() -> None:
    async with Pilot() as pilot:
        header = pilot.document.shown(Place.HEADER)
        [asked] = pilot.server.sent("get_predicted_agent")
        pilot.server.respond(asked, {"agent": BOT, "queue": False})
        await pilot.settle()
        assert "Grace" in header.text and "Bot" in header.text and "Assistant" in header.text
        await pilot.with_chat(event("T1_1", "Hi"))
        assert "Bot" in pilot.articles[0].text  # said before the chat only, and remembered
        pilot.server.answer("get_predicted_agent", {"agent": {"id": "sam", "name": "Sam"}, "queue": False})
        pilot.server.push("chat_deactivated", {**WHERE})
        await pilot.settle()
        assert "Sam" in header.text and "Bot" not in header.text
        pilot.server.answer("get_predicted_agent", RuntimeError("nobody"))
        pilot.server.push("groups_status_updated", {"groups": [{"id": 0, "status": "offline"}]})
        await pilot.settle()
        assert "Grace" in header.text and "Away" in header.text


async def test_what_is_below_the_fold_is_not_seen() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "One"))
        pilot.is_scrolled_away = True
        await pilot.push(event("T1_2", "Two", at=2))
        await pilot.push(event("T1_3", "Three", at=3))
        assert pilot.state.unread == 2
        await pilot.wait(1)
        marks = [mark["payload"]["seen_up_to"] for mark in pilot.server.sent("mark_events_as_seen")]
        assert marks == ["2026-03-01T10:00:01.000000Z"]
        await pilot.act("seen", key="T1_2")
        assert pilot.state.unread == 1
        await pilot.page(open=False)
        await pilot.act("seen", key="T1_3")  # on its way when the panel was closed
        assert pilot.state.unread == 1
        await pilot.page(open=True)
        await pilot.act("seen", key="T1_3")
        await pilot.wait(1)
        assert pilot.state.unread == 0
        assert (
            pilot.server.sent("mark_events_as_seen")[-1]["payload"]["seen_up_to"][:19]
            == "2026-03-01T10:00:03"
        )


async def test_what_was_taken_back_is_not_shown_beside_the_launcher_either() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.page(open=False)
        await pilot.push(event("E1", "A slip"))
        pilot.server.push(
            "event_deleted", {"chat_id": "C1", "thread_id": "T1", "event_id": "E1", "user_id": "grace"}
        )
        await pilot.settle()
        assert pilot.told("unread") == [
            {"count": 1, "preview": {"name": "Grace", "text": "A slip"}},
            {"count": 1, "preview": {"name": "Grace", "text": "This message was deleted"}},
        ]
