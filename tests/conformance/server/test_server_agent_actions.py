"""Every action of agents: what it answers, who is told what in which order, and each documented error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

import aiohttp
import pytest

from chatwheel_devserver import Agent, DevServer, Group
from chatwheel_devserver.agent_actions import AGENT_ACTIONS
from conformance.server import bare
from conformance.server.bare import Bare, Json, message, start
from conformance.server.scenes import Scene

SAM, LENA = Agent("sam@demo.example", "Sam"), Agent("lena@demo.example", "Lena")
State = Literal["new", "open", "closed", "waiting"]


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    groups = (Group(0, "Everybody"), Group(1, "Sales"))
    async with DevServer(groups=groups, agents=(SAM, LENA)) as server:
        yield server


class AgentScene(Scene):
    """Sam, who asks, a colleague, the customer of the chat with one newer and one older connection, and a stranger."""

    def __init__(self, server: DevServer) -> None:
        super().__init__(server)
        self.ids = {"chat": "", "thread": "", "event": "", "visitor": ""}

    @property
    def sam(self) -> Bare:
        return self.clients["sam"]

    async def set_up(self, http: aiohttp.ClientSession, state: State) -> None:
        sam, lena = [await bare.agent(self.server, http, one.email) for one in (SAM, LENA)]
        newer = await bare.customer(self.server, http, version="3.6")
        older = await bare.customer(self.server, http, version="3.5", same_as=newer)
        stranger = await bare.customer(self.server, http)
        self.clients = {"sam": sam, "lena": lena, "newer": newer, "older": older, "stranger": stranger}
        self.ids["visitor"] = newer.customer_id
        if state != "new":
            chat_id, thread_id = await start(newer, message("Hello"))
            self.ids |= {"chat": chat_id, "thread": thread_id}
        if state in ("open", "closed"):
            user = {"chat_id": self.ids["chat"], "user_id": SAM.email, "user_type": "agent"}
            await sam.request("add_user_to_chat", user)
            said = {"chat_id": self.ids["chat"], "event": message("Hi")}
            self.ids["event"] = (await sam.request("send_event", said))["event_id"]
        if state == "closed":
            await sam.request("deactivate_chat", {"id": self.ids["chat"]})
        await self.settle()


@pytest.fixture
async def scene(server: DevServer) -> AsyncIterator[AgentScene]:
    async with AgentScene(server) as scene:
        yield scene


@dataclass
class Case:
    """A request, the fields of its answer (None: an array), and the pushes to agents and to the customer."""

    action: str
    payload: Json
    answer: set[str] | None = field(default_factory=set)
    agents: tuple[str, ...] = ()
    #: If it is not the same as for agents.
    customer: tuple[str, ...] | None = None
    state: State = "open"
    #: Older connections of customers hear nothing of it.
    newer: bool = False


CHAT, THREAD = {"chat_id": "$chat"}, {"chat_id": "$chat", "thread_id": "$thread"}
EVENT = THREAD | {"event_id": "$event"}
SCORE: Json = {"properties": {"test": {"int_property": 1}}}
NAMES: Json = {"properties": {"test": ["int_property"]}}
ME = {"user_id": SAM.email, "user_type": "agent"}
COLLEAGUE = {"user_id": LENA.email, "user_type": "agent"}
TO_LENA = {"id": "$chat", "target": {"type": "agent", "ids": [LENA.email]}}
WHOLE = {"id", "users", "access", "properties", "thread", "is_followed"}
CASES = [
    Case("list_chats", {}, {"chats_summary", "found_chats"}),
    Case("list_threads", CHAT, {"threads", "found_threads"}),
    Case("get_chat", CHAT, WHOLE),
    Case(
        "start_chat",
        {"chat": {"users": [{"id": "$visitor", "type": "customer"}]}},
        {"chat_id", "thread_id"},
        ("incoming_chat",),
        state="new",
    ),
    Case("resume_chat", {"chat": {"id": "$chat"}}, {"thread_id"}, ("incoming_chat",), state="closed"),
    Case("deactivate_chat", {"id": "$chat"}, set(), ("incoming_event", "chat_deactivated")),
    Case(
        "transfer_chat",
        TO_LENA,
        set(),
        (
            *("chat_transferred", "incoming_event", "user_removed_from_chat"),
            *("chat_transferred", "user_added_to_chat", "incoming_event"),
        ),
    ),
    Case("follow_chat", {"id": "$chat"}),
    Case("unfollow_chat", {"id": "$chat"}),
    Case(
        "add_user_to_chat",
        CHAT | ME,
        set(),
        ("chat_transferred", "user_added_to_chat", "incoming_event"),
        state="waiting",
    ),
    Case("add_user_to_chat", CHAT | COLLEAGUE, set(), ("user_added_to_chat", "incoming_event")),
    Case(
        "add_user_to_chat",
        CHAT | COLLEAGUE | {"visibility": "agents"},
        set(),
        ("user_added_to_chat", "incoming_event"),
        (),
    ),
    Case(
        "remove_user_from_chat",
        CHAT | ME,
        set(),
        ("user_removed_from_chat", "incoming_event", "chat_transferred", "incoming_event"),
    ),
    Case("send_event", CHAT | {"event": message()}, {"event_id"}, ("incoming_event",)),
    Case(
        "send_event",
        CHAT | {"event": message() | {"visibility": "agents"}},
        {"event_id"},
        ("incoming_event",),
        (),
    ),
    Case("delete_event", EVENT, set(), ("event_deleted",), newer=True),
    Case("send_typing_indicator", CHAT | {"is_typing": True}, set(), ("incoming_typing_indicator",)),
    Case("send_thinking_indicator", CHAT, set(), ("incoming_thinking_indicator",), newer=True),
    Case("send_event_preview", CHAT | {"event": message()}, set(), ("incoming_event_preview",), newer=True),
    Case(
        "mark_events_as_seen",
        CHAT | {"seen_up_to": "2100-01-01T00:00:00Z"},
        set(),
        ("events_marked_as_seen",),
    ),
    Case("update_chat_properties", {"id": "$chat"} | SCORE, set(), ("chat_properties_updated",)),
    Case("delete_chat_properties", {"id": "$chat"} | NAMES, set(), ("chat_properties_deleted",)),
    Case("update_thread_properties", THREAD | SCORE, set(), ("thread_properties_updated",)),
    Case(
        "update_thread_properties",
        THREAD | {"properties": {"routing": {"pinned": True}}},
        set(),
        ("thread_properties_updated",),
        (),
    ),
    Case("delete_thread_properties", THREAD | NAMES, set(), ("thread_properties_deleted",)),
    Case("update_event_properties", EVENT | SCORE, set(), ("event_properties_updated",)),
    Case("delete_event_properties", EVENT | NAMES, set(), ("event_properties_deleted",)),
    Case("set_routing_status", {"status": "not_accepting_chats"}, set(), ("routing_status_set",), ()),
    Case("list_routing_statuses", {}, {"items"}),
    Case("list_agents_for_transfer", CHAT, None),
    Case(
        "get_customer",
        {"id": "$visitor"},
        {"id", "type", "session_fields", "statistics", "created_at", "group_ids", "last_visit", "online", "state"},
    ),
    Case("send_greeting", {"customer_id": "$visitor", "text": "Hi"}, {"unique_id"}, (), ("incoming_greeting",), "new"),
    Case("list_canned_responses", {}, {"canned_responses"}),
    Case("list_groups", {}, {"groups"}),
    Case(
        "ban_customer",
        {"id": "$visitor", "ban": {"days": 1}},
        set(),
        ("incoming_event",),
        ("incoming_event", "customer_disconnected"),
    ),
]  # fmt: skip


def test_every_action_is_here() -> None:
    # Signing out ends the connection; `test_server_absence` is about that.
    assert {case.action for case in CASES} | {"logout"} == set(AGENT_ACTIONS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.action)
async def test_the_answer_and_who_is_told(scene: AgentScene, http: aiohttp.ClientSession, case: Case) -> None:
    await scene.set_up(http, case.state)
    request_id = await scene.sam.send(case.action, scene.fill(case.payload))
    await scene.sam.answer(request_id)
    if case.action == "ban_customer":
        for name in ("newer", "older"):
            await scene.clients[name].closed()
    heard = await scene.settle()

    response, *pushes = heard["sam"]
    payload = response["payload"]
    assert isinstance(payload, list) if case.answer is None else set(payload) == case.answer
    assert (response["request_id"], response["success"]) == (request_id, True)
    # When the customer's connections have ended the agents hear of that, later and from nobody's request.
    pushes = [frame for frame in pushes if frame["action"] != "customer_left"]
    assert [frame["action"] for frame in pushes] == list(case.agents)
    assert all(frame["request_id"] == request_id for frame in pushes)
    customer = case.agents if case.customer is None else case.customer
    told = [frame for frame in heard["lena"] if frame["action"] != "customer_left"]
    assert [frame["action"] for frame in told] == list(case.agents)
    assert [frame["payload"] for frame in told] == [frame["payload"] for frame in pushes]
    assert [frame["action"] for frame in heard["newer"]] == list(customer)
    assert [frame["action"] for frame in heard["older"]] == ([] if case.newer else list(customer))
    assert heard["stranger"] == []
    others = [frame for name in ("lena", "newer", "older") for frame in heard[name]]
    assert not any("request_id" in frame for frame in others)
    # No customer ever reads an agent's e-mail address.
    assert not any("@demo.example" in str(frame) for name in ("newer", "older") for frame in heard[name])


NO_CHAT = {"chat_id": "NONE"}
REFUSED: list[tuple[str, Json, str, State]] = [
    ("list_chats", {"limit": 101}, "validation", "open"),
    ("list_chats", {"page_id": "x"}, "validation", "open"),
    ("list_threads", NO_CHAT, "not_found", "open"),
    ("get_chat", NO_CHAT, "not_found", "open"),
    ("get_chat", CHAT | {"thread_id": "NONE"}, "not_found", "open"),
    ("start_chat", {"chat": {"users": [{"id": "$visitor", "type": "customer"}]}}, "chat_limit_reached", "open"),
    ("start_chat", {"chat": {}}, "validation", "new"),
    ("start_chat", {"chat": {"users": [{"id": "NONE", "type": "customer"}]}}, "not_found", "new"),
    ("resume_chat", {"chat": {"id": "$chat"}}, "chat_already_active", "open"),
    ("resume_chat", {"chat": {"id": "NONE"}}, "not_found", "closed"),
    ("resume_chat", {"chat": {"id": "$chat", "access": {"group_ids": [9]}}}, "group_not_found", "closed"),
    ("deactivate_chat", {"id": "$chat"}, "chat_inactive", "closed"),
    ("deactivate_chat", {"id": "$chat"}, "authorization", "waiting"),
    ("transfer_chat", TO_LENA, "chat_inactive", "closed"),
    ("transfer_chat", TO_LENA, "authorization", "waiting"),
    ("transfer_chat", {"id": "$chat", "target": {"type": "group", "ids": [9]}}, "group_not_found", "open"),
    ("transfer_chat", {"id": "$chat", "target": {"type": "group", "ids": [1]}}, "validation", "open"),
    ("follow_chat", {"id": "NONE"}, "not_found", "open"),
    ("unfollow_chat", {"id": "NONE"}, "not_found", "open"),
    ("add_user_to_chat", CHAT | ME, "chat_inactive", "closed"),
    ("add_user_to_chat", CHAT | COLLEAGUE, "authorization", "waiting"),
    ("remove_user_from_chat", CHAT | ME, "chat_inactive", "closed"),
    ("remove_user_from_chat", CHAT | ME, "authorization", "waiting"),
    ("send_event", CHAT | {"event": message()}, "chat_inactive", "closed"),
    ("send_event", CHAT | {"event": message()}, "authorization", "waiting"),
    ("send_event", NO_CHAT | {"event": message()}, "not_found", "open"),
    ("delete_event", THREAD | {"event_id": "NONE"}, "not_found", "open"),
    ("send_typing_indicator", CHAT | {"is_typing": True}, "chat_inactive", "closed"),
    ("send_typing_indicator", CHAT | {"is_typing": True}, "authorization", "waiting"),
    ("send_thinking_indicator", CHAT, "authorization", "waiting"),
    ("send_event_preview", CHAT | {"event": message()}, "authorization", "waiting"),
    ("mark_events_as_seen", CHAT | {"seen_up_to": "2100-01-01T00:00:00Z"}, "authorization", "waiting"),
    ("update_thread_properties", CHAT | {"thread_id": "NONE"} | SCORE, "not_found", "open"),
    ("update_event_properties", THREAD | {"event_id": "NONE"} | SCORE, "not_found", "open"),
    ("update_chat_properties", {"id": "NONE"} | SCORE, "not_found", "open"),
    ("set_routing_status", {"status": "accepting_chats", "agent_id": "NONE"}, "validation", "open"),
    ("list_agents_for_transfer", NO_CHAT, "not_found", "open"),
    ("get_customer", {"id": "NONE"}, "not_found", "open"),
    ("send_greeting", {"customer_id": "$visitor", "text": "Hi"}, "validation", "open"),
    ("ban_customer", {"id": "NONE", "ban": {"days": 1}}, "not_found", "open"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "payload", "type", "state"), REFUSED)
async def test_a_refusal_is_told_to_nobody(
    scene: AgentScene, http: aiohttp.ClientSession, action: str, payload: Json, type: str, state: State
) -> None:
    await scene.set_up(http, state)
    refused = await scene.sam.refusal(action, scene.fill(payload))
    assert refused.type == type, str(refused)
    heard = await scene.settle()
    assert [frame["success"] for frame in heard.pop("sam")] == [False]
    assert not any(heard.values())
