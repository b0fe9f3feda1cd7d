"""Listeners: who wants to hear of what, and telling them without being hurt by them."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Generic, TypeVar, get_args

from ..transport.base import Clock
from .errors import InvalidArgument, RequestTimeout, SdkDestroyed
from .events import EventName

logger = logging.getLogger("chatwheel.sdk")
P = TypeVar("P")

Handler = Callable[..., object]
Unsubscribe = Callable[[], None]
EVERYTHING = "*"
HANDLER_GRACE = 0.5
"""Seconds that handlers get to end when the client is closed."""
NAMES: frozenset[str] = frozenset(get_args(EventName)) | {EVERYTHING}


class _Listener:
    __slots__ = ("handler", "once")

    def __init__(self, handler: Handler, once: bool) -> None:
        self.handler = handler
        self.once = once


class EventStream(AsyncIterator[P], Generic[P]):
    """Payloads of an event as they come; made by `stream`. `close()` ends it; `destroy()` of the client does, too."""

    def __init__(self, close: Callable[[EventStream[P]], None]) -> None:
        self._close = close
        self._payloads: deque[P] = deque()
        self._waiters: list[asyncio.Future[None]] = []
        self._is_closed = False

    def push(self, payload: P) -> None:
        """Add a payload."""
        self._payloads.append(payload)
        self._wake()

    def close(self) -> None:
        """End the stream; what came already can still be read."""
        if not self._is_closed:
            self._is_closed = True
            self._close(self)
            self._wake()

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def __anext__(self) -> P:
        while not self._payloads:
            if self._is_closed:
                raise StopAsyncIteration
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            finally:
                self._waiters.remove(waiter)
        return self._payloads.popleft()

    async def __aenter__(self) -> EventStream[P]:
        return self

    async def __aexit__(self, *error: object) -> None:
        self.close()


class Emitter:
    """Handlers by event name, told in the order in which they came; those of `"*"` last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: dict[str, list[_Listener]] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._streams: list[EventStream[Any]] = []
        self._waiters: set[asyncio.Future[Any]] = set()
        self._finishing: set[asyncio.Task[object] | None] = set()
        self._is_closed = False

    def on(self, name: str, handler: Handler | None = None, *, once: bool = False) -> Any:
        """Add a handler and return what removes it; without a handler return a decorator."""
        _check_name(name)
        if handler is None:
            return lambda function: (self._add(name, function, once), function)[1]
        return self._add(name, handler, once)

    def _add(self, name: str, handler: Handler, once: bool) -> Unsubscribe:
        if not callable(handler):
            raise InvalidArgument("handler", "is not callable")
        listener = _Listener(handler, once)
        if not self._is_closed:
            self._listeners.setdefault(name, []).append(listener)
        return lambda: self._remove(name, listener)

    def _remove(self, name: str, listener: _Listener) -> None:
        listeners = self._listeners.get(name, [])
        if listener in listeners:
            listeners.remove(listener)

    def off(self, name: str | None = None, handler: Handler | None = None) -> None:
        """Remove one registration of a handler, all handlers of a name, or all."""
        if name is None:
            self._listeners.clear()
        elif handler is None:
            self._listeners.pop(name, None)
        else:
            found = [item for item in self._listeners.get(name, ()) if item.handler == handler]
            for listener in found[:1]:
                self._remove(name, listener)

    def emit(self, name: str, payload: Any) -> None:
        """Tell everybody; a handler that fails is logged and stops nobody."""
        for listener in tuple(self._listeners.get(name, ())):
            self._tell(name, listener, payload)
        for listener in tuple(self._listeners.get(EVERYTHING, ())):
            self._tell(EVERYTHING, listener, name, payload)

    def _tell(self, registered: str, listener: _Listener, *arguments: Any) -> None:
        if listener.once:
            self._remove(registered, listener)
        try:
            result = listener.handler(*arguments)
        except Exception:  # a listener's mistake is not the sender's
            logger.exception("a handler of %s failed", registered)
            return
        if inspect.iscoroutine(result):
            self._start(registered, result)

    def _start(self, name: str, coroutine: Coroutine[Any, Any, object]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finished(name, done))

    def _finished(self, name: str, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("a handler of %s failed", name, exc_info=task.exception())

    async def wait_for(
        self, name: str, *, limit: float | None = None, where: Callable[[Any], bool] | None = None
    ) -> Any:
        """Wait for the next event; `RequestTimeout` after `limit` seconds, `SdkDestroyed` if the client ends."""
        if self._is_closed:
            raise SdkDestroyed()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def take(*arguments: Any) -> None:
            payload = arguments if name == EVERYTHING else arguments[0]
            if not future.done() and (where is None or where(payload)):
                future.set_result(payload)

        remove = self.on(name, take)
        timer = None if limit is None else asyncio.ensure_future(self._clock.sleep(limit))
        self._waiters.add(future)
        try:
            if timer is not None:
                await asyncio.wait((future, timer), return_when=asyncio.FIRST_COMPLETED)
                if not future.done():
                    raise RequestTimeout(f"{name} did not come in time.")
            return await future
        finally:
            self._waiters.discard(future)
            future.cancel()
            remove()
            if timer is not None:
                timer.cancel()

    def stream(self, name: str) -> EventStream[Any]:
        """All events of a name from now on."""
        remove: list[Unsubscribe] = []

        def close(stream: EventStream[Any]) -> None:
            self._streams.remove(stream)
            remove[0]()

        stream: EventStream[Any] = EventStream(close)
        self._streams.append(stream)
        remove.append(self.on(name, stream.push if name != EVERYTHING else lambda *both: stream.push(both)))
        if self._is_closed:
            stream.close()
        return stream

    def close(self) -> None:
        """Remove all handlers, end all streams, fail all who wait."""
        self._is_closed = True
        self._listeners.clear()
        for stream in tuple(self._streams):
            stream.close()
        for future in tuple(self._waiters):
            if not future.done():
                future.set_exception(SdkDestroyed())

    async def finish(self) -> None:
        """Give asynchronous handlers that still run a moment to end; then they are cancelled."""
        self._finishing.add(asyncio.current_task())
        tasks = (
            self._tasks - self._finishing
        )  # a handler that is here itself waits for nobody who waits for it
        if tasks:
            try:
                await asyncio.wait(tasks, timeout=HANDLER_GRACE)
            finally:
                for task in tasks:
                    task.cancel()
            await asyncio.wait(tasks, timeout=HANDLER_GRACE)


def _check_name(name: str) -> None:
    if name not in NAMES:
        raise InvalidArgument("name", f"there is no event {name!r}")
