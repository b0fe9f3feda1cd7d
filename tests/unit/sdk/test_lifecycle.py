"""Leaving and coming back at will, calls without a connection, silence, the page, closing."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import chatwheel
from chatwheel.sdk.errors import (
    ConnectionLost,
    NoConnection,
    RequestTimeout,
    SdkDestroyed,
    UploadCanceled,
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


async def test_a_cancelled_call_is_forgotten_but_counts_until_it_is_answered(world: World) -> None:
    calls = [asyncio.ensure_future(world.sdk.get_customer()) for _ in range(12)]
    await world.transport.settle()
    for call in (calls[10], *calls[:3]):
        call.cancel()
    await world.transport.settle()
    assert len(world.transport.sent("get_customer")) == 10
    world.transport.respond(world.transport.sent("get_customer")[0], {"id": "customer-1"})
    await world.transport.settle()
    assert len(world.transport.sent("get_customer")) == 11
    for call in calls:
        call.cancel()
    await world.transport.settle()


async def test_what_nobody_waits_for_counts_among_the_ten(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", {**DEFAULT_LOGIN, "chats": [{"chat_id": "C1", "has_active_thread": True}]})
    transport.answer("ping", NO_ANSWER)
    world = await make_world(transport, catch_up=False, request_timeout=60)
    calls = [asyncio.ensure_future(world.sdk.get_customer()) for _ in range(11)]
    await world.pass_time(1)
    for text in ("H", "He", "Hel"):
        world.sdk.set_sneak_peek(chat_id="C1", sneak_peek_text=text)
    world.sdk.update_customer_page(url="https://shop.example/")
    await world.pass_time(14)
    asked = transport.sent("get_customer")
    assert len(asked) == 10 and transport.sent()[-1] == asked[-1]
    for frame in asked[:4]:
        transport.respond(frame, {"id": "customer-1"})
    await transport.settle()
    *_, ping, asked_last, draft, page = transport.sent()
    assert [ping["action"], asked_last["action"], page["action"]] == [
        "ping",
        "get_customer",
        "update_customer_page",
    ]
    assert draft["payload"] == {"chat_id": "C1", "sneak_peek_text": "Hel"}, "only the last state is sent"
    for call in calls:
        call.cancel()


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
        await world.pass_time(29)
        world.transport.deliver("nonsense")
        await world.transport.settle()
    assert world.status == "connected"


async def test_who_only_listens_is_heard_all_the_same(world: World) -> None:
    """The server closes a connection over which the client says nothing for 30 s, however much it says itself."""
    for _ in range(18):
        world.transport.deliver("nonsense")
        await world.pass_time(10)
    assert len(world.transport.sent("ping")) == 12


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
