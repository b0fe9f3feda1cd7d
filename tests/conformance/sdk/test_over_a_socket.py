"""Over real sockets, what the conversation of `test_server_sdk` leaves out: every kind of event, token, every push."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, get_args

import pytest
from aiohttp import WSMsgType, web
from hypothesis import given, settings
from hypothesis import strategies as st

import chatwheel
from chatwheel.sdk import CustomerSDK
from chatwheel.sdk.backoff import Backoff
from chatwheel.sdk.errors import NoConnection, SdkDestroyed
from chatwheel.sdk.events import EventName
from chatwheel.sdk.protocol import push_names
from chatwheel.transport.memory import DEFAULT_LOGIN, DEFAULT_TOKEN
from chatwheel_devserver import DevServer
from unit.sdk.test_pushes import PUSHED

MADE_HERE = {"connected", "customer_id", "connection_unstable", "connection_recovered", "disconnected"}
BUTTON = {"text": "Yes", "postback_id": "yes", "user_ids": []}
EVENTS: list[dict[str, Any]] = [
    {"type": "message", "text": "Käse", "custom_id": "c-1"},
    {"type": "rich_message", "template_id": "cards", "elements": [{"title": "A card", "buttons": [BUTTON]}]},
    {"type": "custom", "content": {"camelCase": 1}},
    {"type": "system_message", "text": "Hm", "system_message_type": "x"},
    {
        "type": "filled_form",
        "form_id": "f",
        "fields": [{"type": "name", "id": "1", "label": "N", "answer": "A"}],
    },
]


async def test_every_kind_of_event_the_token_and_the_ways_to_leave() -> None:
    async with (
        DevServer() as server,
        chatwheel.init(
            organization_id="demo-organization", client_id="demo-client", api_url=server.url,
            accounts_url=server.url, auto_connect=False,
        ) as sdk,
    ):  # fmt: skip
        with pytest.raises(NoConnection):
            await sdk.list_chats()
        sdk.connect()
        await sdk.wait_for("connected", timeout=10)
        assert await sdk.auth.has_token()
        first = await sdk.auth.get_token()
        await sdk.auth.invalidate()
        assert not await sdk.auth.has_token()
        second = await sdk.auth.get_fresh_token()
        assert second.entity_id == first.entity_id and second.access_token != first.access_token
        chat_id = (await sdk.start_chat()).chat.id
        uploaded = await sdk.upload_file(file=("notes.txt", b"Hello"))
        for event in (*EVENTS, {"type": "file", "url": uploaded.url}):
            sent = await sdk.send_event(chat_id=chat_id, event=event)
            assert sent.type == event["type"] and sent.thread_id
        sdk.disconnect()
        assert sdk.status == "paused"
        sdk.connect()
        assert (await sdk.get_chat(chat_id=chat_id)).id == chat_id
        sdk.destroy()
        with pytest.raises(SdkDestroyed):
            await sdk.get_customer()


async def pushing(request: web.Request) -> web.WebSocketResponse:
    """A server that answers the login, pushes everything once, and says that the connection has ended."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            break
        frame: dict[str, Any] = message.json()
        answer = {"request_id": frame["request_id"], "action": frame["action"], "type": "response"}
        await socket.send_json({**answer, "success": True, "payload": DEFAULT_LOGIN})
        for number, (action, payload, _) in enumerate(PUSHED):
            if "event" in payload and action == "incoming_event":
                payload = {**payload, "event": {**payload["event"], "id": f"T1_{number}"}}
            await socket.send_json({"type": "push", "action": action, "payload": payload})
        end = {"reason": "license_not_found"}
        await socket.send_json({"type": "push", "action": "customer_disconnected", "payload": end})
    return socket


async def token(request: web.Request) -> web.Response:
    return web.json_response(DEFAULT_TOKEN)


Serve = Callable[[web.Request], Awaitable[web.WebSocketResponse]]


@asynccontextmanager
async def serving(socket: Serve) -> AsyncIterator[str]:
    """The address of a server whose sockets are served like that."""
    app = web.Application()
    app.router.add_get("/v3.6/customer/rtm/ws", socket)
    app.router.add_post("/v2/customer/token", token)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def client(url: str) -> CustomerSDK:
    return chatwheel.init(
        organization_id="o", client_id="c", api_url=url, accounts_url=url, api_version="3.6"
    )


async def test_every_push() -> None:
    heard: list[tuple[str, Any]] = []
    async with serving(pushing) as url, client(url) as sdk:
        sdk.on("*", lambda name, payload: heard.append((name, payload)))
        assert (await sdk.wait_for("disconnected", timeout=10)).reason == "license_not_found"
    expected = [(name, told) for _, _, events in PUSHED for name, told in events]
    assert [name for name, _ in heard] == [
        "customer_id",
        "connected",
        *(name for name, _ in expected),
        "disconnected",
    ]
    for (name, payload), (_, told) in zip(heard[2:-1], expected, strict=True):
        if name != "incoming_event":
            assert payload.to_js() == told
    assert {action for action, _, _ in PUSHED} == set(push_names("3.6"))
    assert {name for name, _ in expected} | MADE_HERE == set(get_args(EventName))


def hostile(messages: list[bytes]) -> Serve:
    """A server that sends bytes as they are: in a binary frame, then as the text that they are or are not."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            frame: dict[str, Any] = message.json()
            answer = {"request_id": frame["request_id"], "action": frame["action"], "type": "response"}
            with suppress(ConnectionError):  # the client may have gone at once
                await socket.send_json({**answer, "success": True, "payload": DEFAULT_LOGIN})
                while messages:
                    await socket.send_bytes(messages[0])
                    await socket.send_frame(messages.pop(0), WSMsgType.TEXT)
                await socket.send_json({"type": "push", "action": "incoming_multicast", "payload": {}})
        return socket

    return serve


async def survive(messages: list[bytes]) -> None:
    problems: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: problems.append(context))
    async with serving(hostile(messages)) as url, client(url) as sdk:
        await sdk.wait_for("incoming_multicast", timeout=30)
        assert sdk.status == "connected"
    assert not problems


@settings(max_examples=15, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=10))
def test_any_bytes(messages: list[bytes]) -> None:
    """A text must be UTF-8: over one that is not the WebSocket itself gives up, and the client connects again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chatwheel.sdk.session.socket_backoff", lambda: Backoff(10, 10, 0.0))
        asyncio.run(survive(messages))


async def test_a_text_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatwheel.sdk.session.socket_backoff", lambda: Backoff(10, 10, 0.0))
    await survive([b"\xff\xfe", b"\xed\xa0\x80", b"fine"])
