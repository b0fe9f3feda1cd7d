"""Every action with every field wrong in every way: a clear refusal, never a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chatwheel_devserver import DevServer
from chatwheel_devserver.actions import ACTIONS
from chatwheel_devserver.agent_actions import AGENT_ACTIONS
from chatwheel_devserver.calls import Actions
from conformance.server.bare import Bare, Json, Refused, message, start
from conformance.server.conftest import Connect

WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "\x00",
    "x" * 20_000,
    "2026-13-45T99:99:99Z",
    [],
    [[]],
    [None],
    {},
    {"": ""},
    {"id": []},
    {"rating": {"score": 10**30}},
    {"a": {"b": {"c": 1}}},
    {"type": "message", "text": {}},
    {"thread": {"events": [{"type": "file", "url": "//x"}]}},
)


def plausible(chat_id: str, thread_id: str, customer_id: str) -> Json:
    """Values for required fields, so that a wrong one is found behind right ones."""
    return {
        "chat_id": chat_id,
        "thread_id": thread_id,
        "event_id": f"{thread_id}_1",
        "id": chat_id,
        "event": message(),
        "properties": {},
        "chat": {"id": chat_id, "users": [{"id": customer_id, "type": "customer"}]},
        "user_id": "sam@demo.example",
        "user_type": "agent",
        "group_id": 0,
        "unique_id": "G1",
        "greeting_id": 1,
        "greeting_unique_id": "G1",
        "seen_up_to": "2026-01-01T00:00:00Z",
        "postback": {"id": "p", "toggled": True},
        "session_fields": [],
        "ban": {"days": 1},
    }


def requests(actions: Actions, values: Json) -> Iterator[tuple[str, Json]]:
    for name, action in actions.items():
        if not action.over_rtm or name == "ban_customer":
            continue
        fields = action.model.model_fields
        base = {field: values[field] for field in fields if field in values and fields[field].is_required()}
        for payload in (*WRONG, base):
            yield name, payload
        for field in fields:
            for wrong in WRONG:
                yield name, base | {field: wrong}


async def send_all(client: Bare, actions: Actions, values: Json) -> int:
    count = 0
    for name, payload in requests(actions, values):
        try:
            await client.request(name, payload)
        except Refused as refused:
            assert refused.type != "internal", (name, str(payload)[:200], refused.message)
            assert refused.message
        client.frames.clear()
        count += 1
    return count


async def test_customers(customer: Connect) -> None:
    client = await customer(version="3.6")
    chat_id, thread_id = await start(client, message())
    actions = Actions(ACTIONS)
    assert await send_all(client, actions, plausible(chat_id, thread_id, client.customer_id)) > 1000
    await client.settle()


async def test_agents(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client, message())
    joining = {"chat_id": chat_id, "user_id": "sam@demo.example", "user_type": "agent"}
    await sam.request("add_user_to_chat", joining)
    actions = Actions(AGENT_ACTIONS)
    assert await send_all(sam, actions, plausible(chat_id, thread_id, client.customer_id)) > 1000
    await sam.settle()


@pytest.mark.parametrize("role", ["customer", "agent"])
async def test_logins(server: DevServer, connect: Connect, role: str) -> None:
    from chatwheel_devserver.wire.agent import AgentLogin
    from chatwheel_devserver.wire.customer import Login

    client = await connect(server.socket_url("agent" if role == "agent" else "customer"))
    model = AgentLogin if role == "agent" else Login
    for payload in [
        *WRONG,
        *({"token": "Bearer x"} | {field: wrong} for field in model.model_fields for wrong in WRONG),
    ]:
        refused = await client.refusal("login", payload)
        assert refused.type in ("validation", "authentication")
