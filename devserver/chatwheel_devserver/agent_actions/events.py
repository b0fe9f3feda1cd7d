"""Events as agents write them, typing, and properties."""

from __future__ import annotations

from typing import Any

from ..actions.common import make_seed
from ..actions.events import delete_event, mark_events_as_seen, writable_thread
from ..actions.properties import (
    delete_chat_properties,
    delete_event_properties,
    delete_thread_properties,
    update_chat_properties,
    update_event_properties,
    update_thread_properties,
)
from ..actions.repeats import answer_event_again, repeated_event
from ..calls import Actions, Call
from ..clock import format_instant
from ..errors import validation
from ..lens import Json
from ..wire.agent import AgentSendEvent, SendEventPreview, SendThinkingIndicator, SendTypingIndicator
from ..wire.customer import (
    DeleteChatProperties,
    DeleteEvent,
    DeleteEventProperties,
    DeleteThreadProperties,
    MarkEventsAsSeen,
    UpdateChatProperties,
    UpdateEventProperties,
    UpdateThreadProperties,
)
from .chats import attended, need_presence, own_visibility

AGENT_EVENT_ACTIONS = Actions()

AGENT_EVENT_ACTIONS.add("delete_event", DeleteEvent)(delete_event)
AGENT_EVENT_ACTIONS.add("update_chat_properties", UpdateChatProperties)(update_chat_properties)
AGENT_EVENT_ACTIONS.add("delete_chat_properties", DeleteChatProperties)(delete_chat_properties)
AGENT_EVENT_ACTIONS.add("update_thread_properties", UpdateThreadProperties)(update_thread_properties)
AGENT_EVENT_ACTIONS.add("delete_thread_properties", DeleteThreadProperties)(delete_thread_properties)
AGENT_EVENT_ACTIONS.add("update_event_properties", UpdateEventProperties)(update_event_properties)
AGENT_EVENT_ACTIONS.add("delete_event_properties", DeleteEventProperties)(delete_event_properties)


@AGENT_EVENT_ACTIONS.add("send_event", AgentSendEvent)
def send_event(call: Call, request: AgentSendEvent) -> Json:
    """Write an event into a chat the agent is in."""
    chat = call.desk.chat(request.chat_id)
    seed = make_seed(call, request.event)
    seed.visibility = own_visibility(call, chat, request.event.visibility)
    if (known := repeated_event(call, chat, seed)) is not None:
        return answer_event_again(call, known)
    thread = writable_thread(call, chat, attach=request.attach_to_last_thread)
    if thread.active:
        need_presence(call, chat)
    event = call.desk.write(call, chat, thread, seed, (call.user_id, "agent"))
    return {"event_id": event.id}


@AGENT_EVENT_ACTIONS.add("mark_events_as_seen", MarkEventsAsSeen)
def mark_as_seen(call: Call, request: MarkEventsAsSeen) -> None:
    """Move the agent's mark forward; who only looks on from outside leaves none."""
    need_presence(call, call.desk.chat(request.chat_id))
    mark_events_as_seen(call, request)


@AGENT_EVENT_ACTIONS.add("send_typing_indicator", SendTypingIndicator)
def send_typing_indicator(call: Call, request: SendTypingIndicator) -> None:
    """Show the customer that an agent is writing."""
    chat, thread = attended(call, request.chat_id)
    timestamp = int(call.desk.clock.time())
    visibility = own_visibility(call, chat, request.visibility)

    def render(lens: object) -> Json:
        is_customer = getattr(lens, "role", "") == "customer"
        user_id = getattr(lens, "user_id", str)(call.user_id)
        return {
            "chat_id": chat.id,
            "thread_id": thread.id,
            "typing_indicator": {
                "author_id": user_id,
                "recipients" if is_customer else "visibility": visibility,
                "timestamp": timestamp,
                "is_typing": request.is_typing,
            },
        }

    told = chat.customer_id if visibility == "all" else None
    call.push("incoming_typing_indicator", render, customer_id=told)


@AGENT_EVENT_ACTIONS.add("send_thinking_indicator", SendThinkingIndicator)
def send_thinking_indicator(call: Call, request: SendThinkingIndicator) -> None:
    """Show the customer that a program is working on an answer."""
    chat, thread = attended(call, request.chat_id)
    sent_at = format_instant(call.desk.clock.instant())
    details = request.model_dump(include={"title", "description", "custom_id"}, exclude_none=True)
    place = {"chat_id": chat.id, "thread_id": thread.id}

    def render(lens: Any) -> Json:
        return place | {"author_id": lens.user_id(call.user_id), "sent_at": sent_at} | details

    told = chat.customer_id if own_visibility(call, chat, request.visibility) == "all" else None
    call.push("incoming_thinking_indicator", render, customer_id=told)


@AGENT_EVENT_ACTIONS.add("send_event_preview", SendEventPreview)
def send_event_preview(call: Call, request: SendEventPreview) -> None:
    """Show the beginning of a long answer; nothing of it is kept."""
    chat, thread = attended(call, request.chat_id)
    if request.event.visibility == "agents":
        raise validation("event.visibility", "must be all")
    own_visibility(call, chat, "all")
    seed = make_seed(call, request.event)
    created_at = format_instant(call.desk.clock.instant())
    event = {"type": seed.type, **seed.body, "created_at": created_at, "properties": seed.properties}
    if seed.custom_id is not None:
        event["custom_id"] = seed.custom_id

    def render(lens: Any) -> Json:
        author = {"author_id": lens.user_id(call.user_id)}
        return {"chat_id": chat.id, "thread_id": thread.id, "event": event | author}

    call.push("incoming_event_preview", render, customer_id=chat.customer_id)
