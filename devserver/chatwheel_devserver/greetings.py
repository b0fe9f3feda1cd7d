"""Greetings: shown by rule when a visitor opens a page, or by an agent's or a test's wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .calls import Call
from .config import Agent, GreetingRule
from .desk import Desk
from .records import Customer, Greeting


def show_greeting(
    call: Call,
    customer: Customer,
    agent: Agent,
    text: str,
    *,
    greeting_id: int = 1,
    buttons: Sequence[str] = (),
    details: Mapping[str, Any] | None = None,
) -> Greeting:
    """Show a greeting to a customer; one that is open gives way to it.

    ``details`` are the greeting's own ``addon``, ``subtype`` and ``is_exit_intent``.
    """
    desk = call.desk
    previous = desk.customers.open_greeting(customer.id)
    if previous is not None:
        desk.customers.set_greeting_state(previous.unique_id, "canceled")
        replaced = {"unique_id": previous.unique_id}
        call.push("greeting_canceled", lambda _: replaced, customer_id=customer.id, to_agents=False)
    instant = desk.clock.instant()
    body = {"event": _event(agent, text, buttons), "agent": _face(agent)} | dict(details or {})
    greeting = Greeting(f"GR{instant:X}", customer.id, greeting_id, "shown", body, instant)
    customer.greetings_shown += 1
    desk.customers.save(customer)
    desk.customers.add_greeting(greeting)
    if desk.hub.is_online(customer.id):
        desk.customers.note_delivery(greeting.unique_id)
    call.push(
        "incoming_greeting", lambda lens: lens.greeting(greeting), customer_id=customer.id, to_agents=False
    )
    return greeting


def _event(agent: Agent, text: str, buttons: Sequence[str]) -> dict[str, Any]:
    if not buttons:
        return {"type": "message", "text": text, "author_id": agent.public_id}
    chips = [
        {
            "type": "message",
            "text": label,
            "value": label,
            "postback_id": f"greeting_{n}",
            "button_id": f"b{n}",
            "user_ids": [],
        }
        for n, label in enumerate(buttons)
    ]
    element = {"title": text, "buttons": chips}
    return {
        "type": "rich_message",
        "template_id": "quick_replies",
        "elements": [element],
        "author_id": agent.public_id,
    }


def _face(agent: Agent) -> dict[str, Any]:
    return {
        "id": agent.public_id,
        "type": "agent",
        "name": agent.name,
        "avatar": agent.avatar_path,
        "job_title": agent.job_title,
        "is_bot": agent.is_bot,
    }


def greet_on_page(call: Call, customer: Customer, url: str) -> None:
    """Show the first greeting whose rule matches this page and that this visit has not had yet."""
    desk = call.desk
    if not desk.config.greetings or desk.has_open_chat(customer.id):
        return
    for rule in desk.config.greetings:
        if rule.url_contains in url and not desk.customers.was_greeted(
            customer.id, rule.id, customer.last_visit_at
        ):
            show_greeting(
                call,
                customer,
                greeter(desk, rule),
                rule.text,
                greeting_id=rule.id,
                buttons=rule.buttons,
                details=_details(rule),
            )
            return


def _details(rule: GreetingRule) -> dict[str, Any]:
    details: dict[str, Any] = {"is_exit_intent": rule.is_exit_intent}
    if rule.is_announcement:
        details["subtype"] = "announcement"
    return details if rule.addon is None else details | {"addon": rule.addon}


def greeter(desk: Desk, rule: GreetingRule | None = None) -> Agent:
    """Return in whose name a greeting speaks."""
    named = None if rule is None or rule.agent is None else desk.config.agent(rule.agent)
    first = next(iter(desk.availability.candidates(0)), None)
    return named or (desk.config.agent(first) if first else None) or desk.config.agents[0]
