"""What a screen reader says: each message once, in order, and a number when there are too many of them."""

from __future__ import annotations

from typing import Any

from chatwheel.ui.components.window import Place
from unit.ui.pilot import GRACE, Pilot, event, summary, thread

BACK = 5.0
"""Seconds after which the client has connected again."""


def said(pilot: Pilot) -> list[object]:
    return [announced["text"] for announced in pilot.told("announce")]


async def tunnel(pilot: Pilot, missed: int) -> None:
    """The connection goes, so much is said, the connection comes back."""
    events = [event(f"T1_{number}", f"Message {number}", at=number) for number in range(1, missed + 2)]
    await pilot.with_chat(events[0])
    pilot.commands.clear()
    pilot.server.answer("list_chats", summary())
    pilot.server.answer("list_threads", {"threads": [thread(*events)], "found_threads": 1})
    pilot.server.drop()
    await pilot.wait(BACK)
    assert pilot.said == [f"Message {number}" for number in range(1, missed + 2)]


async def test_what_was_missed_is_said_in_order_and_rings_once() -> None:
    async with Pilot() as pilot:
        await tunnel(pilot, 3)
        assert said(pilot) == [f"Grace says: Message {number}" for number in (2, 3, 4)]
        rung: list[object] = [news["message"] for news in pilot.told("news")]
        assert rung == [{"id": "T1_4", "name": "Grace", "text": "Message 4"}]
        await pilot.wait(BACK)
        assert len(said(pilot)) == 3


async def test_much_that_was_missed_is_a_number() -> None:
    async with Pilot() as pilot:
        await tunnel(pilot, 4)
        assert said(pilot) == ["4 new messages"]


async def test_a_flood_is_a_number_after_the_first() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        for number in range(1, 6):
            await pilot.push(event(f"T1_{number}", f"Message {number}", at=number))
        assert said(pilot) == ["Grace says: Message 1"]
        await pilot.wait(1.0)
        assert said(pilot) == ["Grace says: Message 1", "4 new messages"]
        for number in range(6, 9):
            await pilot.push(event(f"T1_{number}", f"Message {number}", at=number))
        await pilot.wait(1.0)
        assert said(pilot)[2:] == [f"Grace says: Message {number}" for number in (6, 7, 8)]
        await pilot.wait(1.0)
        await pilot.push(event("T1_9", "Message 9", at=9))
        assert said(pilot)[-1] == "Grace says: Message 9"


async def test_what_happens_is_said_after_the_messages_before_it() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.push(event("T1_1", "Almost done", at=1))
        await pilot.push(event("T1_2", "Good bye", at=2))
        pilot.server.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1", "user_id": "grace"})
        await pilot.settle()
        assert said(pilot) == ["Grace says: Almost done", "Grace says: Good bye", "The chat has ended"]


async def test_what_has_no_words_is_said_all_the_same() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        image = {"url": "https://x.example/a.png", "alternative_text": "A thumb"}
        sticker: dict[str, Any] = {
            "type": "rich_message",
            "template_id": "sticker",
            "elements": [{"image": image}],
        }
        await pilot.push(event("T1_1", at=1, **sticker))
        await pilot.push(
            event("T1_2", at=2, type="file", url="https://x.example/f", content_type="image/png")
        )
        await pilot.wait(1.0)
        assert said(pilot) == ["Grace says: A thumb", "Grace sent a file: File"]
        [picture] = [
            image for image in pilot.document.find(Place.LOG, "img") if image.attributes["src"].endswith("/f")
        ]
        assert picture.attributes["alt"] == "File"


async def test_the_place_in_line_is_said_now_and_then() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        pilot.commands.clear()
        for position in (9, 8, 7, 6):
            queue = {"position": position, "wait_time": 60}
            pilot.server.push("queue_position_updated", {"chat_id": "C1", "thread_id": "T1", "queue": queue})
            await pilot.settle()
        [banner] = pilot.document.find(Place.CONNECTION, "p")
        assert banner.text == "You are number 6 in line. About 1 min to wait."
        assert banner.attributes["aria-live"] == "off"
        assert said(pilot) == ["You are number 9 in line. About 1 min to wait."]
        await pilot.wait(30.0)
        assert said(pilot)[1:] == ["You are number 6 in line. About 1 min to wait."]
        await pilot.wait(120.0)
        assert len(said(pilot)) == 2, "nothing has changed"
        pilot.server.push(
            "user_added_to_chat", {"chat_id": "C1", "thread_id": "T1", "user": {**GRACE, "id": "sam"}}
        )
        await pilot.wait(60.0)
        assert len(said(pilot)) == 2 and not pilot.document.shown(Place.CONNECTION).children


async def test_who_hesitates_is_said_to_type_once() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()

        async def live(*, is_typing: bool) -> list[str | None]:
            indicator = {"author_id": "grace", "is_typing": is_typing, "recipients": "all", "timestamp": 1}
            payload = {"chat_id": "C1", "thread_id": "T1", "typing_indicator": indicator}
            pilot.server.push("incoming_typing_indicator", payload)
            await pilot.settle()
            shown = pilot.document.find(Place.TYPING, "div")
            return [
                entry.attributes.get("aria-live") for entry in shown if "typing" in entry.attributes["class"]
            ]

        assert await live(is_typing=True) == [None], "the place speaks"
        assert await live(is_typing=False) == []
        assert await live(is_typing=True) == ["off"]
        await pilot.push(event("a", "Good morning"))
        assert await live(is_typing=True) == [None]
