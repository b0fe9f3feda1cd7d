"""Properties of chats, threads and events, and what follows from some of them."""

from __future__ import annotations

from typing import Any

from ..calls import Actions, Call
from ..lens import Json
from ..properties import Place, check_deletion, check_update, for_customers, merge, without
from ..records import Chat, Event, Properties, Thread
from ..transcripts import send_transcript
from ..wire.customer import (
    DeleteChatProperties,
    DeleteEventProperties,
    DeleteThreadProperties,
    UpdateChatProperties,
    UpdateEventProperties,
    UpdateThreadProperties,
)
from .common import find_event, own_chat

PROPERTY_ACTIONS = Actions()


@PROPERTY_ACTIONS.add("update_chat_properties", UpdateChatProperties)
def update_chat_properties(call: Call, request: UpdateChatProperties) -> None:
    """Set properties of a chat."""
    chat = own_chat(call, request.id)
    _update(call, chat, chat, request.properties)


@PROPERTY_ACTIONS.add("delete_chat_properties", DeleteChatProperties)
def delete_chat_properties(call: Call, request: DeleteChatProperties) -> None:
    """Remove properties of a chat."""
    chat = own_chat(call, request.id)
    _delete(call, chat, chat, request.properties)


@PROPERTY_ACTIONS.add("update_thread_properties", UpdateThreadProperties)
def update_thread_properties(call: Call, request: UpdateThreadProperties) -> None:
    """Set properties of a thread; a rating leaves a line in the conversation."""
    chat = own_chat(call, request.chat_id)
    thread = call.desk.thread(chat, request.thread_id)
    _update(call, chat, thread, request.properties)
    _say_what_follows(call, chat, thread, dict(request.properties))


@PROPERTY_ACTIONS.add("delete_thread_properties", DeleteThreadProperties)
def delete_thread_properties(call: Call, request: DeleteThreadProperties) -> None:
    """Remove properties of a thread; a rating taken back leaves a line in the conversation."""
    chat = own_chat(call, request.chat_id)
    thread = call.desk.thread(chat, request.thread_id)
    is_taken_back = not set(request.properties.get("rating", ())).isdisjoint(
        thread.properties.get("rating", {})
    )
    _delete(call, chat, thread, request.properties)
    if is_taken_back:
        name = call.desk.customer_name(chat.customer_id)
        text = f"{name} took the rating back"
        call.desk.say(call, chat, thread, "rating.chat_rating_canceled", text, {"customer": name})


@PROPERTY_ACTIONS.add("update_event_properties", UpdateEventProperties)
def update_event_properties(call: Call, request: UpdateEventProperties) -> None:
    """Set properties of an event."""
    chat = own_chat(call, request.chat_id)
    _update(call, chat, find_event(call, chat, request.thread_id, request.event_id), request.properties)


@PROPERTY_ACTIONS.add("delete_event_properties", DeleteEventProperties)
def delete_event_properties(call: Call, request: DeleteEventProperties) -> None:
    """Remove properties of an event."""
    chat = own_chat(call, request.chat_id)
    _delete(call, chat, find_event(call, chat, request.thread_id, request.event_id), request.properties)


def _update(call: Call, chat: Chat, target: Chat | Thread | Event, update: Properties) -> None:
    place = _place(target)
    check_update(call.desk.config, place, update, by_customer=call.lens.role == "customer")
    target.properties = merge(target.properties, update)
    _save_and_tell(call, chat, target, f"{place}_properties_updated", update)


def _delete(call: Call, chat: Chat, target: Chat | Thread | Event, deletion: dict[str, list[str]]) -> None:
    place = _place(target)
    check_deletion(call.desk.config, place, deletion, by_customer=call.lens.role == "customer")
    target.properties = without(target.properties, deletion)
    _save_and_tell(call, chat, target, f"{place}_properties_deleted", deletion)


def _place(target: Chat | Thread | Event) -> Place:
    return "chat" if isinstance(target, Chat) else "thread" if isinstance(target, Thread) else "event"


def _save_and_tell(
    call: Call, chat: Chat, target: Chat | Thread | Event, action: str, changed: dict[str, Any]
) -> None:
    """Store a change and push the part of it that each side may read."""
    ids: Json = {"chat_id": chat.id}
    match target:
        case Chat():
            call.desk.chats.save_chat(target)
        case Thread():
            call.desk.chats.save_thread(target)
            ids["thread_id"] = target.id
        case Event():
            call.desk.chats.save_event(target)
            ids |= {"thread_id": target.thread_id, "event_id": target.id}
    place = _place(target)
    concerns_customer = bool(for_customers(place, changed)) or not changed
    call.push(
        action,
        lambda lens: ids | {"properties": lens.properties(place, changed)},
        customer_id=chat.customer_id if concerns_customer else None,
    )


def _say_what_follows(call: Call, chat: Chat, thread: Thread, update: dict[str, dict[str, Any]]) -> None:
    rating = update.get("rating", {})
    name = call.desk.customer_name(chat.customer_id)
    if "score" in rating:
        score = "good" if rating["score"] == 1 else "bad"
        text = f"{name} rated the chat as {score}"
        call.desk.say(call, chat, thread, "rating.chat_rated", text, {"customer": name, "score": score})
    if rating.get("comment"):
        comment = str(rating["comment"])
        text = f"{name} left a comment: {comment}"
        call.desk.say(
            call, chat, thread, "rating.chat_commented", text, {"customer": name, "comment": comment}
        )
    email = update.get("routing", {}).get("transcript_email")
    if email:
        text = f"{name} asked for a transcript to {email}"
        call.desk.say(
            call, chat, thread, "transcript_requested", text, {"customer": name, "email": str(email)}
        )
        send_transcript(call.desk, call, chat, thread)
