"""Requests under way: which wait for a connection, which for an answer, and until when."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from .call import Call

MAX_IN_FLIGHT = 10
"""The server refuses more unanswered requests than this."""

PUSH_GRACE = 5.0
"""Seconds to wait for the push that completes a request after its response."""


@dataclass(frozen=True)
class Acknowledged:
    """The server carried a request out, but the push with its result never came; `payload` is the response's."""

    payload: Any

    @property
    def event_id(self) -> str:
        """The event that was sent; empty if it was none."""
        event_id = self.payload.get("event_id") if isinstance(self.payload, dict) else None
        return event_id if isinstance(event_id, str) else ""


@dataclass
class Request:
    """One request. `text` is its frame, `deadline` a time of the monotonic clock."""

    request_id: str
    call: Call[Any]
    text: str
    deadline: float
    acknowledged: Acknowledged | None = None

    def is_replaced_by(self, newer: Request) -> bool:
        """Whether sending this one, too, would be of no use: of what is being typed, only the last state counts."""
        return (
            self.call.action == newer.call.action == "send_sneak_peek"
            and self.call.payload["chat_id"] == newer.call.payload["chat_id"]
        )


class Requests:
    """All requests that nobody has answered yet."""

    def __init__(self) -> None:
        self._waiting: deque[Request] = deque()
        self._in_flight: dict[str, Request] = {}
        self._answered: deque[tuple[str, str]] = deque(maxlen=100)

    def wait(self, request: Request, *, first: bool = False) -> None:
        """Queue a request, before all others if it is to be the `first`."""
        self._waiting = deque(waiting for waiting in self._waiting if not waiting.is_replaced_by(request))
        if first:
            self._waiting.appendleft(request)
        else:
            self._waiting.append(request)

    def ready(self) -> list[Request]:
        """Take those that may be sent now; they are in flight from here on."""
        unanswered = sum(request.acknowledged is None for request in self._in_flight.values())
        ready: list[Request] = []
        while self._waiting and unanswered + len(ready) < MAX_IN_FLIGHT:
            request = self._waiting.popleft()
            self._in_flight[request.request_id] = request
            ready.append(request)
        return ready

    def find(self, request_id: str | None) -> Request | None:
        """The request in flight with that id."""
        return self._in_flight.get(request_id) if request_id is not None else None

    def is_sending(self, custom_id: str | None) -> bool:
        """Whether an event with that custom id is being sent."""
        payloads = (request.call.payload.get("event") for request in self._in_flight.values())
        return custom_id is not None and any(
            isinstance(event, dict) and event.get("custom_id") == custom_id for event in payloads
        )

    def was_answered(self, request_id: str | None, action: str) -> bool:
        """Whether a push of this name answers that request, and the request is settled already.

        Others carry its id as well: they tell what came of it, such as that the chat which was closed is closed.
        """
        return (request_id, action) in self._answered

    def settle(self, request: Request) -> None:
        """Forget an answered request."""
        self._in_flight.pop(request.request_id, None)
        if request.call.settled_by:
            self._answered.append((request.request_id, request.call.settled_by))

    def cancel(self, request_id: str) -> None:
        """Nobody waits for a request any more: it is not sent. One that was sent counts until its time is up."""
        self._waiting = deque(item for item in self._waiting if item.request_id != request_id)

    def take_in_flight(self) -> list[Request]:
        """Forget all that were sent and return them."""
        taken = list(self._in_flight.values())
        self._in_flight.clear()
        return taken

    def take_waiting(self) -> list[Request]:
        """Forget all that were not sent and return them."""
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

    def take_overdue(self, now: float) -> tuple[list[Request], list[Request]]:
        """Forget those whose time is up; returns the sent ones and the unsent ones."""
        sent = [request for request in self._in_flight.values() if request.deadline <= now]
        for request in sent:
            if request.acknowledged is not None:  # answered, if not by the push that may still come
                self.settle(request)
            else:
                del self._in_flight[request.request_id]
        unsent = [request for request in self._waiting if request.deadline <= now]
        if unsent:
            self._waiting = deque(request for request in self._waiting if request.deadline > now)
        return sent, unsent

    @property
    def deadline(self) -> float | None:
        """When the first one's time is up."""
        deadlines = [request.deadline for request in (*self._in_flight.values(), *self._waiting)]
        return min(deadlines, default=None)
