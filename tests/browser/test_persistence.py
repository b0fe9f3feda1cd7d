"""The conversation stays: over a reload, on another page of the site, in another tab."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from browser.backend import Backend
from browser.pages import Console, Widget


def test_a_reload_and_another_page(widget: Widget, console: Console) -> None:
    """Everything is there again, once, and the draft too; the agent sees where the visitor went."""
    widget.start()
    widget.send("Hello")
    console.take_chat()
    console.send("Good morning")
    widget.message("Good morning").wait_for()
    widget.write("A draft that I have not sent")

    widget.page.reload()
    widget.open().wait_connected()
    expect(widget.message("Good morning")).to_have_count(1)
    assert widget.texts() == ["Hello", "Good morning"]
    expect(widget.composer).to_have_value("A draft that I have not sent")
    widget.composer.press("Enter")
    expect(console.message("A draft that I have not sent")).to_have_count(1)

    # On the next page the widget starts by itself, so that an answer is noticed.
    widget.write("Begun on this page")
    widget.page.get_by_role("link", name="Delivery & returns").click()
    expect(console.about).to_contain_text("Delivery and returns: Spoke & Saddle")
    console.send("Thirty days")
    expect(widget.launcher).to_have_accessible_name("Open chat, 1 unread message")
    widget.open()
    expect(widget.message("Thirty days")).to_be_visible()
    expect(widget.composer).to_have_value("Begun on this page")
    assert widget.texts() == ["Hello", "Good morning", "A draft that I have not sent", "Thirty days"]


def test_two_tabs(widget: Widget, visitor: BrowserContext, backend: Backend, console: Console) -> None:
    """What one tab writes, the other shows as the visitor's own; an answer is shown in both and counted in none."""
    widget.start()
    widget.send("From the first tab").get_by_text("Sent").wait_for()
    widget.write("One draft")
    other = Widget(visitor.new_page(), backend.url)
    other.start("/demo/delivery.html")
    expect(other.message("From the first tab")).to_have_count(1)
    expect(other.composer).to_have_value("One draft")
    other.send("From the second tab").get_by_text("Sent").wait_for()

    mine = widget.message("From the second tab")
    expect(mine.get_by_role("heading")).to_have_text("You")
    console.take_chat()
    console.send("Good morning")
    for tab in (widget, other):
        expect(tab.message("Good morning")).to_have_count(1)
        assert tab.texts() == ["From the first tab", "From the second tab", "Good morning"]
        expect(tab.launcher).to_have_accessible_name("Close chat")
    # It was sent from one tab: no other has it any more, wherever the visitor goes in it.
    other.write("One draft for all")
    widget.visit("/demo/delivery.html").open()
    expect(widget.composer).to_have_value("One draft for all")
    other.composer.press("Enter")
    widget.visit().open().wait_connected()
    expect(widget.message("One draft for all")).to_have_count(1)
    expect(widget.composer).to_have_value("")
