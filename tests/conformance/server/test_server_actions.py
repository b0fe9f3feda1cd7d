"""Every action of customers: what it answers, who is told what in which order, and each documented error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp
import pytest

from chatwheel_devserver import Agent, DevServer, Group
from chatwheel_devserver.actions import ACTIONS
from conformance.server import bare
from conformance.server.bare import Bare, Json, message, start
from conformance.server.scenes import Scene

SAM = Agent("sam@demo.example", "Sam", group_ids=(0, 1))
CARD: Json = {
    "type": "rich_message",
    "template_id": "quick_replies",
    "elements": [
        {"title": "Size?", "buttons": [{"type": "message", "text": "S", "value": "S", "postback_id": "s"}]}
    ],
}
State = Literal["new", "open", "closed", "offline", "greeted"]


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    groups = (Group(0, "Everybody"), Group(1, "Sales"), Group(2, "Nobody"))
    forms: Any = {(0, "prechat"): {"id": "form-1", "fields": []}}
    async with DevServer(groups=groups, agents=(SAM,), forms=forms, welcome_message="Welcome!") as server:
        yield server


class CustomerScene(Scene):
    """A customer with three connections, another customer, and an agent who is in the chat, if there is one."""

    def __init__(self, server: DevServer) -> None:
        super().__init__(server)
        self.ids = {"chat": "", "thread": "", "event": "", "card": "", "greeting": ""}

    @property
    def mine(self) -> Bare:
        return self.clients["mine"]

    async def set_up(self, http: aiohttp.ClientSession, state: State) -> None:
        sam = await bare.agent(self.server, http, SAM.email)
        mine = await bare.customer(self.server, http, version="3.6")
        twin = await bare.customer(self.server, http, version="3.6", same_as=mine)
        older = await bare.customer(self.server, http, version="3.5", same_as=mine)
        stranger = await bare.customer(self.server, http, version="3.6")
        self.clients = {"mine": mine, "twin": twin, "older": older, "stranger": stranger, "sam": sam}
        if state in ("open", "closed"):
            await self._talk(mine, sam)
        if state == "closed":
            await sam.request("deactivate_chat", {"id": self.ids["chat"]})
        if state == "offline":
            await sam.request("set_routing_status", {"status": "not_accepting_chats"})
        if state == "greeted":
            self.ids["greeting"] = self.server.greet(mine.customer_id, "Can I help?", greeting_id=4)
        await self.settle()

    async def _talk(self, mine: Bare, sam: Bare) -> None:
        chat_id, thread_id = await start(mine, message("Hello"))
        user = {"chat_id": chat_id, "user_id": SAM.email, "user_type": "agent"}
        await sam.request("add_user_to_chat", user)
        card = (await sam.request("send_event", {"chat_id": chat_id, "event": CARD}))["event_id"]
        self.ids |= {"chat": chat_id, "thread": thread_id, "event": f"{thread_id}_1", "card": card}


@pytest.fixture
async def scene(server: DevServer) -> AsyncIterator[CustomerScene]:
    async with CustomerScene(server) as scene:
        yield scene


@dataclass
class Case:
    """A request, the fields of its answer, and the pushes to everybody who hears of it."""

    action: str
    payload: Json
    answer: set[str] = field(default_factory=set)
    #: The customer's connections; ``older`` ones only what version 3.5 knows.
    pushes: tuple[str, ...] = ()
    #: If it is not the same as for the customer.
    agents: tuple[str, ...] | None = None
    state: State = "open"
    only_requester: bool = False
    newer: bool = False


CHAT, THREAD = {"chat_id": "$chat"}, {"chat_id": "$chat", "thread_id": "$thread"}
EVENT = THREAD | {"event_id": "$event"}
SCORE: Json = {"properties": {"test": {"int_property": 1}}}
NAMES: Json = {"properties": {"test": ["int_property"]}}
PREDICTED = {"agent", "queue"}
CASES = [
    Case("list_chats", {}, {"chats_summary", "total_chats"}),
    Case("list_threads", CHAT, {"threads", "found_threads"}),
    Case("get_chat", CHAT, {"id", "users", "access", "properties", "thread"}),
    Case("start_chat", {}, {"chat_id", "thread_id"}, ("incoming_chat",), state="new"),
    Case(
        "resume_chat",
        {"chat": {"id": "$chat", "thread": {"events": [message()]}}},
        {"thread_id", "event_ids"},
        ("incoming_chat",),
        state="closed",
    ),
    Case("deactivate_chat", {"id": "$chat"}, set(), ("incoming_event", "chat_deactivated")),
    Case("send_event", CHAT | {"event": message()}, {"event_id"}, ("incoming_event",)),
    Case("delete_event", EVENT, set(), ("event_deleted",), newer=True),
    Case(
        "send_rich_message_postback",
        THREAD | {"event_id": "$card", "postback": {"id": "s", "toggled": True}},
        set(),
        ("incoming_rich_message_postback", "event_updated"),
    ),
    Case("send_sneak_peek", CHAT | {"sneak_peek_text": "I w"}, agents=("incoming_sneak_peek",)),
    Case("update_chat_properties", {"id": "$chat"} | SCORE, set(), ("chat_properties_updated",)),
    Case("delete_chat_properties", {"id": "$chat"} | NAMES, set(), ("chat_properties_deleted",)),
    Case("update_thread_properties", THREAD | SCORE, set(), ("thread_properties_updated",)),
    Case(
        "update_thread_properties",
        THREAD | {"properties": {"rating": {"score": 1, "comment": "Good"}}},
        set(),
        ("thread_properties_updated", "incoming_event", "incoming_event"),
    ),
    Case("delete_thread_properties", THREAD | NAMES, set(), ("thread_properties_deleted",)),
    Case("update_event_properties", EVENT | SCORE, set(), ("event_properties_updated",)),
    Case("delete_event_properties", EVENT | NAMES, set(), ("event_properties_deleted",)),
    Case("get_customer", {}, {"id", "type", "session_fields", "statistics"}),
    Case("update_customer", {"avatar": "https://a.example/a.png"}, set(), ("customer_updated",)),
    Case(
        "update_customer",
        {"name": "Ada"},
        set(),
        ("customer_updated",),
        ("customer_updated", "incoming_event"),
    ),
    Case("set_customer_session_fields", {"session_fields": [{"a": "b"}]}, agents=("customer_updated",)),
    Case("update_customer_page", {"url": "https://shop.example/"}, agents=("customer_page_updated",)),
    Case("activate_customer_page", {}),
    Case("deactivate_customer_page", {}),
    Case("list_group_statuses", {"all": True}, {"groups_status"}),
    Case("get_form", {"group_id": 0, "type": "prechat"}, {"enabled", "form"}),
    Case("get_form", {"group_id": 0, "type": "ticket"}, {"enabled"}),
    Case("get_predicted_agent", {"group_id": 1}, PREDICTED),
    Case(
        "request_welcome_message",
        {"group_id": 0},
        {"id", "predicted_agent", "queue"},
        ("incoming_welcome_message",),
        (),
        only_requester=True,
    ),
    Case("get_url_info", {"url": "https://elsewhere.example/"}, {"url"}),
    Case(
        "mark_events_as_seen",
        CHAT | {"seen_up_to": "2100-01-01T00:00:00Z"},
        set(),
        ("events_marked_as_seen",),
    ),
    Case(
        "accept_greeting",
        {"greeting_id": 4, "unique_id": "$greeting"},
        set(),
        ("greeting_accepted",),
        (),
        state="greeted",
    ),
    Case("cancel_greeting", {"unique_id": "$greeting"}, set(), ("greeting_canceled",), (), state="greeted"),
    Case(
        "send_greeting_button_clicked",
        {"greeting_unique_id": "$greeting", "button_id": "b0"},
        state="greeted",
    ),
]


def test_every_action_is_here() -> None:
    assert {case.action for case in CASES} == {name for name, action in ACTIONS.items() if action.over_rtm}
    assert {name for name, action in ACTIONS.items() if not action.over_rtm} == {
        "check_goals",
        "request_email_verification",
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.action)
async def test_the_answer_and_who_is_told(
    scene: CustomerScene, http: aiohttp.ClientSession, case: Case
) -> None:
    await scene.set_up(http, case.state)
    request_id = await scene.mine.send(case.action, scene.fill(case.payload))
    await scene.mine.answer(request_id)
    heard = await scene.settle()

    response, *pushes = heard["mine"]
    assert set(response["payload"]) == case.answer
    assert {key: response[key] for key in response if key != "payload"} == {
        "request_id": request_id,
        "action": case.action,
        "type": "response",
        "success": True,
    }
    # The one that asked is told which of its requests this comes from; the others are not.
    assert [frame["action"] for frame in pushes] == list(case.pushes)
    assert all(frame["request_id"] == request_id and frame["version"] == "3.6" for frame in pushes)
    agents = case.pushes if case.agents is None else case.agents
    expected = {
        "twin": () if case.only_requester else case.pushes,
        "older": () if case.only_requester or case.newer else case.pushes,
        "sam": agents,
        "stranger": (),
    }
    for name, actions in expected.items():
        assert [frame["action"] for frame in heard[name]] == list(actions), name
        assert not any("request_id" in frame for frame in heard[name]), name
        assert all(frame["type"] == "push" for frame in heard[name])
    assert all(frame["version"] == "3.5" for frame in [*heard["older"], *heard["sam"]])
    # Both connections of one version read the same, letter for letter.
    if not case.only_requester:
        assert [frame["payload"] for frame in heard["twin"]] == [frame["payload"] for frame in pushes]


async def post(
    scene: CustomerScene, http: aiohttp.ClientSession, action: str, payload: Json
) -> tuple[int, Json]:
    """Do the same over the Web API."""
    url = f"{scene.server.url}/v3.6/customer/action/{action}?organization_id=demo-organization"
    headers = {"Authorization": f"Bearer {scene.mine.token}"}
    async with http.post(url, json=scene.fill(payload), headers=headers) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(
    "case", [case for case in CASES if ACTIONS[case.action].over_web], ids=lambda case: case.action
)
async def test_over_http_the_same_is_answered_and_told(
    scene: CustomerScene, http: aiohttp.ClientSession, case: Case
) -> None:
    await scene.set_up(http, case.state)
    status, answer = await post(scene, http, case.action, case.payload)
    assert (status, set(answer)) == (200, case.answer)
    heard = await scene.settle()
    # No socket has asked, so what is for who has asked goes to none.
    pushes = () if case.only_requester else case.pushes
    agents = case.pushes if case.agents is None else case.agents
    expected = {"mine": pushes, "twin": pushes, "older": () if case.newer else pushes, "sam": agents}
    for name, actions in expected.items():
        assert [frame["action"] for frame in heard[name]] == list(actions), name
        assert not any("request_id" in frame for frame in heard[name])
    assert heard["stranger"] == []


NO_CHAT = {"chat_id": "NONE"}
REFUSED: list[tuple[str, Json, str, State]] = [
    ("list_chats", {"limit": 26}, "validation", "open"),
    ("list_threads", NO_CHAT, "not_found", "open"),
    ("list_threads", CHAT | {"limit": 101}, "validation", "open"),
    ("list_threads", CHAT | {"limit": 1, "min_events_count": 1}, "validation", "open"),
    ("list_threads", CHAT | {"min_events_count": 101}, "validation", "open"),
    ("get_chat", NO_CHAT, "not_found", "open"),
    ("get_chat", CHAT | {"thread_id": "NONE"}, "not_found", "open"),
    ("start_chat", {}, "chat_limit_reached", "open"),
    ("start_chat", {}, "groups_offline", "offline"),
    ("start_chat", {"chat": {"access": {"group_ids": [2]}}}, "groups_offline", "new"),
    ("start_chat", {"chat": {"access": {"group_ids": [9]}}}, "group_not_found", "new"),
    ("start_chat", {"chat": {"users": [{"id": "NONE", "type": "customer"}]}}, "validation", "new"),
    ("resume_chat", {"chat": {"id": "$chat"}}, "chat_already_active", "open"),
    ("resume_chat", {"chat": {"id": "NONE"}}, "not_found", "closed"),
    ("resume_chat", {"chat": {"id": "$chat", "access": {"group_ids": [2]}}}, "groups_offline", "closed"),
    ("resume_chat", {"chat": {"id": "$chat", "access": {"group_ids": [9]}}}, "group_not_found", "closed"),
    ("deactivate_chat", {"id": "$chat"}, "chat_inactive", "closed"),
    ("deactivate_chat", {"id": "NONE"}, "not_found", "open"),
    ("send_event", CHAT | {"event": message()}, "chat_inactive", "closed"),
    ("send_event", NO_CHAT | {"event": message()}, "not_found", "open"),
    ("send_event", CHAT | {"event": message("é" * 8193)}, "validation", "open"),
    ("send_event", CHAT | {"event": {"type": "system"}}, "validation", "open"),
    ("send_event", CHAT | {"event": {"type": "form", "form_id": "1", "fields": []}}, "validation", "open"),
    ("delete_event", THREAD | {"event_id": "$card"}, "not_allowed", "open"),
    ("delete_event", THREAD | {"event_id": "NONE"}, "not_found", "open"),
    ("send_rich_message_postback", EVENT | {"postback": {"id": "s", "toggled": True}}, "not_found", "open"),
    ("send_sneak_peek", CHAT | {"sneak_peek_text": "I"}, "chat_inactive", "closed"),
    ("send_sneak_peek", NO_CHAT | {"sneak_peek_text": "I"}, "not_found", "open"),
    ("update_chat_properties", {"id": "NONE"} | SCORE, "not_found", "open"),
    ("delete_chat_properties", {"id": "NONE"} | NAMES, "not_found", "open"),
    ("update_thread_properties", CHAT | {"thread_id": "NONE"} | SCORE, "not_found", "open"),
    ("delete_thread_properties", CHAT | {"thread_id": "NONE"} | NAMES, "not_found", "open"),
    ("update_event_properties", THREAD | {"event_id": "NONE"} | SCORE, "not_found", "open"),
    ("delete_event_properties", THREAD | {"event_id": "NONE"} | NAMES, "not_found", "open"),
    ("update_thread_properties", THREAD | {"properties": {"rating": {"score": 2}}}, "validation", "open"),
    ("update_thread_properties", THREAD | {"properties": {"routing": {"pinned": True}}}, "authorization", "open"),
    ("update_thread_properties", THREAD | {"properties": {"routing": {"nothing": 1}}}, "validation", "open"),
    ("update_customer", {}, "validation", "open"),
    ("set_customer_session_fields", {"session_fields": [{str(n): ""} for n in range(101)]},
     "customer_session_fields_limit_reached", "open"),
    ("list_group_statuses", {}, "validation", "open"),
    ("get_form", {"group_id": 9, "type": "prechat"}, "group_not_found", "open"),
    ("get_predicted_agent", {"group_id": 9}, "group_not_found", "open"),
    ("get_predicted_agent", {"group_id": 2}, "group_offline", "open"),
    ("request_welcome_message", {"group_id": 9}, "group_not_found", "open"),
    ("request_welcome_message", {"group_id": 2}, "group_offline", "open"),
    ("get_url_info", {"url": "file:///etc/passwd"}, "validation", "open"),
    ("mark_events_as_seen", NO_CHAT | {"seen_up_to": "2100-01-01T00:00:00Z"}, "not_found", "open"),
    ("accept_greeting", {"greeting_id": 4, "unique_id": "NONE"}, "greeting_not_found", "greeted"),
    ("accept_greeting", {"greeting_id": 5, "unique_id": "$greeting"}, "greeting_not_found", "greeted"),
    ("cancel_greeting", {"unique_id": "NONE"}, "greeting_not_found", "greeted"),
    ("send_greeting_button_clicked", {"greeting_unique_id": "NONE", "button_id": "b"}, "greeting_not_found",
     "greeted"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "payload", "type", "state"), REFUSED)
async def test_a_refusal_changes_nothing_and_is_told_to_nobody(
    scene: CustomerScene, http: aiohttp.ClientSession, action: str, payload: Json, type: str, state: State
) -> None:
    await scene.set_up(http, state)
    before = _everything(scene.server)
    refused = await scene.mine.refusal(action, scene.fill(payload))
    assert refused.type == type, str(refused)
    assert refused.message
    status, answer = await post(scene, http, action, payload)
    assert (status >= 400, answer) == (True, {"error": refused.error})
    heard = await scene.settle()
    assert [frame["success"] for frame in heard.pop("mine")] == [False]
    assert not any(heard.values())
    assert _everything(scene.server) == before


def _everything(server: DevServer) -> list[Any]:
    tables = ("customers", "chats", "threads", "events", "chat_users", "greetings")
    rows = server.core.database.rows
    return [[tuple(row) for row in rows(f"SELECT * FROM {table}")] for table in tables]
