"""The world inside a browser: Pyodide in a worker or on the main thread.

The only module of the SDK that touches JavaScript. Every proxy made here has an owner that destroys it. Names of
JavaScript objects begin with `js_`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import js
from pyodide.ffi import JsException, JsProxy, create_proxy, to_js

from .base import (
    HttpResponse,
    NetworkHandler,
    ProgressHandler,
    SocketClosed,
    TextHandler,
    TransportError,
    UploadFile,
)
from .clock import SystemClock

logger = logging.getLogger("chatwheel.sdk")

OPEN = 1
STORAGE_PATIENCE = 3.0
"""Seconds a database may take to open before memory has to do."""


class Listeners:
    """Owns the listeners on JavaScript objects, and the proxies that serve them, until `close`."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def add(self, js_target: Any, kind: str, handler: Callable[[Any], None]) -> None:
        """Listen."""
        js_handler = create_proxy(handler)
        self._stack.callback(js_handler.destroy)
        js_target.addEventListener(kind, js_handler)
        self._stack.callback(js_target.removeEventListener, kind, js_handler)

    def close(self) -> None:
        """Stop listening and free the proxies; harmless when done already."""
        self._stack.close()


def js_object(members: Mapping[str, Any]) -> Any:
    """A plain JavaScript object."""
    return to_js(dict(members), dict_converter=js.Object.fromEntries)


class BrowserSocket:
    """A JavaScript WebSocket. Who listens hears a text at once: a task that waits for it would hear of it later."""

    def __init__(self, url: str) -> None:
        self._js_socket = js.WebSocket.new(url)
        self._inbox: deque[str] = deque()
        self._hear: TextHandler = self._inbox.append
        self._waiter: asyncio.Future[None] | None = None
        self._is_over = False
        self._listeners = Listeners()
        self._listeners.add(self._js_socket, "open", self._on_open)
        self._listeners.add(self._js_socket, "message", self._on_message)
        self._listeners.add(self._js_socket, "close", self._on_close)

    async def wait_open(self) -> None:
        """Wait until it is open; raises `SocketClosed` if that fails."""
        while self._js_socket.readyState != OPEN:
            if self._is_over:
                raise SocketClosed("the WebSocket did not open")
            await self._wait()

    async def listen(self, hear: TextHandler) -> None:
        """See `Socket`."""
        self._hear = hear
        while self._inbox:
            hear(self._inbox.popleft())
        while not self._is_over:
            await self._wait()

    def send(self, text: str) -> None:
        """See `Socket`."""
        if not self._is_over and self._js_socket.readyState == OPEN:
            self._js_socket.send(text)

    def close(self) -> None:
        """See `Socket`."""
        self._is_over = True
        self._listeners.close()
        self._js_socket.close()
        self._wake()

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _on_open(self, js_event: Any) -> None:
        self._wake()

    def _on_message(self, js_event: Any) -> None:
        text = js_event.data
        if isinstance(text, str):
            self._hear(text)

    def _on_close(self, js_event: Any) -> None:
        self._is_over = True
        self._wake()


class BrowserStorage:
    """Strings in IndexedDB, which workers have too; in memory where the browser refuses."""

    def __init__(self, name: str = "chatwheel") -> None:
        self._name = name
        self._memory: dict[str, str] = {}
        self._opening: asyncio.Future[Any] | None = None

    async def get(self, key: str) -> str | None:
        """See `Storage`."""
        if key in self._memory:
            return self._memory[key]
        value = await self._do("readonly", lambda js_store: js_store.get(key))
        return value if isinstance(value, str) else None

    async def set(self, key: str, value: str) -> None:
        """See `Storage`."""
        self._memory[key] = value
        await self._do("readwrite", lambda js_store: js_store.put(value, key))

    async def remove(self, key: str) -> None:
        """See `Storage`."""
        self._memory.pop(key, None)
        await self._do("readwrite", lambda js_store: js_store.delete(key))

    async def aclose(self) -> None:
        """Close the database."""
        if self._opening is not None:
            js_database = await self._opening
            self._opening = None
            if js_database is not None:
                js_database.close()

    async def _do(self, mode: str, ask: Callable[[Any], Any]) -> Any:
        try:
            js_database = await self._database()
            if js_database is None:
                return None
            js_store = js_database.transaction("items", mode).objectStore("items")
            return await _answered(ask(js_store))
        except (JsException, TransportError) as error:
            logger.info("the browser refuses to keep anything: %s", error)
            return None

    async def _database(self) -> Any:
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> Any:
        def create(js_event: Any) -> None:
            js_event.target.result.createObjectStore("items")

        try:
            js_request = js.indexedDB.open(self._name, 1)
            return await asyncio.wait_for(_answered(js_request, on_upgrade=create), STORAGE_PATIENCE)
        except (JsException, AttributeError, TransportError, TimeoutError) as error:
            logger.info("there is no database here, memory has to do: %s", error)
            return None


async def _answered(js_request: Any, on_upgrade: Callable[[Any], None] | None = None) -> Any:
    """The result of a database request."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def succeed(js_event: Any) -> None:
        if not future.done():
            future.set_result(js_event.target.result)

    def fail(js_event: Any) -> None:
        if not future.done():
            future.set_exception(TransportError(str(js_event.target.error)))

    listeners = Listeners()
    listeners.add(js_request, "success", succeed)
    listeners.add(js_request, "error", fail)
    if on_upgrade is not None:
        listeners.add(js_request, "upgradeneeded", on_upgrade)
    try:
        return await future
    finally:
        listeners.close()


@dataclass(frozen=True)
class BrowserFile:
    """A JavaScript File or Blob."""

    name: str
    size: int | None
    content_type: str
    js_blob: Any


class BrowserTransport:
    """The transport of browsers.

    Args:
        page_url: address of the page, needed in a worker, which does not know it.
        database: name of the IndexedDB database in which the token is kept.
        cookies: whether servers are told whom their cookies name; without, a new token is a new customer's.
    """

    def __init__(
        self, *, page_url: str | None = None, database: str = "chatwheel", cookies: bool = True
    ) -> None:
        self.clock = SystemClock()
        self.storage = BrowserStorage(database)
        self._page_url = page_url
        self._cookies = cookies

    async def open_socket(self, url: str) -> BrowserSocket:
        """See `Transport`."""
        try:
            socket = BrowserSocket(url)
        except JsException as error:
            raise SocketClosed(str(error)) from None
        try:
            await socket.wait_open()
        except BaseException:
            socket.close()
            raise
        return socket

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        credentials: bool = False,
    ) -> HttpResponse:
        """See `Transport`."""
        js_abort = js.AbortController.new()
        with_cookies = credentials and self._cookies
        members: dict[str, Any] = {"method": method, "credentials": "include" if with_cookies else "omit"}
        if headers:
            members["headers"] = dict(headers)
        if body is not None:
            members["body"] = body
        js_options = js_object(members)
        js_options.signal = js_abort.signal
        try:
            js_response = await js.fetch(url, js_options)
            return HttpResponse(js_response.status, await js_response.text())
        except JsException as error:
            raise TransportError(str(error)) from None
        except asyncio.CancelledError:
            js_abort.abort()
            raise

    async def upload(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        file: UploadFile,
        on_progress: ProgressHandler | None = None,
    ) -> HttpResponse:
        """See `Transport`."""
        if not isinstance(file, BrowserFile):
            raise TransportError("this file was not made by this transport")
        try:
            return await _Sending(url, headers, file, on_progress).result()
        except JsException as error:
            raise TransportError(str(error)) from None
        except TransportError:
            await _check_readable(file)
            raise

    def as_file(self, source: object) -> BrowserFile:
        """A JavaScript File or Blob, bytes, or `(name, bytes)`."""
        if isinstance(source, BrowserFile):
            return source
        if isinstance(source, JsProxy) and hasattr(source, "size") and hasattr(source, "slice"):
            js_blob: Any = source
            return BrowserFile(str(getattr(js_blob, "name", "file")), js_blob.size, js_blob.type, js_blob)
        name = "file"
        if isinstance(source, tuple) and len(source) == 2 and isinstance(source[0], str):
            name, source = source
        if isinstance(source, bytes | bytearray | memoryview):
            js_parts = js.Array.new()
            js_parts.push(to_js(bytes(source)))
            js_blob = js.Blob.new(js_parts)
            return BrowserFile(name, js_blob.size, "application/octet-stream", js_blob)
        raise TypeError(f"{type(source).__name__} cannot be uploaded: give a File, a Blob, or bytes")

    def on_network(self, handler: NetworkHandler) -> Callable[[], None]:
        """See `Transport`."""
        listeners = Listeners()
        listeners.add(js.self, "online", lambda js_event: handler(True))
        listeners.add(js.self, "offline", lambda js_event: handler(False))
        return listeners.close

    def page_url(self) -> str | None:
        """See `Transport`."""
        if self._page_url is None and hasattr(js, "document"):
            return str(js.location.href)
        return self._page_url

    async def aclose(self) -> None:
        """Close the database."""
        await self.storage.aclose()


class _Sending:
    """One upload by XMLHttpRequest, which alone tells progress."""

    def __init__(
        self, url: str, headers: Mapping[str, str], file: BrowserFile, on_progress: ProgressHandler | None
    ) -> None:
        self._on_progress = on_progress
        self._js_xhr = js.XMLHttpRequest.new()
        self._listeners = Listeners()
        self._future: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
        self._listeners.add(self._js_xhr, "load", self._on_load)
        self._listeners.add(self._js_xhr, "error", self._on_error)
        self._listeners.add(self._js_xhr, "timeout", self._on_error)
        if on_progress is not None:
            self._listeners.add(self._js_xhr.upload, "progress", self._on_sent)
        self._js_xhr.open("POST", url)
        for name, value in headers.items():
            self._js_xhr.setRequestHeader(name, value)
        js_form = js.FormData.new()
        js_form.append("file", file.js_blob, file.name)
        self._js_xhr.send(js_form)

    async def result(self) -> HttpResponse:
        """Wait for the answer; cancelling aborts."""
        try:
            return await self._future
        except asyncio.CancelledError:
            self._js_xhr.abort()
            raise
        finally:
            self._listeners.close()

    def _on_sent(self, js_event: Any) -> None:
        if self._on_progress is not None and js_event.lengthComputable:
            self._on_progress(js_event.loaded, js_event.total)

    def _on_load(self, js_event: Any) -> None:
        if not self._future.done():
            self._future.set_result(HttpResponse(self._js_xhr.status, self._js_xhr.responseText))

    def _on_error(self, js_event: Any) -> None:
        if not self._future.done():
            self._future.set_exception(TransportError("the request was not answered"))


async def _check_readable(file: BrowserFile) -> None:
    """Raise a clear error if the file is gone, which the browser does not tell."""
    try:
        await file.js_blob.slice(0, 1).arrayBuffer()
    except JsException:
        raise TransportError(f"{file.name} can no longer be read") from None
