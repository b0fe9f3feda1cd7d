"""The conversation by e-mail: asked for in the menu, checked, told to the service, confirmed."""

from __future__ import annotations

from chatwheel.sdk import ChatError
from chatwheel.ui.components.window import Place
from unit.ui.document import Element
from unit.ui.pilot import Pilot, event


async def ask(pilot: Pilot) -> None:
    await pilot.act("menu")
    [item] = pilot.document.find(Place.MENU, "button", data_action="transcript")
    assert item.text == "E-mail transcript"
    await pilot.act("transcript")


async def send(pilot: Pilot, email: str) -> None:
    await pilot.act("transcript-send", fields={"email": [email]})


def field(pilot: Pilot) -> Element:
    return pilot.document.find(Place.ENDED, "input", name="email")[0]


async def test_an_address_is_checked_sent_and_confirmed() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "Hi"))
        await ask(pilot)
        assert field(pilot).attributes["data-focus"] == "" and not pilot.state.menu_open
        for wrong, words in (
            ("", "Please fill this in."),
            ("ada", "This does not look like an e-mail address."),
        ):
            await send(pilot, wrong)
            assert words in pilot.document.shown(Place.ENDED).text
            assert field(pilot).attributes["aria-invalid"] == "true"
        assert not pilot.server.sent("update_thread_properties")
        await send(pilot, " ada@example.org ")
        [asked] = pilot.server.sent("update_thread_properties")
        assert asked["payload"] == {
            "chat_id": "C1",
            "thread_id": "T1",
            "properties": {"routing": {"transcript_email": "ada@example.org"}},
        }
        await send(pilot, "twice@example.org")
        assert len(pilot.server.sent("update_thread_properties")) == 1
        pilot.server.respond(asked, {})
        await pilot.settle()
        sentence = "After the chat the transcript will go to ada@example.org."
        assert pilot.document.shown(Place.ENDED).text == sentence
        assert pilot.told("announce")[-1] == {"text": sentence}
        pilot.server.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1"})
        await pilot.settle()
        assert sentence not in pilot.document.shown(Place.ENDED).text  # what it says is no longer to come
        await pilot.act("transcript-close")
        await ask(pilot)
        assert field(pilot).attributes["value"] == "ada@example.org"  # not asked twice


async def test_a_refusal_is_said_and_can_be_tried_again() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "Hi"))
        await ask(pilot)
        await send(pilot, "ada@example.org")
        [asked] = pilot.server.sent("update_thread_properties")
        pilot.server.respond(asked, ChatError("no such property", code="VALIDATION"))
        await pilot.settle()
        assert "could not be asked for: no such property" in pilot.document.shown(Place.ENDED).text
        pilot.server.answer("update_thread_properties", {})
        await send(pilot, "ada@example.org")
        assert "will go to ada@example.org" in pilot.document.shown(Place.ENDED).text


async def test_the_address_that_the_service_knows_stands_there() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "Hi"))
        pilot.server.push("customer_updated", {"id": "customer-1", "email": "ada@example.org"})
        await ask(pilot)
        assert field(pilot).attributes["value"] == "ada@example.org"


async def test_without_a_conversation_there_is_nothing_to_send() -> None:
    async with Pilot() as pilot:
        await pilot.act("menu")
        assert not pilot.document.find(Place.MENU, "button", data_action="transcript")
