"""The core by itself: no loop, no clock, no transport; told what happens, it says what to do."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest

from chatwheel.sdk import actions
from chatwheel.sdk.call import Call
from chatwheel.sdk.connection import State
from chatwheel.sdk.dialogue import REMEMBERED_FACTS
from chatwheel.sdk.endpoints import Endpoints
from chatwheel.sdk.errors import ChatError, NoConnection
from chatwheel.sdk.login import Credentials, Settings
from chatwheel.sdk.missed import Reading
from chatwheel.sdk.models import Token
from chatwheel.sdk.outputs import Close, Emit, Finish, Open, Outcome, Send
from chatwheel.sdk.session import Session

TOKEN = Token(access_token="t", entity_id="E1", token_type="Bearer", expires_in=1e9, creation_date=0)
CREDENTIALS = Credentials(TOKEN)


@pytest.fixture
def session() -> Session:
    ids = count(1)
    settings = Settings(Endpoints("org"), {"name": "test", "version": "1"})
    return Session(settings, random=lambda: 0.0, new_id=lambda: f"r{next(ids)}")


def receive(session: Session, now: float, **frame: Any) -> None:
    session.received(session.number, json.dumps(frame), now)


def log_in(session: Session, now: float = 0) -> None:
    session.connect(now)
    session.opened(session.number, now)
    session.authorized(session.number, CREDENTIALS, now)
    frames = [json.loads(output.text) for output in session.take() if isinstance(output, Send)]
    receive(
        session,
        now,
        type="response",
        request_id=frames[-1]["request_id"],
        action="login",
        success=True,
        payload={},
    )
    assert session.state is State.ONLINE


def test_the_way_online(session: Session) -> None:
    assert session.deadline is None and session.take() == []
    session.connect(10)
    assert session.take() == [Open(1, session.endpoints.socket, "lasting")]
    assert session.deadline == 25
    session.opened(1, 11)
    assert session.take() == [] and session.deadline == 41
    session.authorized(1, CREDENTIALS, 12)
    identified, sent = session.take()
    assert identified == Emit("customer_id", "E1")
    assert isinstance(sent, Send) and session.deadline == 27
    login = json.loads(sent.text)
    receive(
        session, 13, type="response", request_id=login["request_id"], action="login", success=True, payload={}
    )
    [connected] = session.take()
    assert isinstance(connected, Emit) and connected.name == "connected"
    assert session.deadline == 28 and session.status == "connected"


def test_the_token_may_come_first(session: Session) -> None:
    session.connect(0)
    session.authorized(1, CREDENTIALS, 1)
    assert not [output for output in session.take() if isinstance(output, Send)]
    session.opened(1, 2)
    assert [output for output in session.take() if isinstance(output, Send)]


def test_news_of_an_older_socket_is_ignored(session: Session) -> None:
    session.connect(0)
    session.closed(1, 0)
    session.tick(1)
    assert session.number == 2
    session.take()
    session.opened(1, 1)
    session.closed(1, 1)
    session.authorized(1, CREDENTIALS, 1)
    session.unauthorized(1, ChatError(), 1)
    session.received(1, "{}", 1)
    session.caught_up(1, "C1", Reading([]), 1)
    assert session.state is State.OPENING and session.take() == []
    session.opened(2, 1)
    session.authorized(2, CREDENTIALS, 1)
    session.take()
    session.authorized(2, CREDENTIALS, 1)
    session.unauthorized(2, ChatError(), 1)
    assert session.state.name == "LOGGING_IN" and session.take() == []


def test_ticks_too_early_change_nothing(session: Session) -> None:
    session.tick(0)
    session.connect(0)
    session.take()
    session.tick(14.9)
    assert session.state is State.OPENING and session.take() == []
    session.tick(15)
    assert session.take() == [Close(1)] and session.deadline == 16
    session.connect(15.5)
    assert session.take() == [Open(2, session.endpoints.socket, "lasting")]


def test_no_token_in_time(session: Session) -> None:
    session.connect(0)
    session.opened(1, 0)
    session.tick(30)
    assert session.state is State.WAITING and session.deadline == 30.3


def test_the_end_is_the_end(session: Session) -> None:
    log_in(session)
    session.take()
    session.destroy()
    assert session.take() == [Close(1), Finish()]
    session.destroy()
    session.disconnect()
    session.connect(1)
    session.tick(1)
    session.network(True, 1)
    session.identify("E2")
    receive(session, 1, type="push", action="incoming_multicast", payload={})
    assert session.take() == [] and session.state is State.DESTROYED


@pytest.mark.parametrize("state", ["idle", "paused"])
def test_requests_where_no_connection_is_coming(session: Session, state: str) -> None:
    if state == "paused":
        log_in(session)
        session.disconnect()
        session.take()
    session.request("x", actions.get_customer(), 15)
    session.note(actions.get_customer(), 0)
    [outcome] = session.take()
    assert isinstance(outcome, Outcome) and isinstance(outcome.error, NoConnection)


def test_a_cancelled_request_leaves_the_queue(session: Session) -> None:
    session.connect(0)
    session.take()
    session.request("x", actions.get_customer(), 15)
    assert session.deadline == 15
    session.cancel("x")
    session.tick(14)
    assert session.take() == []


def test_memory_of_events_is_limited(session: Session) -> None:
    log_in(session)

    def tell(number: int) -> int:
        session.take()
        payload = {"chat_id": "C", "event": {"id": str(number), "type": "message"}}
        receive(session, 0, type="push", action="incoming_event", payload=payload)
        return len(session.take())

    assert [tell(number) for number in range(REMEMBERED_FACTS + 1)] == [1] * (REMEMBERED_FACTS + 1)
    assert tell(REMEMBERED_FACTS) == 0
    assert tell(0) == 1


def test_a_machine_that_slept_asks_before_it_gives_up(session: Session) -> None:
    log_in(session)
    session.take()
    session.tick(3600)
    [ping] = session.take()
    assert isinstance(ping, Send) and json.loads(ping.text)["action"] == "ping"
    receive(session, 3601, type="response", request_id="x", action="ping", success=True)
    assert session.state is State.ONLINE and session.deadline == 3615


def test_models_and_mappings_can_be_sent(session: Session) -> None:
    from types import MappingProxyType

    log_in(session)
    session.take()
    payload = {"model": TOKEN, "mapping": MappingProxyType({"a": 1})}
    session.request("x", Call("anything", payload, lambda answer: answer), 15)
    [sent] = session.take()
    assert isinstance(sent, Send)
    frame = json.loads(sent.text)
    assert frame["payload"]["model"]["access_token"] == "t" and frame["payload"]["mapping"] == {"a": 1}
