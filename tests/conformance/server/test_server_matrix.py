"""Every action with every field wrong in every way: a refusal that names the field, never a fault of ours."""

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
#: What each field is, after the sheet; the others are strings.
KINDS: dict[str, type] = {
    **dict.fromkeys(("active", "all", "attach_to_last_thread", "away", "continuous", "is_typing"), bool),
    **dict.fromkeys(("ignore_agents_availability", "ignore_requester_presence", "is_mobile"), bool),
    **dict.fromkeys(("greeting_id", "group_id", "limit", "min_events_count"), int),
    **dict.fromkeys(("group_ids", "session_fields"), list),
    **dict.fromkeys(("address", "application", "ban", "chat", "customer", "customer_page"), dict),
    **dict.fromkeys(("customer_side_storage", "event", "filters", "omnichannel", "postback"), dict),
    **dict.fromkeys(("properties", "pushes", "target"), dict),
}
#: They end the connection, so they are not for this test.
FINAL = ("ban_customer", "logout")


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
        "customer_id": customer_id,
        "group_id": 0,
        "unique_id": "G1",
        "greeting_id": 1,
        "greeting_unique_id": "G1",
        "button_id": "b0",
        "seen_up_to": "2026-01-01T00:00:00Z",
        "postback": {"id": "p", "toggled": True},
        "session_fields": [],
        "sneak_peek_text": "I w",
        "is_typing": True,
        "status": "accepting_chats",
        "text": "Hello",
        "type": "prechat",
        "url": "https://shop.example/",
        "token": "Bearer x",
    }


def is_of_kind(field: str, value: object) -> bool:
    kind = KINDS.get(field, str)
    return type(value) is kind


def requests(actions: Actions, values: Json) -> Iterator[tuple[str, Json, str | None]]:
    """Requests with, if they must be refused, the field that is to be named."""
    for name, action in actions.items():
        if not action.over_rtm or name in FINAL:
            continue
        yield from requests_of(name, action.model.model_fields, values)


def requests_of(name: str, fields: dict[str, Any], values: Json) -> Iterator[tuple[str, Any, str | None]]:
    base = {field: values[field] for field in fields if fields[field].is_required()}
    yield name, base, None
    for payload in WRONG:
        # Without any payload a request is as one with an empty one.
        yield name, payload, None if isinstance(payload, dict | None) else "payload"
    for field in base:
        yield name, {key: value for key, value in base.items() if key != field}, field
    for field in fields:
        for wrong in WRONG:
            is_absent = wrong is None and not fields[field].is_required()
            must_fail = not is_of_kind(field, wrong) and not is_absent
            yield name, base | {field: wrong}, field if must_fail else None


async def send_all(client: Bare, actions: Actions, values: Json) -> tuple[int, int]:
    """Send every request; return how many there were and how many had to be refused."""
    count = refusals = 0
    for name, payload, field in requests(actions, values):
        case = (name, str(payload)[:200])
        try:
            await client.request(name, payload)
        except Refused as refused:
            assert refused.type != "internal" and refused.message, (case, refused.message)
            if field is not None:
                place = refused.message.partition(":")[0]
                assert (refused.type, place.partition(".")[0]) == ("validation", field), (case, str(refused))
        else:
            assert field is None, (case, "was not refused")
        client.frames.clear()
        count += 1
        refusals += field is not None
    return count, refusals


async def test_customers(customer: Connect) -> None:
    client = await customer(version="3.6")
    chat_id, thread_id = await start(client, message())
    count, refusals = await send_all(
        client, Actions(ACTIONS), plausible(chat_id, thread_id, client.customer_id)
    )
    assert count > 1500 and refusals > 1000, (count, refusals)
    await client.settle()


async def test_agents(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client, message())
    joining = {"chat_id": chat_id, "user_id": "sam@demo.example", "user_type": "agent"}
    await sam.request("add_user_to_chat", joining)
    values = plausible(chat_id, thread_id, client.customer_id)
    count, refusals = await send_all(sam, Actions(AGENT_ACTIONS), values)
    assert count > 1500 and refusals > 1000, (count, refusals)
    await sam.settle()


@pytest.mark.parametrize("role", ["customer", "agent"])
async def test_logins(server: DevServer, connect: Connect, role: str) -> None:
    from chatwheel_devserver.wire.agent import AgentLogin
    from chatwheel_devserver.wire.customer import Login

    client = await connect(server.socket_url("agent" if role == "agent" else "customer"))
    model = AgentLogin if role == "agent" else Login
    for _, payload, field in requests_of("login", dict(model.model_fields), plausible("C", "T", "U")):
        refused = await client.refusal("login", payload)
        assert refused.type in ("validation", "authentication")
        if field is not None:
            named = refused.message.partition(":")[0].partition(".")[0]
            assert (refused.type, named) == ("validation", field), (payload, str(refused))
