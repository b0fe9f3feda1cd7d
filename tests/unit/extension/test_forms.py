"""A pydantic model as a form in the conversation: errors beside the fields, an instance for the handler."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from chatwheel.extension import ExtensionError
from chatwheel.extension.fields import Fields
from chatwheel.ui.i18n import Strings
from unit.extension.conftest import Hooks

T = Strings({}, "de")


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Everything(BaseModel):
    name: Annotated[str, Field(min_length=2, max_length=5, title="Your name")]
    email: Annotated[str, Field(json_schema_extra={"format": "email"})] = ""
    story: Annotated[str | None, Field(json_schema_extra={"format": "textarea"})] = None
    count: int
    price: Decimal | None = None
    when: date | None = None
    size: Size = Size.SMALL
    stars: Literal[1, 2, 3, 4, 5] = 5
    agree: bool = False

    @field_validator("name")
    @classmethod
    def not_bob(cls, name: str) -> str:
        if name == "Bob":
            raise ValueError("Not you, Bob.")
        if name == "Eve":
            raise PydanticCustomError("eve", "Nor you, {who}.", {"who": "Eve"})
        return name

    @model_validator(mode="after")
    def enough(self) -> Everything:
        if self.count * self.stars > 100:
            raise ValueError("That is too much.")
        return self


def test_a_model_becomes_fields() -> None:
    fields = [one.shown for one in Fields(Everything).fields.values()]
    assert [(field.id, field.type, bool(field.required)) for field in fields] == [
        ("name", "question", True),
        ("email", "email", False),
        ("story", "textarea", False),
        ("count", "question", True),
        ("price", "question", False),
        ("when", "question", False),
        ("size", "radio", False),
        ("stars", "select", False),
        ("agree", "checkbox_for_email", False),
    ]
    assert fields[0].label == "Your name" and fields[3].label == "Count"
    assert [(option.id, option.checked) for option in fields[6].options] == [
        ("small", True),
        ("large", False),
    ]


def test_answers_become_an_instance() -> None:
    answers = {
        "name": [" Ada\u202e "],
        "email": [""],
        "story": ["a\nb"],
        "count": ["3"],
        "price": ["1.50"],
        "when": ["2026-05-31"],
        "size": ["large"],
        "stars": ["2"],
        "agree": ["yes"],
    }
    read = Fields(Everything).read(answers, T)
    assert read == Everything(
        name="Ada",
        story="a\nb",
        count=3,
        price=Decimal("1.50"),
        when=date(2026, 5, 31),
        size=Size.LARGE,
        stars=2,
        agree=True,
    )
    assert isinstance(read, Everything)
    said = dict(Fields(Everything).said(read, T))
    assert said == {
        "Your name": "Ada",
        "Story": "a\nb",
        "Count": "3",
        "Price": "1.50",
        "When": "2026-05-31",
        "Size": "large",
        "Stars": "2",
        "Agree": "ask.yes",
    }


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, {"name": "form.required", "count": "form.required"}),
        ({"name": "A", "count": "x"}, {"name": "ask.short", "count": "ask.number"}),
        ({"name": "Adaline", "count": "1", "when": "soon"}, {"name": "ask.long", "when": "ask.date"}),
        ({"name": "Bob", "count": "1", "price": "1,50"}, {"name": "Not you, Bob.", "price": "ask.number"}),
        ({"name": "Eve", "count": "1", "stars": "9"}, {"name": "Nor you, Eve."}),
        ({"name": "Ada", "count": "99"}, {"": "That is too much."}),
    ],
)
def test_what_is_wrong_is_said_in_words(answers: dict[str, str], wrong: dict[str, str]) -> None:
    given = {name: [value] for name, value in answers.items()}
    assert Fields(Everything).read(given, T) == wrong


def test_what_cannot_be_typed_is_refused() -> None:
    class Nested(BaseModel):
        names: list[str]

    class Empty(BaseModel):
        pass

    with pytest.raises(ExtensionError, match="'names' of Nested cannot be typed"):
        Fields(Nested)
    with pytest.raises(ExtensionError, match="Empty has no fields"):
        Fields(Empty)


ASKING = """
from pydantic import BaseModel, Field
class Order(BaseModel):
    number: int = Field(title="Order number", gt=100)
    gift: bool = False

@chat.before_send
def start(message):
    if message.text == "order":
        chat.start(look_up())
        return Answer()

async def look_up() -> None:
    order = await chat.ask(Order, title="Find your order", submit="Look up")
    if order is None:
        return chat.say("Another time.")
    response = await chat.request("GET", f"/orders/{order.number}.json")
    chat.say(f"{type(order).__name__} {order.number}: {response.text} {order.gift}")
"""


def test_a_form_in_the_conversation(hooks: Hooks) -> None:
    widget = hooks(ASKING)
    widget.answers["/orders/123.json"] = "on its way"
    widget.write("order")
    assert widget.sent == []
    assert widget.shown == ["order", "Find your order Order number form.optional Look up ask.cancel"]
    widget.fill(number="12")
    assert widget.errors == ["Input should be greater than 100"]
    widget.fill(number="123", gift=True)
    assert widget.shown[1:] == ["Find your order Order number 123 Gift ask.yes", "Order 123: on its way True"]
    widget.write("order")
    widget.press("ask.cancel")
    assert widget.shown[-2:] == ["Find your order ask.cancelled", "Another time."]


def test_a_form_that_was_answered_cannot_be_answered_again(hooks: Hooks) -> None:
    widget = hooks(ASKING)
    widget.answers["/orders/123.json"] = "x"
    widget.write("order")
    [form] = widget.entries[1:]
    assert form.drawn
    details = {"do": "answer", "key": form.drawn.attributes["data-key"], "fields": {"number": ["123"]}}
    for _ in range(2):
        widget.extension.intent(details)
    widget.wait(0)
    assert len(widget.shown) == 3
