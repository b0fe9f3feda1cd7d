"""Every push: the events it becomes, in order, with their payloads."""

from __future__ import annotations

import logging
from typing import Any, get_args

import pytest

from chatwheel.sdk.events import AvailabilityUpdated, EventName, IncomingEvent
from chatwheel.sdk.models import FileEvent, UnknownEvent
from chatwheel.sdk.protocol import PUSHES, push_names
from chatwheel.transport.memory import DEFAULT_LOGIN, MemoryTransport

from .conftest import MakeWorld, World

PLACE = {"chat_id": "C1", "thread_id": "T1"}
JS_PLACE = {"chatId": "C1", "threadId": "T1"}
AGENT = {"id": "kim", "type": "agent", "name": "Kim", "job_title": "Support", "present": True}
JS_AGENT = {"id": "kim", "type": "agent", "name": "Kim", "jobTitle": "Support", "present": True}
MESSAGE = {"id": "T1_1", "type": "message", "text": "Hi", "author_id": "kim", "created_at": "2024"}
JS_MESSAGE = {
    "id": "T1_1", "type": "message", "text": "Hi", "authorId": "kim", "createdAt": "2024", "threadId": "T1",
    "properties": {},
}  # fmt: skip
VALUES = {"ns": {"camelName": 1}}

PUSHED: list[tuple[str, dict[str, Any], list[tuple[str, Any]]]] = [
    (
        "chat_deactivated",
        {**PLACE, "user_id": "kim"},
        [("chat_deactivated", {**JS_PLACE, "userId": "kim"})],
    ),
    (
        "chat_properties_deleted",
        {"chat_id": "C1", "properties": {"ns": ["n"]}},
        [("chat_properties_deleted", {"chatId": "C1", "properties": {"ns": ["n"]}})],
    ),
    (
        "chat_properties_updated",
        {"chat_id": "C1", "properties": VALUES},
        [("chat_properties_updated", {"chatId": "C1", "properties": VALUES})],
    ),
    (
        "chat_transferred",
        {
            **PLACE,
            "reason": "manual",
            "requester_id": "kim",
            "transferred_to": {"group_ids": [3], "agent_ids": ["x"]},
            "queue": {"position": 1, "wait_time": 60, "queued_at": "2024"},
        },
        [
            (
                "chat_transferred",
                {
                    **JS_PLACE,
                    "reason": "manual",
                    "requesterId": "kim",
                    "transferredTo": {"groupIds": [3], "agentIds": ["x"]},
                    "queue": {"position": 1, "waitTime": 60, "queuedAt": "2024"},
                },
            )
        ],
    ),
    (
        "customer_page_updated",
        {"url": "u", "title": "t", "opened_at": "2024"},
        [("customer_page_updated", {"url": "u", "title": "t", "openedAt": "2024"})],
    ),
    ("customer_side_storage_updated", {"customer_side_storage": {}}, []),
    (
        "customer_updated",
        {"id": "E1", "name": "Ada", "session_fields": [{"b": 1}, {"a": 2}]},
        [("customer_updated", {"id": "E1", "name": "Ada", "sessionFields": {"b": 1, "a": 2}})],
    ),
    (
        "event_properties_deleted",
        {**PLACE, "event_id": "T1_1", "properties": {"ns": ["n"]}},
        [("event_properties_deleted", {**JS_PLACE, "eventId": "T1_1", "properties": {"ns": ["n"]}})],
    ),
    (
        "event_properties_updated",
        {**PLACE, "event_id": "T1_1", "properties": VALUES},
        [("event_properties_updated", {**JS_PLACE, "eventId": "T1_1", "properties": VALUES})],
    ),
    ("event_updated", {**PLACE, "event": MESSAGE}, [("event_updated", {**JS_PLACE, "event": JS_MESSAGE})]),
    (
        "events_marked_as_seen",
        {"chat_id": "C1", "user_id": "kim", "seen_up_to": "2024"},
        [("events_marked_as_seen", {"chatId": "C1", "userId": "kim", "seenUpTo": "2024"})],
    ),
    ("greeting_accepted", {"unique_id": "G1"}, [("greeting_accepted", {"uniqueId": "G1"})]),
    ("greeting_canceled", {"unique_id": "G1"}, [("greeting_canceled", {"uniqueId": "G1"})]),
    (
        "groups_status_updated",
        {"groups": [{"id": 0, "status": "offline"}]},
        [("availability_updated", {"availability": "offline"})],
    ),
    (
        "groups_status_updated",
        {"groups": [{"id": 0, "status": "online_for_queue"}]},
        [("availability_updated", {"availability": "online"})],
    ),
    ("groups_status_updated", {"groups": [{"id": 9, "status": "offline"}]}, []),
    (
        "groups_status_updated",
        {"groups": [{"id": 9, "status": "offline"}, {"id": 0, "status": "online"}]},
        [("availability_updated", {"availability": "online"})],
    ),
    ("groups_status_updated", {"groups": []}, []),
    (
        "incoming_chat",
        {"chat": {"id": "C1", "users": [AGENT], "thread": {"id": "T1", "active": True, "events": [MESSAGE]}}},
        [
            ("user_data", JS_AGENT),
            (
                "incoming_chat",
                {
                    "chat": {
                        "id": "C1",
                        "users": [JS_AGENT],
                        "access": {},
                        "properties": {},
                        "eventsSeenUpToMap": {"kim": None},
                        "thread": {
                            "id": "T1",
                            "chatId": "C1",
                            "active": True,
                            "events": [JS_MESSAGE],
                            "access": {},
                            "properties": {},
                            "previousThreadId": None,
                            "nextThreadId": None,
                            "queue": None,
                        },
                    }
                },
            ),
        ],
    ),
    ("incoming_event", {**PLACE, "event": MESSAGE}, [("incoming_event", {**JS_PLACE, "event": JS_MESSAGE})]),
    (
        "incoming_greeting",
        {
            "id": 7,
            "unique_id": "G1",
            "displayed_first_time": True,
            "event": {"type": "message", "text": "Hi"},
            "agent": {"id": "kim", "job_title": "Support", "is_bot": True},
        },
        [
            (
                "incoming_greeting",
                {
                    "id": 7,
                    "uniqueId": "G1",
                    "displayedFirstTime": True,
                    "accepted": False,
                    "addon": None,
                    "subtype": "greeting",
                    "event": {"type": "message", "text": "Hi", "threadId": None, "properties": {}},
                    "agent": {"id": "kim", "jobTitle": "Support", "isBot": True},
                },
            )
        ],
    ),
    (
        "incoming_multicast",
        {"type": "x", "content": {"any_thing": [1]}},
        [("incoming_multicast", {"type": "x", "content": {"any_thing": [1]}})],
    ),
    (
        "incoming_rich_message_postback",
        {**PLACE, "user_id": "E1", "event_id": "T1_1", "postback": {"id": "yes", "toggled": True}},
        [
            (
                "incoming_rich_message_postback",
                {**JS_PLACE, "userId": "E1", "eventId": "T1_1", "postback": {"id": "yes", "toggled": True}},
            )
        ],
    ),
    (
        "incoming_typing_indicator",
        {**PLACE, "typing_indicator": {"author_id": "kim", "is_typing": True}},
        [
            (
                "incoming_typing_indicator",
                {**JS_PLACE, "typingIndicator": {"authorId": "kim", "isTyping": True}},
            )
        ],
    ),
    (
        "queue_position_updated",
        {**PLACE, "queue": {"position": 2, "wait_time": 90}},
        [("queue_position_updated", {**JS_PLACE, "queue": {"position": 2, "waitTime": 90}})],
    ),
    (
        "thread_properties_deleted",
        {**PLACE, "properties": {"ns": ["n"]}},
        [("thread_properties_deleted", {**JS_PLACE, "properties": {"ns": ["n"]}})],
    ),
    (
        "thread_properties_updated",
        {**PLACE, "properties": {"lc2": {"queue_pos": 2, "queue_waiting_time": 90}}},
        [
            ("queue_position_updated", {**JS_PLACE, "queue": {"position": 2, "waitTime": 90}}),
            (
                "thread_properties_updated",
                {**JS_PLACE, "properties": {"lc2": {"queue_pos": 2, "queue_waiting_time": 90}}},
            ),
        ],
    ),
    (
        "thread_properties_updated",
        {**PLACE, "properties": VALUES},
        [("thread_properties_updated", {**JS_PLACE, "properties": VALUES})],
    ),
    ("event_deleted", {**PLACE, "event_id": "T1_1"}, [("event_deleted", {**JS_PLACE, "eventId": "T1_1"})]),
    (
        "incoming_event_preview",
        {**PLACE, "event": MESSAGE},
        [("incoming_event_preview", {**JS_PLACE, "event": JS_MESSAGE})],
    ),
    (
        "incoming_thinking_indicator",
        {**PLACE, "author_id": "kim", "sent_at": "2024", "title": "Reading", "custom_id": "a"},
        [
            (
                "incoming_thinking_indicator",
                {**JS_PLACE, "authorId": "kim", "sentAt": "2024", "title": "Reading", "customId": "a"},
            )
        ],
    ),
    (
        "user_added_to_chat",
        {**PLACE, "user": AGENT},
        [("user_data", JS_AGENT), ("user_added_to_chat", {**JS_PLACE, "user": JS_AGENT, "present": True})],
    ),
    (
        "user_removed_from_chat",
        {**PLACE, "user_id": "kim"},
        [("user_removed_from_chat", {**JS_PLACE, "userId": "kim"})],
    ),
]


@pytest.mark.parametrize(("action", "payload", "expected"), PUSHED)
@pytest.mark.parametrize("request_id", [None, "unknown"])
async def test_pushes(world: World, action: str, payload: Any, expected: Any, request_id: str | None) -> None:
    await world.push(action, payload, request_id)
    assert [(name, told.to_js()) for name, told in world.events[2:]] == expected


def test_every_push_is_tried() -> None:
    assert {action for action, _, _ in PUSHED} == set(push_names("3.6")) == set(PUSHES)
    told = {name for _, _, expected in PUSHED for name, _ in expected}
    made_here = {"connected", "disconnected", "customer_id", "connection_unstable", "connection_recovered"}
    assert told | made_here == set(get_args(EventName))


@pytest.mark.parametrize("action", PUSHES)
@pytest.mark.parametrize("payload", [None, 5, "x", [], {}, {"chat_id": None}, {"chat": 5}, {"groups": 5}])
async def test_pushes_that_cannot_be_read(world: World, action: str, payload: Any) -> None:
    await world.push(action, payload)
    assert world.status == "connected"
    await world.push("incoming_event", {**PLACE, "event": MESSAGE})
    assert world.names[-1] == "incoming_event"


async def test_a_repeated_event_is_told_once(world: World) -> None:
    for _ in range(3):
        await world.push("incoming_event", {**PLACE, "event": MESSAGE})
    await world.push("incoming_event", {**PLACE, "event": {"type": "message", "text": "no id"}})
    await world.push("incoming_event", {**PLACE, "event": {"type": "message", "text": "no id"}})
    assert world.names[2:] == ["incoming_event"] * 3


async def test_an_event_of_another_window_is_told(world: World) -> None:
    await world.push("incoming_event", {**PLACE, "event": MESSAGE}, "another-windows-request")
    assert world.names[2:] == ["incoming_event"]


async def test_events_of_the_future(world: World) -> None:
    event = {"id": "T1_2", "type": "hologram", "author_id": "kim", "depth": 3}
    await world.push("incoming_event", {**PLACE, "event": event})
    [payload] = world.payloads("incoming_event")
    assert isinstance(payload, IncomingEvent) and isinstance(payload.event, UnknownEvent)
    assert payload.event.to_js() == {
        "id": "T1_2", "type": "hologram", "authorId": "kim", "depth": 3, "threadId": "T1", "properties": {},
    }  # fmt: skip
    await world.push("incoming_hologram", {"x": 1})
    assert world.names[-1] == "incoming_event"


async def test_a_picture(world: World) -> None:
    event = {
        "id": "T1_3", "type": "file", "url": "u", "name": "p.png", "content_type": "image/png", "width": 1200,
        "height": 400, "thumbnail_url": "t1", "thumbnail2x_url": "t2", "alternative_text": "Plan",
    }  # fmt: skip
    await world.push("incoming_event", {**PLACE, "event": event})
    [payload] = world.payloads("incoming_event")
    assert isinstance(payload.event, FileEvent) and payload.event.is_image
    assert payload.event.to_js()["thumbnails"] == {
        "default": {"url": "t1", "width": 300, "height": 100},
        "high": {"url": "t2", "width": 600, "height": 200},
    }


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "null", "5", "[]", "{}", '{"action": 5}', '{"type": "response"}', "{" * 100_000,
        '{"action": "incoming_event"}', '{"type": "response", "request_id": 5, "action": "x"}',
        '{"type": "response", "request_id": "unknown", "success": true}', "\x00", '"\ud800"',
        '{"action":"incoming_event","payload":{"chat_id":"C1","event":{"type":"message","text":"\\ud800"}}}',
    ],
)  # fmt: skip
async def test_texts_that_are_no_frames(world: World, text: str) -> None:
    world.transport.deliver(text)
    await world.push("incoming_event", {**PLACE, "event": MESSAGE})
    assert world.names[-1] == "incoming_event"
    assert world.status == "connected"


async def test_the_log_reads_like_a_transcript_without_tokens(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "chatwheel.sdk"):
        world.transport.drop()
        await world.pass_time(2)
        await world.push("incoming_multicast", {"content": "x" * 5000})
    assert "> {" in caplog.text and "< {" in caplog.text and "= waiting" in caplog.text
    assert "token-1" not in caplog.text and '"token":"***"' in caplog.text
    assert max(len(record.getMessage()) for record in caplog.records) < 3000


async def test_availability_where_the_login_named_no_group(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", {**DEFAULT_LOGIN, "__priv_dynamic_config": {}})
    world = await make_world(transport)
    await world.push("groups_status_updated", {"groups": [{"id": 9, "status": "online"}]})
    assert world.payloads("availability_updated") == [AvailabilityUpdated(availability="online")]
