"""The core of a client: told what happens and when, it says what to do.

It awaits nothing, reads no clock and opens no socket. Every input takes `now`, a time of the monotonic clock in
seconds; what is to be done is drained with `take()`, and `deadline` says when to call `tick()` if nothing happens
before. Sockets are numbered: news of an older one is ignored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from . import protocol
from .actions import page_argument, ping, update_customer_page
from .backoff import RECONNECT_DELAY, Backoff, login_backoff, slow_login_backoff, socket_backoff
from .call import Call
from .connection import (
    COMING,
    HAS_SOCKET,
    TRANSITIONS,
    State,
    Status,
    Trigger,
    Verdict,
    judge_login_failure,
    judge_reason,
    status,
)
from .dialogue import Dialogue
from .endpoints import is_part
from .errors import (
    ChatError,
    ConnectionLost,
    IdentityMismatch,
    MalformedResponse,
    MisdirectedConnection,
    NoConnection,
    RequestTimeout,
    SdkDestroyed,
    error_for,
)
from .events import Disconnected
from .heartbeat import Beat, Heartbeat
from .login import Credentials, Settings, read_login, write_login
from .missed import Reading
from .outputs import Close, Finish, Keep, Open, Output

logger = logging.getLogger("chatwheel.sdk")

OPEN_TIMEOUT = 15.0
AUTHORIZE_TIMEOUT = 30.0
LOGIN_TIMEOUT = 15.0
QUICK = 5.0
"""A connection that lasted fewer seconds was a quick one."""
MAX_QUICK = 3
"""So many quick ones in a row, and the next reconnection is not immediate any more."""


class Session:
    """A customer's session over any number of sockets.

    Args:
        settings: see `Settings`.
        random: gives numbers in [0, 1), for delays.
        new_id: gives ids for requests.
        page: the page the customer is on.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        random: Callable[[], float],
        new_id: Callable[[], str],
        page: Mapping[str, Any] | None = None,
    ) -> None:
        self.settings = settings
        self.endpoints = settings.endpoints
        self.state = State.IDLE
        self.customer_id: str | None = None
        self._random = random
        self._outputs: list[Output] = []
        self._dialogue = Dialogue(self._outputs, new_id, random)
        self._heartbeat = Heartbeat(settings.ping_interval, settings.silence_limit)
        self._page: dict[str, Any] | None = None if page is None else dict(page)
        self._page_changed = False
        self.number = 0
        self._was_online = False
        self._token_need = "any"
        self._credentials: Credentials | None = None
        self._login_id: str | None = None
        self._state_deadline: float | None = None
        self._online_since = 0.0
        self._quick = 0
        self._socket_backoff = socket_backoff()
        self._login_backoff = login_backoff()
        self._slow_backoff = slow_login_backoff()
        self._return_backoff = slow_login_backoff()
        self._is_slow = False
        self._was_redirected = False
        self._waits_for_network = False

    # What the driver reads

    def take(self) -> list[Output]:
        """What is to be done now, in order; asking again gives what came up since."""
        outputs = self._outputs.copy()
        self._outputs.clear()
        return outputs

    @property
    def deadline(self) -> float | None:
        """When to call `tick()` at the latest."""
        times = [self._state_deadline, self._dialogue.deadline]
        if self.state is State.ONLINE:
            times.append(self._heartbeat.deadline)
        return min((time for time in times if time is not None), default=None)

    @property
    def status(self) -> Status:
        """The documented name of where the connection stands."""
        return status(self.state, self._was_online)

    def is_active(self, chat_id: str) -> bool:
        """Whether a chat is known to have an open thread."""
        return self._dialogue.is_active(chat_id)

    # What the user wants

    def connect(self, now: float) -> None:
        """Connect, or stop waiting and connect now."""
        if self._fire(Trigger.CONNECT):
            if self._token_need == "any":
                self._token_need = "lasting"
            self._open(now)

    def disconnect(self) -> None:
        """Close the connection and stay away."""
        if self._leave(Trigger.PAUSE):
            self._dialogue.fail_sent(ConnectionLost("The client was disconnected."))
            self._dialogue.fail_waiting(NoConnection("The client was disconnected."))

    def destroy(self) -> None:
        """End for good."""
        if self._leave(Trigger.DESTROY):
            self._dialogue.fail_sent(SdkDestroyed())
            self._dialogue.fail_waiting(SdkDestroyed())
            self._outputs.append(Finish())

    def request(self, request_id: str, call: Call[Any], deadline: float, *, wait: bool = True) -> None:
        """Send a request as soon as there is a connection; its `Outcome` comes by `deadline` at the latest."""
        if self.state is State.DESTROYED:
            self._dialogue.reject(request_id, SdkDestroyed())
        elif self.state is State.ONLINE or (wait and self.state in COMING):
            self._dialogue.request(request_id, call, deadline)
        else:
            self._dialogue.reject(request_id, NoConnection())

    def cancel(self, request_id: str) -> None:
        """Nobody waits for that request any more."""
        self._dialogue.cancel(request_id)

    def note(self, call: Call[Any], now: float) -> None:
        """Send a request whose answer matters to nobody, if there is a connection."""
        if self.state is State.ONLINE:
            self._dialogue.note(call, now)

    def update_page(self, page: Mapping[str, Any], now: float) -> None:
        """Note the page the customer is on, and tell the server: now, or at the next login."""
        changes = page_argument(page)
        self._page = {**(self._page or {}), **changes}
        if self.state is State.ONLINE:
            self._dialogue.note(update_customer_page(changes), now)
        elif self.state is State.LOGGING_IN:
            self._page_changed = True

    # What happens

    def opened(self, number: int, now: float) -> None:
        """Socket `number` is open."""
        if number == self.number and self._fire(Trigger.OPENED):
            self._socket_backoff.reset()
            self._state_deadline = now + AUTHORIZE_TIMEOUT
            self._log_in(now)

    def authorized(self, number: int, credentials: Credentials, now: float) -> None:
        """Credentials for socket `number` are there."""
        if number != self.number or self.state not in (State.OPENING, State.AUTHORIZING):
            return
        self.identify(credentials.token.entity_id)
        if self.customer_id != credentials.token.entity_id:
            self._login_failed(IdentityMismatch(), now)
            return
        self._credentials = credentials
        self._log_in(now)

    def identify(self, customer_id: str) -> None:
        """Note who the customer is, once."""
        if self.customer_id is None and self.state is not State.DESTROYED:
            self.customer_id = customer_id
            self._dialogue.emit("customer_id", customer_id)

    def unauthorized(self, number: int, error: ChatError, now: float) -> None:
        """There are no credentials for socket `number`."""
        if number == self.number and self.state in (State.OPENING, State.AUTHORIZING):
            self._login_failed(error, now)

    def caught_up(self, number: int, chat_id: str, reading: Reading | None, now: float) -> None:
        """What was missed in a chat was read over socket `number`; `None` if that failed."""
        if number == self.number and self.state is State.ONLINE:
            self._dialogue.caught_up(chat_id, reading, now)

    def closed(self, number: int, now: float) -> None:
        """Socket `number` closed, or did not open."""
        if number == self.number and self.state in HAS_SOCKET:
            self._lost(now)

    def network(self, online: bool, now: float) -> None:
        """The machine went offline or came back."""
        if self.state is State.ONLINE and online:
            self._ping(now)
            self._heartbeat.probe(now)
        elif self.state is State.ONLINE:
            self._dialogue.emit("connection_unstable", None)
        elif online and self.state is State.WAITING and self._waits_for_network:
            self._fire(Trigger.TIMER)
            self._open(now)

    def tick(self, now: float) -> None:
        """A deadline may have passed."""
        self._dialogue.expire(now)
        if self.state is State.ONLINE:
            self._check_heartbeat(now)
        elif self._state_deadline is not None and now >= self._state_deadline:
            self._on_state_deadline(now)

    def received(self, number: int, text: str, now: float) -> None:
        """A text came over socket `number`. Never raises, whatever the text."""
        if number != self.number or self.state not in HAS_SOCKET:
            return
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("< %s", protocol.mask(text))
        if self._heartbeat.heard(now) and self.state is State.ONLINE:
            self._dialogue.emit("connection_recovered", None)
        frame = protocol.read_frame(text)
        if frame is None:
            logger.warning("dropped a text that is no frame: %.200r", text)
        elif not frame.is_response:
            self._on_push(frame, now)
        elif frame.request_id is not None and frame.request_id == self._login_id:
            self._login_id = None
            self._on_login(frame, now)
        else:
            self._dialogue.on_response(frame, now)

    def _on_push(self, frame: protocol.Frame, now: float) -> None:
        payload = frame.payload if isinstance(frame.payload, dict) else {}
        if frame.action == "customer_disconnected":
            self._on_disconnected(payload, now)
        elif frame.action == "customer_side_storage_updated":
            if isinstance(payload.get("customer_side_storage"), dict):
                self._outputs.append(Keep(payload["customer_side_storage"]))
        else:
            self._dialogue.on_push(frame)

    # Login

    def _log_in(self, now: float) -> None:
        if self._credentials is None or not self._fire(Trigger.TOKEN):
            return
        self._state_deadline = now + LOGIN_TIMEOUT
        self._page_changed = False
        payload = write_login(self.settings, self._credentials, self._page, self.endpoints.version)
        self._credentials = None
        try:
            self._login_id = self._dialogue.log_in(payload, self.endpoints.version)
        except (
            TypeError,
            ValueError,
            RecursionError,
        ) as error:  # what the page said of the customer is no JSON
            self._login_failed(
                ChatError(f"The login cannot be written: {error}", code="LOGIN_NOT_PREPARED"), now
            )

    def _on_login(self, frame: protocol.Frame, now: float) -> None:
        if not frame.success:
            self._login_failed(protocol.read_error(frame.payload), now)
            return
        try:
            welcome = read_login(frame.payload, self.customer_id or "")
        except Exception as error:  # a login that cannot be read is a login that failed
            self._login_failed(MalformedResponse(f"The answer to the login cannot be read: {error}"), now)
            return
        self._fire(Trigger.LOGGED_IN)
        self._was_online = True
        self._state_deadline = None
        self._online_since = now
        self._heartbeat.start(now)
        for backoff in (self._login_backoff, self._slow_backoff):
            backoff.reset()
        self._is_slow = self._was_redirected = False
        self._dialogue.group_id = welcome.group_id
        self._dialogue.note_activity(welcome.activity)
        if self._page_changed and self._page is not None:
            self._dialogue.note(update_customer_page(page_argument(self._page)), now, first=True)
        self._dialogue.emit("connected", welcome.connected)
        if self.settings.catch_up:
            self._dialogue.catch_up(welcome.activity)
        self._dialogue.come_online()

    def _login_failed(self, error: ChatError, now: float) -> None:
        verdict, reason = judge_login_failure(error.code, error.message)
        logger.warning("login failed: %s: %s", error.code, error.message)
        if verdict is Verdict.DESTROY:
            self._end(reason)
        elif verdict is Verdict.PAUSE:
            self._leave(Trigger.PAUSE)
            self._dialogue.emit("disconnected", Disconnected(reason=reason))
            self._dialogue.fail_waiting(error)
        elif verdict is Verdict.REDIRECT:
            self._redirect(error.data, now)
        else:
            if verdict is Verdict.RETRY_FRESH:
                self._token_need = "fresh"
            self._is_slow = self._is_slow or verdict is Verdict.RETRY_SLOWLY
            self._retry(self._slow_backoff if self._is_slow else self._login_backoff, now)

    # Leaving

    def _on_disconnected(self, payload: dict[str, Any], now: float) -> None:
        reason = payload["reason"] if isinstance(payload.get("reason"), str) else ""
        verdict = judge_reason(reason)
        logger.info("the server disconnects: %s", reason)
        if verdict is Verdict.REDIRECT:
            self._redirect(payload.get("data"), now)
        elif verdict is Verdict.DESTROY:
            self._end(reason)
        elif verdict in (Verdict.RETRY, Verdict.RETRY_SLOWLY):
            self._dialogue.fail_sent(error_for(reason))
            if self.state is not State.ONLINE:
                self._login_failed(error_for(reason), now)
        else:
            if verdict is Verdict.REFRESH:
                self._token_need = "fresh"
            self._come_back(Disconnected.model_validate({**payload, "reason": reason}), now)

    def _come_back(self, event: Disconnected, now: float) -> None:
        is_quick = self.state is not State.ONLINE or now - self._online_since < QUICK
        if not is_quick:
            self._quick = 0
            self._return_backoff.reset()
        self._quick += 1
        self._dialogue.fail_sent(ConnectionLost())
        if self._quick > MAX_QUICK:
            self._retry(self._return_backoff, now)
        else:
            self._wait(RECONNECT_DELAY, now)
        self._dialogue.emit("disconnected", event)

    def _lost(self, now: float) -> None:
        was_online = self.state is State.ONLINE
        self._dialogue.fail_sent(ConnectionLost())
        self._retry(self._socket_backoff, now)
        self._waits_for_network = True
        if was_online:
            self._dialogue.emit("disconnected", Disconnected(reason="connection_lost"))

    def _redirect(self, data: Any, now: float) -> None:
        region = data.get("region") if isinstance(data, dict) else None
        is_known = is_part(region)
        self._dialogue.fail_sent(MisdirectedConnection())
        if is_known:
            self.endpoints = self.endpoints.in_region(str(region))
        if self._was_redirected or not is_known:
            self._retry(self._login_backoff, now)
        else:
            self._leave(Trigger.REDIRECT)
            self._was_redirected = True
            self._open(now)

    def _end(self, reason: str) -> None:
        self._leave(Trigger.DESTROY)
        self._dialogue.fail_sent(ConnectionLost())
        self._dialogue.emit("disconnected", Disconnected(reason=reason))
        self._dialogue.fail_waiting(SdkDestroyed(f"The session ended: {reason}."))
        self._outputs.append(Finish())

    def _leave(self, trigger: Trigger) -> bool:
        had_socket = self.state in HAS_SOCKET
        if not self._fire(trigger):
            return False
        if self._dialogue.is_online:
            self._dialogue.lost()
        self._state_deadline = None
        if had_socket:
            self._outputs.append(Close(self.number))
        return True

    # Time

    def _retry(self, backoff: Backoff, now: float) -> None:
        self._wait(backoff.next(self._random()), now)

    def _wait(self, delay: float, now: float) -> None:
        self._leave(Trigger.RETRY)
        logger.info("next attempt in %.1f s", delay)
        self._state_deadline = now + delay
        self._waits_for_network = False

    def _open(self, now: float) -> None:
        self.number += 1
        self._credentials = None
        self._login_id = None
        self._state_deadline = now + OPEN_TIMEOUT
        self._outputs.append(Open(self.number, self.endpoints.socket, self._token_need))
        self._token_need = "any"

    def _on_state_deadline(self, now: float) -> None:
        if self.state is State.WAITING:
            self._fire(Trigger.TIMER)
            self._open(now)
        elif self.state is State.OPENING:
            self._lost(now)
        else:
            self._login_failed(RequestTimeout("The login was not answered in time."), now)

    def _check_heartbeat(self, now: float) -> None:
        beat = self._heartbeat.check(now)
        if beat is Beat.PING:
            self._ping(now)
        elif beat is Beat.GIVE_UP:
            logger.warning("nothing was heard for %.0f s: giving up", now - self._heartbeat.heard_at)
            self._lost(now)

    def _ping(self, now: float) -> None:
        self._heartbeat.pinged(now)
        self._dialogue.note(ping(), now, first=True)

    def _fire(self, trigger: Trigger) -> bool:
        following = TRANSITIONS[self.state].get(trigger)
        if following is None:
            return False
        logger.debug("= %s, %s: %s", self.state.value, trigger.value, following.value)
        self.state = following
        return True
