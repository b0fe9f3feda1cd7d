"""Runs an extension's code so that whatever it does is survived: it may raise, take too long, or never come back."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

from chatwheel.transport.base import Clock

logger = logging.getLogger("chatwheel.extension")

MOST_FAILURES = 20
"""So many are logged: one that fails at every key stroke would drown everything else."""


class Failed:
    """The result of what had none."""


FAILED = Failed()


class Guard:
    """`watch(what)` is called before each step of the extension's code, `watch("")` after it: what is never followed
    by the second has taken Python's only thread, and whoever is told can end it from outside."""

    def __init__(self, file: str, clock: Clock, watch: Callable[[str], object]) -> None:
        self._file = file
        self._clock = clock
        self._watch = watch
        self._failures = 0

    def failed(self, what: str, why: str, error: BaseException | None = None) -> None:
        """Say in the log which part of which file failed, and what follows."""
        self._failures += 1
        if self._failures > MOST_FAILURES:
            return
        text = f"{self._file}: {what} {why}"
        if self._failures == MOST_FAILURES:
            text += " (further failures of this file are not logged)"
        logger.error("%s", text, exc_info=error)

    def call(self, what: str, follows: str, function: Callable[..., Any], *args: Any) -> Any:
        """Its result, or `FAILED`. `follows` says in the log what happens then. An awaitable result is watched."""
        try:
            with self._watched(what):
                result = function(*args)
        except BaseException as error:  # a cancellation, too: nothing of ours is awaited in there
            self.failed(what, f"failed; {follows}", error)
            return FAILED
        return self._steps(what, result) if inspect.isawaitable(result) else result

    async def within(
        self, seconds: float, what: str, follows: str, function: Callable[..., Any], *args: Any
    ) -> Any:
        """The same for code that may await, but not longer than this."""
        result = self.call(what, follows, function, *args)
        if not isinstance(result, _Steps):
            return result
        task = asyncio.ensure_future(_awaited(result))
        timer = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait((task, timer), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                self.failed(what, f"took longer than {seconds:g} seconds; {follows}")
            elif task.cancelled():  # by what it waited for: it must not become a cancellation of who asked
                self.failed(what, f"was cancelled; {follows}")
            elif error := task.exception():
                self.failed(what, f"failed; {follows}", error)
            else:
                return task.result()
            return FAILED
        finally:
            timer.cancel()
            task.cancel()

    def steps(self, what: str, work: Awaitable[Any]) -> Awaitable[Any]:
        """The same awaitable, each step of it watched."""
        return self._steps(what, work)

    def _steps(self, what: str, work: Awaitable[Any]) -> _Steps:
        return _Steps(work, lambda: self._watched(what))

    @contextmanager
    def _watched(self, what: str) -> Iterator[None]:
        self._watch(f"{self._file}: {what}")
        try:
            yield
        finally:
            self._watch("")


class _Steps:
    """An awaitable whose every step runs inside a context of its own."""

    def __init__(self, work: Awaitable[Any], context: Callable[[], Any]) -> None:
        self._work = work
        self._context = context

    def close(self) -> None:
        """Never begin it."""
        if asyncio.iscoroutine(self._work):
            self._work.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._work.__await__()
        step: Callable[[], Any] = lambda: next(inner)  # noqa: E731
        while True:
            try:
                with self._context():
                    waited_for = step()
            except StopIteration as end:
                return end.value
            except (SystemExit, KeyboardInterrupt) as error:  # asyncio would let it end everything
                raise RuntimeError("the extension wants to exit") from error
            step = yield from _received(inner, waited_for)


def _received(inner: Any, waited_for: Any) -> Generator[Any, Any, Callable[[], Any]]:
    """Wait, and return the step that follows: an exception thrown in is the inner one's to handle."""
    try:
        sent = yield waited_for
    except BaseException as error:
        thrown = error
        return lambda: inner.throw(thrown)
    return lambda: next(inner) if sent is None else inner.send(sent)


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work
