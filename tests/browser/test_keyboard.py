"""Everything can be done with the keyboard, and everything that happens is said."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from browser.backend import Agent, Backend
from browser.pages import Widget, wait_in


def focused(widget: Widget) -> str:
    """The name of what has the focus inside the panel."""
    name: str = widget.frame.evaluate(
        "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
    )
    return name


def test_writing(widget: Widget, agent: Agent) -> None:
    """Enter sends, Shift+Enter breaks the line, and neither is taken from an input method."""
    widget.start()
    composer = widget.composer
    composer.press_sequentially("First line")
    composer.press("Shift+Enter")
    composer.press_sequentially("second line")
    expect(composer).to_have_value("First line\nsecond line")
    expect(widget.articles).to_have_count(0)
    # Composing: Chromium says so by `isComposing`, Safari by the key code 229 of the Enter that ends it.
    composer.evaluate(
        """(area) => {
            const enter = { key: "Enter", bubbles: true, cancelable: true };
            const key = (more) => new KeyboardEvent("keydown", { ...enter, ...more });
            area.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
            area.dispatchEvent(key({ isComposing: true }));
            area.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "日本" }));
            area.dispatchEvent(key({ keyCode: 229 }));
        }"""
    )
    expect(composer).to_have_value("First line\nsecond line")
    expect(widget.articles).to_have_count(0)
    composer.press("Enter")
    expect(widget.articles).to_have_count(1)
    expect(composer).to_have_value("")
    composer.press("Enter")
    composer.fill("   \n ")
    composer.press("Enter")
    expect(widget.message("First line")).to_contain_text("Sent")
    assert agent.texts(agent.join()) == ["First line\nsecond line"]


def test_moving_about(widget: Widget, agent: Agent) -> None:
    """In and out, the order of the stops, the menu by arrows; a closed panel takes no focus."""
    widget.visit()
    widget.launcher.focus()
    widget.page.keyboard.press("Enter")
    expect(widget.composer).to_be_focused()
    widget.wait_connected()
    widget.send("Hello").get_by_text("Sent").wait_for()

    widget.menu_button.focus()
    stops = [focused(widget)]
    for _ in range(6):
        widget.page.keyboard.press("Tab")
        stops.append(focused(widget))
    assert stops == [
        *("Menu", "Close chat window", "Messages"),
        *("Attach a file", "Message", "Emoji", "Send message"),
    ]

    widget.menu_button.focus()
    widget.page.keyboard.press("Enter")
    items = widget.inside.locator("[role^=menuitem]")
    expect(widget.menu_button).to_have_attribute("aria-expanded", "true")
    expect(items.first).to_be_focused()
    widget.page.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    widget.page.keyboard.press("ArrowDown")
    expect(items.first).to_be_focused()
    widget.page.keyboard.press("End")
    expect(items.last).to_be_focused()
    widget.page.keyboard.press("Escape")
    expect(items).to_have_count(0)
    expect(widget.menu_button).to_be_focused()
    expect(widget.menu_button).to_have_attribute("aria-expanded", "false")

    widget.page.keyboard.press("Escape")
    expect(widget.launcher).to_be_focused()
    expect(widget.launcher).to_have_attribute("aria-expanded", "false")
    assert widget.element.evaluate("frame => frame.inert")
    expect(widget.element).to_be_hidden()
    widget.page.keyboard.press("Tab")
    assert widget.page.evaluate("document.activeElement?.shadowRoot?.activeElement?.localName") != "iframe"


def test_walking_through_the_messages(widget: Widget, agent: Agent) -> None:
    """By arrows, into a message and out again; who comes back goes on where they were, and nobody is caught."""
    widget.start()
    widget.send("First").get_by_text("Sent").wait_for()
    chat = agent.join()
    agent.say(chat, "Look at https://example.org/pumps")
    agent.say(chat, "Or ask me")
    expect(widget.message("Or ask me")).to_be_visible()
    press = widget.page.keyboard.press
    widget.close_button.focus()
    press("Tab")
    expect(widget.log).to_be_focused()
    press("ArrowUp")
    last = widget.articles.last
    expect(last).to_be_focused()
    expect(last).to_have_accessible_name(re.compile(r"^Sam, Or ask me, "))
    expect(last).to_have_attribute("aria-posinset", "4")
    expect(last).to_have_attribute("aria-setsize", "4")
    press("ArrowDown")
    expect(last).to_be_focused()
    press("Home")
    expect(widget.message("First")).to_be_focused()
    press("End")
    expect(last).to_be_focused()
    press("ArrowUp")
    linked = widget.message("Look at")
    expect(linked).to_be_focused()
    expect(linked).to_have_attribute("aria-posinset", "3")
    expect(widget.log.locator("[aria-posinset]")).to_have_count(1)  # no other is touched
    press("Enter")
    expect(linked.get_by_role("link")).to_be_focused()
    press("ArrowUp")  # keys of what is inside are left alone
    expect(linked.get_by_role("link")).to_be_focused()
    press("Escape")
    expect(widget.composer).to_be_focused()

    widget.close_button.focus()
    press("Tab")
    expect(linked).to_be_focused()
    expect(last).not_to_have_attribute("aria-label", re.compile(""))
    press("Shift+Tab")
    expect(widget.log).to_be_focused()
    press("Shift+Tab")
    expect(widget.close_button).to_be_focused()
    press("Escape")
    expect(widget.launcher).to_be_focused()


def test_what_is_said(widget: Widget, agent: Agent, backend: Backend) -> None:
    """A conversation, sentence by sentence; not what the visitor writes, nor what is read again."""
    widget.start()
    widget.listen()
    widget.send("Hello").get_by_text("Sent").wait_for()
    chat_id = agent.join()
    agent.say(chat_id, "Good morning")
    wait_in(widget.frame, "() => said.includes('Sam says: Good morning')")
    expect(widget.spoken).to_be_empty()
    agent.request("send_typing_indicator", {"chat_id": chat_id, "is_typing": True})
    typing = widget.inside.get_by_role("status").filter(has_text="Sam is typing")
    expect(typing).to_have_count(1)
    backend.drop()
    widget.send("Are you still there?").get_by_text("Sent").wait_for()  # so there is a connection again
    expect(widget.message("Good morning")).to_have_count(1)
    agent.say(chat_id, "Anything else?")
    wait_in(widget.frame, "() => said.includes('Sam says: Anything else?')")
    widget.choose("End chat")
    wait_in(widget.frame, "() => said.includes('The chat has ended')")
    assert widget.heard() == [
        "Sam joined the chat",
        "Sam says: Good morning",
        "Sam is typing",
        "Connection lost. Trying to reconnect…What you write is sent when it is back.",
        "Sam says: Anything else?",
        "The chat has ended",
    ]
    log = widget.frame.evaluate("document.querySelector('[role=log]').getAttribute('aria-live')")
    assert log == "off"  # or everything would be said twice
