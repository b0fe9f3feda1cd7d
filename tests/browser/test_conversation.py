"""A visitor and an agent talk: what one does is seen by the other, at once and in the right words."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.backend import Backend
from browser.pages import Console, Widget

SHOP = "Spoke & Saddle: bicycles for every day"


@pytest.mark.first_visit
def test_a_message_goes_out_and_is_seen(widget: Widget, console: Console, backend: Backend) -> None:
    """Sending, sent, seen; the draft before it, the page behind it."""
    backend.server.faults.delay("start_chat", 1.0)
    widget.start()
    hello = widget.send("Hello, do you have pumps?")
    expect(hello).to_contain_text("Sending")
    expect(widget.composer).to_have_value("")
    expect(widget.composer).to_be_focused()
    expect(console.message("Hello, do you have pumps?")).to_have_count(1)
    expect(hello).to_contain_text("Sent")
    console.take_chat()
    expect(hello).to_contain_text("Seen")
    expect(widget.message("Sam joined the chat")).to_have_count(1)
    expect(console.about).to_contain_text(SHOP)

    widget.composer.press_sequentially("I mean those wi", delay=20)
    expect(console.draft).to_have_text("I mean those wi")
    widget.composer.press_sequentially("th a gauge")
    expect(console.draft).to_have_text("I mean those with a gauge")
    widget.composer.press("Enter")
    expect(console.message("I mean those with a gauge")).to_have_count(1)
    expect(console.draft).to_be_empty()


def test_the_agent_answers(widget: Widget, console: Console) -> None:
    """Typing, the author's name, grouping, days, links, seen marks."""
    widget.start()
    widget.send("Hello")
    console.take_chat()

    console.composer.press_sequentially("Goo")
    expect(widget.typing).to_contain_text("Sam is typing")
    console.composer.fill("")
    expect(widget.typing).to_be_empty()
    console.composer.press_sequentially("Good morning")
    expect(widget.typing).to_contain_text("Sam is typing")
    console.composer.press("Enter")
    answer = widget.message("Good morning")
    expect(answer.get_by_role("heading")).to_have_text("Sam")
    expect(widget.typing).to_be_empty()
    expect(widget.inside.get_by_role("heading", level=1)).to_have_text("Sam")
    expect(console.message("Good morning")).to_contain_text("Seen")

    console.send("See https://example.org/pumps?a=1, or www.example.com.")
    for name, address in (
        ("https://example.org/pumps?a=1", "https://example.org/pumps?a=1"),
        ("www.example.com", "https://www.example.com"),
    ):
        link = widget.log.get_by_role("link", name=name, exact=True)
        expect(link).to_have_attribute("href", address)
        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", re.compile("noopener.*noreferrer"))
    # One group: the name is shown above the first, the time below the last.
    expect(answer.get_by_role("time")).to_have_count(0)
    expect(widget.message("example.org").get_by_role("time")).to_have_count(1)
    expect(widget.message("example.org").get_by_role("heading")).to_have_class("hidden")
    expect(widget.log.get_by_role("separator")).to_have_text("Today")


def test_news_while_the_panel_is_closed(widget: Widget, console: Console) -> None:
    """The launcher and the page's title count them; opening ends that."""
    widget.start()
    widget.send("Hello")
    console.take_chat()
    widget.close()
    console.send("One")
    expect(widget.launcher).to_have_accessible_name("Open chat, 1 unread message")
    console.send("Two")
    expect(widget.launcher).to_have_accessible_name("Open chat, 2 unread messages")
    expect(widget.page).to_have_title(f"(2) New messages · {SHOP}")
    widget.open()
    expect(widget.launcher).to_have_accessible_name("Close chat")
    expect(widget.page).to_have_title(SHOP)
    expect(console.message("Two")).to_contain_text("Seen")
    widget.close()
    expect(widget.launcher).to_have_accessible_name("Open chat")


def test_the_end_and_a_new_beginning(widget: Widget, console: Console) -> None:
    """Ended from the menu and by the agent, begun again by the button and by writing."""
    widget.start()
    widget.send("Hello")
    console.send("Good morning")
    widget.message("Good morning").wait_for()
    widget.choose("End chat")
    expect(widget.inside.get_by_text("This chat has ended.")).to_be_visible()
    expect(console.page.get_by_text("This chat is over.")).to_be_visible()

    widget.inside.get_by_role("button", name="Start a new chat").click()
    expect(widget.inside.get_by_text("This chat has ended.")).to_have_count(0)
    expect(widget.composer).to_be_focused()
    widget.send("One more thing")
    expect(console.message("One more thing")).to_have_count(1)
    console.close_chat()
    expect(widget.inside.get_by_text("This chat has ended.")).to_be_visible()

    expect(widget.send("And another")).to_contain_text("Sent")
    expect(widget.inside.get_by_text("This chat has ended.")).to_have_count(0)
    expect(console.message("And another")).to_have_count(1)
    said = [text for text in widget.texts() if text]
    assert said == ["Hello", "Good morning", "One more thing", "And another"]
