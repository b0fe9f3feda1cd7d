"""Tabs of a browser: Web Locks and BroadcastChannel. With `browser`, all of the SDK that touches JavaScript."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import JsException, create_once_callable, create_proxy

from .base import Transport
from .browser import Listeners, js_object
from .shared import SharedTransport, TabsRefused


def shared(inner: Transport) -> Transport:
    """Share a transport's connection with the customer's other tabs, if the browser lets tabs find each other."""
    has_locks = getattr(js.navigator, "locks", None) is not None
    return SharedTransport(inner, BrowserTabs()) if has_locks and hasattr(js, "BroadcastChannel") else inner


class BrowserTabs:
    """See `Tabs`."""

    async def hold(self, name: str) -> Callable[[], None]:
        """See `Tabs`."""
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        js_resolves: list[Any] = []
        # `Promise.withResolvers` is younger than module workers are.
        js_held = js.Promise.new(create_once_callable(lambda js_resolve, _: js_resolves.append(js_resolve)))
        (js_release,) = js_resolves
        js_abort = js.AbortController.new()

        def grant(js_lock: Any) -> Any:
            if not granted.done():
                granted.set_result(None)
            return js_held  # the lock is held until this is resolved

        js_grant = create_proxy(grant)
        js_options = js_object({})
        js_options.signal = js_abort.signal
        js_request = js.navigator.locks.request(name, js_options, js_grant)
        ending = asyncio.ensure_future(_outlive(js_request, js_grant, granted))
        _ending.add(ending)
        ending.add_done_callback(_ending.discard)
        try:
            await granted
        except asyncio.CancelledError:
            js_release()
            js_abort.abort()
            raise
        return lambda: js_release()

    async def is_held(self, prefix: str) -> bool:
        """See `Tabs`."""
        try:
            js_state = await js.navigator.locks.query()
        except JsException:
            return False
        return any(js_lock.name.startswith(prefix) for js_lock in js_state.held)

    def line(self, name: str, heard: Callable[[str], None]) -> BrowserLine:
        """See `Tabs`."""
        return BrowserLine(name, heard)


class BrowserLine:
    """See `Line`."""

    def __init__(self, name: str, heard: Callable[[str], None]) -> None:
        try:
            self._js_channel = js.BroadcastChannel.new(name)
        except JsException as error:
            raise TabsRefused from error
        self._listeners = Listeners()
        self._listeners.add(self._js_channel, "message", lambda js_event: heard(js_event.data))

    def post(self, text: str) -> None:
        """See `Line`."""
        self._js_channel.postMessage(text)

    def close(self) -> None:
        """See `Line`."""
        self._listeners.close()
        self._js_channel.close()


_ending: set[asyncio.Task[None]] = set()
"""Locks that are waited for, or held: somebody must keep the tasks."""


async def _outlive(js_request: Any, js_grant: Any, granted: asyncio.Future[None]) -> None:
    """Free the callback of a lock when the lock is done with."""
    try:
        await js_request
    except JsException:  # refused, or given up before it was granted
        if not granted.done():
            granted.set_exception(TabsRefused())
    finally:
        js_grant.destroy()
