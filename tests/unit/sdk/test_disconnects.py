"""Losing the connection, and every reason that a server can give for it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from chatwheel.sdk.errors import (
    ChatError,
    ConnectionLost,
    MisdirectedConnection,
    SdkDestroyed,
    ServiceTemporarilyUnavailable,
    error_for,
)
from chatwheel.sdk.events import Disconnected
from chatwheel.transport.base import HttpResponse
from chatwheel.transport.memory import (
    DEFAULT_LOGIN,
    DEFAULT_TOKEN,
    NO_ANSWER,
    MemoryTransport,
)

from .conftest import MakeWorld, World


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
