"""Rating: given, changed, commented on, taken back, and known from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chatwheel.sdk.errors import Internal
from chatwheel.ui.components.window import Place
from chatwheel.ui.hooks import Hold, NoHooks, Outgoing, Verdict
from unit.ui.pilot import Pilot, event, thread


async def ended(pilot: Pilot) -> None:
    await pilot.with_chat(event("a", "Bye"))
    pilot.server.answer("list_threads", {"threads": [thread(event("a", "Bye"))]})
    pilot.server.answer("update_thread_properties", {})
    pilot.server.answer("delete_thread_properties", {})
    pilot.server.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1"})
    await pilot.settle()


def pressed(pilot: Pilot) -> list[str]:
    thumbs = pilot.document.find(Place.ENDED, "button", data_action="rate")
    return [thumb.attributes["data-score"] for thumb in thumbs if thumb.attributes["aria-pressed"] == "true"]


def properties(pilot: Pilot, action: str) -> Any:
    return pilot.server.sent(action)[-1]["payload"]["properties"]


async def test_a_score_then_a_comment_then_taken_back() -> None:
    async with Pilot() as pilot:
        await ended(pilot)
        assert "How was this chat?" in pilot.document.shown(Place.ENDED).text
        await pilot.act("rate", score="1")
        assert properties(pilot, "update_thread_properties") == {"rating": {"score": 1}}
        assert pressed(pilot) == ["1"]
        for _ in range(2):  # a double press
            pilot.controller.intent("rate-comment", {"fields": {"comment": [" Quick! "]}})
        await pilot.settle()
        assert len(pilot.server.sent("update_thread_properties")) == 2
        assert properties(pilot, "update_thread_properties") == {"rating": {"score": 1, "comment": "Quick!"}}
        assert "Quick!" in pilot.document.shown(Place.ENDED).text
        await pilot.act("rate", score="1")
        assert properties(pilot, "delete_thread_properties") == {"rating": ["score", "comment"]}
        assert pressed(pilot) == []


async def test_a_refused_rating_is_said_and_undone() -> None:
    async with Pilot() as pilot:
        await ended(pilot)
        pilot.server.answer("update_thread_properties", Internal("out of order"))
        await pilot.act("rate", score="0")
        assert pressed(pilot) == []
        assert "out of order" in pilot.document.shown(Place.ALERTS).text


async def test_a_rating_given_elsewhere_is_shown() -> None:
    async with Pilot() as pilot:
        await ended(pilot)
        where = {"chat_id": "C1", "thread_id": "T1"}
        pilot.server.push("thread_properties_updated", {**where, "properties": {"rating": {"score": 0}}})
        await pilot.settle()
        assert pressed(pilot) == ["0"]
        pilot.server.push("thread_properties_deleted", {**where, "properties": {"rating": ["score"]}})
        await pilot.settle()
        assert pressed(pilot) == []


async def test_it_can_be_rated_from_the_menu_while_it_goes_on() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("a", "Hello"))
        assert not pilot.document.shown(Place.ENDED).children
        await pilot.act("menu")
        await pilot.act("rating")
        assert "How was this chat?" in pilot.document.shown(Place.ENDED).text
        assert "has ended" not in pilot.document.shown(Place.ENDED).text


class Masking(NoHooks):
    async def clear(self, outgoing: Outgoing) -> Verdict:
        return Hold("Not that") if "secret" in outgoing.text else replace(outgoing, text="****")


async def test_a_comment_goes_by_the_sites_own_python() -> None:
    async with Pilot(hooks=Masking()) as pilot:
        await ended(pilot)
        await pilot.act("rate", score="1")
        await pilot.act("rate-comment", fields={"comment": ["4111 1111"]})
        assert properties(pilot, "update_thread_properties") == {"rating": {"score": 1, "comment": "****"}}
        await pilot.act("rate-comment", fields={"comment": ["a secret"]})
        assert properties(pilot, "update_thread_properties")["rating"]["comment"] == "****"
        assert "Not that" in pilot.document.shown(Place.ALERTS).text


async def test_a_chat_is_ended_and_begun_once_however_often_it_is_pressed() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("a", "Bye"))
        for _ in range(2):
            pilot.controller.intent("end-chat", {"name": "end-chat"})
        await pilot.settle()
        assert len(pilot.server.sent("deactivate_chat")) == 1
        pilot.server.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1"})
        await pilot.settle()
        for _ in range(2):
            pilot.controller.intent("start-chat", {"name": "start-chat"})
        await pilot.settle()
        assert len(pilot.server.sent("resume_chat")) == 1
