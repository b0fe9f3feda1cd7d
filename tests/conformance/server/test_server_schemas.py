"""Every action with every field at every depth wrong in every way that its schema knows.

What breaks the schema must be refused with the place's name. What keeps it is done on a server whose records make
sense of it, and undone: it may be refused, but it must never be a fault of ours.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from typing import Any

import pytest

from chatwheel_devserver import DevServer
from chatwheel_devserver.actions import ACTIONS
from chatwheel_devserver.agent_actions import AGENT_ACTIONS
from chatwheel_devserver.calls import Action, Actions, Call
from chatwheel_devserver.core import perform_now
from chatwheel_devserver.errors import ApiError
from chatwheel_devserver.lens import AgentLens, CustomerLens
from chatwheel_devserver.recorder import Role
from chatwheel_devserver.wire.base import read_request
from conformance.server.bare import Json, message, start
from conformance.server.conftest import Connect
from conformance.server.schema_walk import Path, Walk

SIDES: dict[Role, Actions] = {"customer": Actions(ACTIONS), "agent": Actions(AGENT_ACTIONS)}
CHOICE: Json = {"id": "0", "label": "M"}
#: What the schemas do not say: which fields exclude each other, which texts are instants.
KNOWN: Json = {
    "fields": [{"type": "checkbox", "id": "0", "label": "Size", "answers": [CHOICE]}],
    "seen_up_to": "2026-01-01T00:00:00Z",
    "session_fields": [{"plan": "pro"}],
    "group_ids": [0],
    "min_events_count": None,
    "page_id": None,
    "type": "customer",
    "user_type": "agent",
    "user_id": "grace@demo.example",
    "properties": {},
    "callback_uri": "https://shop.example/verified",
}


class Undone(Exception):
    """Takes back what a request has done."""


def cases(action: Action, known: Json) -> Iterator[tuple[Any, Path, bool]]:
    done: set[bytes] = set()
    for payload, path, must_fail in Walk(action.model.model_json_schema(), known).cases():
        # Not JSON: half of the time went into writing the long texts as such. Version 2 knows no references.
        mark = marshal.dumps([payload, must_fail], 2)
        if mark not in done:
            done.add(mark)
            yield payload, path, must_fail


def refusal_of(action: Action, payload: Any) -> ApiError:
    try:
        read_request(action.model, payload)
    except ApiError as error:
        return error
    raise AssertionError((action.name, str(payload)[:500], "was not refused"))


@pytest.mark.parametrize("role", SIDES)
def test_what_breaks_the_schema_is_refused_by_name(role: Role) -> None:
    count = 0
    for action in SIDES[role].values():
        for payload, path, must_fail in cases(action, KNOWN):
            if must_fail:
                refused = refusal_of(action, payload)
                place = refused.message.partition(":")[0]
                wrong = ".".join(map(str, path)) or "payload"
                assert refused.type == "validation" and f"{place}.".startswith(f"{wrong}."), (
                    action.name,
                    str(payload)[:500],
                    refused.message,
                )
                count += 1
    assert count > 10_000


class Stage:
    """A server with a chat that is open, one that is over, and a visitor without any."""

    def __init__(self, server: DevServer) -> None:
        self.core = server.core
        self.url = server.url
        self.open: Json = {}
        self.over: Json = {}
        self.visitor_id = server.customer_token()[1]

    def known(self, action: str) -> Json:
        known = KNOWN | self.open
        if action == "start_chat":
            return known | {"id": self.visitor_id}
        if action == "resume_chat":
            return known | self.over
        return known | ({"id": self.open["customer_id"]} if "customer" in action else {})

    def call(self, role: Role, action: str) -> Call:
        core = self.core
        if role == "agent":
            return Call(core.desk, "sam@demo.example", AgentLens(core.config, self.url, "3.6"))
        owner = {"start_chat": self.visitor_id, "resume_chat": self.over["customer_id"]}
        customer_id = str(owner.get(action) or self.open["customer_id"])
        return Call(core.desk, customer_id, CustomerLens(core.config, self.url, "3.6", customer_id))

    def try_out(self, role: Role, action: Action, payload: Any) -> bool:
        """Do what is asked, tell everybody, undo it; tell whether it was done."""
        call = self.call(role, action.name)
        try:
            with self.core.database.transaction():
                perform_now(self.core, action, call, payload)
                self.core.hub.flush(call.outbox)
                raise Undone
        except Undone:
            return True
        except ApiError as error:
            assert error.type != "internal"
            return False
        except Exception as error:
            raise AssertionError((action.name, str(payload)[:500])) from error


@pytest.fixture
async def stage(server: DevServer, customer: Connect, agent: Connect) -> Stage:
    stage, sam = Stage(server), await agent()
    for place in (stage.open, stage.over):
        client = await customer(version="3.6")
        chat_id, thread_id = await start(client, message())
        join = {"chat_id": chat_id, "user_id": sam.email, "user_type": "agent"}
        await sam.request("add_user_to_chat", join)
        place |= {"id": chat_id, "chat_id": chat_id, "thread_id": thread_id, "event_id": f"{thread_id}_1"}
        place |= {"customer_id": client.customer_id}
    await sam.request("deactivate_chat", {"id": stage.over["id"]})
    return stage


@pytest.mark.parametrize("role", SIDES)
async def test_what_keeps_the_schema_is_never_a_fault_of_ours(stage: Stage, role: Role) -> None:
    count = done = 0
    for action in SIDES[role].values():
        if action.is_async:
            continue
        for payload, _, must_fail in cases(action, stage.known(action.name)):
            if not must_fail:
                count += 1
                done += stage.try_out(role, action, payload)
    assert count > 2000 and done > 500, (count, done)
