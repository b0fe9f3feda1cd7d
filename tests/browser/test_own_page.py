"""The wheel in a page of one's own, without the widget: stock PyScript, the site's files alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from browser.backend import Agent, Backend


@pytest.mark.parametrize("page_name", ["", "worker.html"])
def test_a_chat(visitor: BrowserContext, backend: Backend, agent: Agent, page_name: str) -> None:
    """A message goes out, an answer comes in; on the page's own thread and in a worker."""
    page = visitor.new_page()
    page.goto(f"{backend.url}/demo/own-page/{page_name}")
    field = page.get_by_role("textbox", name="Message")
    log = page.get_by_role("log", name="Messages")
    expect(field).to_be_enabled()
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
    assert backend.server.connection_count == 2
