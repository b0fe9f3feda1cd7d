"""Every method: the frame it sends, the result it gives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chatwheel.sdk import CustomerSDK
from chatwheel.sdk.errors import (
    ChatError,
    InvalidArgument,
    MalformedResponse,
)
from chatwheel.sdk.models import Success, UnknownEvent

from .conftest import AGENT, CHAT, USERS, World

Ask = Callable[[CustomerSDK], Awaitable[Any]]
PROPERTIES = {"rating": {"score": 1, "camelCase": {"x": 1}}}
NAMES = {"rating": ["score"]}

SIMPLE: list[tuple[Ask, str, dict[str, Any]]] = [
    (
        lambda sdk: sdk.accept_greeting(greeting_id=7, unique_id="G1"),
        "accept_greeting",
        {"greeting_id": 7, "unique_id": "G1"},
    ),
    (lambda sdk: sdk.cancel_greeting(unique_id="G1"), "cancel_greeting", {"unique_id": "G1"}),
    (lambda sdk: sdk.deactivate_chat(id="C1"), "deactivate_chat", {"id": "C1"}),
    (
        lambda sdk: sdk.update_chat_properties(id="C1", properties=PROPERTIES),
        "update_chat_properties",
        {"id": "C1", "properties": PROPERTIES},
    ),
    (
        lambda sdk: sdk.delete_chat_properties(id="C1", properties=NAMES),
        "delete_chat_properties",
        {"id": "C1", "properties": NAMES},
    ),
    (
        lambda sdk: sdk.update_thread_properties(chat_id="C1", thread_id="T1", properties=PROPERTIES),
        "update_thread_properties",
        {"chat_id": "C1", "thread_id": "T1", "properties": PROPERTIES},
    ),
    (
        lambda sdk: sdk.delete_thread_properties(chat_id="C1", thread_id="T1", properties=NAMES),
        "delete_thread_properties",
        {"chat_id": "C1", "thread_id": "T1", "properties": NAMES},
    ),
    (
        lambda sdk: sdk.update_event_properties(
            chat_id="C1", thread_id="T1", event_id="E1", properties=PROPERTIES
        ),
        "update_event_properties",
        {"chat_id": "C1", "event_id": "E1", "thread_id": "T1", "properties": PROPERTIES},
    ),
    (
        lambda sdk: sdk.delete_event_properties(
            chat_id="C1", thread_id="T1", event_id="E1", properties=NAMES
        ),
        "delete_event_properties",
        {"chat_id": "C1", "thread_id": "T1", "event_id": "E1", "properties": NAMES},
    ),
    (
        lambda sdk: sdk.mark_events_as_seen(chat_id="C1", seen_up_to="2024-05-01T10:00:00.000000Z"),
        "mark_events_as_seen",
        {"chat_id": "C1", "seen_up_to": "2024-05-01T10:00:00.000000Z"},
    ),
    (
        lambda sdk: sdk.send_rich_message_postback(
            chat_id="C1", thread_id="T1", event_id="E1", postback={"id": "yes", "toggled": False}
        ),
        "send_rich_message_postback",
        {
            "chat_id": "C1",
            "event_id": "E1",
            "thread_id": "T1",
            "postback": {"id": "yes", "toggled": False},
        },
    ),
    (
        lambda sdk: sdk.set_customer_session_fields(session_fields={"b": "2", "a": "1"}),
        "set_customer_session_fields",
        {"session_fields": [{"b": "2"}, {"a": "1"}]},
    ),
    (
        lambda sdk: sdk.update_customer(name="Ada", session_fields={"plan": "pro"}),
        "update_customer",
        {"name": "Ada", "session_fields": [{"plan": "pro"}]},
    ),
    (lambda sdk: sdk.update_customer(), "update_customer", {}),
]


@pytest.mark.parametrize(("ask", "action", "payload"), SIMPLE, ids=[row[1] for row in SIMPLE])
@pytest.mark.parametrize("answer", [{}, None, {"anything": 1}])
async def test_requests_that_succeed_or_fail(
    world: World, ask: Ask, action: str, payload: Any, answer: Any
) -> None:
    frame, result = await world.answered(ask(world.sdk), answer)
    assert {key: frame[key] for key in frame if key != "request_id"} == {
        "action": action,
        "payload": payload,
    }
    assert result == Success() and result.to_js() == {"success": True}


@pytest.mark.parametrize(("ask", "action", "payload"), SIMPLE, ids=[row[1] for row in SIMPLE])
async def test_refusals(world: World, ask: Ask, action: str, payload: Any) -> None:
    world.transport.answer(action, ChatError("no", code="some_new_error", data={"why": "x"}))
    with pytest.raises(ChatError) as caught:
        await ask(world.sdk)
    assert (caught.value.code, caught.value.message, caught.value.data) == (
        "SOME_NEW_ERROR",
        "no",
        {"why": "x"},
    )


READING: list[tuple[Ask, str, dict[str, Any], Any, Any]] = [
    (
        lambda sdk: sdk.get_customer(),
        "get_customer",
        {},
        {"id": "c", "type": "customer", "session_fields": [{"a": "1"}, {}], "statistics": {"chats_count": 1}},
        {"id": "c", "type": "customer", "sessionFields": {"a": "1"}, "statistics": {"chatsCount": 1}},
    ),
    (
        lambda sdk: sdk.get_predicted_agent(),
        "get_predicted_agent",
        {},
        {"agent": {**AGENT, "is_bot": False}, "queue": False},
        {
            "agent": {
                "id": "kim",
                "type": "agent",
                "name": "Kim",
                "avatar": "https://k.png",
                "jobTitle": "Support",
                "isBot": False,
            },
            "queue": False,
        },
    ),
    (
        lambda sdk: sdk.get_url_info(url="https://shop.example/"),
        "get_url_info",
        {"url": "https://shop.example/"},
        {"url": "https://shop.example/", "title": "Shop", "image_url": "//cdn/i.png", "image_width": 640},
        {
            "url": "https://shop.example/",
            "title": "Shop",
            "imageUrl": "https://cdn/i.png",
            "imageWidth": 640,
        },
    ),
]


@pytest.mark.parametrize(("ask", "action", "payload", "answer", "expected"), READING)
async def test_requests_that_read(
    world: World, ask: Ask, action: str, payload: Any, answer: Any, expected: Any
) -> None:
    frame, result = await world.answered(ask(world.sdk), answer)
    assert (frame["action"], frame["payload"]) == (action, payload)
    assert result.to_js() == expected


@pytest.mark.parametrize("nonsense", [None, 5, [], "x", {"chats_summary": 5}, {"threads": {}}])
@pytest.mark.parametrize(
    "ask",
    [
        lambda sdk: sdk.get_customer(),
        lambda sdk: sdk.get_chat(chat_id="C1"),
        lambda sdk: sdk.list_chats(),
        lambda sdk: sdk.list_threads(chat_id="C1"),
        lambda sdk: sdk.list_group_statuses(),
        lambda sdk: sdk.get_predicted_agent(),
    ],
)
async def test_answers_that_cannot_be_read(world: World, ask: Ask, nonsense: Any) -> None:
    with pytest.raises(MalformedResponse):
        await world.answered(ask(world.sdk), nonsense)
    assert world.status == "connected"


@pytest.mark.parametrize(
    "nonsense", [None, {}, {"error": "no"}, {"error": {"type": ""}}, {"error": {"type": 5}}]
)
async def test_a_refusal_that_cannot_be_read(world: World, nonsense: Any) -> None:
    asked = asyncio.ensure_future(world.sdk.get_customer())
    await world.transport.settle()
    (frame,) = world.transport.sent("get_customer")
    refusal = {
        "request_id": frame["request_id"],
        "action": "get_customer",
        "type": "response",
        "success": False,
    }
    world.transport.deliver({**refusal, "payload": nonsense})
    with pytest.raises(MalformedResponse, match="without saying why"):
        await asked
    assert world.status == "connected"


async def test_group_arguments(world: World) -> None:
    statuses = {"groups_status": {"0": "online", "3": "offline"}}
    frame, result = await world.answered(world.sdk.list_group_statuses(), statuses)
    assert frame["payload"] == {"all": True} and result == statuses["groups_status"]
    frame, _ = await world.answered(world.sdk.list_group_statuses(group_ids=[]), statuses)
    assert frame["payload"] == {"group_ids": []}
    frame, _ = await world.answered(world.sdk.get_predicted_agent(group_id=0), {"agent": AGENT})
    assert frame["payload"] == {"group_id": 0}


async def test_forms(world: World) -> None:
    fields = [
        {"type": "group_chooser", "label": "Team", "options": [{"id": "a", "label": "Sales", "group_id": 3}]},
        {"type": "rating", "label": "Rate us", "comment_label": "Why?"},
    ]
    form = {"enabled": True, "form": {"id": "F1", "fields": fields}}
    frame, result = await world.answered(world.sdk.get_form(group_id=0, type="ticket"), form)
    assert frame["payload"] == {"group_id": 0, "type": "ticket"}
    shown = result.to_js()["form"]["fields"]
    assert [field["id"] for field in shown] == ["0", "1"]
    assert shown[0]["options"] == [{"id": "a", "label": "Sales", "groupId": 3}]
    assert shown[1]["commentLabel"] == "Why?"
    _, disabled = await world.answered(world.sdk.get_form(group_id=0, type="prechat"), {"enabled": False})
    assert disabled.to_js() == {"enabled": False}


async def test_get_chat_tells_of_its_users_first(world: World) -> None:
    frame, chat = await world.answered(world.sdk.get_chat(chat_id="C1", thread_id="T1"), CHAT)
    assert frame["payload"] == {"chat_id": "C1", "thread_id": "T1"}
    assert [user.id for user in world.payloads("user_data")] == ["E1", "kim"]
    assert chat.to_js() == {
        "id": "C1",
        "access": {},
        "properties": {},
        "users": [
            {
                "id": "E1",
                "type": "customer",
                "sessionFields": {},
                "eventsSeenUpTo": "2024-05-01T10:00:05.000000Z",
            },
            {
                "id": "kim",
                "type": "agent",
                "name": "Kim",
                "avatar": "https://k.png",
                "jobTitle": "Support",
                "present": True,
            },
        ],
        "eventsSeenUpToMap": {"E1": "2024-05-01T10:00:05.000000Z", "kim": None},
        "thread": {
            "id": "T1",
            "chatId": "C1",
            "active": True,
            "createdAt": "2024-05-01T10:00:00.000000Z",
            "userIds": ["E1"],
            "access": {},
            "properties": {},
            "previousThreadId": None,
            "nextThreadId": None,
            "queue": None,
            "events": [
                {
                    "id": "T1_1",
                    "type": "message",
                    "text": "Hi",
                    "authorId": "E1",
                    "threadId": "T1",
                    "properties": {},
                },
                {"type": "new", "threadId": "T1", "properties": {}},
            ],
        },
    }
    assert chat.thread is not None and isinstance(chat.thread.events[1], UnknownEvent)


async def test_list_chats(world: World) -> None:
    summary = {
        "id": "C1",
        "active": True,
        "users": USERS,
        "last_thread_id": "T2",
        "last_event_per_type": {
            "message": {
                "thread_id": "T1",
                "thread_created_at": "2024-04",
                "event": {"id": "T1_9", "type": "message", "text": "old", "created_at": "2024-06"},
            },
            "file": {
                "thread_id": "T2",
                "thread_created_at": "2024-05",
                "event": {"id": "T2_1", "type": "file", "url": "u", "created_at": "2024-05"},
            },
            "bad": 5,
            "new": {"thread_id": "T2", "event": {"id": "T2_0", "type": "new"}},
        },
    }
    answer = {"chats_summary": [summary, {"id": "C2", "users": USERS[1:]}], "total_chats": 2}
    frame, page = await world.answered(world.sdk.list_chats(), answer)
    assert frame["payload"] == {"limit": 10}
    assert [user.id for user in world.payloads("user_data")] == ["E1", "kim"]
    first = page.chats_summary[0]
    assert first.last_event is not None and first.last_event.id == "T2_1"
    assert first.last_events_per_type is not None
    assert {kind: event.thread_id for kind, event in first.last_events_per_type.items()} == {
        "message": "T1",
        "file": "T2",
        "new": "T2",
    }
    shown = page.to_js()
    assert [user["id"] for user in shown["users"]] == ["E1", "kim"]
    assert (shown["totalChats"], shown["previousPageId"], shown["nextPageId"]) == (2, None, None)
    assert "lastEvent" not in shown["chatsSummary"][1]
    assert shown["chatsSummary"][1]["lastThreadId"] is None


async def test_pages_of_chats_and_threads(world: World) -> None:
    none: dict[str, Any] = {"chats_summary": [], "next_page_id": ""}
    frame, _ = await world.answered(world.sdk.list_chats(limit=25), none)
    assert frame["payload"] == {"limit": 25}
    frame, _ = await world.answered(world.sdk.list_chats(page_id="p", limit=5), none)
    assert frame["payload"] == {"page_id": "p"}
    for limit in (26, -5):
        with pytest.raises(InvalidArgument, match="limit"):
            await world.sdk.list_chats(limit=limit)
    threads = {"threads": [{"id": "T1", "events": []}], "next_page_id": "n"}
    frame, page = await world.answered(
        world.sdk.list_threads(chat_id="C1", sort_order="asc", limit=3), threads
    )
    assert frame["payload"] == {"chat_id": "C1", "sort_order": "asc", "limit": 3}
    assert page.threads[0].chat_id == "C1"
    assert (page.previous_page_id, page.next_page_id) == (None, "n")
    frame, _ = await world.answered(world.sdk.list_threads(chat_id="C1", page_id="n", limit=3), threads)
    assert frame["payload"] == {"chat_id": "C1", "page_id": "n"}


WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("chat", "start_chat", {"chat": "C1"}),
    ("chat.access", "start_chat", {"chat": {"access": 5}}),
    ("chat.thread", "resume_chat", {"chat": {"id": "C1", "thread": "T1"}}),
    ("chat.access.group_ids", "start_chat", {"chat": {"access": {"group_ids": 5}}}),
    ("chat.thread.events", "start_chat", {"chat": {"thread": {"events": {"type": "message"}}}}),
    ("event", "send_event", {"chat_id": "C1", "event": "Hello"}),
    ("event.elements", "send_event", {"chat_id": "C1", "event": {"type": "rich_message", "elements": "cards"}}),
    ("event", "send_event", {"chat_id": "C1", "event": {"type": ["message"]}}),
    ("event.postback", "send_event", {"chat_id": "C1", "event": {"type": "message", "postback": "yes"}}),
    ("event.fields", "send_event", {"chat_id": "C1", "event": {"type": "filled_form", "fields": [5]}}),
    ("limit", "list_chats", {"limit": "5"}),
    ("group_ids", "list_group_statuses", {"group_ids": "5"}),
    ("group_ids", "list_group_statuses", {"group_ids": [0, True]}),
    ("chat.access.group_ids", "start_chat", {"chat": {"access": {"group_ids": ["0"]}}}),
    ("properties", "cancel_rate", {"chat_id": "C1", "properties": [5]}),
    ("on_progress", "upload_file", {"file": b"abc", "on_progress": "print"}),
    ("postback", "send_rich_message_postback",
     {"chat_id": "C1", "thread_id": "T1", "event_id": "E1", "postback": 5}),
    ("rating", "rate_chat", {"chat_id": "C1", "rating": 1}),
    ("session_fields", "update_customer", {"session_fields": ["a"]}),
    ("session_fields", "set_customer_session_fields", {"session_fields": "a"}),
    ("url", "update_customer_page", {"url": 5}),
    ("sneak_peek_text", "set_sneak_peek", {"chat_id": "C1", "sneak_peek_text": None}),
    ("chat_id", "get_chat", {"chat_id": None}),
    ("chat_id", "get_chat", {"chat_id": 5}),
    ("thread_id", "get_chat", {"chat_id": "C1", "thread_id": 5}),
    ("chat_id", "list_threads", {"chat_id": ""}),
    ("chat_id", "get_chat_history", {"chat_id": None}),
    ("sort_order", "list_threads", {"chat_id": "C1", "sort_order": "newest"}),
    ("min_events_count", "list_threads", {"chat_id": "C1", "min_events_count": True}),
    ("page_id", "list_chats", {"page_id": 5}),
    ("active", "start_chat", {"active": "no"}),
    ("continuous", "start_chat", {"continuous": 1}),
    ("chat", "resume_chat", {"chat": {"id": 5}}),
    ("id", "deactivate_chat", {"id": None}),
    ("attach_to_last_thread", "send_event",
     {"chat_id": "C1", "event": {"type": "message", "text": "Hi"}, "attach_to_last_thread": "no"}),
    ("seen_up_to", "mark_events_as_seen", {"chat_id": "C1", "seen_up_to": None}),
    ("properties", "update_chat_properties", {"id": "C1", "properties": ["rating"]}),
    ("name", "update_customer", {"name": 5}),
    ("unique_id", "cancel_greeting", {"unique_id": None}),
    ("greeting_id", "accept_greeting", {"greeting_id": None, "unique_id": "G1"}),
    ("group_id", "get_predicted_agent", {"group_id": "0"}),
    ("type", "get_form", {"group_id": 0, "type": None}),
    ("url", "get_url_info", {"url": None}),
]  # fmt: skip


@pytest.mark.parametrize(("argument", "method", "arguments"), WRONG)
async def test_wrong_arguments_are_named_and_sent_nowhere(
    world: World, argument: str, method: str, arguments: dict[str, Any]
) -> None:
    world.transport.answer("list_threads", {"threads": [{"id": "T1"}]})
    with pytest.raises(InvalidArgument) as caught:
        await getattr(world.sdk, method)(**arguments)
    assert caught.value.argument == argument
    assert {frame["action"] for frame in world.transport.sent()} <= {"login", "list_threads"}


async def test_what_the_sheet_calls_unchanged_is(world: World) -> None:
    """Names of members that nobody documents are the caller's own."""
    odd = {"score": 1, "myOwn": {"camelCase": 1}}
    world.transport.answer("list_threads", {"threads": [{"id": "T1"}]})
    world.transport.answer("update_thread_properties", {})
    await world.sdk.rate_chat(chat_id="C1", rating=odd)
    assert world.transport.sent()[-1]["payload"]["properties"] == {"rating": odd}
    place = {"chat_id": "C1", "thread_id": "T1", "event_id": "E1"}
    frame, _ = await world.answered(world.sdk.send_rich_message_postback(**place, postback=odd), {})
    assert frame["payload"] == {**place, "postback": odd}
