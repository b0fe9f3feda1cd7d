"""Greetings, events, and what else the chat can be asked to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chatwheel.extension import Chat, ExtensionError
from chatwheel.transport.memory import MemoryStorage
from unit.extension.conftest import Hooks

GREET = """
@chat.greeting(after=20)
async def greet(visit: Visit) -> str | None:
    if "sale" in visit.url:
        return f"{visit.title}: need a hand?"
"""


def test_a_greeting_comes_after_a_while_and_not_again_when_it_was_waved_away(hooks: Hooks) -> None:
    storage = MemoryStorage()
    widget = hooks(GREET, storage=storage)
    widget.wait(30)
    assert widget.shown == []
    widget.visit("https://site.example/sale", "Sale")
    widget.wait(19)
    assert widget.shown == []
    widget.wait(2)
    assert widget.shown == ["Sale: need a hand?"]
    widget.dismiss()
    assert widget.shown == []
    widget = hooks(GREET, storage=storage, page_url="https://site.example/sale")
    widget.visit("https://site.example/sale?again", "Sale")
    widget.wait(30)
    assert widget.shown == []


def test_nobody_is_greeted_during_a_chat(hooks: Hooks) -> None:
    widget = hooks(GREET, page_url="https://site.example/sale", active=True)
    widget.wait(30)
    assert widget.shown == []


def test_what_the_chat_knows_and_tells(hooks: Hooks) -> None:
    widget = hooks(
        """
        @chat.before_send
        def tell(message):
            chat.tell_page("facts", [chat.available, chat.active, chat.locale, chat.url("/x"), chat.page_url])
            chat.tell_page("object", object())
        """,
        available=False,
        locale="de-AT",
    )
    widget.write("a")
    page = "https://site.example/page.html"
    assert widget.told == [
        ("extension:facts", [False, False, "de-AT", "https://site.example/x", page]),
    ]
    assert "The page is told JSON, and this is none" in widget.failures[0]


def test_before_there_is_a_widget_nothing_can_be_done() -> None:
    chat = Chat()
    with pytest.raises(ExtensionError, match="not while the file is loaded"):
        chat.say("x")
    with pytest.raises(ExtensionError, match="There is no event 'incoming_evnt'"):
        chat.on("incoming_evnt", print)  # type: ignore[call-overload]


def test_a_handler_can_be_taken_away(hooks: Hooks) -> None:
    widget = hooks(
        """
        def hear(payload):
            chat.say(payload.event.text)
            stop()
        stop_early = chat.on("incoming_event", hear)
        stop_early()
        @chat.on("connected")
        def begin(payload):
            global stop
            stop = chat.on("incoming_event", hear)
        """,
        active=True,
    )
    widget.agent_says("one")
    widget.agent_says("two")
    assert widget.shown == ["one", "one", "two"]


if TYPE_CHECKING:
    from typing import assert_type

    from pydantic import BaseModel

    from chatwheel.extension import Node, Outgoing, Reply, chat
    from chatwheel.sdk.events import IncomingChat, IncomingEvent
    from chatwheel.sdk.models import CustomEvent

    class Thing(BaseModel):
        pass

    @chat.before_send
    async def right(message: Outgoing) -> Reply: ...

    @chat.before_send  # type: ignore[type-var]
    def wrong(message: Outgoing) -> int: ...

    @chat.on("incoming_event")
    def heard(payload: IncomingEvent) -> None: ...

    @chat.on("incoming_event")  # type: ignore[type-var]
    def misheard(payload: IncomingChat) -> None: ...

    @chat.renderer("x")
    def draw(event: CustomEvent) -> Node: ...

    @chat.renderer("x", Thing)
    def draw_thing(thing: Thing) -> Node | None: ...

    @chat.renderer("x", Thing)  # type: ignore[arg-type]
    def draw_event(event: CustomEvent) -> Node | None: ...

    async def ask() -> None:
        assert_type(await chat.ask(Thing, title="x"), Thing | None)
