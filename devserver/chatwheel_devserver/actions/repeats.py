"""Requests made again: a client that has lost an answer asks once more, with the same custom ids.

A custom id alone makes no repeat, for the real service refuses none that is used twice. An event repeats another one
if author, custom id, type and content are the same, and the first one has not been taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..calls import Call
from ..desk import Seed, event_payload
from ..lens import Json
from ..records import Chat, Event


def repeated_event(call: Call, chat: Chat, seed: Seed) -> Event | None:
    """Return the event that the caller sends once more."""
    if seed.custom_id is None:
        return None
    sent = call.desk.chats.events_by_custom_id(chat.id, call.user_id, seed.custom_id)
    return next((event for event in sent if _is_same(event, seed)), None)


def answer_event_again(call: Call, event: Event) -> Json:
    """Answer as before; nobody else hears of it twice."""
    call.repeat("incoming_event", lambda lens: event_payload(lens, event))
    return {"event_id": event.id}


def repeated_opening(call: Call, chat: Chat, seeds: Sequence[Seed]) -> Json | None:
    """Answer again what was answered before, if the first events are those of the last thread."""
    known = [repeated_event(call, chat, seed) for seed in seeds]
    events = [event for event in known if event is not None]
    thread = call.desk.chats.last_thread(chat.id)
    if thread is None or not events or len(events) < len(known):
        return None
    if any(event.thread_id != thread.id for event in events):
        return None
    view = call.desk.chat_view(chat, thread)
    call.repeat(
        "incoming_chat", lambda lens: {"requester_id": lens.user_id(call.user_id), "chat": lens.chat(view)}
    )
    return {"thread_id": thread.id, "event_ids": list(dict.fromkeys(event.id for event in events))}


def without_repeats(call: Call, chat: Chat, seeds: Sequence[Seed]) -> list[Seed]:
    """Keep the events that the chat does not hold yet, each once."""
    kept: list[Seed] = []
    for seed in seeds:
        is_known = seed.custom_id is not None and any(
            other.custom_id == seed.custom_id and _is_same(other, seed) for other in kept
        )
        if not is_known and repeated_event(call, chat, seed) is None:
            kept.append(seed)
    return kept


def _is_same(event: Event | Seed, seed: Seed) -> bool:
    return event.type == seed.type and _said(event.body) == _said(seed.body)


def _said(body: dict[str, Any]) -> dict[str, Any]:
    """Return an event's content as its author has written it: without those who have pressed its buttons since."""
    if "elements" not in body:
        return body
    elements = [
        element
        | {
            "buttons": [
                {name: value for name, value in button.items() if name != "user_ids"}
                for button in element.get("buttons") or []
            ]
        }
        for element in body["elements"]
    ]
    return body | {"elements": elements}
