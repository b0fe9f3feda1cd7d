"""Logging in: what is sent, what is made of the answer, and every way in which it can fail."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import chatwheel
from chatwheel.sdk.errors import (
    error_for,
)
from chatwheel.sdk.events import Connected, Disconnected
from chatwheel.transport.base import HttpResponse
from chatwheel.transport.memory import (
    DEFAULT_LOGIN,
    DEFAULT_TOKEN,
    NO_ANSWER,
    HttpRequest,
    MemoryTransport,
)

from .conftest import MakeWorld, World

PUSHES = [
    "chat_deactivated", "chat_properties_deleted", "chat_properties_updated", "chat_transferred",
    "customer_page_updated", "customer_side_storage_updated", "customer_updated", "event_properties_deleted",
    "event_properties_updated", "event_updated", "events_marked_as_seen", "greeting_accepted",
    "greeting_canceled", "groups_status_updated", "incoming_chat", "incoming_event", "incoming_greeting",
    "incoming_multicast", "incoming_rich_message_postback", "incoming_typing_indicator",
    "queue_position_updated", "thread_properties_deleted", "thread_properties_updated", "user_added_to_chat",
    "user_removed_from_chat",
]  # fmt: skip


async def test_the_login_frame_with_every_option(make_world: MakeWorld) -> None:
    world = await make_world(
        group_id=2,
        page={"url": "https://shop.example/", "title": "Shop"},
        referrer="https://search.example/",
        mobile=True,
        application={"name": "shop", "version": "7", "channelType": "code"},
        customer_data_provider=lambda: {
            "name": "Ada",
            "email": "a@x",
            "sessionFields": {"plan": "pro", "n": 1},
        },
    )
    [frame] = world.transport.sent()
    request_id = frame.pop("request_id")
    assert request_id and isinstance(request_id, str)
    assert frame == {
        "action": "login",
        "payload": {
            "token": "Bearer token-1",
            "customer": {"name": "Ada", "email": "a@x", "session_fields": [{"plan": "pro"}, {"n": 1}]},
            "customer_side_storage": {},
            "is_mobile": True,
            "application": {"name": "shop", "version": "7", "channel_type": "code"},
            "group_id": 2,
            "customer_page": {"url": "https://shop.example/", "title": "Shop"},
            "referrer": "https://search.example/",
            "pushes": {"3.5": PUSHES},
        },
        "version": "3.5",
    }
    assert list(frame["payload"]) == [
        "token", "customer", "customer_side_storage", "is_mobile", "application", "group_id",
        "customer_page", "referrer", "pushes",
    ]  # fmt: skip


async def test_the_plain_login_names_this_client(world: World) -> None:
    [frame] = world.transport.sent()
    assert frame["payload"]["application"] == {"name": "chatwheel", "version": chatwheel.__version__}
    assert set(frame["payload"]) == {
        "token", "customer", "customer_side_storage", "is_mobile", "application", "pushes",
    }  # fmt: skip
    assert world.names == ["customer_id", "connected"]
    assert world.status == "connected"
    assert world.sdk.customer_id == "customer-1"


async def test_another_version_of_the_api(make_world: MakeWorld) -> None:
    world = await make_world(api_version="3.6", api_url="http://127.0.0.1:8000")
    [frame] = world.transport.sent()
    newer = ["event_deleted", "incoming_event_preview", "incoming_thinking_indicator"]
    assert frame["version"] == "3.6" and frame["payload"]["pushes"] == {"3.6": [*PUSHES, *newer]}
    assert world.transport.socket.url == "ws://127.0.0.1:8000/v3.6/customer/rtm/ws?organization_id=org"


async def test_connected_tells_customer_availability_and_greeting(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    greeting = {"id": 7, "unique_id": "G1", "event": {"type": "message", "text": "Hi"}, "agent": {"id": "k"}}
    statistics = {"visits_count": 4}
    customer = {"id": "customer-1", "type": "customer", "name": "Ada", "statistics": statistics}
    chats = [{"chat_id": "C1", "has_unread_events": True, "has_active_thread": True}, {"bad": 1}, 5]
    transport.answer("login", {**DEFAULT_LOGIN, "greeting": greeting, "customer": customer, "chats": chats})
    world = await make_world(transport)
    [connected] = world.payloads("connected")
    assert isinstance(connected, Connected)
    assert connected.availability == "online"
    assert [(chat.id, chat.active, chat.has_unread_events) for chat in connected.chats] == [
        ("C1", True, True)
    ]
    assert connected.to_js() == {
        "customer": {
            "id": "customer-1",
            "type": "customer",
            "name": "Ada",
            "sessionFields": {},
            "statistics": {"visitsCount": 4},
        },
        "availability": "online",
        "greeting": {
            "id": 7,
            "uniqueId": "G1",
            "addon": None,
            "accepted": False,
            "subtype": "greeting",
            "event": {"type": "message", "text": "Hi", "threadId": None, "properties": {}},
            "agent": {"id": "k", "isBot": False},
        },
    }


@pytest.mark.parametrize(
    ("config", "availability"),
    [
        (None, "offline"),
        ({}, "offline"),
        ({"online_groups_ids": []}, "offline"),
        ({"online_groups_ids": [1], "customer_groups": {"monitoring": {"id": 0}}}, "offline"),
        ({"online_groups_ids": [0], "customer_groups": {"monitoring": {"id": 0}}}, "online"),
        ({"online_groups_ids": 5, "customer_groups": []}, "offline"),
    ],
)
async def test_availability_after_login(make_world: MakeWorld, config: Any, availability: str) -> None:
    transport = MemoryTransport()
    transport.answer("login", {"__priv_dynamic_config": config})
    world = await make_world(transport)
    [connected] = world.payloads("connected")
    assert connected.availability == availability
    assert connected.customer.id == "customer-1"


async def test_a_login_answered_with_nonsense_is_tried_again(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", ["nonsense"])
    world = await make_world(transport)
    assert world.status == "disconnected"
    transport.answer("login", DEFAULT_LOGIN)
    await world.pass_time(0.5)
    assert world.names == ["customer_id", "connected"]


async def test_a_login_without_an_answer_times_out(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", NO_ANSWER)
    world = await make_world(transport)
    await world.pass_time(14.9)
    assert len(transport.sockets) == 1
    transport.answer("login", DEFAULT_LOGIN)
    await world.pass_time(0.6)
    assert len(transport.sockets) == 2 and not transport.sockets[0].is_open
    assert world.status == "connected"


async def test_a_socket_that_never_opens_is_given_up(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.hang_sockets = True
    world = await make_world(transport)
    transport.hang_sockets = False
    await world.pass_time(14)
    assert world.status == "disconnected"
    await world.pass_time(3)
    assert world.status == "connected"


@pytest.mark.parametrize(
    "code", ["license_expired", "internal", "validation", "authorization", "group_not_found", "new_one"]
)
async def test_failed_logins_are_tried_again(make_world: MakeWorld, code: str) -> None:
    transport = MemoryTransport()
    transport.answer("login", error_for(code, "no"))
    world = await make_world(transport)
    await world.pass_time(20)
    assert 6 <= len(transport.sockets) <= 8
    assert world.names == ["customer_id"]
    transport.answer("login", DEFAULT_LOGIN)
    await world.pass_time(80)
    assert world.status == "connected"
    transport.answer("login", error_for(code, "no"))
    transport.drop()
    await world.pass_time(1.1)
    transport.answer("login", DEFAULT_LOGIN)
    await world.pass_time(0.3)
    assert world.status == "connected", "the backoff starts anew after a login"


@pytest.mark.parametrize("code", ["customer_banned", "wrong_product_version"])
async def test_failed_logins_that_end_it(make_world: MakeWorld, code: str) -> None:
    transport = MemoryTransport()
    transport.answer("login", error_for(code, "no"))
    world = await make_world(transport)
    assert world.names == ["customer_id", "disconnected"]
    assert world.payloads("disconnected") == [Disconnected(reason=code)]
    assert world.status == "destroyed"


async def test_too_many_users_wait_to_be_told(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", error_for("users_limit_reached", "full"))
    world = await make_world(transport)
    assert world.payloads("disconnected") == [Disconnected(reason="users_limit_reached")]
    assert world.status == "paused"
    await world.pass_time(1000)
    assert len(transport.sockets) == 1
    transport.answer("login", DEFAULT_LOGIN)
    world.sdk.connect()
    await transport.settle()
    assert world.status == "connected"


async def test_a_refused_token_is_replaced(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", error_for("authentication", "Invalid access token"))
    world = await make_world(transport)
    transport.on_http = lambda request: HttpResponse(
        200, json.dumps({**DEFAULT_TOKEN, "access_token": "token-2"})
    )
    transport.answer(
        "login",
        lambda frame: (
            DEFAULT_LOGIN if frame["payload"]["token"] == "Bearer token-2" else error_for("authentication")
        ),
    )
    await world.pass_time(0.5)
    assert world.status == "connected"
    assert len(transport.requests) == 2


async def test_another_identity_ends_it(world: World) -> None:
    world.transport.on_http = lambda request: HttpResponse(
        200, json.dumps({**DEFAULT_TOKEN, "entity_id": "somebody-else"})
    )
    await world.push("customer_disconnected", {"reason": "access_token_expired"})
    await world.pass_time(1)
    assert world.events[-1] == ("disconnected", Disconnected(reason="identity_mismatch"))
    assert world.status == "destroyed"
    assert len(world.transport.sent("login")) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"oauth_exception": "unauthorized_client"}, "unauthorized_client"),
        ({"identity_exception": "unauthorized"}, "unauthorized"),
    ],
)
async def test_a_refused_customer_ends_it(make_world: MakeWorld, body: Any, reason: str) -> None:
    transport = MemoryTransport()
    transport.on_http = lambda request: HttpResponse(401, json.dumps(body))
    world = await make_world(transport)
    assert world.payloads("disconnected") == [Disconnected(reason=reason)]
    assert world.status == "destroyed"


@pytest.mark.parametrize(
    "text",
    [
        '{"oauth_exception": "server_error"}', '{"oauth_exception": "temporarily_unavailable"}',
        "<html>Bad gateway</html>", "", "null", "[]", "{}", '{"access_token": "x"}', '{"error": "x"}',
        '{"access_token": "t", "entity_id": "e", "expires_in": "soon", "token_type": "Bearer"}',
        '{"access_token": "", "entity_id": "e", "expires_in": 5, "token_type": "Bearer"}',
    ],
)  # fmt: skip
async def test_nonsense_from_the_accounts_server_is_waited_out(make_world: MakeWorld, text: str) -> None:
    transport = MemoryTransport()
    answer, transport.on_http = transport.on_http, lambda request: HttpResponse(200, text)
    world = await make_world(transport)
    await world.pass_time(20)
    assert 5 <= len(transport.requests) <= 8
    assert not transport.sent() and not world.events
    transport.on_http = answer
    await world.pass_time(60)
    assert world.status == "connected"


async def test_a_token_request_that_hangs_is_given_up(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    answer = transport.on_http

    async def hang(request: HttpRequest) -> HttpResponse:
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    transport.on_http = hang
    world = await make_world(transport)
    transport.on_http = answer
    await world.pass_time(16)
    assert world.status == "connected"


async def test_a_failing_data_provider_is_waited_out(make_world: MakeWorld) -> None:
    answers: list[Any] = [ValueError("no"), "nonsense", {"name": "Ada"}]

    async def provide() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    world = await make_world(customer_data_provider=provide)
    await world.pass_time(3)
    assert world.status == "connected"
    assert world.transport.sent("login")[0]["payload"]["customer"] == {"name": "Ada"}


async def test_data_that_is_no_json_is_waited_out(make_world: MakeWorld) -> None:
    answers: list[Any] = [{"name": object()}, {"name": "Ada"}]
    world = await make_world(customer_data_provider=lambda: answers.pop(0))
    assert world.status == "disconnected" and not world.transport.sent()
    await world.pass_time(1)
    assert world.status == "connected"
