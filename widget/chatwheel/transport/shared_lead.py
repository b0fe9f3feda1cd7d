"""The tab that holds the socket: sends for all tabs, and gives each what is its own.

Knows of the protocol what it must: requests have ids, at most ten may be unanswered, a push may answer a request.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from ..nesting import is_deep
from .base import Clock
from .shared_login import Json, LoginAnswer

MAX_UNANSWERED = 10
"""The server refuses more on one connection."""
FORGOTTEN = 15.0
"""Seconds after which an unanswered request no longer counts."""
STALE = 10.0
"""A frame that waited so many seconds is not sent: whoever asked has given up, or is about to."""
REMEMBERED = 1000
"""Requests whose askers are known, for the pushes that answer them."""

OWN = ""
"""This tab's own name, here."""


def read_object(text: str) -> Json:
    """A JSON object from its text; empty if it is none."""
    try:
        data = from_json(text)
    except ValueError:
        data = _read_odd_text(text)
    return data if isinstance(data, dict) else {}


def _read_odd_text(text: str) -> Any:
    """A second chance for texts with halves of characters, which `from_json` refuses."""
    if is_deep(text):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@dataclass
class _Waiting:
    tab: str
    request_id: str | None
    text: str
    since: float


class Lead:
    """The dealings of the tab that holds the socket.

    Args:
        clock: for what waits too long.
        send: sends over the socket.
        give: `give(tab, text)` delivers to one tab; `give(None, text)` to all but this one.
    """

    def __init__(
        self, clock: Clock, send: Callable[[str], None], give: Callable[[str | None, str], None]
    ) -> None:
        self._clock = clock
        self._send = send
        self._give = give
        self._queue: deque[_Waiting] = deque()
        self._unanswered: dict[str, float] = {}
        self._askers: OrderedDict[str, str] = OrderedDict()
        self._login_id: str | None = None
        self._answer: LoginAnswer | None = None
        self._joining: dict[str, Json] = {}
        self._count = 0
        self.tabs: set[str] = set()

    @property
    def waits(self) -> bool:
        """Whether frames wait for their turn: call `flush()` now and then."""
        return bool(self._queue)

    def log_in(self, text: str, request_id: str | None) -> None:
        """Send this tab's login."""
        self._login_id = request_id
        self.send(OWN, text)

    def join(self, tab: str, login: Json) -> None:
        """Another tab logs in: answer it, now or together with this one."""
        self._joining[tab] = login
        if self._answer is not None:
            self._welcome(tab, self._frame_of_answer(self._answer))

    def forget(self, tab: str) -> None:
        """A tab is gone: what it asked and was not sent yet is not sent."""
        self.tabs.discard(tab)
        self._joining.pop(tab, None)
        self._queue = deque(waiting for waiting in self._queue if waiting.tab != tab)

    def send(self, tab: str, text: str) -> None:
        """Send a tab's frame, in its turn; a ping at once, for it tells whether anybody is there."""
        frame = read_object(text)
        request_id = frame.get("request_id")
        waiting = _Waiting(tab, request_id if isinstance(request_id, str) else None, text, self._now())
        if frame.get("action") == "ping":
            self._send_now(waiting, is_counted=False)
        else:
            self._queue.append(waiting)
            self.flush()

    def flush(self) -> None:
        """Send what may be sent by now."""
        now = self._now()
        self._unanswered = {key: at for key, at in self._unanswered.items() if now - at < FORGOTTEN}
        while self._queue and len(self._unanswered) < MAX_UNANSWERED:
            waiting = self._queue.popleft()
            if now - waiting.since < STALE:
                self._send_now(waiting)

    def received(self, text: str) -> None:
        """A text came over the socket. This tab has it last: it may have it close the socket."""
        frame = read_object(text)
        request_id = frame.get("request_id")
        key = request_id if isinstance(request_id, str) else ""
        asker = self._askers.get(key, OWN)
        if frame.get("type") == "response":
            self._unanswered.pop(key, None)
            if key and key == self._login_id:
                self._logged_in(frame)
            if not self._is_ours(key):
                self._give(asker, text)
        else:
            self._on_push(frame, text, asker, bool(key))
        self.flush()

    def _on_push(self, frame: Json, text: str, asker: str, is_answer: bool) -> None:
        if self._answer is not None:
            self._answer.note(str(frame.get("action")), frame.get("payload"))
        if not is_answer or not self.tabs:
            if self.tabs:
                self._give(None, text)
            self._give(OWN, text)
            return
        news = json.dumps({name: value for name, value in frame.items() if name != "request_id"})
        for tab in (*sorted(self.tabs), OWN):
            self._give(tab, text if tab == asker else news)

    def _logged_in(self, frame: Json) -> None:
        self._login_id = None
        if frame.get("success"):
            self._answer = LoginAnswer(frame.get("payload"))
        for tab in tuple(self._joining):
            self._welcome(tab, frame if self._answer is None else self._frame_of_answer(self._answer))

    def _frame_of_answer(self, answer: LoginAnswer) -> Json:
        return {"action": "login", "type": "response", "success": True, "payload": answer.payload}

    def _welcome(self, tab: str, frame: Json) -> None:
        """Answer a tab's login; what it says of page and customer is news for the server."""
        login = self._joining.pop(tab)
        self.tabs.add(tab)
        self._give(tab, json.dumps({**frame, "request_id": login.get("request_id")}))
        payload = login.get("payload")
        if self._answer is None or not isinstance(payload, dict):
            return
        page, customer = payload.get("customer_page"), payload.get("customer")
        if isinstance(page, dict) and page:
            self._say("update_customer_page", page)
        if isinstance(customer, dict) and customer:
            self._say("update_customer", customer)

    def _say(self, action: str, payload: Json) -> None:
        self._count += 1
        request_id = f"tab:{self._count}"
        text = json.dumps({"request_id": request_id, "action": action, "payload": payload})
        self.send(OWN, text)

    def _is_ours(self, request_id: str) -> bool:
        """Whether it was asked by `_say`: no tab waits for the answer."""
        return request_id.startswith("tab:")

    def _send_now(self, waiting: _Waiting, *, is_counted: bool = True) -> None:
        if waiting.request_id is not None:
            if is_counted:
                self._unanswered[waiting.request_id] = self._now()
            self._askers[waiting.request_id] = waiting.tab
            if len(self._askers) > REMEMBERED:
                self._askers.popitem(last=False)
        self._send(waiting.text)

    def _now(self) -> float:
        return self._clock.monotonic()


def is_login(frame: Json) -> bool:
    """Whether a frame is a login whose token can be read."""
    payload: Any = frame.get("payload")
    return (
        frame.get("action") == "login"
        and isinstance(payload, dict)
        and isinstance(payload.get("token"), str)
        and isinstance(frame.get("request_id"), str)
    )
