"""One visitor, several tabs: one connection for all of them, where the browser lets tabs find each other."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from browser import boot
from browser.backend import Agent, Backend
from browser.pages import Widget

NO_LOCKS = "Object.defineProperty(Object.getPrototypeOf(navigator), 'locks', { value: undefined });\n"


def test_one_connection(widget: Widget, visitor: BrowserContext, backend: Backend, agent: Agent) -> None:
    """Both see everything; when the one that holds the connection is closed, the other goes on."""
    widget.start()
    widget.send("From the first tab").get_by_text("Sent").wait_for()
    chat = agent.join()
    other = Widget(visitor.new_page(), backend.url)
    other.start("/demo/delivery.html")
    expect(other.message("From the first tab")).to_have_count(1)
    other.send("From the second tab").get_by_text("Sent").wait_for()
    agent.say(chat, "Good morning")
    for tab in (widget, other):
        expect(tab.message("Good morning")).to_have_count(1)
        assert tab.texts() == ["From the first tab", "From the second tab", "Good morning"]
    assert len(backend.requests("login")) == 1
    assert backend.server.connection_count == 2  # the agent's is the other

    widget.page.close()
    agent.say(chat, "Are you still there?")
    expect(other.message("Are you still there?")).to_have_count(1)
    other.send("Yes").get_by_text("Sent").wait_for()
    assert len(backend.requests("login")) == 2
    assert backend.server.connection_count == 2
    assert other.texts()[-2:] == ["Are you still there?", "Yes"]
    assert agent.texts(chat) == other.texts()


def test_closing_a_tab_that_follows(
    widget: Widget, visitor: BrowserContext, backend: Backend, agent: Agent
) -> None:
    """It leaves nothing behind: the first goes on as if nothing had been."""
    widget.start()
    widget.send("Hello").get_by_text("Sent").wait_for()
    chat = agent.join()
    other = Widget(visitor.new_page(), backend.url)
    other.start()
    expect(other.message("Hello")).to_have_count(1)
    other.page.close()
    agent.say(chat, "Good morning")
    expect(widget.message("Good morning")).to_have_count(1)
    assert len(backend.requests("login")) == 1


def test_without_locks(widget: Widget, visitor: BrowserContext, backend: Backend, agent: Agent) -> None:
    """Each tab has a connection of its own."""
    boot.prepend(visitor, "boot.mjs", NO_LOCKS)
    widget.start()
    other = Widget(visitor.new_page(), backend.url)
    other.start()
    other.send("Hello").get_by_text("Sent").wait_for()
    expect(widget.message("Hello")).to_have_count(1)
    assert len(backend.requests("login")) == 2
    assert backend.server.connection_count == 3
