"""What a chat holds besides messages: forms before it, a greeting, cards and quick replies, and how it was."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from browser.backend import Agent, Backend
from browser.pages import Widget
from browser.states import PRECHAT


def test_a_form_before_the_chat(widget: Widget, backend: Backend) -> None:
    """Checked with words beside the fields; the chat begins with the answers, the message written before follows."""
    backend.set_form("prechat", PRECHAT)
    widget.visit()
    widget.page.evaluate("void chatwheel('identify', { name: 'Ada Byron' })")
    widget.open()
    widget.send("I wrote this first")
    form = widget.inside.get_by_role("form", name="Before the chat")
    expect(form).to_be_visible()
    form.get_by_label("E-mail").fill("nobody")
    form.get_by_role("button", name="Start chat").click()
    expect(form.get_by_role("alert")).to_have_count(2)
    expect(form.get_by_label("Your name")).to_have_value("Ada Byron")  # nobody is asked for what is known
    expect(form.get_by_label("E-mail")).to_be_focused()
    form.get_by_label("Your name").fill("Ada")
    form.get_by_label("E-mail").fill("ada@example.org")
    for _ in range(2):  # the same mistake once more has the focus once more
        form.get_by_role("button", name="Start chat").click()
        expect(form.get_by_label("Sales")).to_be_focused()
        form.get_by_label("Your name").focus()
    group = form.get_by_role("radiogroup", name="What is it about?")
    expect(group).to_have_accessible_description("Please fill this in.")
    form.get_by_label("Repairs").check()
    form.get_by_role("button", name="Start chat").click()
    expect(form).to_have_count(0)
    expect(widget.message("Your name: Ada")).to_have_count(1)
    expect(widget.message("I wrote this first").get_by_text("Sent")).to_be_visible()
    begun = backend.wait_for("start_chat")["payload"]["chat"]["thread"]["events"]
    assert [event["type"] for event in begun] == ["filled_form"]


def test_cards_quick_replies_and_a_rating(widget: Widget, agent: Agent, backend: Backend) -> None:
    widget.start()
    widget.send("Hello").get_by_text("Sent").wait_for()
    chat_id = agent.join()
    sizes: list[dict[str, Any]] = [
        {"type": "message", "text": text, "value": text, "postback_id": text, "user_ids": []}
        for text in ("Small", "Large")
    ]
    question = {"type": "rich_message", "template_id": "quick_replies"}
    agent.request(
        "send_event",
        {"chat_id": chat_id, "event": {**question, "elements": [{"title": "Which size?", "buttons": sizes}]}},
    )
    widget.inside.get_by_role("button", name="Large").click()
    expect(widget.inside.get_by_role("button", name="Large")).to_have_attribute("aria-pressed", "true")
    expect(widget.inside.get_by_role("button", name="Small")).to_have_attribute("aria-disabled", "true")
    expect(widget.articles.last).to_contain_text("Large")
    assert backend.wait_for("send_rich_message_postback")["payload"]["postback"] == {
        "id": "Large",
        "toggled": True,
    }
    look = {
        "type": "url",
        "text": "Look",
        "value": "https://shop.example/1",
        "postback_id": "l",
        "user_ids": [],
    }
    cards = [{"title": f"Model {number}", "subtitle": "Blue", "buttons": [look]} for number in (1, 2)]
    agent.request(
        "send_event",
        {"chat_id": chat_id, "event": {"type": "rich_message", "template_id": "cards", "elements": cards}},
    )
    link = widget.inside.get_by_role("link", name="Look").first
    expect(link).to_have_attribute("href", "https://shop.example/1")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow ugc")

    widget.choose("End chat")
    widget.inside.get_by_role("button", name="Good").click()
    expect(widget.inside.get_by_role("button", name="Good")).to_have_attribute("aria-pressed", "true")
    # Also where the visitor's own colours replace ours.
    widget.page.emulate_media(forced_colors="active")
    good, bad = (
        widget.inside.get_by_role("button", name=name).evaluate("(e) => getComputedStyle(e).backgroundColor")
        for name in ("Good", "Bad")
    )
    assert good != bad
    widget.page.emulate_media(forced_colors="none")
    widget.inside.get_by_label("Would you like to say more?").fill("Quick and kind")
    widget.inside.get_by_role("button", name="Send comment").click()
    expect(widget.inside.get_by_label("Would you like to say more?")).to_have_count(0)
    for properties in ({"rating": {"score": 1}}, {"rating": {"score": 1, "comment": "Quick and kind"}}):
        backend.wait_for("update_thread_properties", properties=properties)


def test_a_greeting_beside_the_launcher(widget: Widget, backend: Backend) -> None:
    """Seen outside the panel, dismissed or opened; what is opened counts as seen at the server."""
    widget.start()
    widget.close()
    [customer_id] = backend.loop.call(lambda: list(backend.server.customer_ids))
    for text in ("Need a hand?", "Still there?"):
        backend.loop.call(lambda text=text: backend.server.greet(customer_id, text))  # type: ignore[misc]
        expect(widget.page.get_by_role("button", name=text)).to_be_visible()
        if text == "Need a hand?":
            widget.page.get_by_role("button", name="Dismiss").click()
            expect(widget.page.get_by_role("button", name=text)).to_have_count(0)
            backend.wait_for("cancel_greeting")
    widget.page.get_by_role("button", name="Still there?").click()
    expect(widget.articles).to_have_count(1)
    expect(widget.articles).to_contain_text("Still there?")
    backend.wait_for("accept_greeting")
