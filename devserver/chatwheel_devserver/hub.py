"""Who is connected, and who is told what.

A request collects its pushes in an outbox while it changes the database. After the commit the hub gives each
push to every session that it concerns: with the ``request_id`` to the one that asked, without it to the others.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from .errors import DisconnectReason
from .lens import AgentLens, CustomerLens, Json
from .recorder import Exchange, Frame, Recorder, Role, size_of

#: An object, but for the agents' ``queue_positions_updated``, whose payload is an array.
Render = Callable[[Any], Any]

#: Delivered whether a client has asked for it or not.
ALWAYS_DELIVERED: Final = frozenset({"customer_disconnected", "agent_disconnected"})


@dataclass(slots=True)
class Push:
    """One piece of news, with how to tell it and whom."""

    action: str
    render: Render
    customer_id: str | None = None
    to_agents: bool = False
    to_all_customers: bool = False
    #: A repeated request is answered again, but nobody else hears of it twice.
    only_requester: bool = False
    #: Customers of which versions are told: from this one on …
    since: str = ""
    #: … and before this one.
    before: str = "4"


Outbox = list[Push]


class Session(Protocol):
    """A logged-in connection of a customer or an agent, or a scripted agent inside the process."""

    number: int
    role: Role
    user_id: str
    is_scripted: bool
    wanted: frozenset[str] | None

    @property
    def lens(self) -> CustomerLens | AgentLens:
        """How this session sees the records."""

    def deliver(self, frame: Json) -> None:
        """Give the session a frame; never blocks."""

    def disconnect(self, reason: DisconnectReason, data: dict[str, str] | None = None) -> None:
        """Tell the other side why, then close."""

    def end(self) -> None:
        """Close."""


class Hub:
    """All sessions of the server."""

    def __init__(self, recorded_frames: int, recorded_bytes: int) -> None:
        self._customers: dict[str, list[Session]] = {}
        self._agents: list[Session] = []
        self._numbers = itertools.count(1)
        self.not_accepting: set[str] = set()
        self._active_at: dict[str, float] = {}
        #: The newest frames, and the newest requests over HTTP.
        self.frames = Recorder[Frame](recorded_frames, recorded_bytes)
        self.exchanges = Recorder[Exchange](recorded_frames, recorded_bytes)
        #: Called after somebody came, left or changed the routing status.
        self.on_change: list[Callable[[], None]] = []

    def next_number(self) -> int:
        """Number a new connection."""
        return next(self._numbers)

    def attach(self, session: Session) -> None:
        """Let a logged-in session hear the news."""
        if session.role == "customer":
            self._customers.setdefault(session.user_id, []).append(session)
        else:
            self._agents.append(session)
        self.changed()

    def detach(self, session: Session) -> None:
        """Forget a session."""
        if session.role == "customer":
            remaining = [other for other in self.of_customer(session.user_id) if other is not session]
            if remaining:
                self._customers[session.user_id] = remaining
            else:
                self._customers.pop(session.user_id, None)
                self._active_at.pop(session.user_id, None)
        elif session in self._agents:
            self._agents.remove(session)
            if not any(agent.user_id == session.user_id for agent in self._agents):
                self.not_accepting.discard(session.user_id)
        self.changed()

    def changed(self) -> None:
        """Tell those who watch who is there."""
        for callback in list(self.on_change):
            callback()

    def of_customer(self, customer_id: str) -> list[Session]:
        """Return a customer's sessions."""
        return list(self._customers.get(customer_id, ()))

    def note_activity(self, customer_id: str, time: float) -> None:
        """A customer has done something, or somebody has written in the customer's chat."""
        if self.is_online(customer_id):
            self._active_at[customer_id] = time

    def active_at(self, customer_id: str) -> float:
        """Return when something was last done by a connected customer, or written in the chat; 0 for never."""
        return self._active_at.get(customer_id, 0.0)

    def is_online(self, customer_id: str) -> bool:
        """Tell whether a customer is connected."""
        return customer_id in self._customers

    @property
    def customer_ids(self) -> list[str]:
        """Who is on the site."""
        return list(self._customers)

    @property
    def agents(self) -> list[Session]:
        """All agents' sessions, the scripted ones included."""
        return list(self._agents)

    @property
    def people(self) -> list[Session]:
        """The sessions of agents who are people."""
        return [session for session in self._agents if not session.is_scripted]

    @property
    def customer_sessions(self) -> Iterator[Session]:
        """All customers' sessions."""
        return itertools.chain.from_iterable(list(self._customers.values()))

    def is_accepting(self, email: str) -> bool:
        """Tell whether an agent is connected and takes chats."""
        return email not in self.not_accepting and any(agent.user_id == email for agent in self._agents)

    def flush(self, outbox: Outbox, origin: Session | None = None, request_id: str | None = None) -> None:
        """Deliver pushes in their order."""
        for push in outbox:
            shown: dict[tuple[str, ...], Any] = {}
            for session in self._audience(push, origin):
                if not wants(session, push):
                    continue
                lens = session.lens
                key = (lens.role, lens.base_url, lens.version, lens.viewer)
                if key not in shown:
                    shown[key] = push.render(lens)
                session.deliver(
                    push_frame(
                        push.action, lens.version, shown[key], request_id if session is origin else None
                    )
                )

    def _audience(self, push: Push, origin: Session | None) -> list[Session]:
        if push.only_requester:
            return [] if origin is None else [origin]
        audience: list[Session] = []
        if push.to_all_customers:
            audience += self.customer_sessions
        elif push.customer_id is not None:
            audience += self.of_customer(push.customer_id)
        if push.to_agents:
            audience += self._agents
        return audience

    def record(self, frame: Frame) -> None:
        """Remember a frame."""
        self.frames.add(frame, size_of(frame.text))


#: From which version on customers know a push.
_SINCE: Final = {
    "event_deleted": "3.6",
    "incoming_event_preview": "3.6",
    "incoming_thinking_indicator": "3.6",
    "incoming_welcome_message": "3.6",
    "groups_status_updated": "3.5",
}


def wants(session: Session, push: Push) -> bool:
    """Tell whether a session knows a push and has subscribed to it."""
    if session.role == "customer":
        since = max(push.since, _SINCE.get(push.action, ""))
        if not since <= session.lens.version < push.before:
            return False
    return session.wanted is None or push.action in session.wanted or push.action in ALWAYS_DELIVERED


def push_frame(action: str, version: str, payload: Any, request_id: str | None = None) -> Json:
    """Build a push."""
    frame: Json = {"version": version, "action": action, "type": "push", "payload": payload}
    return frame if request_id is None else {"request_id": request_id} | frame


def response_frame(action: str | None, request_id: str | None, success: bool, payload: Any) -> Json:
    """Build a response."""
    frame: Json = {}
    if request_id is not None:
        frame["request_id"] = request_id
    if action is not None:
        frame["action"] = action
    return frame | {"type": "response", "success": success, "payload": payload}
