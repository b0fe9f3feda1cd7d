"""Frames: texts in, frames and events out; requests in, texts out.

Knows the wire; knows neither connections nor time. A text is parsed once; what is no frame at all is `None`, a push
whose payload cannot be read raises and is dropped by whoever asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from ..nesting import is_deep
from . import events
from .actions import activity_of_opened, known_of_chat
from .errors import ChatError, MalformedResponse, error_for
from .models import Greeting, Model, Queue

PUSH_NAMES = (
    "chat_deactivated",
    "chat_properties_deleted",
    "chat_properties_updated",
    "chat_transferred",
    "customer_page_updated",
    "customer_side_storage_updated",
    "customer_updated",
    "event_properties_deleted",
    "event_properties_updated",
    "event_updated",
    "events_marked_as_seen",
    "greeting_accepted",
    "greeting_canceled",
    "groups_status_updated",
    "incoming_chat",
    "incoming_event",
    "incoming_greeting",
    "incoming_multicast",
    "incoming_rich_message_postback",
    "incoming_typing_indicator",
    "queue_position_updated",
    "thread_properties_deleted",
    "thread_properties_updated",
    "user_added_to_chat",
    "user_removed_from_chat",
)
"""Pushes asked for at login. `customer_disconnected` comes unasked."""
NEWER_PUSH_NAMES = ("event_deleted", "incoming_event_preview", "incoming_thinking_indicator")
"""Asked for besides, from version 3.6 on."""


class Frame(NamedTuple):
    """A frame from the server; a response or a push, the latter perhaps answering a request."""

    action: str
    payload: Any
    request_id: str | None
    is_response: bool
    success: bool


_JSON: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(r'("(?:token|access_token)"\s*:\s*")[^"]*')


def read_frame(text: str) -> Frame | None:
    """A frame from its text, `None` if it is none."""
    try:
        data = _JSON.validate_json(text)
    except (ValidationError, UnicodeError):
        data = _read_odd_text(text)
    action = data.get("action")
    request_id = data.get("request_id")
    is_response = data.get("type") == "response"
    if not isinstance(action, str):
        if not is_response or request_id is None:
            return None
        action = ""
    return Frame(
        action,
        data.get("payload"),
        request_id if isinstance(request_id, str) else None,
        is_response,
        bool(data.get("success")),
    )


def _read_odd_text(text: str) -> dict[str, Any]:
    """A second chance for texts with halves of characters (JavaScript strings can hold them)."""
    if is_deep(text):
        return {}
    try:
        clean = mend(json.dumps(json.loads(text), ensure_ascii=False))
        return _JSON.validate_json(clean)
    except (ValueError, RecursionError):
        return {}


def mend(text: str) -> str:
    """A text without halves of characters, which UTF-8 cannot carry."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def write_request(
    request_id: str, action: str, payload: Mapping[str, Any], version: str | None = None
) -> str:
    """A request's text; only the login carries a version."""
    frame: dict[str, Any] = {"request_id": request_id, "action": action, "payload": payload}
    if version is not None:
        frame["version"] = version
    return mend(
        json.dumps(frame, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain_value)
    )


def _plain_value(value: Any) -> Any:
    if isinstance(value, Model):
        return value.model_dump(mode="json", exclude_unset=True)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


def mask(text: str) -> str:
    """A frame for the log: access tokens hidden, long texts cut."""
    masked = _TOKEN.sub(r"\1***", text)
    return masked if len(masked) <= 2000 else f"{masked[:2000]}… ({len(text)} characters)"


def read_error(payload: Any) -> ChatError:
    """The error of a response that says it failed."""
    error = payload.get("error") if isinstance(payload, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("type"), str) or not error["type"]:
        return MalformedResponse("The server refused without saying why.")
    message = error.get("message")
    return error_for(error["type"], message if isinstance(message, str) else "", error.get("data"))


# Pushes

Emitted = tuple[str, Any]
"""Name and payload of an event."""


class News(NamedTuple):
    """What a push tells.

    Attributes:
        events: in order.
        activity: which chats are active now.
        known: up to when the events of a chat are known.
        fact: name of what is told once, whether it is heard or read of; empty if it has none.
    """

    events: list[Emitted]
    activity: Mapping[str, bool] = MappingProxyType({})
    known: Mapping[str, str] = MappingProxyType({})
    fact: str = ""


def opened(thread_id: str) -> str:
    """The fact that a thread was opened."""
    return f"opened {thread_id}"


def closed(thread_id: str | None) -> str:
    """The fact that a thread was closed."""
    return f"closed {thread_id}" if thread_id else ""


def _one(name: str, model: type[Model]) -> Callable[[Any], News]:
    def read(payload: Any) -> News:
        return News([(name, model.model_validate(payload))])

    return read


def _chat_deactivated(payload: Any) -> News:
    event = events.ChatDeactivated.model_validate(payload)
    return News([("chat_deactivated", event)], {event.chat_id: False}, fact=closed(event.thread_id))


def _incoming_chat(payload: Any) -> News:
    event = events.IncomingChat.model_validate(payload)
    thread = event.chat.thread
    users: list[Emitted] = [("user_data", user) for user in event.chat.users]
    return News(
        [*users, ("incoming_chat", event)],
        activity_of_opened(event.chat),
        known_of_chat(event.chat),
        opened(thread.id) if thread is not None else "",
    )


def _incoming_event(payload: Any) -> News:
    event = events.IncomingEvent.model_validate(payload)
    known = {event.chat_id: event.event.created_at}
    return News([("incoming_event", event)], known=known, fact=event.event.id)


def _user_added(payload: Any) -> News:
    event = events.UserAddedToChat.model_validate(payload)
    if "present" not in event.model_fields_set:
        event = event.model_copy(update={"present": bool(event.user.present)})
    return News([("user_data", event.user), ("user_added_to_chat", event)])


def _thread_properties_updated(payload: Any) -> News:
    event = events.ThreadPropertiesChanged.model_validate(payload)
    news: list[Emitted] = [("thread_properties_updated", event)]
    routing = event.properties.get("lc2")
    if isinstance(routing, dict) and "queue_pos" in routing:
        queue = Queue(position=routing["queue_pos"], wait_time=routing.get("queue_waiting_time"))
        moved = events.QueuePositionUpdated(chat_id=event.chat_id, thread_id=event.thread_id, queue=queue)
        news.insert(0, ("queue_position_updated", moved))
    return News(news)


def _groups_status_updated(payload: Any, group_id: Any = None) -> News:
    groups = [group for group in payload["groups"] if isinstance(group, dict)]
    if group_id is not None:  # a push lists only the groups whose status changed, whosever they are
        groups = [group for group in groups if group.get("id") == group_id]
    if not groups:
        return News([])
    own = groups[0]
    availability: events.Availability = "offline" if own.get("status") == "offline" else "online"
    updated = events.AvailabilityUpdated(availability=availability)
    return News([("availability_updated", updated)])


def _nothing(payload: Any) -> News:
    return News([])


PUSHES: dict[str, Callable[[Any], News]] = {
    "chat_deactivated": _chat_deactivated,
    "chat_properties_deleted": _one("chat_properties_deleted", events.ChatPropertiesChanged),
    "chat_properties_updated": _one("chat_properties_updated", events.ChatPropertiesChanged),
    "chat_transferred": _one("chat_transferred", events.ChatTransferred),
    "customer_page_updated": _one("customer_page_updated", events.CustomerPageUpdated),
    "customer_side_storage_updated": _nothing,
    "customer_updated": _one("customer_updated", events.CustomerUpdated),
    "event_deleted": _one("event_deleted", events.EventDeleted),
    "event_properties_deleted": _one("event_properties_deleted", events.EventPropertiesChanged),
    "event_properties_updated": _one("event_properties_updated", events.EventPropertiesChanged),
    "event_updated": _one("event_updated", events.EventUpdated),
    "events_marked_as_seen": _one("events_marked_as_seen", events.EventsMarkedAsSeen),
    "greeting_accepted": _one("greeting_accepted", events.GreetingReference),
    "greeting_canceled": _one("greeting_canceled", events.GreetingReference),
    "groups_status_updated": _groups_status_updated,
    "incoming_chat": _incoming_chat,
    "incoming_event": _incoming_event,
    "incoming_event_preview": _one("incoming_event_preview", events.IncomingEventPreview),
    "incoming_greeting": _one("incoming_greeting", Greeting),
    "incoming_multicast": _one("incoming_multicast", events.IncomingMulticast),
    "incoming_rich_message_postback": _one(
        "incoming_rich_message_postback", events.IncomingRichMessagePostback
    ),
    "incoming_thinking_indicator": _one("incoming_thinking_indicator", events.IncomingThinkingIndicator),
    "incoming_typing_indicator": _one("incoming_typing_indicator", events.IncomingTypingIndicator),
    "queue_position_updated": _one("queue_position_updated", events.QueuePositionUpdated),
    "thread_properties_deleted": _one("thread_properties_deleted", events.ThreadPropertiesChanged),
    "thread_properties_updated": _thread_properties_updated,
    "user_added_to_chat": _user_added,
    "user_removed_from_chat": _one("user_removed_from_chat", events.UserRemovedFromChat),
}
"""Reads the payload of each push; raises if it cannot be read."""


def push_names(version: str) -> list[str]:
    """The pushes to ask for at the login, `version` being the API's."""
    return [*PUSH_NAMES, *NEWER_PUSH_NAMES] if version >= "3.6" else [*PUSH_NAMES]


def read_push(action: str, payload: Any, group_id: Any = None) -> News:
    """What a push tells; nothing if its action is unknown. `group_id` is the group this customer watches."""
    if action == "groups_status_updated":
        return _groups_status_updated(payload, group_id)
    return PUSHES.get(action, _nothing)(payload)
