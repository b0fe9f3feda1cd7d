"""The world outside browsers: `websockets` for the socket, `httpx` for HTTP. Needs the extra `chatwheel[cpython]`."""

from __future__ import annotations

import asyncio
import io
import mimetypes
import os
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from typing import IO, Any
from urllib.parse import urlsplit
from urllib.request import Request

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

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
from .memory import MemoryStorage

CHUNK = 64 * 1024
HTTP_TIMEOUT = 60.0


class CPythonSocket:
    """A WebSocket. Texts are sent in order by a task of its own, for `send` cannot wait."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._writer = asyncio.ensure_future(self._write())
        self._closing: asyncio.Task[None] | None = None

    async def listen(self, hear: TextHandler) -> None:
        """See `Socket`."""
        with suppress(ConnectionClosed):
            async for message in self._connection:
                if isinstance(message, str):
                    hear(message)

    def send(self, text: str) -> None:
        """See `Socket`."""
        self._outbox.put_nowait(text)

    def close(self) -> None:
        """See `Socket`. What was sent before goes out first."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())

    async def wait_closed(self) -> None:
        """Wait until it is closed on both sides."""
        self.close()
        if self._closing is not None:
            await self._closing

    async def _write(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self._connection.send(await self._outbox.get())

    async def _close(self) -> None:
        for _ in range(self._outbox.qsize() + 1):
            await asyncio.sleep(0)
        self._writer.cancel()
        await asyncio.wait([self._writer])
        await self._connection.close()


@dataclass(frozen=True)
class CPythonFile:
    """A file to upload: a path, or something open."""

    name: str
    size: int | None
    content_type: str
    open: Callable[[], IO[bytes]]


class _Cookies(DefaultCookiePolicy):
    """Cookies as browsers treat them: those for secure connections only are good for this very machine, too."""

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        if _is_this_machine(request.host):
            cookie.secure = False
        return super().set_ok(cookie, request)


def _is_this_machine(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


CLOSE_TIMEOUT = 2.0
"""Seconds for the other side to agree that a connection ends; only then is the next one made."""


# Reading the certificates of all authorities takes tens of milliseconds: once for a process, not once for a client.
# There are two because httpx and websockets trust different collections, and httpx sets its own protocols.
@cache
def _http_tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


@cache
def _socket_tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class CPythonTransport:
    """The transport of CPython.

    Args:
        storage: where the token is kept; in memory if left out.
        verify: what `httpx` and `websockets` take to check certificates: an `ssl.SSLContext`, or `None` for the usual.
    """

    def __init__(self, *, storage: Any = None, verify: Any = None) -> None:
        self.clock = SystemClock()
        self.storage = storage if storage is not None else MemoryStorage()
        self._verify = verify
        self._sockets: set[CPythonSocket] = set()
        self._client: httpx.AsyncClient | None = None
        self._cookie_client: httpx.AsyncClient | None = None

    async def open_socket(self, url: str) -> CPythonSocket:
        """See `Transport`."""
        options: dict[str, Any] = {"ssl": self._verify or _socket_tls()} if url.startswith("wss:") else {}
        try:
            connection = await connect(
                url, max_size=None, user_agent_header="chatwheel", close_timeout=CLOSE_TIMEOUT, **options
            )
        except (OSError, WebSocketException, TimeoutError) as error:
            raise SocketClosed(str(error)) from error
        socket = CPythonSocket(connection)
        self._sockets = {item for item in self._sockets if item._closing is None or not item._closing.done()}
        self._sockets.add(socket)
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
        content = None if body is None else body.encode()
        request_headers = dict(headers or {})
        if content is not None:
            request_headers.setdefault("Content-Type", "text/plain;charset=UTF-8")
        try:
            client = self._http(credentials)
            response = await client.request(method, url, headers=request_headers, content=content)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise TransportError(str(error) or type(error).__name__) from error
        return HttpResponse(response.status_code, response.text)

    async def upload(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        file: UploadFile,
        on_progress: ProgressHandler | None = None,
    ) -> HttpResponse:
        """See `Transport`."""
        if not isinstance(file, CPythonFile):
            raise TransportError("this file was not made by this transport")
        form = _Form(file, on_progress)
        try:
            request_headers = {**headers, **await form.prepare()}
            response = await self._http(False).post(url, headers=request_headers, content=form.body())
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise TransportError(str(error) or type(error).__name__) from error
        finally:
            form.close()
        return HttpResponse(response.status_code, response.text)

    def as_file(self, source: object) -> CPythonFile:
        """A path, bytes, `(name, bytes)`, or an open binary file."""
        if isinstance(source, CPythonFile):
            return source
        if isinstance(source, str | os.PathLike):
            path = Path(source)
            return CPythonFile(path.name, path.stat().st_size, _kind(path.name), lambda: path.open("rb"))
        if isinstance(source, tuple) and len(source) == 2 and isinstance(source[0], str):
            name, source = source
        else:
            name = Path(str(getattr(source, "name", "file"))).name
        if isinstance(source, bytes | bytearray | memoryview):
            data = bytes(source)
            return CPythonFile(name, len(data), _kind(name), lambda: io.BytesIO(data))
        if callable(getattr(source, "read", None)):
            stream: Any = source
            return CPythonFile(name, _size(stream), _kind(name), lambda: stream)
        raise TypeError(
            f"{type(source).__name__} cannot be uploaded: give a path, bytes, or an open binary file"
        )

    def on_network(self, handler: NetworkHandler) -> Callable[[], None]:
        """Nothing tells CPython about the network."""
        return lambda: None

    def page_url(self) -> str | None:
        """There is no page."""
        return None

    async def aclose(self) -> None:
        """Close sockets and HTTP connections."""
        sockets, self._sockets = self._sockets, set()
        await asyncio.gather(*(socket.wait_closed() for socket in sockets))
        for client in (self._client, self._cookie_client):
            if client is not None:
                await client.aclose()
        self._client = self._cookie_client = None

    def _http(self, credentials: bool) -> httpx.AsyncClient:
        verify = _http_tls() if self._verify is None else self._verify
        if credentials:
            if self._cookie_client is None:
                jar = CookieJar(_Cookies())
                self._cookie_client = httpx.AsyncClient(cookies=jar, timeout=HTTP_TIMEOUT, verify=verify)
            return self._cookie_client
        if self._client is None:
            jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
            self._client = httpx.AsyncClient(cookies=jar, timeout=HTTP_TIMEOUT, verify=verify)
        return self._client


class _Form:
    """A form of one file, streamed in pieces so that progress can be told."""

    def __init__(self, file: CPythonFile, on_progress: ProgressHandler | None) -> None:
        self._file = file
        self._on_progress = on_progress
        self._stream: IO[bytes] | None = None
        self._size = 0
        boundary = f"chatwheel-{token_hex(16)}"
        self._content_type = f"multipart/form-data; boundary={boundary}"
        name = file.name.replace("\\", "%5C").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {file.content_type}\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()

    async def prepare(self) -> dict[str, str]:
        """Open the file; gives the headers."""
        self._stream = await asyncio.to_thread(self._file.open)
        if self._file.size is None:
            self._stream = io.BytesIO(await asyncio.to_thread(self._stream.read))
            self._size = len(self._stream.getbuffer())
        else:
            self._size = self._file.size
        length = len(self._head) + self._size + len(self._tail)
        return {"Content-Type": self._content_type, "Content-Length": str(length)}

    async def body(self) -> AsyncIterator[bytes]:
        """The form in pieces."""
        sent = 0
        yield self._head
        while sent < self._size:
            piece = await asyncio.to_thread(self._read, min(CHUNK, self._size - sent))
            if not piece:
                raise OSError(f"{self._file.name} became shorter while it was read")
            yield piece
            sent += len(piece)
            if self._on_progress is not None:
                self._on_progress(sent, self._size)
        yield self._tail

    def _read(self, count: int) -> bytes:
        return self._stream.read(count) if self._stream is not None else b""

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _size(stream: Any) -> int | None:
    try:
        position = stream.tell()
        size: int = stream.seek(0, os.SEEK_END) - position
        stream.seek(position)
        return size
    except (AttributeError, OSError, ValueError):
        return None
