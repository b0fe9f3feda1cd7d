"""Properties of chats, threads and events, and what follows from some of them."""

from __future__ import annotations

from typing import Any

from ..calls import Actions, Call
from ..lens import Json
from ..properties import Place, check_deletion, check_update, merge, without
from ..records import Chat, Properties, Thread
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
    _check_update(call, "chat", request.properties)
    chat.properties = merge(chat.properties, request.properties)
    call.desk.chats.save_chat(chat)
    _tell(call, "chat_properties_updated", chat, {"chat_id": chat.id, "properties": request.properties})


@PROPERTY_ACTIONS.add("delete_chat_properties", DeleteChatProperties)
def delete_chat_properties(call: Call, request: DeleteChatProperties) -> None:
    """Remove properties of a chat."""
    chat = own_chat(call, request.id)
    _check_deletion(call, "chat", request.properties)
    chat.properties = without(chat.properties, request.properties)
    call.desk.chats.save_chat(chat)
    _tell(call, "chat_properties_deleted", chat, {"chat_id": chat.id, "properties": request.properties})


@PROPERTY_ACTIONS.add("update_thread_properties", UpdateThreadProperties)
def update_thread_properties(call: Call, request: UpdateThreadProperties) -> None:
    """Set properties of a thread; a rating leaves a line in the conversation."""
    chat = own_chat(call, request.chat_id)
    thread = call.desk.thread(chat, request.thread_id)
    _check_update(call, "thread", request.properties)
    thread.properties = merge(thread.properties, request.properties)
    call.desk.chats.save_thread(thread)
    payload = {"chat_id": chat.id, "thread_id": thread.id, "properties": request.properties}
    _tell(call, "thread_properties_updated", chat, payload)
    _say_what_follows(call, chat, thread, dict(request.properties))


@PROPERTY_ACTIONS.add("delete_thread_properties", DeleteThreadProperties)
def delete_thread_properties(call: Call, request: DeleteThreadProperties) -> None:
    """Remove properties of a thread; a rating taken back leaves a line in the conversation."""
    chat = own_chat(call, request.chat_id)
    thread = call.desk.thread(chat, request.thread_id)
    _check_deletion(call, "thread", request.properties)
    had_score = "score" in thread.properties.get("rating", {})
    thread.properties = without(thread.properties, request.properties)
    call.desk.chats.save_thread(thread)
    payload = {"chat_id": chat.id, "thread_id": thread.id, "properties": request.properties}
    _tell(call, "thread_properties_deleted", chat, payload)
    if had_score and "score" in request.properties.get("rating", []):
        name = call.desk.customer_name(chat.customer_id)
        text = f"{name} took the rating back"
        call.desk.say(call, chat, thread, "rating.chat_rating_canceled", text, {"customer": name})


@PROPERTY_ACTIONS.add("update_event_properties", UpdateEventProperties)
def update_event_properties(call: Call, request: UpdateEventProperties) -> None:
    """Set properties of an event."""
    chat = own_chat(call, request.chat_id)
    event = find_event(call, chat, request.thread_id, request.event_id)
    _check_update(call, "event", request.properties)
    event.properties = merge(event.properties, request.properties)
    call.desk.chats.save_event(event)
    _tell(call, "event_properties_updated", chat, _about_event(request.event_id, request))


@PROPERTY_ACTIONS.add("delete_event_properties", DeleteEventProperties)
def delete_event_properties(call: Call, request: DeleteEventProperties) -> None:
    """Remove properties of an event."""
    chat = own_chat(call, request.chat_id)
    event = find_event(call, chat, request.thread_id, request.event_id)
    _check_deletion(call, "event", request.properties)
    event.properties = without(event.properties, request.properties)
    call.desk.chats.save_event(event)
    _tell(call, "event_properties_deleted", chat, _about_event(request.event_id, request))


def _about_event(event_id: str, request: UpdateThreadProperties | DeleteThreadProperties) -> Json:
    return {
        "chat_id": request.chat_id,
        "thread_id": request.thread_id,
        "event_id": event_id,
        "properties": request.properties,
    }


def _check_update(call: Call, place: Place, update: Properties) -> None:
    check_update(call.desk.config, place, update, by_customer=call.lens.role == "customer")


def _check_deletion(call: Call, place: Place, deletion: dict[str, list[str]]) -> None:
    check_deletion(call.desk.config, place, deletion, by_customer=call.lens.role == "customer")


def _tell(call: Call, action: str, chat: Chat, payload: Json) -> None:
    call.push(action, lambda _: payload, customer_id=chat.customer_id)


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
