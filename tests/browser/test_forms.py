"""After a chat and when nobody is there: forms, what was thought of the chat, and a place in line before the next."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from browser.backend import CONSOLE_AGENT, Agent, Backend
from browser.pages import Console, Widget, wait_in
from browser.states import POSTCHAT, TICKET
from chatwheel_devserver.config import CONSOLE_AGENT as SAM
from chatwheel_devserver.config import Config, Group

FULL = Config(
    agents=(SAM,),
    groups=(Group(0, "Everybody", routing="automatic", chats_per_agent=0),),
    scripted_agent=SAM.email,
    seconds_per_chat=240,
)
"""Chats are given out, and nobody has room for one: all wait until somebody takes them."""


@pytest.mark.server(config=FULL)
def test_from_the_line_to_a_ticket(widget: Widget, agent: Agent, backend: Backend, console: Console) -> None:
    """A place in line, a chat, its form and its rating, changed and taken back, and a ticket to the empty shop."""
    backend.set_form("postchat", POSTCHAT)
    backend.set_form("ticket", TICKET)
    widget.start()
    widget.listen()
    widget.send("Is anybody there?").get_by_text("Sent", exact=True).wait_for()
    expect(widget.connection).to_have_text("You are number 1 in line. About 4 min to wait.")
    chat_id = agent.join()
    expect(widget.message("Sam joined the chat")).to_have_count(1)
    expect(widget.connection).to_be_empty()
    agent.say(chat_id, "Now I am")

    # After the chat: its form, checked, sent into the thread that was closed, and shown with its answers.
    widget.choose("End chat")
    form = widget.inside.get_by_role("form", name="After the chat")
    expect(form).to_contain_text("Before you go")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_role("alert")).to_have_text("Please fill this in.")
    form.get_by_label("Quick").check()
    form.get_by_label("Anything to add? (optional)").fill("Friendly, too")
    form.get_by_role("button", name="Send").click()
    expect(form).to_have_count(0)
    filled = widget.message("Was it quick? Quick")
    expect(filled).to_contain_text("Anything to add? Friendly, too")
    sent = backend.requests("send_event")[-1]["payload"]
    assert sent["attach_to_last_thread"] is True
    assert [field.get("answer") for field in sent["event"]["fields"]] == [
        {"id": "y", "label": "Quick"},
        "Friendly, too",
    ]
    ended = console.page.get_by_role("region", name="Ended").get_by_role("button")
    ended.click()
    expect(console.articles.last).to_contain_text("Friendly, too")

    # The rating: given, changed, said more about, taken back. The agent sees each.
    good, bad = (widget.inside.get_by_role("button", name=name) for name in ("Good", "Bad"))
    more = widget.inside.get_by_label("Would you like to say more?")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(widget.message("You rated the chat: Good")).to_have_count(1)
    wait_in(widget.frame, "() => said.includes('You rated the chat: Good')")
    bad.click()
    expect(bad).to_have_attribute("aria-pressed", "true")
    expect(good).to_have_attribute("aria-pressed", "false")
    expect(widget.message("You rated the chat: Bad")).to_have_count(1)
    wait_in(widget.frame, "() => said.includes('You rated the chat: Bad')")
    more.fill("I waited")
    widget.inside.get_by_role("button", name="Send comment").click()
    expect(widget.message("Your comment: I waited")).to_have_count(1)
    wait_in(widget.frame, "() => said.includes('Your comment: I waited')")
    assert rating(agent, chat_id) == {"score": 0, "comment": "I waited"}
    bad.click()
    expect(bad).to_have_attribute("aria-pressed", "false")
    expect(widget.message("You took your rating back")).to_have_count(1)
    expect(more).to_have_count(0)
    assert rating(agent, chat_id) == {}

    # Nobody is there: what is asked for a chat leaves a ticket, which begins no chat.
    wait_in(widget.frame, "() => said.includes('You took your rating back')")
    console.page.get_by_role("switch", name="Accepting chats").click()
    agent.request("set_routing_status", {"status": "not_accepting_chats", "agent_id": CONSOLE_AGENT})
    expect(widget.connection).to_contain_text("Nobody is here at the moment.")
    widget.inside.get_by_role("button", name="Start a new chat").click()
    ticket = widget.inside.get_by_role("form", name="Leave a message")
    address, words = ticket.get_by_label("E-mail"), ticket.get_by_label("Your message")
    expect(address).to_be_focused()
    address.fill("ada@example")
    address.press("Enter")
    expect(ticket.get_by_role("alert")).to_have_text(
        ["This does not look like an e-mail address.", "Please fill this in."]
    )
    address.fill("ada@example.org")
    words.fill("My chain fell off")
    ticket.get_by_role("button", name="Leave message").click()
    expect(ticket).to_have_count(0)
    expect(widget.message("My chain fell off")).to_contain_text("ada@example.org")
    begun = backend.wait_for("resume_chat")["payload"]
    assert (begun["active"], begun["continuous"]) == (False, True)
    assert [event["type"] for event in begun["chat"]["thread"]["events"]] == ["filled_form"]
    assert (
        agent.chat["last_thread_summary"]["id"]
        and not agent.request("get_chat", {"chat_id": chat_id})["thread"]["active"]
    )
    expect(console.articles.last).to_contain_text("My chain fell off")
    wait_in(widget.frame, "() => said.at(-1).startsWith('Thank you! We have')")
    assert widget.heard() == [
        "You are number 1 in line. About 4 min to wait.",
        "Sam joined the chat",
        "Sam says: Now I am",
        "The chat has ended",
        "Please fill this in.",
        "Thank you for your answers!",
        "You rated the chat: Good",
        "You rated the chat: Bad",
        "You rated the chat: Bad",
        "Your comment: I waited",
        "You took your rating back",
        "Nobody is here at the moment. Leave a message and we will get back to you.",
        "This does not look like an e-mail address.",
        "Please fill this in.",
        "Thank you! We have your message and will get back to you.",
    ]


def rating(agent: Agent, chat_id: str) -> Any:
    """What the agents' side knows of it."""
    thread = agent.request("get_chat", {"chat_id": chat_id})["thread"]
    return thread.get("properties", {}).get("rating", {})
