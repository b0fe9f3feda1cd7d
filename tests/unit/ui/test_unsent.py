"""What was not confirmed when the page went is sent by the next one: once, in order, or said to be lost."""

from __future__ import annotations

from typing import Any

import pytest

from chatwheel.sdk.errors import Validation
from chatwheel.transport.memory import MemoryFile
from chatwheel.ui.components.window import Place
from chatwheel.ui.convert import timestamp
from chatwheel.ui.hooks import Answer, NoHooks, Outgoing, Verdict
from chatwheel.ui.unsent import TOO_OLD
from unit.ui.pilot import ME, Pilot, event, summary


def sent(pilot: Pilot) -> list[str]:
    return [str(request["payload"]["event"]["custom_id"]) for request in pilot.server.sent("send_event")]


def record(pilot: Pilot, key: str, *, age: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"key": key, "at": (pilot.server.clock.time() - age) * 1000, **more}


def history(pilot: Pilot, *pages: list[dict[str, Any]]) -> None:
    """The conversation as the server has it, the newest page first."""

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        number = int(request["payload"].get("page_id") or 0)
        events = pages[number]
        thread = {"id": f"T{1 - number}", "active": not number, "user_ids": [ME], "events": events}
        rest = {"next_page_id": str(number + 1)} if number + 1 < len(pages) else {}
        return {"threads": [thread], "found_threads": len(pages), **rest}

    pilot.server.answer("list_chats", summary())
    pilot.server.answer("list_threads", answer)


async def test_what_is_kept_while_it_is_on_its_way() -> None:
    """From the moment it is written until it is confirmed or taken back, with what went wrong."""
    async with Pilot() as pilot:
        await pilot.with_chat()
        first, second = await pilot.write("one"), await pilot.write("two")
        assert [message["text"] for message in pilot.kept.values()] == ["one", "two"]
        await pilot.answer_last("send_event")
        assert list(pilot.kept) == [second]
        for action in ("retry", "discard"):
            pilot.server.respond(pilot.server.sent("send_event")[-1], Validation("Not so"))
            await pilot.settle()
            assert pilot.kept[second]["error"] == "This was not sent: Not so"
            await pilot.act(action, key=second)
            assert "error" not in pilot.kept.get(second, {})
        assert not pilot.kept and sent(pilot) == [first, second, second]


async def test_what_had_arrived_is_not_sent_again_and_the_rest_goes_in_order() -> None:
    """The one that arrived stands far back in the conversation, which is read until there."""
    pilot = Pilot()
    now = pilot.server.clock.time()
    arrived = event("e1", "one", author=ME, custom_id="a", created_at=timestamp(now + 5))
    answers = [event(f"n{n}", str(n), created_at=timestamp(now + 60 + n)) for n in range(2)]
    old = event("e0", "long ago", created_at=timestamp(now - 9_000))
    history(pilot, answers, [arrived], [old], [event("never read")])
    async with pilot:
        pilot.restored(
            record(pilot, "a", text="one"), record(pilot, "b", text="two"), record(pilot, "c", text="three")
        )
        await pilot.settle()
        assert sent(pilot) == ["b"] and list(pilot.kept) == ["b", "c"]
        await pilot.answer_last("send_event")
        await pilot.answer_last("send_event", at=31)
        assert sent(pilot) == ["b", "c"] and not pilot.kept
        assert pilot.said == ["long ago", "one", "0", "1", "two", "three"]


async def test_it_comes_back_while_there_is_a_connection() -> None:
    """A tab went: whether its message had arrived is asked first, and one that is known is not sent at all."""
    async with Pilot() as pilot:
        await pilot.with_chat(event("e1", "one", author=ME, custom_id="a"))
        asked = len(pilot.server.sent("list_threads"))
        arrived = event(
            "e2", "two", author=ME, custom_id="b", created_at=timestamp(pilot.server.clock.time())
        )
        history(pilot, [arrived])
        for key, text in (("a", "one"), ("b", "two")):
            await pilot.act("restore", message=record(pilot, key, text=text))
        assert len(pilot.server.sent("list_threads")) == asked + 1
        assert not sent(pilot) and not pilot.kept
        assert sorted(pilot.said) == ["one", "two"]


async def test_what_was_refused_or_is_old_waits_for_a_word() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        pilot.restored(
            record(pilot, "refused", text="Bad", error="This was not sent: Not so"),
            record(pilot, "old", text="Is it open today?", age=TOO_OLD + 1),
        )
        await pilot.settle()
        assert not sent(pilot)
        alerts = [alert.text for alert in pilot.document.find(Place.LOG, "div", class_="failure")]
        assert "Not so" in alerts[0] and "before you left" in alerts[1]
        await pilot.act("retry", key="old")
        assert sent(pilot) == ["old"]
        await pilot.act("discard", key="refused")
        assert list(pilot.kept) == ["old"]


class Masking(NoHooks):
    """Hides numbers, and answers a question itself."""

    examines = True

    async def clear(self, outgoing: Outgoing) -> Verdict:
        is_question = outgoing.text.endswith("?")
        return Answer("Ten o'clock.") if is_question else Outgoing("message", f"{outgoing.text}*")


async def test_what_the_sites_own_python_has_changed_or_answered() -> None:
    """What it masked is not kept in clear, and is not masked twice; what it answered is done with."""
    async with Pilot(hooks=Masking()) as pilot:
        await pilot.with_chat()
        key, _ = await pilot.write("My number is 1"), await pilot.write("When do you open?")
        assert [(message["text"], message["cleared"]) for message in pilot.kept.values()] == [
            ("My number is 1*", True)
        ]
        pilot.server.respond(pilot.server.sent("send_event")[-1], Validation("Not so"))
        await pilot.settle()
        pilot.restored(record(pilot, "again", text="From before*", cleared=True))
        await pilot.settle()
        await pilot.answer_last("send_event")
        await pilot.act("retry", key=key)
        texts = [request["payload"]["event"]["text"] for request in pilot.server.sent("send_event")]
        assert texts == ["My number is 1*", "From before*", "My number is 1*"]


async def test_files() -> None:
    """One that had gone up is sent; the contents of one that had not are gone, and that is said."""
    async with Pilot() as pilot:
        await pilot.with_chat()
        about = {"name": "a.pdf", "size": 1000, "type": "application/pdf"}
        pilot.restored(
            record(pilot, "up", file=about, url="https://cdn.example/a.pdf"),
            record(pilot, "lost", file=about),
        )
        await pilot.settle()
        assert pilot.server.sent("send_event")[0]["payload"]["event"]["url"] == "https://cdn.example/a.pdf"
        [failure] = pilot.document.find(Place.LOG, "div", class_="failure")
        assert "“a.pdf” was not sent" in failure.text and "attach it again" in failure.text
        assert "Try again" not in failure.text and "Delete" in failure.text
        await pilot.answer_last("send_event")
        assert list(pilot.kept) == ["lost"]
        await pilot.act("discard", key="lost")
        assert not pilot.kept

        pilot.controller.add_file(
            {"key": "new", "at": 0, **about}, MemoryFile("a.pdf", 1000, "application/pdf")
        )
        assert pilot.kept["new"]["file"] == about and "url" not in pilot.kept["new"]
        await pilot.settle()
        assert pilot.kept["new"]["url"].startswith("https://")


@pytest.mark.parametrize("is_late", [False, True])
async def test_what_another_customer_left_is_neither_shown_nor_sent(is_late: bool) -> None:
    """Before anything goes out it is known who is here, be it after it was put back; what is nobody's yet is theirs."""
    pilot = Pilot()
    history(pilot, [])
    left = (
        record(pilot, "theirs", text="not for you", customer="somebody-else"),
        record(pilot, "photo", file={"name": "me.jpg", "size": 5}, customer="somebody-else"),
        record(pilot, "mine", text="mine", customer=ME),
        record(pilot, "new", text="new"),
    )
    if is_late:
        pilot.on_made = lambda: pilot.restored(*left)
    async with pilot:
        if not is_late:
            pilot.restored(*left)
        await pilot.settle()
        assert list(pilot.kept) == ["mine", "new"]
        assert {str(message["customer"]) for message in pilot.kept.values()} == {ME}
        assert sent(pilot) == ["mine"] and pilot.said == ["mine", "new"]
