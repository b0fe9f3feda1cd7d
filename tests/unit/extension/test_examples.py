"""The examples of the demo, tried as their owners would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chatwheel.extension.testing import Rehearsal
from chatwheel_devserver.pytest_plugin import chat_extension

__all__ = ["chat_extension"]

EXAMPLES = Path(__file__).parents[3] / "demo" / "extensions"
Make = Callable[..., Rehearsal]


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("4111 1111 1111 1111", "•••• 1111"),
        ("My card: 5500-0000-0000-0004, please", "My card: •••• 0004, please"),
        ("Order 4111111111111112 of 2026", "Order 4111111111111112 of 2026"),
        ("Call 030 1234567 at 12", "Call 030 1234567 at 12"),
        ("no numbers", "no numbers"),
    ],
)
def test_card_numbers_are_masked(chat_extension: Make, written: str, sent: str) -> None:
    widget = chat_extension(EXAMPLES / "masking.py", active=True)
    widget.write(written)
    assert widget.sent == [sent]


def test_card_numbers_are_masked_while_they_are_typed(chat_extension: Make) -> None:
    widget = chat_extension(EXAMPLES / "masking.py", active=True)
    number = "4111 1111 1111 1111"
    for end in range(1, len(number) + 1):
        widget.type(number[:end])
    assert widget.previews[-1] == "•••• 1111"
    assert not any("4111 1111 1" in preview for preview in widget.previews)
    widget.attach("4111111111111111.png", content_type="image/png")
    assert list(widget.held) == ["4111111111111111.png"] and widget.files == []


def test_questions_are_answered_while_nobody_is_there(chat_extension: Make) -> None:
    widget = chat_extension(EXAMPLES / "faq.py", available=False)
    widget.press("Can I return it?")
    widget.write("Is the saddle leather?")
    assert widget.shown == [
        "Nobody is at the workshop right now. I know a few things myself:",
        "Can I return it?",
        "Ride it for thirty days. If it is not yours, we fetch it and pay you back.",
        "Is the saddle leather?",
        "I do not know that. Your message waits for the people of the workshop, who answer in the morning.",
    ]
    assert widget.sent == ["Is the saddle leather?"]
    there = chat_extension(EXAMPLES / "faq.py")
    there.write("When are you open?")
    assert there.shown == there.sent == ["When are you open?"]


def test_where_is_my_order(chat_extension: Make) -> None:
    widget = chat_extension(EXAMPLES / "orders.py")
    widget.press("Where is my order?")
    widget.fill(number="seven", postcode="1")
    assert widget.errors == ["An order number looks like CW-1001.", "ask.short"]
    widget.fill(number="cw 1001", postcode="1010")
    assert widget.shown[1] == "Find your order Order number CW-1001 Postcode 1010"
    assert "Model No. 2 On its way" in widget.shown[2] and "It arrives on Thursday" in widget.shown[2]
    widget.write("And where is my order?")
    widget.fill(number="CW-1002", postcode="9999")
    assert widget.sent == []
    widget.press("Yes, please")
    assert widget.sent == ["Yes, please"]


def test_a_product_card(chat_extension: Make) -> None:
    widget = chat_extension(EXAMPLES / "products.py")
    product = {
        "type": "product_card",
        "id": "2",
        "name": "Model No. 2",
        "price": "€ 1,240",
        "picture": "model-2.svg",
    }
    widget.custom({**product, "colors": ["sand", "green"]})
    assert widget.shown == ["Model No. 2 € 1,240 Colours:  sand, green Add to basket"]
    widget.press("Add to basket")
    assert widget.told == [("extension:basket", {"add": "2"})]
    widget.custom({**product, "in_stock": False, "url": "/models/2"})
    assert widget.shown[-1].endswith("Sold out See all of it")
