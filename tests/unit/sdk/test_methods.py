"""Every method: the frame it sends, the result it gives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chatwheel.sdk import CustomerSDK
from chatwheel.sdk.errors import (
    ChatError,
    ChatLimitReached,
    InvalidArgument,
    MalformedResponse,
    MissingChatThread,
    RequestTimeout,
)
from chatwheel.sdk.events import IncomingChat
from chatwheel.sdk.models import Chat, MessageEvent, RichMessageEvent, Success, UnknownEvent

from .conftest import World

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


AGENT = {"id": "kim", "type": "agent", "name": "Kim", "avatar": "https://k.png", "job_title": "Support"}
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


USERS = [
    {"id": "E1", "type": "customer", "events_seen_up_to": "2024-05-01T10:00:05.000000Z"},
    {**AGENT, "present": True},
]
CHAT = {
    "id": "C1",
    "users": USERS,
    "thread": {
        "id": "T1",
        "active": True,
        "created_at": "2024-05-01T10:00:00.000000Z",
        "user_ids": ["E1"],
        "events": [{"id": "T1_1", "type": "message", "text": "Hi", "author_id": "E1"}, {"type": "new"}],
    },
}


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
    with pytest.raises(InvalidArgument, match="limit"):
        await world.sdk.list_chats(limit=26)
    threads = {"threads": [{"id": "T1", "events": []}], "next_page_id": "n"}
    frame, page = await world.answered(
        world.sdk.list_threads(chat_id="C1", sort_order="asc", limit=3), threads
    )
    assert frame["payload"] == {"chat_id": "C1", "sort_order": "asc", "limit": 3}
    assert page.threads[0].chat_id == "C1"
    assert (page.previous_page_id, page.next_page_id) == (None, "n")
    frame, _ = await world.answered(world.sdk.list_threads(chat_id="C1", page_id="n", limit=3), threads)
    assert frame["payload"] == {"chat_id": "C1", "page_id": "n"}


SENT_EVENTS: list[tuple[Any, dict[str, Any]]] = [
    ({"type": "message", "text": "Hi"}, {"type": "message", "text": "Hi"}),
    ({"type": "message", "text": ""}, {"type": "message", "text": ""}),
    (MessageEvent(text="Hi", custom_id="c-1"), {"custom_id": "c-1", "type": "message", "text": "Hi"}),
    (
        {
            "type": "message",
            "text": "Hi",
            "customId": "c-1",
            "properties": {"ns": {"camelCase": 1}},
            "postback": {"id": "p", "threadId": "T", "eventId": "E", "type": "message", "value": "v", "x": 1},
        },
        {
            "custom_id": "c-1",
            "properties": {"ns": {"camelCase": 1}},
            "type": "message",
            "text": "Hi",
            "postback": {"id": "p", "thread_id": "T", "event_id": "E", "type": "message", "value": "v"},
        },
    ),
    (
        {"type": "file", "url": "u", "alternativeText": "a", "name": "n", "properties": [1], "customId": 5},
        {"type": "file", "url": "u", "alternative_text": "a"},
    ),
    (
        {
            "type": "filled_form",
            "formId": "F",
            "fields": [
                {"type": "group_chooser", "id": "1", "label": "L", "answer": {"id": "a", "groupId": 3}},
                {"type": "name", "id": "2", "label": "N", "answer": "Ada"},
            ],
        },
        {
            "type": "filled_form",
            "form_id": "F",
            "fields": [
                {"type": "group_chooser", "id": "1", "label": "L", "answer": {"id": "a", "group_id": 3}},
                {"type": "name", "id": "2", "label": "N", "answer": "Ada"},
            ],
        },
    ),
    (
        {"type": "system_message", "text": "t", "systemMessageType": "s", "recipients": "", "textVars": {}},
        {"type": "system_message", "text": "t", "system_message_type": "s"},
    ),
    ({"type": "custom", "content": {"camelCase": 1}}, {"type": "custom", "content": {"camelCase": 1}}),
    ({"type": "custom"}, {"type": "custom"}),
    (
        {
            "type": "rich_message",
            "template": "cards",
            "elements": [
                {
                    "title": "T",
                    "image": {"url": "u", "alternativeText": "a"},
                    "buttons": [{"text": "Yes", "postbackId": "y", "userIds": [], "webviewHeight": "full"}],
                }
            ],
        },
        {
            "type": "rich_message",
            "template_id": "cards",
            "elements": [
                {
                    "title": "T",
                    "image": {"url": "u", "alternative_text": "a"},
                    "buttons": [
                        {"text": "Yes", "postback_id": "y", "user_ids": [], "webview_height": "full"}
                    ],
                }
            ],
        },
    ),
]


@pytest.mark.parametrize(("event", "wire"), SENT_EVENTS)
@pytest.mark.parametrize("response_first", [True, False, None])
async def test_send_event(
    world: World, event: Any, wire: dict[str, Any], response_first: bool | None
) -> None:
    call = asyncio.ensure_future(world.sdk.send_event(chat_id="C1", event=event))
    await world.transport.settle()
    [frame] = world.transport.sent("send_event")
    assert frame["payload"] == {"chat_id": "C1", "event": wire}
    assert list(frame["payload"]["event"]) == list(wire)
    push = {"chat_id": "C1", "thread_id": "T1", "event": {"id": "T1_1", "author_id": "E1", **wire}}
    if response_first:
        world.transport.respond(frame, {"event_id": "T1_1"})
        await world.transport.settle()
        assert not call.done()
    await world.push("incoming_event", push, frame["request_id"])
    if response_first is False:
        world.transport.respond(frame, {"event_id": "T1_1"})
        await world.transport.settle()
    sent = await call
    assert (sent.id, sent.thread_id, sent.type) == ("T1_1", "T1", wire["type"])
    await world.push("incoming_event", push, frame["request_id"])
    await world.push("incoming_event", push)
    assert "incoming_event" not in world.names


@pytest.mark.parametrize("kind", ["form", "system", "", None, 5])
async def test_events_that_cannot_be_sent(world: World, kind: Any) -> None:
    with pytest.raises(InvalidArgument, match="event"):
        await world.sdk.send_event(chat_id="C1", event={"type": kind, "text": "x"})
    with pytest.raises(InvalidArgument):
        await world.sdk.send_event(chat_id="C1", event={"type": "custom", "content": {1, 2}})
    assert not world.transport.sent("send_event")


async def test_a_sent_rich_message_can_be_a_model(world: World) -> None:
    event = RichMessageEvent.model_validate(SENT_EVENTS[-1][1])
    call = asyncio.ensure_future(world.sdk.send_event(chat_id="C1", event=event, attach_to_last_thread=True))
    await world.transport.settle()
    [frame] = world.transport.sent("send_event")
    assert frame["payload"]["attach_to_last_thread"] is True
    assert frame["payload"]["event"]["template_id"] == "cards"
    button = frame["payload"]["event"]["elements"][0]["buttons"][0]
    assert button["postback_id"] == "y" and button["webview_height"] == "full"
    call.cancel()


async def test_a_sent_event_whose_push_never_comes_is_read_back(world: World) -> None:
    event = {"id": "T1_7", "type": "message", "text": "Hi", "custom_id": "c-1"}
    world.transport.answer("send_event", {"event_id": "T1_7"})
    world.transport.answer("list_threads", {"threads": [{"id": "T1", "events": [{"id": "T1_6"}, event]}]})
    call = asyncio.ensure_future(world.sdk.send_event(chat_id="C1", event={"type": "message", "text": "Hi"}))
    await world.pass_time(6)
    assert (await call).custom_id == "c-1"
    world.transport.answer("list_threads", {"threads": []})
    call = asyncio.ensure_future(world.sdk.send_event(chat_id="C1", event={"type": "message", "text": "Hi"}))
    await world.pass_time(6)
    with pytest.raises(RequestTimeout) as caught:
        await call
    assert caught.value.data == {"event_id": "T1_7"}


@pytest.mark.parametrize(("method", "expected"), [("start_chat", "C1"), ("resume_chat", "C9")])
async def test_an_opened_chat_whose_push_never_comes_is_read_back(
    world: World, method: str, expected: str
) -> None:
    world.transport.answer(
        method, {"thread_id": "T1", **({"chat_id": "C1"} if method == "start_chat" else {})}
    )
    world.transport.answer("get_chat", lambda frame: {**CHAT, "id": frame["payload"]["chat_id"]})
    work = world.sdk.start_chat() if method == "start_chat" else world.sdk.resume_chat(chat={"id": "C9"})
    call = asyncio.ensure_future(work)
    await world.pass_time(6)
    assert (await call).chat.id == expected


async def test_start_chat(world: World) -> None:
    call = asyncio.ensure_future(world.sdk.start_chat())
    await world.transport.settle()
    [frame] = world.transport.sent("start_chat")
    assert frame["payload"] == {"active": True, "chat": {}}
    world.transport.respond(frame, {"chat_id": "C1", "thread_id": "T1"})
    await world.push("incoming_chat", {"requester_id": "E1", "chat": CHAT}, frame["request_id"])
    result = await call
    assert isinstance(result, IncomingChat)
    assert result.chat.thread is not None
    assert result.to_js()["chat"]["id"] == "C1"
    assert world.names[2:] == ["user_data", "user_data"]
    world.sdk.set_sneak_peek(chat_id="C1", sneak_peek_text="typing")
    await world.transport.settle()
    assert world.transport.sent("send_sneak_peek")[0]["payload"] == {
        "chat_id": "C1",
        "sneak_peek_text": "typing",
    }


async def test_the_arguments_of_opening_a_chat(world: World) -> None:
    chat = {
        "id": "C1",
        "access": {"groupIds": [1], "x": 1},
        "properties": {"ns": {"n": 1}},
        "thread": {"events": [{"type": "message", "text": "Hi"}], "properties": {"a": {"b": 1}}},
    }
    wire = {
        "access": {"group_ids": [1]},
        "properties": {"ns": {"n": 1}},
        "thread": {"events": [{"type": "message", "text": "Hi"}], "properties": {"a": {"b": 1}}},
    }
    calls = [
        asyncio.ensure_future(world.sdk.start_chat(chat=chat, active=False, continuous=False)),
        asyncio.ensure_future(world.sdk.resume_chat(chat=chat, active=False, continuous=False)),
        asyncio.ensure_future(world.sdk.resume_chat(chat=Chat(id="C1"))),
    ]
    await world.transport.settle()
    frames = [frame["payload"] for frame in world.transport.sent()[1:]]
    assert frames == [
        {"active": False, "continuous": False, "chat": wire},
        {"active": False, "continuous": False, "chat": {"id": "C1", **wire}},
        {"active": True, "chat": {"id": "C1"}},
    ]
    with pytest.raises(InvalidArgument, match="chat"):
        await world.sdk.resume_chat(chat={})
    for call in calls:
        call.cancel()


async def test_start_chat_refused(world: World) -> None:
    world.transport.answer("start_chat", ChatLimitReached("one is enough"))
    with pytest.raises(ChatLimitReached, match="one is enough"):
        await world.sdk.start_chat()


async def test_sneak_peeks_need_an_active_chat(world: World) -> None:
    def peek() -> int:
        world.sdk.set_sneak_peek(chat_id="C1", sneak_peek_text="x")
        return len(world.transport.sent("send_sneak_peek"))

    assert peek() == 0
    world.transport.answer("list_chats", {"chats_summary": [{"id": "C1", "active": True}]})
    await world.sdk.list_chats()
    assert (peek(), peek()) == (1, 2)
    await world.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1"})
    assert peek() == 2
    world.transport.answer("get_chat", CHAT)
    await world.sdk.get_chat(chat_id="C1")
    assert peek() == 3
    await world.push("chat_deactivated", {"chat_id": "C1"})
    world.sdk.on("incoming_chat", lambda payload: peek())
    await world.push("incoming_chat", {"chat": CHAT})
    assert len(world.transport.sent("send_sneak_peek")) == 4
    world.transport.drop()
    await world.transport.settle()
    assert peek() == 4


async def test_rating(world: World) -> None:
    world.transport.answer("list_threads", {"threads": [{"id": "T2"}, {"id": "T1"}]})
    world.transport.answer("update_thread_properties", {})
    world.transport.answer("delete_thread_properties", {})
    await world.sdk.rate_chat(chat_id="C1", rating={"score": 1, "comment": "good"})
    await world.sdk.cancel_rate(chat_id="C1")
    await world.sdk.cancel_rate(chat_id="C1", properties=["score", "comment"])
    sent = [frame["payload"] for frame in world.transport.sent()[1:]]
    place = {"chat_id": "C1", "thread_id": "T2"}
    assert sent[0] == {"chat_id": "C1"}
    assert sent[1] == {**place, "properties": {"rating": {"score": 1, "comment": "good"}}}
    assert sent[3] == {**place, "properties": {"rating": ["score"]}}
    assert sent[5] == {**place, "properties": {"rating": ["score", "comment"]}}
    world.transport.answer("list_threads", {"threads": []})
    with pytest.raises(MissingChatThread):
        await world.sdk.rate_chat(chat_id="C1", rating={"score": 0})
    with pytest.raises(MissingChatThread):
        await world.sdk.cancel_rate(chat_id="C1")


async def test_texts_of_any_kind_travel_unharmed(world: World) -> None:
    text = "<b>&</b> \u202e bidi \U0001f600 \x00 \n" + "x" * 100_000
    call = asyncio.ensure_future(
        world.sdk.send_event(chat_id="C1", event={"type": "message", "text": text + "\ud83d"})
    )
    await world.transport.settle()
    [frame] = world.transport.sent("send_event")
    assert frame["payload"]["event"]["text"] == text + "\ufffd"
    world.transport.socket.sent[-1].encode()
    push = {"chat_id": "C1", "thread_id": "T1", "event": {"id": "1", "type": "message", "text": text}}
    await world.push("incoming_event", push, frame["request_id"])
    sent = await call
    assert isinstance(sent, MessageEvent) and sent.text == text
