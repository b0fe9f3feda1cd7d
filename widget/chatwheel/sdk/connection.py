"""Where a connection stands and what moves it: states, transitions and verdicts as tables.

Two rules. Everything that decides which state follows lives in this file. Nothing in this file knows about sockets,
time, frames or requests; `session` turns what happens into triggers and acts on the state that follows.

```
          CONNECT            OPENED              TOKEN             LOGGED_IN
  IDLE ────────────> OPENING ──────> AUTHORIZING ─────> LOGGING_IN ─────────> ONLINE
                      ^  │ REDIRECT goes back to OPENING from each of these    │
          TIMER,      │  └──────────────────┬──────────────────────────────────┘
          CONNECT     │                     │ RETRY
                      └────────────────── WAITING
  PAUSE leads from anywhere to PAUSED (CONNECT leaves it); DESTROY from anywhere to DESTROYED, for good.
```
"""

from __future__ import annotations

from enum import Enum
from typing import Literal, NamedTuple

Status = Literal["disconnected", "connected", "reconnecting", "paused", "destroyed"]


class State(Enum):
    """Where the connection stands."""

    IDLE = "idle"
    OPENING = "opening"
    AUTHORIZING = "authorizing"
    LOGGING_IN = "logging in"
    ONLINE = "online"
    WAITING = "waiting"
    PAUSED = "paused"
    DESTROYED = "destroyed"


class Trigger(Enum):
    """What moves it."""

    CONNECT = "connect"
    OPENED = "opened"
    TOKEN = "token"
    LOGGED_IN = "logged in"
    RETRY = "retry"
    REDIRECT = "redirect"
    TIMER = "timer"
    PAUSE = "pause"
    DESTROY = "destroy"


_END = {Trigger.PAUSE: State.PAUSED, Trigger.DESTROY: State.DESTROYED}
_LIVE = {Trigger.RETRY: State.WAITING, Trigger.REDIRECT: State.OPENING, **_END}

TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.IDLE: {Trigger.CONNECT: State.OPENING, **_END},
    State.OPENING: {Trigger.OPENED: State.AUTHORIZING, **_LIVE},
    State.AUTHORIZING: {Trigger.TOKEN: State.LOGGING_IN, **_LIVE},
    State.LOGGING_IN: {Trigger.LOGGED_IN: State.ONLINE, **_LIVE},
    State.ONLINE: dict(_LIVE),
    State.WAITING: {Trigger.TIMER: State.OPENING, Trigger.CONNECT: State.OPENING, **_END},
    State.PAUSED: {Trigger.CONNECT: State.OPENING, **_END},
    State.DESTROYED: {},
}
"""What follows. A trigger that a state does not list changes nothing there."""

HAS_SOCKET = frozenset({State.OPENING, State.AUTHORIZING, State.LOGGING_IN, State.ONLINE})
"""States in which there is a socket, open or opening."""

COMING = frozenset({State.OPENING, State.AUTHORIZING, State.LOGGING_IN, State.WAITING})
"""States that lead to a connection by themselves: it is worth waiting."""


def status(state: State, was_online: bool) -> Status:
    """The documented name of a state."""
    if state in COMING:
        return "reconnecting" if was_online else "disconnected"
    return _STATUS[state]


_STATUS: dict[State, Status] = {
    State.IDLE: "disconnected",
    State.ONLINE: "connected",
    State.PAUSED: "paused",
    State.DESTROYED: "destroyed",
}


class Verdict(Enum):
    """What to do about a reason or a failure."""

    RECONNECT = "say so, connect again in a moment"
    REFRESH = "say so, connect again in a moment with a fresh token"
    REDIRECT = "connect to another region at once"
    RETRY = "log in again, later and later"
    RETRY_FRESH = "log in again, later and later, with a fresh token"
    RETRY_SLOWLY = "log in again, later and later, patiently"
    PAUSE = "say so, wait to be told to connect"
    DESTROY = "say so, end for good"


REASONS: dict[str, Verdict] = {
    "access_token_expired": Verdict.REFRESH,
    "access_token_revoked": Verdict.REFRESH,
    "connection_evicted": Verdict.RECONNECT,
    "connection_timeout": Verdict.RECONNECT,
    "customer_banned": Verdict.DESTROY,
    "customer_temporarily_blocked": Verdict.DESTROY,
    "inactivity_timeout": Verdict.RECONNECT,
    "internal_error": Verdict.RECONNECT,
    "license_expired": Verdict.RECONNECT,
    "license_not_found": Verdict.DESTROY,
    "logged_out_remotely": Verdict.DESTROY,
    "misdirected_connection": Verdict.REDIRECT,
    "product_version_changed": Verdict.DESTROY,
    "service_temporarily_unavailable": Verdict.RETRY_SLOWLY,
    "too_many_connections": Verdict.DESTROY,
    "too_many_unauthorized_connections": Verdict.RETRY,
    "unsupported_version": Verdict.DESTROY,
}
"""Reasons of the push `customer_disconnected`; an unknown one means `RECONNECT`."""

LOGIN_FAILURES: dict[str, Verdict] = {
    "AUTHENTICATION": Verdict.RETRY_FRESH,
    "CUSTOMER_BANNED": Verdict.DESTROY,
    "IDENTITY_MISMATCH": Verdict.DESTROY,
    "MISDIRECTED_CONNECTION": Verdict.REDIRECT,
    "MISDIRECTED_REQUEST": Verdict.REDIRECT,
    "SERVICE_TEMPORARILY_UNAVAILABLE": Verdict.RETRY_SLOWLY,
    "USERS_LIMIT_REACHED": Verdict.PAUSE,
    "WRONG_PRODUCT_VERSION": Verdict.DESTROY,
}
"""Codes of failed logins; any other means `RETRY`."""

_PASSING = frozenset({"server_error", "temporarily_unavailable"})


class Judgement(NamedTuple):
    """A verdict and the reason to give for it."""

    verdict: Verdict
    reason: str


def judge_reason(reason: str) -> Verdict:
    """What a disconnect reason asks for."""
    return REASONS.get(reason, Verdict.RECONNECT)


def judge_login_failure(code: str, message: str) -> Judgement:
    """What a failed login asks for; refusals by the accounts server give their own text as reason."""
    if code in ("SSO_IDENTITY_EXCEPTION", "SSO_OAUTH_EXCEPTION"):
        return Judgement(Verdict.RETRY if message in _PASSING else Verdict.DESTROY, message)
    return Judgement(LOGIN_FAILURES.get(code, Verdict.RETRY), code.lower())
