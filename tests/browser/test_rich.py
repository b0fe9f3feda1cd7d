"""What an agent can send besides words: pictures, cards in a row, long texts, and what changes afterwards."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.backend import Agent, Backend
from browser.pages import DELIVERED, Console, Widget
from chatwheel_devserver.config import CONSOLE_AGENT as SAM
from chatwheel_devserver.config import Agent as Person
from chatwheel_devserver.config import Config, GreetingRule

SALE = "All pumps are ten percent off until Sunday."
EVA = Person("eva@demo.example", "Eva", "Workshop")
SHOP = Config(
    agents=(SAM, EVA),
    scripted_agent=SAM.email,
    greetings=(GreetingRule(7, SALE, is_announcement=True),),
)
LONG = "\n".join(f"Step {number}: turn the pump by {number} degrees." for number in range(1, 160))


def row(backend: Backend) -> dict[str, Any]:
    """Three cards: the first to answer, the second with a way out, the third with nothing to press."""

    def button(kind: str, text: str, value: str) -> dict[str, Any]:
        return {"type": kind, "text": text, "value": value, "postback_id": text, "user_ids": []}

    picture = {"url": f"{backend.url}/demo/delivery.svg", "name": "van.svg", "alternative_text": "A van"}
    answers = [button("message", "This one", "city"), button("message", "Tell me more", "more")]
    elements = [
        {"title": "City pump", "subtitle": "8 bar", "image": picture, "buttons": answers},
        {"title": "Travel pump", "subtitle": "6 bar", "buttons": [button("cancel", "Neither", "")]},
        {"title": "Floor pump", "subtitle": "12 bar"},
    ]
    return {"type": "rich_message", "template_id": "cards", "elements": elements}


@pytest.mark.server(config=SHOP)
def test_what_agents_send(widget: Widget, agent: Agent, backend: Backend, console: Console) -> None:
    """An announcement, a sticker, cards in a row with answers, a long text, a correction, another agent."""
    widget.start()
    news = widget.articles.filter(has_text=SALE)
    expect(news.get_by_role("heading")).to_have_text("Announcement")
    expect(news).to_have_class(re.compile(r"\bannouncement\b"))
    backend.wait_for("accept_greeting")

    widget.send("Hello").get_by_text("Sent").wait_for()
    chat_id = agent.join()
    picture = {"url": f"{backend.url}/demo/delivery.svg", "name": "thumbs-up.svg"}
    sticker = {"type": "rich_message", "template_id": "sticker", "elements": [{"image": picture}]}
    agent.request("send_event", {"chat_id": chat_id, "event": sticker})
    image = widget.log.get_by_role("img", name="thumbs-up.svg")
    expect(image).to_be_visible()
    assert image.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 0
    expect(widget.articles.filter(has=image).locator(".bubble, button")).to_have_count(0)

    # Cards: the row is a stop of its own and scrolls by arrow keys; an answer is a message with its postback.
    agent.request("send_event", {"chat_id": chat_id, "event": row(backend)})
    cards = widget.log.get_by_role("list", name="3 cards, scroll sideways")
    last = cards.get_by_role("listitem").filter(has_text="Floor pump")
    expect(cards.get_by_role("listitem")).to_have_count(3)
    expect(last).not_to_be_in_viewport(ratio=0.5)
    cards.focus()
    for _ in range(40):
        cards.press("ArrowRight")  # a step needs its frame: the row settles on a card after each
    expect(last).to_be_in_viewport(ratio=0.9)
    chosen, other, neither = (
        cards.get_by_role("button", name=name) for name in ("This one", "Tell me more", "Neither")
    )
    chosen.press("Enter")
    expect(widget.composer).to_be_focused()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    for button in (other, neither):
        expect(button).to_have_attribute("aria-disabled", "true")
        expect(button).to_have_attribute("aria-pressed", "false")
    other.dispatch_event("click")  # a pointer would not get there
    expect(widget.message("This one").last).to_have_attribute("data-delivery", DELIVERED)
    answer = backend.wait_for("send_event")["payload"]["event"]
    assert answer["text"] == "This one"
    assert answer["postback"].items() >= {"id": "This one", "type": "message", "value": "city"}.items()
    pressed = [frame["payload"]["postback"] for frame in backend.requests("send_rich_message_postback")]
    assert pressed == [{"id": "This one", "toggled": True}]
    expect(console.message("This one").last).to_be_visible()
    assert agent.texts(chat_id) == ["Hello", "This one"]

    # A long text is folded; what is copied is all of it.
    agent.say(chat_id, LONG)
    long = widget.message("Step 1: turn the pump")
    more = long.get_by_role("button", name="Show more")
    expect(more).to_be_visible()
    assert "159. Turn" not in long.inner_text()
    more.press("Enter")
    less = long.get_by_role("button", name="Show less")
    expect(less).to_be_focused()
    assert "Step 159: turn the pump by 159 degrees." in long.inner_text()
    less.press("Enter")
    expect(more).to_be_focused()
    assert "159. Turn" not in long.inner_text()

    # What was said is corrected in its place; nobody hears it twice.
    event_id = agent.say(chat_id, "It costs 40")
    said = widget.message("It costs 40")
    expect(said).to_have_count(1)
    count, article = widget.articles.count(), said.element_handle()
    summary = agent.chat
    event = {**summary["last_event_per_type"]["message"]["event"], "text": "It costs 45"}
    assert event["id"] == event_id
    thread_id = summary["last_thread_summary"]["id"]
    backend.news("event_updated", {"chat_id": chat_id, "thread_id": thread_id, "event": event})
    expect(widget.message("It costs 45")).to_have_count(1)
    assert article.evaluate("(article) => article.isConnected && article.textContent.includes('It costs 45')")
    assert widget.articles.count() == count

    # Somebody else takes over.
    agent.request(
        "transfer_chat",
        {"id": chat_id, "target": {"type": "agent", "ids": [EVA.email]}, "ignore_agents_availability": True},
    )
    expect(widget.message("Sam transferred the chat to Eva")).to_have_count(1)
    expect(widget.inside.get_by_role("heading", level=1)).to_have_text("Eva")

    # After a reload it is all as it was, also what was answered.
    widget.page.reload()
    widget.open().wait_connected()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(neither).to_have_attribute("aria-disabled", "true")
    expect(image).to_be_attached()
    expect(widget.inside.get_by_role("heading", level=1)).to_have_text("Eva")
