"""Sending: every kind of event, opening chats, drafts, rating."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatwheel.sdk.errors import (
    ChatLimitReached,
    InvalidArgument,
    MissingChatThread,
    RequestTimeout,
)
from chatwheel.sdk.events import IncomingChat
from chatwheel.sdk.models import Chat, MessageEvent, RichMessageEvent

from .conftest import CHAT, World

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


async def test_a_sent_event_whose_push_comes_too_late_is_nobody_elses_news(world: World) -> None:
    event = {"id": "T1_9", "type": "message", "text": "Hi"}
    world.transport.answer("send_event", {"event_id": "T1_9"})
    world.transport.answer("list_threads", {"threads": [{"id": "T1", "active": True, "events": [event]}]})
    call = asyncio.ensure_future(world.sdk.send_event(chat_id="C1", event={"type": "message", "text": "Hi"}))
    await world.pass_time(6)
    assert (await call).id == "T1_9"
    [frame] = world.transport.sent("send_event")
    late = {"chat_id": "C1", "thread_id": "T1", "event": event}
    await world.push("incoming_event", late, frame["request_id"])
    await world.push("incoming_event", late)
    assert world.payloads("incoming_event") == []


async def test_a_chat_whose_push_comes_too_late_is_no_news(world: World) -> None:
    """Its response names no event to know the push by: the id of the request must do."""
    chat = {"id": "C1", "users": [], "thread": {"id": "T1", "active": True, "events": []}}
    world.transport.answer("start_chat", {"chat_id": "C1", "thread_id": "T1"})
    world.transport.answer("get_chat", chat)
    call = asyncio.ensure_future(world.sdk.start_chat())
    await world.pass_time(6)
    assert (await call).chat.id == "C1"
    [frame] = world.transport.sent("start_chat")
    await world.push("incoming_chat", {"chat": chat}, frame["request_id"])
    assert world.payloads("incoming_chat") == []


async def test_what_comes_of_a_request_that_a_response_answers_is_news(world: World) -> None:
    """Its id is on what the service writes into the chat, too: that the chat was ended is told to who ended it."""
    world.transport.answer("deactivate_chat", {})
    await world.sdk.deactivate_chat(id="C1")
    [frame] = world.transport.sent("deactivate_chat")
    event = {"id": "T1_9", "type": "system_message", "text": "Visitor ended the chat"}
    told = {"chat_id": "C1", "thread_id": "T1", "event": event}
    await world.push("incoming_event", told, frame["request_id"])
    assert [payload.event.id for payload in world.payloads("incoming_event")] == ["T1_9"]


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
async def test_numbers_that_json_lacks_are_not_sent(world: World, number: float) -> None:
    with pytest.raises(InvalidArgument):
        await world.sdk.send_event(chat_id="C1", event={"type": "custom", "content": {"x": number}})
    assert world.transport.sent("send_event") == []


async def test_a_chat_just_started_is_active_unless_it_says_otherwise(world: World) -> None:
    for active in ({}, {"active": False}):
        call = asyncio.ensure_future(world.sdk.start_chat())
        await world.transport.settle()
        chat = {"id": "C1", "users": [], "thread": {"id": "T1", "events": [], **active}}
        frame = world.transport.sent("start_chat")[-1]
        await world.push("incoming_chat", {"chat": chat}, frame["request_id"])
        await call
        world.sdk.set_sneak_peek(chat_id="C1", sneak_peek_text="typing")
        await world.transport.settle()
        assert len(world.transport.sent("send_sneak_peek")) == 1


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


async def test_what_is_no_list_is_not_taken_for_one(world: World) -> None:
    with pytest.raises(InvalidArgument, match="properties"):
        await world.sdk.cancel_rate(chat_id="C1", properties="score")
    assert world.transport.sent("list_threads") == []


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
