"""What links lead to: a card for the first page that a message names, asked for once."""

from __future__ import annotations

from typing import Any

import pytest

from chatwheel.sdk import ChatError
from chatwheel.sdk.models import UrlInfo
from chatwheel.ui.components.window import Place
from chatwheel.ui.links import RECENT, link
from chatwheel.ui.text import first_link
from unit.ui.document import Element
from unit.ui.pilot import ME, Pilot, event

PAGE = {
    "url": "https://shop.example/pump",
    "title": "Pump",
    "description": "8 bar",
    "image_url": "cdn.example/p.png",
}


def cards(pilot: Pilot) -> list[Element]:
    return pilot.document.find(Place.LOG, "a", class_="page-card")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://a.example/x?y=1, and https://b.example", "https://a.example/x?y=1"),
        ("Mail me@shop.example or see www.shop.example.", "https://www.shop.example"),
        ("me@shop.example", ""),
        ("no link ://", ""),
        ("javascript://alert(1)", ""),
    ],
)
def test_the_first_page_that_a_text_names(text: str, address: str) -> None:
    assert first_link(text) == address


def test_a_page_without_a_title_has_no_card() -> None:
    assert link("https://a.example", UrlInfo(url="https://a.example", description="x")) is None


async def test_agents_and_visitors_links_have_cards_and_each_page_is_asked_for_once() -> None:
    async with Pilot() as pilot:
        pilot.server.answer("get_url_info", PAGE)
        await pilot.with_chat(event("T1_1", "See https://shop.example/pump"))
        await pilot.push(event("T1_2", "https://shop.example/pump, my favourite", at=2))
        await pilot.push(event("T1_3", "I saw https://shop.example/pump", author=ME, at=3))
        assert [request["payload"] for request in pilot.server.sent("get_url_info")] == [
            {"url": "https://shop.example/pump"}
        ]
        assert [card.text for card in cards(pilot)] == ["Pump8 barshop.example"] * 3
        assert cards(pilot)[0].attributes["href"] == "https://shop.example/pump"
        images = pilot.document.find(Place.LOG, "img", src="https://cdn.example/p.png")
        assert [image.attributes["alt"] for image in images] == [""] * 3
        pilot.server.push(
            "event_updated",
            {"chat_id": "C1", "thread_id": "T1", "event": event("T1_2", "Not that one", at=2)},
        )
        pilot.server.push(
            "event_updated",
            {"chat_id": "C1", "thread_id": "T1", "event": event("T1_1", "See https://shop.example/pump")},
        )
        await pilot.settle()
        assert len(cards(pilot)) == 2  # the text names no page any more; the other is the same


async def test_what_cannot_be_read_has_no_card_and_is_not_asked_for_again() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "https://a.example"))
        [asked] = pilot.server.sent("get_url_info")
        await pilot.push(event("T1_2", "https://a.example and https://b.example", at=2))
        await pilot.push(event("T1_3", "https://c.example", at=3))
        pilot.server.answer("get_url_info", PAGE)
        pilot.server.respond(asked, ChatError("no", code="VALIDATION"))
        await pilot.settle()
        assert [request["payload"]["url"] for request in pilot.server.sent("get_url_info")] == [
            "https://a.example",
            "https://c.example",
        ]
        assert len(cards(pilot)) == 1 and not pilot.state.notices


async def test_of_a_long_history_only_the_end_is_looked_at() -> None:
    async with Pilot() as pilot:
        pilot.server.answer("get_url_info", PAGE)
        told = [event(f"T1_{n}", f"https://a.example/{n}", at=n) for n in range(1, 60)]
        await pilot.with_chat(*told)
        assert len(pilot.server.sent("get_url_info")) == RECENT


async def test_what_the_sender_knows_is_not_asked_for() -> None:
    details: dict[str, Any] = {"url": "https://a.example", "title": "A", "image_url": "//cdn.example/a.png"}
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "https://a.example", properties={"url_details": details}))
        assert [card.text for card in cards(pilot)] == ["Aa.example"]
        assert not pilot.server.sent("get_url_info")
        wrong = event("T1_2", "Hello", at=2, properties={"url_details": {"url": 5, "title": ["x"]}})
        await pilot.push(wrong)
        assert len(pilot.articles) == 2


def test_pictures_come_from_the_service_unless_the_page_is_on_this_machine() -> None:
    info = {"title": "A", "image_url": "cdn.example/a.png"}
    for original, picture in (
        ("http://127.0.0.1:8000/a.png", "http://127.0.0.1:8000/a.png"),
        ("https://tracker.example/a.png", "https://cdn.example/a.png"),
        ("http://[", "https://cdn.example/a.png"),
        (5, "https://cdn.example/a.png"),
    ):
        found = link("https://a.example", UrlInfo.model_validate(info | {"image_original_url": original}))
        assert found and found.image == picture
