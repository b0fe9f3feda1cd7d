"""Whatever a server sends, the client goes on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chatwheel
from chatwheel.sdk.models import Customer
from chatwheel.sdk.protocol import push_names, read_frame
from chatwheel.transport.memory import MemoryTransport

pytestmark = pytest.mark.unmeasured

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [
        "id", "chat_id", "thread_id", "event", "type", "text", "chat", "users", "thread", "events", "properties",
        "queue", "user", "groups", "status", "agent", "typing_indicator", "customer_side_storage", "fields",
        "elements", "buttons", "postback", "access", "group_ids", "unique_id", "reason", "data", "error",
        "width", "height", "session_fields", "content", "threads", "chats_summary", "last_event_per_type",
    ]
)  # fmt: skip
VALUES = st.sampled_from(
    ["C1", "T1", "message", "file", "rich_message", "form", "customer", "agent", 5, None]
)
ODD_PAYLOAD = st.recursive(
    VALUES | ANY_JSON,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=15,
)
PUSH = st.fixed_dictionaries(
    {"action": st.sampled_from(push_names("3.6")) | st.text(max_size=5), "payload": ODD_PAYLOAD},
    optional={"type": st.sampled_from(["push", "response", 5]), "request_id": st.sampled_from(["x", 5])},
)
ANSWERED = st.sampled_from(
    ["get_customer", "get_chat", "list_chats", "list_threads", "get_form", "send_event", "start_chat"]
)


@given(st.binary(max_size=60).map(lambda data: data.decode("utf-8", "replace")) | ANY_JSON.map(json.dumps))
def test_any_text_is_a_frame_or_none(text: str) -> None:
    read_frame(text)


async def play(frames: list[Any], answers: list[tuple[str, Any, bool]]) -> None:
    transport = MemoryTransport()
    problems: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: problems.append(context))
    async with chatwheel.init(organization_id="o", client_id="c", transport=transport) as sdk:
        await transport.settle()
        for frame in frames:
            transport.deliver(json.dumps(frame))
            await transport.settle()
        for action, payload, success in answers:
            calls: dict[str, Any] = {
                "get_customer": sdk.get_customer,
                "get_chat": lambda: sdk.get_chat(chat_id="C1"),
                "list_chats": sdk.list_chats,
                "list_threads": lambda: sdk.list_threads(chat_id="C1"),
                "get_form": lambda: sdk.get_form(group_id=0, type="prechat"),
                "send_event": lambda: sdk.send_event(chat_id="C1", event={"type": "message", "text": "x"}),
                "start_chat": sdk.start_chat,
            }
            call: asyncio.Future[Any] = asyncio.ensure_future(calls[action]())
            await transport.settle()
            request = transport.sent(action)[-1]
            frame = {"type": "response", "request_id": request["request_id"], "action": action}
            transport.deliver(json.dumps({**frame, "success": success, "payload": payload}))
            pushes = {"send_event": "incoming_event", "start_chat": "incoming_chat"}
            if action in pushes:
                transport.push(pushes[action], payload, request["request_id"])
            await transport.settle()
            assert call.done()
            if call.exception() is not None:
                assert isinstance(call.exception(), chatwheel.sdk.ChatError)
        transport.answer("get_customer", {"id": "c", "type": "customer"})
        assert isinstance(await sdk.get_customer(), Customer)
    assert not problems


@settings(max_examples=60, deadline=None)
@given(
    st.lists(PUSH | ANY_JSON, max_size=4),
    st.lists(st.tuples(ANSWERED, ODD_PAYLOAD, st.booleans()), max_size=3),
)
def test_the_client_survives_any_server(frames: list[Any], answers: list[Any]) -> None:
    asyncio.run(play(frames, answers))
