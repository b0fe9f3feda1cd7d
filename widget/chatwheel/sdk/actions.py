"""Every request as a pure function: arguments in, action, payload and result parser out.

Knows the names on the wire; does not know connections, time or who is waiting. Objects may be given as models or as
plain mappings, their documented names in snake_case or camelCase.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import TypeAdapter

from .call import Call, Data, no_times, plain, several, unchanged
from .errors import InvalidArgument
from .events import IncomingChat, IncomingEvent
from .models import (
    Chat,
    ChatsPage,
    ChatSummary,
    Customer,
    Event,
    FormResult,
    Model,
    PredictedAgent,
    Success,
    Thread,
    ThreadsPage,
    UrlInfo,
)
from .models.users import split_session_fields

MAX_CHATS_PER_PAGE = 25
HISTORY_EVENTS_PER_PAGE = 25


def known_of_chat(chat: Chat) -> dict[str, str]:
    """Up to which time a chat with its latest thread tells its events."""
    return {chat.id: latest_time([chat.thread])} if chat.thread is not None else {}


def latest_time(threads: Iterable[Thread]) -> str:
    """The time of the latest event of some threads, or of the latest thread's beginning if it has none."""
    times = [thread.created_at or "" for thread in threads]
    return max([*times, *(event.created_at for thread in threads for event in thread.events)], default="")


def activity_of_opened(chat: Chat) -> dict[str, bool]:
    """Whether a chat is active that was just opened: yes, unless its thread says that it is not."""
    thread = chat.thread
    return {chat.id: thread is None or thread.active or "active" not in thread.model_fields_set}


def _known_of_summary(chat: ChatSummary) -> dict[str, str]:
    event_at = chat.last_event.created_at if chat.last_event is not None else ""
    time = max(event_at, chat.last_thread_created_at or "")
    return {chat.id: time} if time else {}


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _ok(payload: Any) -> Success:
    return Success()


def _simple(action: str, **payload: Any) -> Call[Success]:
    return Call(action, payload, _ok)


# Chats and threads


def _chat_argument(chat: Data | None) -> dict[str, Any]:
    given = plain(chat, "chat")
    result: dict[str, Any] = {}
    if given.get("id") is not None:
        result["id"] = given["id"]
    access = plain(given.get("access"), "chat.access")
    if access.get("group_ids") is not None:
        result["access"] = {"group_ids": several(access["group_ids"], "chat.access.group_ids", int)}
    if given.get("properties"):
        result["properties"] = given["properties"]
    thread = plain(given.get("thread"), "chat.thread")
    if thread:
        events = [event_argument(event) for event in several(thread.get("events"), "chat.thread.events")]
        result["thread"] = {
            **({"events": events} if thread.get("events") is not None else {}),
            **({"properties": thread["properties"]} if thread.get("properties") else {}),
        }
    return result


def _opened_chat(
    action: str, chat: dict[str, Any], active: bool, continuous: bool | None
) -> Call[IncomingChat]:
    return Call(
        action,
        {"active": active, **_given(continuous=continuous), "chat": chat},
        IncomingChat.model_validate,
        settled_by="incoming_chat",
        users=lambda result: result.chat.users,
        activity=lambda result: activity_of_opened(result.chat),
        known=lambda result: known_of_chat(result.chat),
    )


def start_chat(chat: Data | None, *, active: bool, continuous: bool | None) -> Call[IncomingChat]:
    argument = _chat_argument(chat)
    argument.pop("id", None)
    return _opened_chat("start_chat", argument, active, continuous)


def resume_chat(chat: Data, *, active: bool, continuous: bool | None) -> Call[IncomingChat]:
    argument = _chat_argument(chat)
    if not (isinstance(argument.get("id"), str) and argument["id"]):
        raise InvalidArgument("chat", "needs the id of the chat to resume")
    return _opened_chat("resume_chat", argument, active, continuous)


def deactivate_chat(chat_id: str) -> Call[Success]:
    return _simple("deactivate_chat", id=chat_id)


def get_chat(chat_id: str, thread_id: str | None = None) -> Call[Chat]:
    return Call(
        "get_chat",
        {"chat_id": chat_id, **_given(thread_id=thread_id)},
        Chat.model_validate,
        users=lambda chat: chat.users,
        known=no_times if thread_id else known_of_chat,
        activity=lambda chat: {} if thread_id or chat.thread is None else {chat.id: chat.thread.active},
    )


def list_chats(page_id: str | None = None, limit: int | None = None) -> Call[ChatsPage]:
    if limit is not None and not (type(limit) is int and 0 <= limit <= MAX_CHATS_PER_PAGE):
        raise InvalidArgument("limit", f"is a number of chats, 1 to {MAX_CHATS_PER_PAGE}, not {limit!r}")
    return Call(
        "list_chats",
        {"page_id": page_id} if page_id else {"limit": limit or 10},
        ChatsPage.model_validate,
        users=lambda page: page.users,
        activity=lambda page: {chat.id: chat.active for chat in page.chats_summary},
        known=lambda page: {
            chat_id: time for chat in page.chats_summary for chat_id, time in _known_of_summary(chat).items()
        },
    )


def list_threads(
    chat_id: str,
    page_id: str | None = None,
    sort_order: str | None = None,
    limit: int | None = None,
    min_events_count: int | None = None,
) -> Call[ThreadsPage]:
    def parse(payload: Any) -> ThreadsPage:
        page = ThreadsPage.model_validate(payload)
        for thread in page.threads:
            thread.in_chat(chat_id)
        return page

    if page_id:
        payload: dict[str, Any] = {"chat_id": chat_id, "page_id": page_id}
    else:
        size = _given(sort_order=sort_order, limit=limit, min_events_count=min_events_count)
        payload = {"chat_id": chat_id, **size}
    # only a page that begins at the newest thread tells how far the chat has come
    is_newest = not page_id and sort_order != "asc"
    known = (lambda page: {chat_id: latest_time(page.threads)}) if is_newest else no_times
    return Call("list_threads", payload, parse, known=known)


# Events

_EVENT_MEMBERS: dict[str, tuple[str, ...]] = {
    "message": ("text",),
    "file": ("url", "alternative_text"),
    "filled_form": ("form_id", "fields"),
    "system_message": ("text", "system_message_type", "recipients"),
    "rich_message": ("template_id", "elements"),
    "custom": ("content",),
}
_ALWAYS_SENT = ("text", "url", "form_id", "fields", "system_message_type", "template_id")


def event_argument(event: Data) -> dict[str, Any]:
    """An event as it is sent."""
    given = plain(event, "event")
    kind = given.get("type")
    if not isinstance(kind, str) or kind not in _EVENT_MEMBERS:
        raise InvalidArgument("event", f"events of type {kind!r} cannot be sent")
    if kind == "rich_message":
        given.setdefault("template_id", given.get("template"))
        given["elements"] = _plain_throughout(several(given.get("elements"), "event.elements"))
    if kind == "filled_form":
        given["fields"] = [_answered(item) for item in several(given.get("fields"), "event.fields")]
    result: dict[str, Any] = {}
    if isinstance(given.get("custom_id"), str):
        result["custom_id"] = given["custom_id"]
    properties = given.get("properties")
    if isinstance(properties, Mapping) and (properties or not isinstance(event, Model)):
        result["properties"] = dict(properties)
    result["type"] = kind
    for name in _EVENT_MEMBERS[kind]:
        if given.get(name) or (name in _ALWAYS_SENT and given.get(name) is not None):
            result[name] = given[name]
    if kind == "message" and given.get("postback"):
        wanted = ("id", "thread_id", "event_id", "type", "value")
        postback = plain(given["postback"], "event.postback")
        result["postback"] = {name: postback[name] for name in wanted if postback.get(name) is not None}
    return result


def _plain_throughout(value: Any) -> Any:
    if isinstance(value, Mapping | Model):
        return {name: _plain_throughout(member) for name, member in plain(value, "event").items()}
    if isinstance(value, list | tuple):
        return [_plain_throughout(item) for item in value]
    return value


def _answered(field: Data) -> dict[str, Any]:
    item = unchanged(field, "event.fields")
    if item.get("type") == "group_chooser" and isinstance(item.get("answer"), Mapping | Model):
        return {**item, "answer": plain(item["answer"], "event.fields")}
    return item


def _sent_event(payload: Any) -> Event:
    return IncomingEvent.model_validate(payload).event


def send_event(chat_id: str, event: Data, attach_to_last_thread: bool = False) -> Call[Event]:
    payload: dict[str, Any] = {"chat_id": chat_id, "event": event_argument(event)}
    if attach_to_last_thread:
        payload["attach_to_last_thread"] = attach_to_last_thread
    return Call(
        "send_event",
        payload,
        _sent_event,
        settled_by="incoming_event",
        known=lambda event: {chat_id: event.created_at},
    )


def send_rich_message_postback(chat_id: str, thread_id: str, event_id: str, postback: Data) -> Call[Success]:
    return _simple(
        "send_rich_message_postback",
        chat_id=chat_id,
        event_id=event_id,
        thread_id=thread_id,
        postback=unchanged(postback, "postback"),
    )


def mark_events_as_seen(chat_id: str, seen_up_to: str) -> Call[Success]:
    return _simple("mark_events_as_seen", chat_id=chat_id, seen_up_to=seen_up_to)


def ping() -> Call[Success]:
    return _simple("ping")


def update_customer_page(page: Mapping[str, Any]) -> Call[Success]:
    return _simple("update_customer_page", **page)


def send_sneak_peek(chat_id: str, text: str) -> Call[Success]:
    return _simple("send_sneak_peek", chat_id=chat_id, sneak_peek_text=text)


# Properties

Tree = Mapping[str, Any]


def update_chat_properties(chat_id: str, properties: Tree) -> Call[Success]:
    return _simple("update_chat_properties", id=chat_id, properties=properties)


def delete_chat_properties(chat_id: str, properties: Tree) -> Call[Success]:
    return _simple("delete_chat_properties", id=chat_id, properties=properties)


def update_thread_properties(chat_id: str, thread_id: str, properties: Tree) -> Call[Success]:
    return _simple("update_thread_properties", chat_id=chat_id, thread_id=thread_id, properties=properties)


def delete_thread_properties(chat_id: str, thread_id: str, properties: Tree) -> Call[Success]:
    return _simple("delete_thread_properties", chat_id=chat_id, thread_id=thread_id, properties=properties)


def update_event_properties(chat_id: str, thread_id: str, event_id: str, properties: Tree) -> Call[Success]:
    return _simple(
        "update_event_properties",
        chat_id=chat_id,
        event_id=event_id,
        thread_id=thread_id,
        properties=properties,
    )


def delete_event_properties(chat_id: str, thread_id: str, event_id: str, properties: Tree) -> Call[Success]:
    return _simple(
        "delete_event_properties",
        chat_id=chat_id,
        thread_id=thread_id,
        event_id=event_id,
        properties=properties,
    )


# The customer


def get_customer() -> Call[Customer]:
    return Call("get_customer", {}, Customer.model_validate)


def customer_argument(given: Mapping[str, Any]) -> dict[str, Any]:
    """Customer data as it is sent: at login and by `update_customer`."""
    members = plain(given, "customer")
    result = {name: members[name] for name in ("avatar", "name", "email") if members.get(name) is not None}
    if members.get("session_fields"):
        result["session_fields"] = _session_fields(members["session_fields"])
    return result


def _session_fields(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    return split_session_fields(unchanged(given, "session_fields"))


def update_customer(
    name: str | None, email: str | None, avatar: str | None, session_fields: Mapping[str, Any] | None
) -> Call[Success]:
    members = {"name": name, "email": email, "avatar": avatar, "session_fields": session_fields}
    return _simple("update_customer", **customer_argument(members))


def set_customer_session_fields(session_fields: Mapping[str, Any]) -> Call[Success]:
    return _simple("set_customer_session_fields", session_fields=_session_fields(session_fields))


def page_argument(given: Mapping[str, Any]) -> dict[str, Any]:
    """A page as it is sent: texts only, for it is kept for all logins to come."""
    page = {name: given[name] for name in ("title", "url") if given.get(name) is not None}
    for name, value in page.items():
        if not isinstance(value, str):
            raise InvalidArgument(name, f"must be a text, not {value!r}")
    return page


# Greetings, groups, forms, addresses


def accept_greeting(greeting_id: int, unique_id: str) -> Call[Success]:
    return _simple("accept_greeting", greeting_id=greeting_id, unique_id=unique_id)


def cancel_greeting(unique_id: str) -> Call[Success]:
    return _simple("cancel_greeting", unique_id=unique_id)


def get_form(group_id: int, kind: str) -> Call[FormResult]:
    return Call("get_form", {"group_id": group_id, "type": kind}, _numbered_form)


def _numbered_form(payload: Any) -> FormResult:
    result = FormResult.model_validate(payload)
    if result.form and result.form.fields and "id" not in result.form.fields[0].model_fields_set:
        fields = [item.model_copy(update={"id": str(n)}) for n, item in enumerate(result.form.fields)]
        return result.model_copy(update={"form": result.form.model_copy(update={"fields": fields})})
    return result


def get_predicted_agent(group_id: int | None = None) -> Call[PredictedAgent]:
    return Call("get_predicted_agent", _given(group_id=group_id), PredictedAgent.model_validate)


def get_url_info(url: str) -> Call[UrlInfo]:
    return Call("get_url_info", {"url": url}, UrlInfo.model_validate)


_STATUSES: TypeAdapter[dict[str, Literal["online", "online_for_queue", "offline"]]] = TypeAdapter(
    dict[str, Any]
)


def list_group_statuses(
    group_ids: Sequence[int] | None = None,
) -> Call[dict[str, Literal["online", "online_for_queue", "offline"]]]:
    payload: dict[str, Any] = (
        {"all": True} if group_ids is None else {"group_ids": several(group_ids, "group_ids", int)}
    )
    return Call(
        "list_group_statuses", payload, lambda answer: _STATUSES.validate_python(answer["groups_status"])
    )
