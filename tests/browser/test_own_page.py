"""The wheel in a page of one's own, without the widget: stock PyScript, the site's files alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from browser.backend import Agent, Backend, site

PLACE = "/demo/own-page/"


def test_two_tabs(visitor: BrowserContext, backend: Backend, agent: Agent) -> None:
    """The wheel is named as a package. One connection for both tabs, without a word about it in the page."""

    def opened() -> tuple[Locator, Locator]:
        page = visitor.new_page()
        page.goto(f"{backend.url}{PLACE}")
        field = page.get_by_role("textbox", name="Message")
        expect(field).to_be_enabled(timeout=120_000)
        return field, page.get_by_role("log", name="Messages")

    (first, log), (second, other_log) = opened(), opened()
    first.fill("From the first tab")
    first.press("Enter")
    for shown in (log, other_log):
        expect(shown).to_have_text("You: From the first tab")
    chat = agent.join()
    agent.say(chat, "Good morning")
    for shown in (log, other_log):
        expect(shown.get_by_text("Agent: Good morning", exact=True)).to_be_visible()
    second.fill("From the second tab")
    second.press("Enter")
    for shown in (log, other_log):
        expect(shown.get_by_text("You: From the second tab", exact=True)).to_be_visible()
    assert len(backend.requests("login")) == 1
    assert backend.server.connection_count == 2  # the agent's is the other
    assert agent.texts(chat) == ["From the first tab", "Good morning", "From the second tab"]


@pytest.mark.parametrize("page_name", ["", "worker.html"], ids=["on the page", "in a worker"])
def test_a_chat_by_the_wheel(visitor: BrowserContext, backend: Backend, agent: Agent, page_name: str) -> None:
    """The wheel is named by its address: a message goes out, an answer comes in."""
    wheel = next(site().glob("chatwheel/runtime/wheels/chatwheel-*.whl"))
    visitor.route(f"**{PLACE}{wheel.name}", lambda route: route.fulfill(path=wheel))
    interpreter = "../../chatwheel/runtime/pyodide/pyodide.mjs"
    config = {"interpreter": interpreter, "packages": [f"./{wheel.name}"], "sync_main_only": True}
    visitor.route(f"**{PLACE}pyscript.json", lambda route: route.fulfill(json=config))
    page = visitor.new_page()
    page.goto(f"{backend.url}{PLACE}{page_name}")
    field = page.get_by_role("textbox", name="Message")
    log = page.get_by_role("log", name="Messages")
    expect(field).to_be_enabled(timeout=120_000)  # Python starts anew, without a snapshot
    field.fill("Is anybody there?")
    field.press("Enter")
    expect(log).to_have_text("You: Is anybody there?")
    backend.wait_for("incoming_event")
    chat = agent.join()
    agent.say(chat, "Yes, I am")
    expect(log.get_by_text("Agent: Yes, I am", exact=True)).to_be_visible()
    field.fill("Good")
    field.press("Enter")
    expect(log.get_by_text("You: Good", exact=True)).to_be_visible()
    backend.wait_for("send_event", event={"type": "message", "text": "Good"})
    assert agent.texts(chat) == ["Is anybody there?", "Yes, I am", "Good"]
