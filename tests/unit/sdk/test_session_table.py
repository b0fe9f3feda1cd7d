"""The session in every state told everything that can happen: which state follows, and that its promises hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chatwheel.sdk import actions
from chatwheel.sdk.call import Call
from chatwheel.sdk.connection import HAS_SOCKET, REASONS, State
from chatwheel.sdk.endpoints import Endpoints
from chatwheel.sdk.errors import ChatError
from chatwheel.sdk.login import Credentials, Settings
from chatwheel.sdk.missed import Gap, Reading
from chatwheel.sdk.models import Token
from chatwheel.sdk.outputs import CatchUp, Close, Emit, Finish, Open, Outcome, Send
from chatwheel.sdk.session import Session

from .test_fuzz import ANY_JSON, ODD_PAYLOAD, PUSH

IDLE, OPENING, AUTHORIZING, LOGGING_IN, ONLINE, WAITING, PAUSED, DESTROYED = State
TOKEN = Token(access_token="t", entity_id="E1", token_type="Bearer", expires_in=1e9, creation_date=0)
OTHER = Token(access_token="t", entity_id="E2", token_type="Bearer", expires_in=1e9, creation_date=0)
FAILURES = {
    "AUTHENTICATION": WAITING,
    "USERS_LIMIT_REACHED": PAUSED,
    "CUSTOMER_BANNED": DESTROYED,
    "MISDIRECTED_CONNECTION": WAITING,
    "INTERNAL": WAITING,
}


def new_session() -> Session:
    ids = count(1)
    settings = Settings(Endpoints("org"), {"name": "test", "version": "1"})
    return Session(settings, random=lambda: 0.0, new_id=lambda: f"r{next(ids)}")


def last_login(session: Session) -> str:
    frames = [json.loads(output.text) for output in session.take() if isinstance(output, Send)]
    return str([frame["request_id"] for frame in frames if frame["action"] == "login"][-1])


def receive(session: Session, now: float, **frame: Any) -> None:
    session.received(session.number, json.dumps(frame), now)


def lead(session: Session, state: State) -> str:
    """Bring a new session into a state; returns the id of the login under way, if one is."""
    if state is IDLE:
        return ""
    session.connect(0)
    if state is DESTROYED:
        session.destroy()
    elif state is PAUSED:
        session.disconnect()
    elif state is WAITING:
        session.closed(session.number, 0)
    elif state is not OPENING:
        session.opened(session.number, 0)
        if state is not AUTHORIZING:
            session.authorized(session.number, Credentials(TOKEN), 0)
            login = last_login(session)
            if state is LOGGING_IN:
                return login
            receive(session, 0, type="response", request_id=login, action="login", success=True, payload={})
    assert session.state is state
    return ""


def pushed(reason: str, **data: Any) -> Callable[[Session], None]:
    payload = {"reason": reason, "data": data}
    return lambda session: receive(session, 1, action="customer_disconnected", payload=payload)


ORDER = (IDLE, OPENING, AUTHORIZING, LOGGING_IN, ONLINE, WAITING, PAUSED, DESTROYED)
SAME: dict[State, State] = {}
AWAY = dict.fromkeys(HAS_SOCKET, WAITING)
INPUTS: list[tuple[str, Callable[[Session], None], dict[State, State]]] = [
    ("connect", lambda s: s.connect(1), {IDLE: OPENING, WAITING: OPENING, PAUSED: OPENING}),
    ("disconnect", lambda s: s.disconnect(), {state: PAUSED for state in ORDER if state is not DESTROYED}),
    ("destroy", lambda s: s.destroy(), dict.fromkeys(ORDER, DESTROYED)),
    ("opened", lambda s: s.opened(s.number, 1), {OPENING: AUTHORIZING}),
    ("opened, an older one", lambda s: s.opened(s.number - 1, 1), SAME),
    ("a token", lambda s: s.authorized(s.number, Credentials(TOKEN), 1), {AUTHORIZING: LOGGING_IN}),
    ("no token", lambda s: s.unauthorized(s.number, ChatError(), 1), {OPENING: WAITING, AUTHORIZING: WAITING}),
    ("refused by the accounts server",
     lambda s: s.unauthorized(s.number, ChatError("unauthorized", code="SSO_OAUTH_EXCEPTION"), 1),
     {OPENING: DESTROYED, AUTHORIZING: DESTROYED}),
    ("closed", lambda s: s.closed(s.number, 1), AWAY),
    ("closed, an older one", lambda s: s.closed(s.number - 1, 1), SAME),
    ("offline", lambda s: s.network(False, 1), SAME),
    ("online", lambda s: s.network(True, 1), {WAITING: OPENING}),
    ("a tick too early", lambda s: s.tick(0.1), SAME),
    ("much later", lambda s: s.tick(100),
     {OPENING: WAITING, AUTHORIZING: WAITING, LOGGING_IN: WAITING, WAITING: OPENING}),
    ("nonsense", lambda s: s.received(s.number, "nonsense", 1), SAME),
    ("a push", lambda s: receive(s, 1, action="incoming_multicast", payload={}), SAME),
    ("to another region", pushed("misdirected_connection", region="fra"), dict.fromkeys(HAS_SOCKET, OPENING)),
    ("to no region", pushed("misdirected_connection"), AWAY),
    *((reason, pushed(reason), AWAY) for reason in (
        "access_token_expired", "connection_timeout", "inactivity_timeout", "internal_error", "license_expired",
        "new")),
    *((reason, pushed(reason), dict.fromkeys(HAS_SOCKET, DESTROYED)) for reason in (
        "customer_banned", "customer_temporarily_blocked", "license_not_found", "logged_out_remotely",
        "product_version_changed", "too_many_connections", "unsupported_version")),
    *((reason, pushed(reason), {state: WAITING for state in HAS_SOCKET if state is not ONLINE}) for reason in (
        "service_temporarily_unavailable", "too_many_unauthorized_connections")),
]  # fmt: skip


@pytest.mark.parametrize("state", ORDER)
@pytest.mark.parametrize(("name", "happens", "after"), INPUTS, ids=[name for name, _, _ in INPUTS])
def test_what_follows(
    state: State, name: str, happens: Callable[[Session], None], after: dict[State, State]
) -> None:
    session = new_session()
    lead(session, state)
    session.take()
    happens(session)
    assert session.state is after.get(state, state)
    if state in HAS_SOCKET and session.state is not state:
        gone = [output for output in session.take() if isinstance(output, Close)]
        assert gone or session.state in (AUTHORIZING, LOGGING_IN)


@pytest.mark.parametrize(("code", "after"), FAILURES.items())
def test_what_follows_a_failed_login(code: str, after: State) -> None:
    session = new_session()
    login = lead(session, LOGGING_IN)
    failure = {"error": {"type": code.lower(), "message": "no"}}
    receive(session, 1, type="response", request_id=login, action="login", success=False, payload=failure)
    assert session.state is after


LIKELY = ["connect", "opened", "token"]
CALLS: dict[str, Call[Any]] = {
    "get_customer": actions.get_customer(),
    "list_chats": actions.list_chats(),
    "send_event": actions.send_event("C1", {"type": "message", "text": "x", "custom_id": "c"}),
    "start_chat": actions.start_chat(None, active=True, continuous=None),
}


class AnyOrder(RuleBasedStateMachine):
    """A session told anything in any order: it never raises, and its outputs are those of a client with its wits."""

    def __init__(self) -> None:
        super().__init__()
        self.session = new_session()
        self.now = 0.0
        self.open: set[int] = set()
        self.logins: list[str] = []
        self.asked: dict[str, float] = {}
        self.settled: set[str] = set()
        self.sent: dict[str, str] = {}
        self.reading: dict[str, Gap] = {}
        self.is_over = False

    def drain(self) -> None:
        for output in self.session.take():
            assert not self.is_over or isinstance(output, Outcome), "after the end there are refusals only"
            if isinstance(output, Open):
                assert not self.open, "one socket at a time"
                self.open.add(output.number)
            elif isinstance(output, Close):
                self.open.remove(output.number)
            elif isinstance(output, Send):
                assert self.open, "nothing is said where nobody listens"
                frame = json.loads(output.text)
                self.sent[frame["request_id"]] = frame["action"]
            elif isinstance(output, Outcome):
                assert output.request_id not in self.settled, "settled once"
                self.settled.add(output.request_id)
            elif isinstance(output, CatchUp):
                self.reading.update(output.gaps)
            elif isinstance(output, Emit):
                assert output.name
            elif isinstance(output, Finish):
                self.is_over = True

    @rule(
        happens=st.sampled_from(
            [*LIKELY, *LIKELY, "closed", "no token", "other", "older", "online", "offline"]
        )
    )
    def something(self, happens: str) -> None:
        session, number = self.session, self.session.number
        {
            "connect": lambda: session.connect(self.now),
            "opened": lambda: session.opened(number, self.now),
            "token": lambda: session.authorized(number, Credentials(TOKEN), self.now),
            "other": lambda: session.authorized(number, Credentials(OTHER), self.now),
            "no token": lambda: session.unauthorized(number, ChatError(), self.now),
            "closed": lambda: session.closed(number, self.now),
            "older": lambda: session.closed(number - 1, self.now),
            "online": lambda: session.network(True, self.now),
            "offline": lambda: session.network(False, self.now),
        }[happens]()
        self.drain()

    @rule(is_final=st.integers(0, 15))
    def leave(self, is_final: int) -> None:
        (self.session.disconnect if is_final else self.session.destroy)()
        self.drain()

    @rule(seconds=st.sampled_from([0.05, 0.4, 2, 6, 16, 31, 4000]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.session.tick(self.now)
        self.drain()

    @rule(kind=st.sampled_from([*CALLS]), limit=st.sampled_from([1, 15]))
    def ask(self, kind: str, limit: float) -> None:
        request_id = f"ask-{len(self.asked)}"
        self.asked[request_id] = self.now + limit
        self.session.request(request_id, CALLS[kind], self.now + limit, wait=kind != "list_chats")
        self.drain()

    @rule(text=st.text(max_size=20) | st.binary(max_size=40).map(lambda data: data.decode("latin-1")))
    def hear_any_text(self, text: str) -> None:
        self.session.received(self.session.number, text, self.now)
        self.drain()

    @rule(frame=PUSH | ANY_JSON)
    def hear_any_frame(self, frame: Any) -> None:
        self.session.received(self.session.number, json.dumps(frame), self.now)
        self.drain()

    @rule(number=st.integers(0, 50))
    def hear_a_message(self, number: int) -> None:
        event = {"id": f"T1_{number}", "type": "message", "created_at": f"{number:04}"}
        payload = {"chat_id": "C1", "thread_id": "T1", "event": event}
        receive(self.session, self.now, action="incoming_event", payload=payload)
        self.drain()

    @rule(
        reason=st.sampled_from([*REASONS, "new"]),
        data=st.sampled_from([None, {"region": "fra"}, 5]),
        is_spared=st.integers(0, 3),
    )
    def be_sent_away(self, reason: str, data: Any, is_spared: int) -> None:
        if not is_spared:
            receive(
                self.session,
                self.now,
                action="customer_disconnected",
                payload={"reason": reason, "data": data},
            )
            self.drain()

    @precondition(lambda self: self.sent)
    @rule(
        choice=st.randoms(use_true_random=False),
        payload=ODD_PAYLOAD,
        success=st.booleans(),
        is_push=st.booleans(),
    )
    def be_answered(self, choice: Any, payload: Any, success: bool, is_push: bool) -> None:
        request_id = choice.choice(list(self.sent))
        action = self.sent[request_id]
        pushes = {"send_event": "incoming_event", "start_chat": "incoming_chat"}
        kind = {"action": pushes.get(action, action)} if is_push else {"action": action, "type": "response"}
        receive(self.session, self.now, request_id=request_id, success=success, payload=payload, **kind)
        self.drain()

    @precondition(lambda self: self.session.state is LOGGING_IN)
    @rule(code=st.sampled_from([None, None, None, *FAILURES]))
    def end_the_login(self, code: str | None) -> None:
        login = [request_id for request_id, action in self.sent.items() if action == "login"][-1]
        payload = {} if code is None else {"error": {"type": code.lower(), "message": "no"}}
        answer = {"request_id": login, "action": "login", "success": code is None, "payload": payload}
        receive(self.session, self.now, type="response", **answer)
        self.drain()

    @precondition(lambda self: self.reading)
    @rule(was_read=st.booleans())
    def end_the_reading(self, was_read: bool) -> None:
        chat_id, _ = self.reading.popitem()
        reading = Reading([]) if was_read else None
        self.session.caught_up(self.session.number, chat_id, reading, self.now)
        self.drain()

    @invariant()
    def it_has_its_wits(self) -> None:
        state = self.session.state
        assert bool(self.open) == (state in HAS_SOCKET), state
        assert (self.session.deadline is None) == (state in (IDLE, PAUSED, DESTROYED)), state
        assert (state is DESTROYED) == self.is_over
        self.session.tick(self.now)
        self.drain()
        overdue = {request_id for request_id, deadline in self.asked.items() if deadline <= self.now}
        assert overdue <= self.settled, "nobody waits longer than agreed"
        if state in (PAUSED, DESTROYED):
            assert set(self.asked) == self.settled, "nobody is left waiting"

    def teardown(self) -> None:
        self.session.destroy()
        self.drain()
        assert set(self.asked) == self.settled


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
