"""What is said over a connection: requests and their answers, pushes and the events they become.

Knows which requests are under way, which chats are active and which events were told already; does not know how the
connection comes and goes.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from . import protocol
from .actions import Call
from .errors import ChatError, InvalidArgument, MalformedResponse, NoConnection, RequestTimeout
from .events import ChatDeactivated, IncomingEvent
from .missed import Missed, told_after
from .models import Thread
from .outputs import CatchUp, Emit, Outcome, Output, Send
from .requests import PUSH_GRACE, Acknowledged, Request, Requests

logger = logging.getLogger("chatwheel.sdk")

REMEMBERED_EVENTS = 1000
_ANSWERING_PUSHES = ("incoming_chat", "incoming_event")


class Dialogue:
    """Requests, answers and pushes. What is to be done is appended to `outputs`."""

    def __init__(self, outputs: list[Output], new_id: Callable[[], str]) -> None:
        self.is_online = False
        self.group_id: Any = None
        self._outputs = outputs
        self._new_id = new_id
        self._requests = Requests()
        self._active: dict[str, bool] = {}
        self._missed = Missed()
        self._seen: OrderedDict[str, None] = OrderedDict()

    # Requests

    def request(self, request_id: str, call: Call[Any], deadline: float) -> None:
        """Send a request, now or as soon as there is a connection."""
        try:
            text = protocol.write_request(request_id, call.action, call.payload)
        except (TypeError, ValueError, RecursionError) as error:
            self.reject(request_id, InvalidArgument(call.action, f"the request cannot be written: {error}"))
            return
        self._requests.wait(Request(request_id, call, text, deadline))
        self.flush()

    def say(self, action: str, payload: Mapping[str, Any], version: str | None = None) -> str:
        """Send a request whose answer this class does not follow; returns its id."""
        request_id = self._new_id()
        self._outputs.append(Send(protocol.write_request(request_id, action, payload, version)))
        return request_id

    def flush(self) -> None:
        """Send what may be sent."""
        if self.is_online:
            self._outputs.extend(Send(request.text) for request in self._requests.ready())

    def cancel(self, request_id: str) -> None:
        """Nobody waits for that request any more."""
        self._requests.cancel(request_id)
        self.flush()

    def expire(self, now: float) -> None:
        """Settle the requests whose time is up."""
        sent, unsent = self._requests.take_overdue(now)
        for request in sent:
            if request.acknowledged is not None:
                self._outputs.append(Outcome(request.request_id, request.acknowledged))
            else:
                message = f"{request.call.action} was not answered in time."
                self.reject(request.request_id, RequestTimeout(message))
        for request in unsent:
            self.reject(request.request_id, NoConnection("No connection came in time."))
        self.flush()

    @property
    def deadline(self) -> float | None:
        """When to call `expire()` at the latest."""
        return self._requests.deadline

    def fail_sent(self, error: ChatError) -> None:
        """Nobody will answer what was sent."""
        for request in self._requests.take_in_flight():
            self.reject(request.request_id, error)

    def fail_waiting(self, error: ChatError) -> None:
        """What waits will not be sent."""
        for request in self._requests.take_waiting():
            self.reject(request.request_id, error)

    def reject(self, request_id: str, error: ChatError) -> None:
        """Settle one request; each gets an error of its own, for whoever raises it adds a traceback."""
        self._outputs.append(Outcome(request_id, error=error.copy()))

    # Frames

    def on_response(self, frame: protocol.Frame, now: float) -> None:
        """Settle what the response answers; `start_chat` and its like still wait for their push."""
        request = self._requests.find(frame.request_id)
        if request is None:
            logger.debug("nobody waits for the answer to %s", frame.action)
        elif not frame.success:
            self._requests.settle(request)
            self.reject(request.request_id, protocol.read_error(frame.payload))
        elif request.call.settled_by:
            request.acknowledged = Acknowledged(frame.payload)
            request.deadline = min(request.deadline, now + PUSH_GRACE)
        else:
            self._resolve(request, frame.payload)
        self.flush()

    def on_push(self, frame: protocol.Frame) -> None:
        """Settle what the push answers, or tell what it says."""
        request = self._requests.find(frame.request_id)
        if request is not None and request.call.settled_by == frame.action:
            self._resolve(request, frame.payload)
            self.flush()
        elif frame.action in _ANSWERING_PUSHES and self._requests.was_answered(frame.request_id):
            logger.debug("dropped a second answer %s", frame.action)
        elif not self._missed.holds(frame):
            self._tell(frame)

    def _resolve(self, request: Request, payload: Any) -> None:
        self._requests.settle(request)
        call = request.call
        try:
            value = call.parse(payload)
            users, activity, known = list(call.users(value)), call.activity(value), call.known(value)
        except Exception as error:  # whatever a server sends, somebody waits for an answer
            logger.warning("the answer to %s cannot be read: %s", call.action, error)
            message = f"The answer to {call.action} cannot be read."
            self.reject(request.request_id, MalformedResponse(message))
            return
        if call.settled_by == "incoming_event":
            self._is_repeated(value.id)
        self._active.update(activity)
        self._missed.note(known)
        for user in users:
            self.emit("user_data", user)
        self._outputs.append(Outcome(request.request_id, value))

    def _tell(self, frame: protocol.Frame) -> None:
        try:
            news = protocol.read_push(frame.action, frame.payload, self.group_id)
        except Exception as error:  # whatever a server sends, the next frame must be read
            logger.warning("dropped a push %s that cannot be read: %s", frame.action, error)
            return
        if frame.action == "incoming_event" and self._is_repeated(news.events[0][1].event.id):
            logger.debug("dropped a repeated event")
            return
        self._active.update(news.activity)
        self._missed.note(news.known)
        for name, payload in news.events:
            self.emit(name, payload)

    # What was missed

    def lost(self) -> None:
        """The connection is gone: something may be missed from now on."""
        self.is_online = False
        self._missed.lost()

    def catch_up(self) -> None:
        """The connection is back: have read what was missed."""
        since = self._missed.begin()
        if since:
            self._outputs.append(CatchUp(since))

    def caught_up(self, chat_id: str, since: str, threads: list[Thread] | None) -> None:
        """Tell what was missed in a chat, then what was held back; `None` if it could not be read."""
        for event in told_after(threads or (), since):
            if not self._requests.is_sending(event.custom_id) and not self._is_repeated(event.id):
                self.emit(
                    "incoming_event", IncomingEvent(chat_id=chat_id, thread_id=event.thread_id, event=event)
                )
        if threads:
            latest = max(threads, key=lambda thread: thread.created_at or "")
            if self.is_active(chat_id) and not latest.active:
                self.emit("chat_deactivated", ChatDeactivated(chat_id=chat_id, thread_id=latest.id))
            self._active[chat_id] = latest.active
        for frame in self._missed.end(chat_id, threads is not None):
            self._tell(frame)

    def _is_repeated(self, event_id: str) -> bool:
        if not event_id or event_id in self._seen:
            return bool(event_id)
        self._seen[event_id] = None
        if len(self._seen) > REMEMBERED_EVENTS:
            self._seen.popitem(last=False)
        return False

    # What is known

    def is_active(self, chat_id: str) -> bool:
        """Whether a chat is known to have an open thread."""
        return self._active.get(chat_id, False)

    def note_activity(self, activity: Mapping[str, bool]) -> None:
        """Note which chats have an open thread."""
        self._active.update(activity)

    def emit(self, name: str, payload: Any) -> None:
        """Tell the listeners of an event."""
        self._outputs.append(Emit(name, payload))
