"""The line breaks, the server dies, answers get lost, the set-up is wrong: words each time, nothing lost or twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from browser.backend import Agent, Backend, Process
from browser.conftest import NewContext, Watch
from browser.pages import DELIVERED, Console, Widget

GONE = (r"WebSocket connection to .* failed", r"ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE")
LOST = "Connection lost. Trying to reconnect…"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path)
    process.start()
    yield process
    process.kill()


def test_the_server_is_killed(process: Process, contexts: NewContext, watch: Watch) -> None:
    """It comes back with everything it had acknowledged; what waited goes out once, in order."""
    watch.hosts.add(process.origin)
    console = Console(contexts().new_page(), process.url).open()
    widget = Widget(contexts().new_page(), process.url).start()
    widget.send("Before")
    console.take_chat()
    console.send("I am here")
    expect(widget.message("I am here")).to_be_visible()
    expect(console.message("I am here")).to_contain_text("Seen")

    watch.expect(*GONE)
    process.kill()
    expect(widget.connection).to_contain_text(LOST)
    expect(widget.inside.get_by_text("Offline", exact=True)).to_be_visible()
    widget.send("During, one")
    expect(widget.send("During, two")).to_contain_text("Waiting for connection")

    process.start()
    expect(widget.connection).to_be_empty(timeout=60_000)
    expect(widget.message("During, two")).to_have_attribute("data-delivery", DELIVERED)
    said = ["Before", "I am here", "During, one", "During, two"]
    assert widget.texts() == said
    for text in said:
        expect(console.message(text)).to_have_count(1)
    console.send("Back again")
    expect(widget.message("Back again")).to_have_count(1)


def test_answers_that_get_lost(widget: Widget, agent: Agent, backend: Backend) -> None:
    """The server did it and the line broke before it could say so: the message is there once."""
    faults = backend.server.faults
    widget.start()
    faults.lose_answer("start_chat")
    expect(widget.send("The first of all")).to_contain_text("Sent")
    expect(widget.message("The first of all")).to_have_count(1)
    faults.lose_answer("send_event")
    expect(widget.send("The second")).to_contain_text("Sent")
    faults.ignore("send_event")
    widget.send("The third, into a dead line")
    backend.wait_for("send_event")
    backend.drop()
    expect(widget.message("The third, into a dead line")).to_contain_text("Sent")
    faults.duplicate("send_event")
    expect(widget.send("The fourth, answered twice")).to_contain_text("Sent")
    said = ["The first of all", "The second", "The third, into a dead line", "The fourth, answered twice"]
    assert widget.texts() == said
    assert agent.texts(agent.join()) == said
    expect(widget.connection).to_be_empty()


def test_messages_that_are_refused(widget: Widget, agent: Agent, backend: Backend) -> None:
    """An alert says why; another try sends it, "Delete" takes it away, and the others go their way."""
    faults = backend.server.faults
    widget.start()
    widget.send("Hello").get_by_text("Sent").wait_for()
    faults.error("send_event", "validation", "Not with these words")
    failed = widget.send("Refused, then taken")
    alert = failed.get_by_role("alert")
    expect(alert).to_contain_text("This was not sent: Not with these words")
    expect(widget.send("Meanwhile")).to_contain_text("Sent")
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_have_count(0)
    expect(widget.message("Refused, then taken")).to_contain_text("Sent")

    faults.error("send_event", "validation", "Not with these words")
    widget.send("Refused for ever").get_by_role("button", name="Delete").click()
    expect(widget.message("Refused for ever")).to_have_count(0)
    expect(widget.composer).to_be_focused()
    assert agent.texts(agent.join()) == ["Hello", "Meanwhile", "Refused, then taken"]
    assert widget.texts() == ["Hello", "Meanwhile", "Refused, then taken"]


def page_with(page: Page, organization: str, client: str = "demo-client") -> None:
    """A page of another owner, at /bare.html."""

    def answer(route: Route) -> None:
        ids = f"data-organization-id='{organization}' data-client-id='{client}' data-api-url='/'"
        head = "<!doctype html><html lang=en><title>Bare</title><link rel=icon href='data:,'>"
        html = f"{head}<body><script src='/chatwheel/embed.js' {ids}></script>"
        route.fulfill(content_type="text/html; charset=utf-8", body=html)

    page.context.route("**/bare.html", answer)


@pytest.mark.parametrize(
    ("organization", "client", "words"),
    [
        ("nobody", "demo-client", "the organization is unknown"),
        ("demo-organization", "nobody", "the client id is unknown"),
    ],
)
def test_a_wrong_set_up(widget: Widget, watch: Watch, organization: str, client: str, words: str) -> None:
    """The visitor, and thereby the owner, reads what is wrong."""
    watch.expect(r"answer 40[013]: .*/token", "console warning: login failed")
    page_with(widget.page, organization, client)
    widget.visit("/bare.html").open()
    expect(widget.connection).to_contain_text("This chat is not set up correctly", timeout=60_000)
    expect(widget.connection).to_contain_text(words)


def test_a_token_endpoint_that_answers_nonsense(widget: Widget, agent: Agent, watch: Watch) -> None:
    """Words after a while, and a connection as soon as the answers make sense."""
    nonsense = ["<html>It works!</html>", "[]", '{"access_token": 7, "expires_in": "soon"}', ""]
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(nonsense[len(asked) % len(nonsense)])
        route.fulfill(status=200, content_type="application/json", body=asked[-1])

    watch.expect("console warning: login failed: MALFORMED_RESPONSE")
    widget.page.context.route("**/customer/token", answer)
    widget.visit().open()
    widget.send("Are you there?")
    widget.wait_started()
    expect(widget.connection).to_contain_text("This takes longer than usual", timeout=60_000)
    assert asked
    expect(widget.message("Are you there?")).to_contain_text("Waiting for connection")
    widget.page.context.unroute("**/customer/token")
    expect(widget.message("Are you there?")).to_contain_text("Sent", timeout=60_000)
    expect(widget.connection).to_be_empty()
    assert agent.texts(agent.join()) == ["Are you there?"]
