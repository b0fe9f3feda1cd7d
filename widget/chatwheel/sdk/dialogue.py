"""What is said over a connection: requests and their answers, pushes and the events they become.

Knows which requests are under way, which chats are active and which events were told already; does not know how the
connection comes and goes.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import protocol
from .call import Call
from .errors import ChatError, InvalidArgument, MalformedResponse, NoConnection, RequestTimeout
from .missed import Missed, Reading, told_of
from .models import Chat
from .outputs import CatchUp, Emit, Outcome, Output, Send
from .protocol import opened
from .requests import PUSH_GRACE, Acknowledged, Request, Requests

logger = logging.getLogger("chatwheel.sdk")

REMEMBERED_FACTS = 1000
NOTE_TIMEOUT = 15.0
"""Seconds within which the server answers or refuses."""


class Dialogue:
    """Requests, answers and pushes. What is to be done is appended to `outputs`."""

    def __init__(self, outputs: list[Output], new_id: Callable[[], str], random: Callable[[], float]) -> None:
        self.is_online = False
        self.group_id: Any = None
        self._outputs = outputs
        self._new_id = new_id
        self._random = random
        self._requests = Requests()
        self._active: dict[str, bool] = {}
        self._missed = Missed()
        self._seen: OrderedDict[str, None] = OrderedDict()

    # Requests

    def request(self, request_id: str, call: Call[Any], deadline: float, *, first: bool = False) -> None:
        """Send a request, now or as soon as there is a connection; the `first` of all that wait, if it is urgent."""
        try:
            text = protocol.write_request(request_id, call.action, call.payload)
        except (TypeError, ValueError, RecursionError) as error:
            self.reject(request_id, InvalidArgument(call.action, f"the request cannot be written: {error}"))
            return
        self._requests.wait(Request(request_id, call, text, deadline), first=first)
        self.flush()

    def note(self, call: Call[Any], now: float, *, first: bool = False) -> None:
        """Send a request whose answer matters to nobody. It counts among the unanswered all the same."""
        self.request(self._new_id(), call, now + NOTE_TIMEOUT, first=first)

    def log_in(self, payload: Mapping[str, Any], version: str) -> str:
        """Send a login, whose answer this class does not follow; returns its id."""
        request_id = self._new_id()
        self._outputs.append(Send(protocol.write_request(request_id, "login", payload, version)))
        return request_id

    def come_online(self) -> None:
        """The connection is there: from now on requests are sent."""
        self.is_online = True
        self.flush()

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
                self._is_repeated(request.acknowledged.event_id)  # whoever asked will look it up
                self._outputs.append(Outcome(request.request_id, request.acknowledged))
            else:
                message = f"{request.call.action} was not answered in time."
                self.reject(request.request_id, RequestTimeout(message))
        for request in unsent:
            self.reject(request.request_id, NoConnection("No connection came in time."))
        self.flush()
        if self._missed.retry_at is not None and now >= self._missed.retry_at:
            self._read_missed()

    @property
    def deadline(self) -> float | None:
        """When to call `expire()` at the latest."""
        times = (self._requests.deadline, self._missed.retry_at)
        return min((time for time in times if time is not None), default=None)

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
        elif self._requests.was_answered(frame.request_id, frame.action):
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
        elif call.settled_by == "incoming_chat":
            self._remember(value.chat)
        self._active.update(activity)
        self._missed.note(known)
        for user in users:
            self.emit("user_data", user)
        self._outputs.append(Outcome(request.request_id, value))

    def _tell(self, frame: protocol.Frame, *, was_held: bool = False) -> None:
        try:
            news = protocol.read_push(frame.action, frame.payload, self.group_id)
        except Exception as error:  # whatever a server sends, the next frame must be read
            logger.warning("dropped a push %s that cannot be read: %s", frame.action, error)
            return
        if self._is_repeated(news.fact) and (was_held or frame.action == "incoming_event"):
            logger.debug("dropped a repeated %s", frame.action)
            return
        if frame.action == "incoming_chat":
            self._remember(news.events[-1][1].chat)
        self._active.update(news.activity)
        self._missed.note(news.known)
        for name, payload in news.events:
            self.emit(name, payload)

    # What was missed

    def lost(self) -> None:
        """The connection is gone: something may be missed from now on."""
        self.is_online = False
        self._missed.lost(self._active)

    def catch_up(self, chats: Iterable[str]) -> None:
        """The connection is there, with these chats: have read what was missed."""
        self._missed.online(chats)
        self._read_missed()

    def _read_missed(self) -> None:
        gaps = self._missed.begin()
        if gaps:
            self._outputs.append(CatchUp(gaps))

    def caught_up(self, chat_id: str, reading: Reading | None, now: float) -> None:
        """Tell what was missed in a chat, then what was held back; `None` if it could not be read."""
        if reading is None:
            self._missed.failed(chat_id, now, self._random())
        else:
            for fact, (name, payload) in told_of(chat_id, self._missed.was_read(chat_id), reading):
                is_own = name == "incoming_event" and self._requests.is_sending(payload.event.custom_id)
                if not is_own and not self._is_repeated(fact):
                    self.emit(name, payload)
            if reading.threads:
                latest = max(reading.threads, key=lambda thread: thread.created_at or "")
                self._active[chat_id] = latest.active
        for frame in self._missed.release(chat_id):
            self._tell(frame, was_held=True)

    def _remember(self, chat: Chat) -> None:
        """A chat was told of together with what its thread holds."""
        if chat.thread is not None:
            self._is_repeated(opened(chat.thread.id))
            for event in chat.thread.events:
                self._is_repeated(event.id)

    def _is_repeated(self, fact: str) -> bool:
        """Whether this was told already; from now on it was."""
        if not fact or fact in self._seen:
            return bool(fact)
        self._seen[fact] = None
        if len(self._seen) > REMEMBERED_FACTS:
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
