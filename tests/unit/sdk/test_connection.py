"""The state table."""

from __future__ import annotations

import pytest

from chatwheel.sdk.connection import (
    COMING,
    HAS_SOCKET,
    REASONS,
    TRANSITIONS,
    State,
    Trigger,
    Verdict,
    judge_login_failure,
    judge_reason,
    status,
)


def test_every_state_is_in_the_table_and_reachable() -> None:
    assert set(TRANSITIONS) == set(State)
    reached = {State.IDLE}
    while True:
        following = reached | {after for state in reached for after in TRANSITIONS[state].values()}
        if following == reached:
            break
        reached = following
    assert reached == set(State)


@pytest.mark.parametrize("state", State)
def test_destroy_works_anywhere_and_is_final(state: State) -> None:
    if state is State.DESTROYED:
        assert TRANSITIONS[state] == {}
    else:
        assert TRANSITIONS[state][Trigger.DESTROY] is State.DESTROYED
        assert TRANSITIONS[state][Trigger.PAUSE] is State.PAUSED


def test_only_a_login_leads_online() -> None:
    ways = [(s, t) for s, row in TRANSITIONS.items() for t, after in row.items() if after is State.ONLINE]
    assert ways == [(State.LOGGING_IN, Trigger.LOGGED_IN)]


def test_a_pause_ends_only_by_connecting() -> None:
    ways = {t: after for t, after in TRANSITIONS[State.PAUSED].items() if after is not State.PAUSED}
    assert ways == {Trigger.CONNECT: State.OPENING, Trigger.DESTROY: State.DESTROYED}


def test_retry_and_redirect_exist_exactly_where_there_is_a_socket() -> None:
    assert {s for s in State if Trigger.RETRY in TRANSITIONS[s]} == HAS_SOCKET
    assert {s for s in State if Trigger.REDIRECT in TRANSITIONS[s]} == HAS_SOCKET


def test_status_names() -> None:
    assert {status(state, False) for state in COMING} == {"disconnected"}
    assert {status(state, True) for state in COMING} == {"reconnecting"}
    assert status(State.IDLE, False) == "disconnected"
    assert [status(s, True) for s in (State.ONLINE, State.PAUSED, State.DESTROYED)] == [
        "connected",
        "paused",
        "destroyed",
    ]


def test_verdicts() -> None:
    assert {reason for reason, verdict in REASONS.items() if verdict is Verdict.DESTROY} == {
        "customer_banned",
        "customer_temporarily_blocked",
        "license_not_found",
        "logged_out_remotely",
        "product_version_changed",
        "too_many_connections",
        "unsupported_version",
    }
    assert judge_reason("something new") is Verdict.RECONNECT
    assert judge_login_failure("GROUP_NOT_FOUND", "") == (Verdict.RETRY, "group_not_found")
    assert judge_login_failure("SSO_OAUTH_EXCEPTION", "server_error") == (Verdict.RETRY, "server_error")
    assert judge_login_failure("SSO_IDENTITY_EXCEPTION", "unauthorized") == (Verdict.DESTROY, "unauthorized")
