"""Driving a session over a transport: sockets, timers and tasks. What to do with them is decided in `session`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from random import choices
from typing import Any, TypeVar

from ..transport.base import Socket, SocketClosed, Transport
from . import actions, protocol
from .call import Call
from .credentials import CredentialSource
from .emitter import Emitter
from .errors import Authorization, ChatError, NotFound
from .missed import Gap, Reading, is_new, reaches
from .outputs import CatchUp, Close, Emit, Keep, Open, Outcome, Output, Send
from .session import Session

logger = logging.getLogger("chatwheel.sdk")
T = TypeVar("T")

CATCH_UP_TIMEOUT = 5.0
"""Seconds to wait for a page of what was missed; while pages come, pushes about the chat are held back."""
MISSED_PAGES = 20
"""So many pages of what was missed are read at most."""


def new_request_id() -> str:
    """A random id, as short as it may be."""
    return "".join(choices("0123456789abcdefghijklmnopqrstuvwxyz", k=11))


def has_loop() -> bool:
    """Whether an event loop is running."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def require_loop() -> None:
    """Raise a clear error unless an event loop is running."""
    if not has_loop():
        message = "There is no running event loop: call this inside a coroutine."
        raise ChatError(message, code="NO_EVENT_LOOP")


@dataclass
class _Link:
    """The current socket, its number, and the tasks that serve it."""

    number: int
    tasks: list[asyncio.Task[None]]
    socket: Socket | None = None


class Driver:
    """Does what a session asks for, and tells it what happens.

    Whoever calls a method of the session directly calls `pump()` afterwards.
    """

    def __init__(
        self, session: Session, transport: Transport, emitter: Emitter, credentials: CredentialSource
    ) -> None:
        self._session = session
        self._transport = transport
        self._clock = transport.clock
        self._emitter = emitter
        self._credentials = credentials
        self._futures: dict[str, asyncio.Future[Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._link: _Link | None = None
        self._timer: asyncio.Task[None] | None = None
        self._timer_at = 0.0
        self._is_pumping = False
        self._off_network = transport.on_network(self._on_network)

    def now(self) -> float:
        """The time that a session understands."""
        return self._clock.monotonic()

    async def ask(self, call: Call[Any], limit: float, *, wait: bool) -> Any:
        """Make a request and wait for its outcome, at most `limit` seconds."""
        request_id = new_request_id()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._futures[request_id] = future
        self._session.request(request_id, call, self.now() + limit, wait=wait)
        self.pump()
        try:
            return await future
        except asyncio.CancelledError:
            self._session.cancel(request_id)
            self.pump()
            raise
        finally:
            self._futures.pop(request_id, None)

    def start(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside; it ends with the driver at the latest."""
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def aclose(self) -> None:
        """Stop everything that runs."""
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def pump(self) -> None:
        """Do all that the session asks for. Handlers may call back into the client: their wishes come next."""
        if self._is_pumping:
            return
        self._is_pumping = True
        try:
            while outputs := self._session.take():
                for output in outputs:
                    self._perform(output)
        finally:
            self._is_pumping = False
        self._arm_timer()

    def _perform(self, output: Output) -> None:
        match output:
            case Send(text):
                self._send(text)
            case Emit(name, payload):
                self._emitter.emit(name, payload)
            case Outcome(request_id, value, error):
                self._settle(request_id, value, error)
            case Keep(side_storage):
                self.start(self._credentials.keep(side_storage))
            case CatchUp(gaps):
                for chat_id, gap in gaps.items():
                    self.start(self._catch_up(self._session.number, chat_id, gap))
            case Open(number, url, token):
                link = self._link = _Link(number, [])
                link.tasks.append(self.start(self._serve(link, url)))
                link.tasks.append(self.start(self._authorize(number, token)))
            case Close(number):
                self._close(number)
            case _:  # Finish
                self._finish()

    def _send(self, text: str) -> None:
        if self._link is not None and self._link.socket is not None:
            if logger.isEnabledFor(logging.DEBUG):
                logger.debug("> %s", protocol.mask(text))
            self._link.socket.send(text)

    def _settle(self, request_id: str, value: Any, error: ChatError | None) -> None:
        future = self._futures.get(request_id)
        if future is None or future.done():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    def _close(self, number: int) -> None:
        link = self._link
        if link is not None and link.number == number:
            self._link = None
            if link.socket is not None:
                link.socket.close()
            for task in link.tasks:
                task.cancel()

    def _finish(self) -> None:
        self._emitter.close()
        self._off_network()

    async def _serve(self, link: _Link, url: str) -> None:
        try:
            await self._listen(link, url)
            self._session.closed(link.number, self.now())
            self.pump()
        finally:
            if link.socket is not None:
                link.socket.close()

    async def _listen(self, link: _Link, url: str) -> None:
        def hear(text: str) -> None:
            self._session.received(link.number, text, self.now())
            self.pump()

        try:
            link.socket = await self._transport.open_socket(url)
        except SocketClosed as error:
            logger.debug("= the socket did not open: %s", error)
            return
        self._session.opened(link.number, self.now())
        self.pump()
        await link.socket.listen(hear)

    async def _authorize(self, number: int, need: str) -> None:
        try:
            credentials = await self._credentials.gather(need)
        except ChatError as error:
            self._session.unauthorized(number, error, self.now())
        else:
            self._session.authorized(number, credentials, self.now())
        self.pump()

    async def _catch_up(self, number: int, chat_id: str, gap: Gap) -> None:
        reading: Reading | None = None
        try:
            reading = await self._read_missed(chat_id, gap)
        except (NotFound, Authorization):  # there is nothing to read any more
            reading = Reading([])
        except ChatError as error:
            logger.info("what was missed in %s cannot be read: %s", chat_id, error.code)
        self._session.caught_up(number, chat_id, reading, self.now())
        self.pump()

    async def _read_missed(self, chat_id: str, gap: Gap) -> Reading:
        async def ask(call: Call[T]) -> T:
            result: T = await self.ask(call, CATCH_UP_TIMEOUT, wait=False)
            return result

        since = gap.since
        if gap.has_unseen:
            seen = (await ask(actions.get_chat(chat_id))).events_seen_up_to_map
            since = seen.get(self._session.customer_id or "")
        if since is None:
            return Reading((await ask(actions.list_threads(chat_id, min_events_count=1))).threads)
        page = await ask(actions.list_threads(chat_id, min_events_count=actions.HISTORY_EVENTS_PER_PAGE))
        threads = page.threads
        for _ in range(1, MISSED_PAGES):
            if reaches(page, since):
                break
            page = await ask(actions.list_threads(chat_id, page.next_page_id))
            threads = [*threads, *page.threads]
        if not any(is_new(thread, since) for thread in threads):
            return Reading(threads, since)
        chat = await ask(actions.get_chat(chat_id))
        return Reading(threads, since, chat)

    def _on_network(self, online: bool) -> None:
        self._session.network(online, self.now())
        self.pump()

    def _arm_timer(self) -> None:
        deadline = self._session.deadline
        if deadline is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None or deadline < self._timer_at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = deadline
            self._timer = self.start(self._wake_at_deadline())

    async def _wake_at_deadline(self) -> None:
        while (deadline := self._session.deadline) is not None:
            self._timer_at = deadline
            delay = deadline - self.now()
            if delay > 0:
                await self._clock.sleep(delay)
            else:
                self._timer_at = float("-inf")
                self._session.tick(self.now())
                self.pump()
        self._timer = None
