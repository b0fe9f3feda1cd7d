"""Over real sockets, what the conversation of `test_server_sdk` leaves out: every kind of event, token, every push."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from aiohttp import WSMsgType, web

import chatwheel
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


async def test_every_push() -> None:
    app = web.Application()
    app.router.add_get("/v3.6/customer/rtm/ws", pushing)
    app.router.add_post("/v2/customer/token", token)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    heard: list[tuple[str, Any]] = []
    async with chatwheel.init(
        organization_id="o", client_id="c", api_url=url, accounts_url=url, api_version="3.6"
    ) as sdk:
        sdk.on("*", lambda name, payload: heard.append((name, payload)))
        assert (await sdk.wait_for("disconnected", timeout=10)).reason == "license_not_found"
    await runner.cleanup()
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
