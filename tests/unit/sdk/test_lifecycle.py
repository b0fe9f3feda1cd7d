"""Connecting, losing the connection, coming back, leaving."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import chatwheel
from chatwheel.sdk.errors import (
    ChatError,
    ConnectionLost,
    MisdirectedConnection,
    NoConnection,
    RequestTimeout,
    SdkDestroyed,
    ServiceTemporarilyUnavailable,
    UploadCanceled,
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
    assert frame["version"] == "3.6" and list(frame["payload"]["pushes"]) == ["3.6"]
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


async def test_a_lost_socket_comes_back(world: World) -> None:
    call = asyncio.ensure_future(world.sdk.get_customer())
    await world.transport.settle()
    world.transport.drop()
    await world.transport.settle()
    assert world.status == "reconnecting"
    assert world.events[-1] == ("disconnected", Disconnected(reason="connection_lost"))
    with pytest.raises(ConnectionLost):
        await call
    await world.pass_time(1.5)
    assert world.names == ["customer_id", "connected", "disconnected", "connected"]
    assert len(world.transport.sent("login")) == 2


async def test_a_server_that_is_down_is_not_stormed(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.refuse_sockets = True
    attempts = 0
    original = transport.open_socket

    async def counting(url: str) -> Any:
        nonlocal attempts
        attempts += 1
        return await original(url)

    transport.open_socket = counting  # type: ignore[method-assign]
    world = await make_world(transport)
    await world.pass_time(600)
    assert attempts == 1 + 3 + (600 - 7) // 5
    assert len(transport.requests) <= 1
    assert world.names == []


@pytest.mark.parametrize(
    "reason",
    ["connection_timeout", "inactivity_timeout", "internal_error", "license_expired", "anything new", ""],
)
async def test_reasons_to_come_back(world: World, reason: str) -> None:
    call = asyncio.ensure_future(world.sdk.get_customer())
    await world.pass_time(10)
    await world.push("customer_disconnected", {"reason": reason, "data": {"x": 1}})
    with pytest.raises(ConnectionLost):
        await call
    assert world.status == "reconnecting"
    assert world.payloads("disconnected")[0].to_js() == {"reason": reason, "data": {"x": 1}}
    assert not world.transport.socket.is_open
    await world.pass_time(0.09)
    assert len(world.transport.sockets) == 1
    await world.pass_time(0.02)
    assert world.status == "connected"
    assert len(world.transport.requests) == 1


async def test_an_expired_token_is_renewed(world: World) -> None:
    await world.push("customer_disconnected", {"reason": "access_token_expired"})
    world.transport.on_http = lambda request: HttpResponse(
        200, json.dumps({**DEFAULT_TOKEN, "access_token": "token-2"})
    )
    await world.pass_time(0.2)
    assert world.status == "connected"
    assert world.transport.sent("login")[-1]["payload"]["token"] == "Bearer token-2"
    assert world.names == ["customer_id", "connected", "disconnected", "connected"]


@pytest.mark.parametrize(
    "reason",
    [
        "customer_banned",
        "customer_temporarily_blocked",
        "license_not_found",
        "logged_out_remotely",
        "product_version_changed",
        "too_many_connections",
        "unsupported_version",
    ],
)
async def test_reasons_to_end(world: World, reason: str) -> None:
    call = asyncio.ensure_future(world.sdk.get_customer())
    await world.transport.settle()
    await world.push("customer_disconnected", {"reason": reason, "data": {"x": 1}})
    with pytest.raises(ConnectionLost):
        await call
    assert world.status == "destroyed"
    assert world.events[-1] == ("disconnected", Disconnected(reason=reason))
    await world.pass_time(100)
    assert len(world.transport.sockets) == 1
    with pytest.raises(SdkDestroyed):
        await world.sdk.get_customer()


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("service_temporarily_unavailable", ServiceTemporarilyUnavailable),
        ("too_many_unauthorized_connections", ChatError),
    ],
)
async def test_reasons_that_say_nothing(world: World, reason: str, error: type[ChatError]) -> None:
    call = asyncio.ensure_future(world.sdk.get_customer())
    await world.transport.settle()
    await world.push("customer_disconnected", {"reason": reason})
    with pytest.raises(error) as caught:
        await call
    assert caught.value.code == reason.upper()
    assert "disconnected" not in world.names
    assert world.status == "connected"
    world.transport.drop()
    await world.pass_time(2)
    assert world.names[-2:] == ["disconnected", "connected"]


async def test_being_asked_for_patience_while_logging_in(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", NO_ANSWER)
    world = await make_world(transport)
    await world.push("customer_disconnected", {"reason": "service_temporarily_unavailable"})
    transport.answer("login", error_for("internal"))
    await world.pass_time(0.9)
    assert len(transport.sockets) == 1
    await world.pass_time(0.2)
    assert len(transport.sockets) == 2
    await world.pass_time(1.8)
    assert len(transport.sockets) == 2
    transport.answer("login", DEFAULT_LOGIN)
    await world.pass_time(0.2)
    assert world.status == "connected"


async def test_another_region(world: World) -> None:
    call = asyncio.ensure_future(world.sdk.get_customer())
    await world.transport.settle()
    payload = {"reason": "misdirected_connection", "data": {"region": "fra"}}
    await world.push("customer_disconnected", payload)
    with pytest.raises(MisdirectedConnection):
        await call
    assert world.transport.socket.url.startswith("wss://api-fra.livechatinc.com/")
    assert world.status == "connected"
    assert "disconnected" not in world.names
    await world.sdk.upload_file(file=b"abc")
    assert world.transport.requests[-1].url.startswith("https://api-fra.livechatinc.com/v3.5/")


async def test_regions_that_send_each_other_customers_are_not_stormed(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", error_for("misdirected_connection", data={"region": "fra"}))
    world = await make_world(transport)
    await world.pass_time(10)
    assert len(transport.sockets) < 10
    assert world.status == "disconnected"


@pytest.mark.parametrize("data", [None, {}, {"region": 5}, {"region": "evil.example/"}, "fra"])
async def test_a_region_that_makes_no_sense(world: World, data: Any) -> None:
    await world.push("customer_disconnected", {"reason": "misdirected_connection", "data": data})
    await world.pass_time(0.5)
    assert world.status == "connected"
    assert world.transport.socket.url.startswith("wss://api.livechatinc.com/")


async def test_a_server_that_sends_everybody_away_is_not_stormed(world: World) -> None:
    def send_away(frame: dict[str, Any]) -> Any:
        asyncio.get_running_loop().call_soon(
            world.transport.push, "customer_disconnected", {"reason": "internal_error"}
        )
        return DEFAULT_LOGIN

    world.transport.answer("login", send_away)
    world.transport.drop()
    await world.pass_time(300)
    assert len(world.transport.sockets) < 60


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


async def test_disconnect_stays_away_and_settles_everything(world: World) -> None:
    call = asyncio.ensure_future(world.sdk.get_customer())
    await world.transport.settle()
    world.sdk.disconnect()
    with pytest.raises(ConnectionLost):
        await call
    with pytest.raises(NoConnection):
        await world.sdk.get_customer()
    await world.pass_time(1000)
    assert world.status == "paused"
    assert len(world.transport.sockets) == 1 and not world.transport.socket.is_open
    assert world.names == ["customer_id", "connected"]
    world.sdk.connect()
    await world.transport.settle()
    assert world.status == "connected"


@pytest.mark.parametrize("moment", ["opening", "token", "login", "waiting"])
async def test_disconnect_at_any_moment_of_a_login(make_world: MakeWorld, moment: str) -> None:
    transport = MemoryTransport()
    if moment == "opening":
        transport.hang_sockets = True
    if moment == "token":
        pending: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
        transport.on_http = lambda request: pending
    if moment == "login":
        transport.answer("login", NO_ANSWER)
    if moment == "waiting":
        transport.refuse_sockets = True
    world = await make_world(transport)
    call = asyncio.ensure_future(world.sdk.get_customer())
    await transport.settle()
    world.sdk.disconnect()
    with pytest.raises(NoConnection):
        await call
    if moment == "token":
        pending.set_result(HttpResponse(200, json.dumps(DEFAULT_TOKEN)))
    opened = len(transport.sockets)
    transport.hang_sockets = transport.refuse_sockets = False
    await world.pass_time(200)
    assert world.status == "paused"
    assert len(transport.sockets) == opened
    assert all(not socket.is_open for socket in transport.sockets)


async def test_disconnect_inside_a_handler_stops_the_return(world: World) -> None:
    world.sdk.on("disconnected", lambda payload: world.sdk.disconnect())
    await world.push("customer_disconnected", {"reason": "inactivity_timeout"})
    await world.pass_time(100)
    assert world.status == "paused"
    assert len(world.transport.sockets) == 1


async def test_connect_inside_a_handler_does_not_wait(world: World) -> None:
    world.sdk.on("disconnected", lambda payload: world.sdk.connect())
    world.transport.drop()
    await world.transport.settle()
    assert world.status == "connected"
    assert world.transport.clock.monotonic() == 0


async def test_connect_twice_changes_nothing(world: World) -> None:
    world.sdk.connect()
    await world.transport.settle()
    assert len(world.transport.sockets) == 1


async def test_destroy_is_final(world: World) -> None:
    call = asyncio.ensure_future(world.sdk.get_customer())
    await world.transport.settle()
    world.sdk.destroy()
    with pytest.raises(SdkDestroyed):
        await call
    with pytest.raises(SdkDestroyed):
        await world.sdk.list_chats()
    for _ in range(2):
        world.sdk.destroy()
        world.sdk.connect()
        world.sdk.disconnect()
        world.sdk.set_sneak_peek(chat_id="C1", sneak_peek_text="x")
        world.sdk.update_customer_page(url="https://x/")
    world.transport.set_online(True)
    await world.pass_time(1000)
    assert world.status == "destroyed"
    assert world.names == ["customer_id", "connected"]
    assert len(world.transport.sockets) == 1


async def test_calls_wait_for_the_connection(world: World) -> None:
    world.transport.drop()
    await world.transport.settle()
    world.transport.answer("get_customer", {"id": "customer-1", "type": "customer"})
    call = asyncio.ensure_future(world.sdk.get_customer())
    await world.pass_time(2)
    assert (await call).id == "customer-1"


async def test_calls_do_not_wait_for_ever(world: World) -> None:
    world.transport.refuse_sockets = True
    world.transport.drop()
    await world.transport.settle()
    call = asyncio.ensure_future(world.sdk.get_customer())
    await world.pass_time(14.9)
    assert not call.done()
    await world.pass_time(0.2)
    with pytest.raises(NoConnection):
        await call


async def test_calls_can_be_told_not_to_wait(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.refuse_sockets = True
    world = await make_world(transport, wait_for_connection=False)
    with pytest.raises(NoConnection):
        await world.sdk.get_customer()


async def test_calls_time_out(make_world: MakeWorld) -> None:
    world = await make_world(request_timeout=3)
    call = asyncio.ensure_future(world.sdk.get_customer())
    await world.pass_time(2.9)
    assert not call.done()
    await world.pass_time(0.2)
    with pytest.raises(RequestTimeout):
        await call
    world.transport.respond(world.transport.sent("get_customer")[0], {"id": "late"})
    await world.transport.settle()
    assert world.status == "connected"


async def test_no_more_than_ten_requests_are_open_at_once(world: World) -> None:
    calls = [asyncio.ensure_future(world.sdk.get_url_info(url=f"https://{n}/")) for n in range(25)]
    await world.transport.settle()
    assert len(world.transport.sent("get_url_info")) == 10
    for n in range(25):
        frame = world.transport.sent("get_url_info")[n]
        world.transport.respond(frame, {"url": frame["payload"]["url"]})
        await world.transport.settle()
    assert [call.result().url for call in calls] == [f"https://{n}/" for n in range(25)]


async def test_a_cancelled_call_is_forgotten(world: World) -> None:
    calls = [asyncio.ensure_future(world.sdk.get_customer()) for _ in range(11)]
    await world.transport.settle()
    calls[10].cancel()
    await world.transport.settle()
    calls[0].cancel()
    await world.transport.settle()
    assert len(world.transport.sent("get_customer")) == 10
    for call in calls:
        call.cancel()
    await world.transport.settle()


async def test_silence_is_noticed(world: World) -> None:
    await world.pass_time(15)
    [ping] = world.transport.sent("ping")
    assert ping["payload"] == {}
    world.transport.answer("ping", NO_ANSWER)
    await world.pass_time(15)
    assert len(world.transport.sent("ping")) == 2
    await world.pass_time(14)
    assert world.status == "connected"
    await world.pass_time(1)
    assert world.payloads("disconnected") == [Disconnected(reason="connection_lost")]
    assert not world.transport.sockets[0].is_open
    await world.pass_time(2)
    assert world.status == "connected"


async def test_whatever_is_heard_keeps_the_connection(world: World) -> None:
    world.transport.answer("ping", NO_ANSWER)
    for _ in range(20):
        await world.pass_time(14)
        world.transport.deliver("nonsense")
    assert world.status == "connected"
    assert not world.transport.sent("ping")


async def test_offline_and_online(world: World) -> None:
    world.transport.set_online(False)
    world.transport.set_online(True)
    await world.transport.settle()
    assert world.names[2:] == ["connection_unstable", "connection_recovered"]
    world.transport.answer("ping", NO_ANSWER)
    world.transport.set_online(True)
    await world.pass_time(1.9)
    assert world.status == "connected"
    await world.pass_time(0.2)
    assert world.status == "reconnecting"
    assert world.payloads("disconnected") == [Disconnected(reason="connection_lost")]


async def test_coming_online_ends_the_waiting(world: World) -> None:
    world.transport.refuse_sockets = True
    world.transport.drop()
    await world.pass_time(30)
    world.transport.refuse_sockets = False
    world.transport.set_online(False)
    world.transport.set_online(True)
    await world.transport.settle()
    assert world.status == "connected"
    assert "connection_unstable" not in world.names


async def test_the_page_goes_out_at_once_or_with_the_login(world: World) -> None:
    world.sdk.update_customer_page(url="https://x/1", title="One")
    world.sdk.update_customer_page(title="Two")
    await world.transport.settle()
    pages = [frame["payload"] for frame in world.transport.sent("update_customer_page")]
    assert pages == [{"title": "One", "url": "https://x/1"}, {"title": "Two"}]
    world.transport.drop()
    await world.transport.settle()
    world.sdk.update_customer_page(url="https://x/2")
    await world.pass_time(2)
    page = world.transport.sent("login")[1]["payload"]["customer_page"]
    assert page == {"title": "Two", "url": "https://x/2"}
    assert len(world.transport.sent("update_customer_page")) == 2


async def test_a_page_changed_during_the_login_follows_it(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", NO_ANSWER)
    world = await make_world(transport, page={"url": "https://x/1", "title": "One"})
    world.sdk.update_customer_page(url="https://x/2")
    transport.respond(transport.sent("login")[0], DEFAULT_LOGIN)
    await transport.settle()
    assert transport.sent()[1]["payload"] == {"title": "One", "url": "https://x/2"}


async def test_side_storage_is_kept_and_sent_back(world: World, make_world: MakeWorld) -> None:
    await world.push("customer_side_storage_updated", {"customer_side_storage": {"visits_count": "4"}})
    for nonsense in (None, 5, {}, {"customer_side_storage": "x"}):
        await world.push("customer_side_storage_updated", nonsense)
    assert json.loads(world.transport.storage.items["side_storage_org"]) == {"visits_count": "4"}
    again = await make_world(MemoryTransport(storage=world.transport.storage))
    login = again.transport.sent("login")[0]["payload"]
    assert login["customer_side_storage"] == {"visits_count": "4"}
    assert "customer_side_storage_updated" not in world.names


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "5"])
async def test_side_storage_that_is_damaged(make_world: MakeWorld, text: str) -> None:
    transport = MemoryTransport()
    transport.storage.items["side_storage_org"] = text
    world = await make_world(transport)
    assert world.transport.sent("login")[0]["payload"]["customer_side_storage"] == {}


async def test_the_context_manager_closes_everything() -> None:
    transport = MemoryTransport()
    async with chatwheel.init(organization_id="o", client_id="c", transport=transport) as sdk:
        await sdk.wait_for("connected")
    assert sdk.status == "destroyed"
    assert not transport.socket.is_open
    assert len(asyncio.all_tasks()) == 1


async def test_closing_stops_uploads_and_handlers(make_world: MakeWorld) -> None:
    world = await make_world()
    world.transport.on_upload = lambda request, on_progress: asyncio.get_running_loop().create_future()
    upload = world.sdk.upload_file(file=b"abc")
    finished: list[str] = []

    async def handler(payload: Any) -> None:
        await asyncio.sleep(0)
        finished.append("handler")
        await world.sdk.aclose()

    world.sdk.on("chat_deactivated", handler)
    await world.push("chat_deactivated", {"chat_id": "C1"})
    await world.sdk.aclose()
    assert finished == ["handler"]
    with pytest.raises(UploadCanceled):
        await upload


async def test_a_visit_that_cannot_be_announced(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.on_http = lambda request: HttpResponse(500, "nonsense")
    world = await make_world(transport, auto_connect=False, page={"url": "https://x/"})
    assert world.events == [] and world.status == "disconnected"


@pytest.mark.parametrize("method", ["start_chat", "send_event"])
async def test_a_carried_out_request_that_leaves_no_trace(world: World, method: str) -> None:
    world.transport.answer(method, ["nonsense"])
    work = (
        world.sdk.start_chat()
        if method == "start_chat"
        else world.sdk.send_event(chat_id="C1", event={"type": "message", "text": "x"})
    )
    call = asyncio.ensure_future(work)
    await world.pass_time(6)
    with pytest.raises(RequestTimeout):
        await call
