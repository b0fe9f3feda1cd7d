"""Rich messages: what is drawn, and what a pressed button does."""

from __future__ import annotations

from typing import Any

from chatwheel.ui.components.window import Place
from unit.ui.pilot import ME, Pilot, event


def question(**more: Any) -> dict[str, Any]:
    buttons = [
        {"type": "message", "text": "Small", "value": "S", "postback_id": "s", "user_ids": []},
        {"type": "message", "text": "Large", "value": "L", "postback_id": "l", "user_ids": []},
    ]
    elements = [{"title": "**Which** size?", "buttons": buttons}]
    return {
        **event("T1_5"),
        "type": "rich_message",
        "template_id": "quick_replies",
        "elements": elements,
        **more,
    }


async def test_a_quick_reply_is_posted_back_and_said() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        pilot.server.answer("send_rich_message_postback", {})
        await pilot.push(question())
        assert pilot.told("announce")[-1] == {"text": "Grace says: Which size?"}
        [bubble] = pilot.document.find(Place.LOG, "div", class_="bubble")
        assert bubble.text == "Which size?" and bubble.attributes["data-whole"] == "**Which** size?"
        await pilot.act("press", key="T1_5", card="0", button="1")
        [postback] = pilot.server.sent("send_rich_message_postback")
        assert postback["payload"] == {
            "chat_id": "C1",
            "thread_id": "T1",
            "event_id": "T1_5",
            "postback": {"id": "l", "toggled": True},
        }
        [sent] = pilot.server.sent("send_event")
        said = sent["payload"]["event"]
        assert said["text"] == "Large" and said["postback"]["value"] == "L"
        assert said["postback"]["event_id"] == "T1_5"
        small, large = pilot.document.find(Place.LOG, "button", data_action="press")
        assert (small.attributes["aria-pressed"], large.attributes["aria-pressed"]) == ("false", "true")
        assert small.attributes["aria-disabled"] == "true"


async def test_an_answer_is_given_once_however_often_it_is_pressed() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.push(question())
        for button in ("1", "1", "0"):
            pilot.controller.intent("press", {"name": "press", "key": "T1_5", "card": "0", "button": button})
        await pilot.settle()
        assert pilot.said.count("Large") == 1 and "Small" not in pilot.said


async def test_an_answer_given_in_another_tab_counts() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.push(question())
        postback = {"id": "s", "toggled": True}
        where = {"chat_id": "C1", "thread_id": "T1", "event_id": "T1_5"}
        pilot.server.push("incoming_rich_message_postback", {**where, "user_id": ME, "postback": postback})
        await pilot.settle()
        small, _large = pilot.document.find(Place.LOG, "button", data_action="press")
        assert small.attributes["aria-pressed"] == "true"


async def test_cards_make_a_carousel_and_their_links_are_links() -> None:
    buttons = [
        {"type": "url", "text": "Look", "value": "https://shop.example/1", "postback_id": "a"},
        {"type": "phone", "text": "Call", "value": "+48 123 456", "postback_id": "b"},
        {"text": "Mark", "postback_id": "c"},
        {"type": "phone", "text": "Call nobody", "value": "javascript:alert(1)", "postback_id": "d"},
    ]
    card = {
        "title": "Model 1",
        "subtitle": "Blue",
        "image": {"url": "//cdn.example/1.png"},
        "buttons": buttons,
    }
    async with Pilot() as pilot:
        await pilot.with_chat()
        pilot.server.answer("send_rich_message_postback", {})
        await pilot.push(question(template_id="cards", elements=[card, {"title": "Model 2"}]))
        assert len(pilot.document.find(Place.LOG, "li")) == 2
        hrefs = [link.attributes["href"] for link in pilot.document.find(Place.LOG, "a")]
        assert hrefs == ["https://shop.example/1", "tel:+48123456"]
        assert pilot.document.find(Place.LOG, "img", src="https://cdn.example/1.png")
        for toggled in (True, False):
            await pilot.act("press", key="T1_5", card="0", button="2")
            assert (
                pilot.server.sent("send_rich_message_postback")[-1]["payload"]["postback"]["toggled"]
                is toggled
            )
        assert not pilot.server.sent("send_event")


async def test_a_sticker_is_a_picture_and_an_unknown_template_a_card() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        sticker = [{"image": {"url": "https://cdn.example/s.png", "alternative_text": "A cat"}}]
        await pilot.push(question(id="T1_6", template_id="sticker", elements=sticker))
        [image] = pilot.document.find(Place.LOG, "img", src="https://cdn.example/s.png")
        assert image.attributes["alt"] == "A cat"
        await pilot.push(question(id="T1_7", template_id="hologram"))
        assert pilot.document.find(Place.LOG, "div", class_="rich")
        await pilot.act("press", key="nobody", card="0", button="0")


async def press(pilot: Pilot, button: int, key: str = "T1_5") -> list[dict[str, Any]]:
    """Press it, and give the postbacks so far."""
    await pilot.act("press", key=key, card="0", button=str(button))
    return [sent["payload"]["postback"] for sent in pilot.server.sent("send_rich_message_postback")]


async def test_links_pages_and_no_thanks() -> None:
    buttons = [
        {"type": "url", "text": "Look", "value": "https://shop.example/1", "postback_id": "look"},
        {"type": "webview", "text": "Size guide", "value": "https://shop.example/sizes", "postback_id": "w"},
        {"type": "webview", "text": "Old", "value": "http://shop.example/old", "postback_id": "o"},
        {"type": "webview", "text": "Evil", "value": "javascript:alert(1)", "postback_id": "e"},
        {"type": "cancel", "text": "No, thanks", "postback_id": "no"},
    ]
    buttons[1]["webview_height"] = "tall"
    async with Pilot() as pilot:
        await pilot.with_chat()
        pilot.server.answer("send_rich_message_postback", {})
        await pilot.push(question(template_id="cards", elements=[{"title": "Pump", "buttons": buttons}]))
        look, old, evil = pilot.document.find(Place.LOG, "a")
        assert (look.text, old.text, evil.attributes["href"]) == (
            "Look",
            "Old",
            "javascript:alert(1)",
        )  # edits.mjs
        assert await press(pilot, 0) == [{"id": "look", "toggled": True}]
        assert pilot.document.find(Place.LOG, "a")[0].text == "Lookopened"
        assert len(await press(pilot, 0)) == 1  # it was opened; that cannot be taken back
        assert (await press(pilot, 1))[-1] == {"id": "w", "toggled": True}
        [page] = pilot.told("webview")
        assert page == {"url": "https://shop.example/sizes", "title": "Size guide", "height": "tall"}
        *_, cancel = pilot.document.find(Place.LOG, "button", data_action="press")
        assert "aria-disabled" not in cancel.attributes  # to open something is no answer
        assert (await press(pilot, 4))[-1] == {"id": "no", "toggled": True}
        assert cancel.attributes["aria-disabled"] == "true" and pilot.told("focus")
        assert not pilot.server.sent("send_event")


async def test_a_greeting_s_button_begins_the_chat() -> None:
    async with Pilot() as pilot:
        pilot.server.push(
            "incoming_greeting",
            {
                "id": 7,
                "unique_id": "G1",
                "agent": {"id": "grace", "name": "Grace"},
                "event": question(),
            },
        )
        await pilot.settle()
        assert await press(pilot, 1, "G1") == []
        [begun] = pilot.server.sent("start_chat")
        [said] = begun["payload"]["chat"]["thread"]["events"]
        assert said["text"] == "Large" and "postback" not in said


async def test_what_would_fill_the_page_is_cut_short() -> None:
    """The service lets 10 cards with 13 buttons through."""
    async with Pilot() as pilot:
        await pilot.with_chat()
        buttons = [{"type": "message", "text": str(number), "user_ids": []} for number in range(100)]
        cards = [{"title": f"Card {number}", "buttons": buttons} for number in range(200)]
        await pilot.push(question(template_id="cards", elements=cards))
        assert len(pilot.document.find(Place.LOG, "li")) == 20
        assert len(pilot.document.find(Place.LOG, "button", data_action="press")) == 20 * 26
