"""A world in memory: a scripted server and a clock that moves when told. For tests, yours included.

```python
transport = MemoryTransport()
transport.answer("list_chats", {"chats_summary": []})
async with chatwheel.init(organization_id="o", client_id="c", transport=transport) as sdk:
    await transport.settle()                     # connected: token and login are answered by default
    transport.push("incoming_event", {...})      # a push from the server
    transport.sent("send_event")                 # frames the client sent
    await transport.clock.advance(15)            # 15 seconds pass
    transport.drop()                             # the connection is lost
```
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any

from .base import (
    HttpResponse,
    NetworkHandler,
    ProgressHandler,
    SocketClosed,
    TextHandler,
    TransportError,
    UploadFile,
)

_MANY_TURNS = 40

Answer = Any
"""An answer's payload, an exception with `code` and `message` to refuse with, `NO_ANSWER`, or a function of the request
frame that gives one of these."""


class _NoAnswer:
    def __repr__(self) -> str:
        return "NO_ANSWER"


NO_ANSWER = _NoAnswer()
"""Answer of a server that stays silent."""


class VirtualClock:
    """A clock that stands still until `advance` moves it."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._start = start
        self._now = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        """Seconds that passed."""
        return self._now

    def time(self) -> float:
        """Seconds since 1970."""
        return self._start + self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved that far."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self._now + max(seconds, 0), next(self._order), future))
        await future

    async def advance(self, seconds: float) -> None:
        """Let time pass: whoever sleeps is woken in order, and everybody comes to rest in between."""
        await self.settle()
        until = self._now + seconds
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, future = heappop(self._sleepers)
            if not future.done():
                self._now = max(self._now, at)
                future.set_result(None)
                await self.settle()
        self._now = until
        await self.settle()

    async def settle(self) -> None:
        """Let everything run that can run without time passing."""
        ready = _ready_queue()
        if ready is None:
            for _ in range(_MANY_TURNS):
                await asyncio.sleep(0)
            return
        await asyncio.sleep(0)
        while ready:  # noqa: ASYNC110 (nothing tells when a loop comes to rest)
            await asyncio.sleep(0)


def _ready_queue() -> Any:
    """What the running loop is about to do, where it lets one see."""
    return getattr(asyncio.get_running_loop(), "_ready", None)


class MemoryStorage:
    """A dictionary with the manners of a storage."""

    def __init__(self, items: Mapping[str, str] | None = None) -> None:
        self.items: dict[str, str] = dict(items or {})

    async def get(self, key: str) -> str | None:
        """What is kept under a key."""
        return self.items.get(key)

    async def set(self, key: str, value: str) -> None:
        """Keep something."""
        self.items[key] = value

    async def remove(self, key: str) -> None:
        """Forget something."""
        self.items.pop(key, None)


class MemorySocket:
    """The client's end of a socket; `sent` are the texts it sent."""

    def __init__(self, url: str, on_text: Callable[[MemorySocket, str], None]) -> None:
        self.url = url
        self.sent: list[str] = []
        self.is_open = True
        self._on_text = on_text
        self._inbox: deque[str] = deque()
        self._reader: asyncio.Future[None] | None = None

    async def listen(self, hear: TextHandler) -> None:
        """See `Socket`."""
        while self._inbox or self.is_open:
            if self._inbox:
                hear(self._inbox.popleft())
            else:
                self._reader = asyncio.get_running_loop().create_future()
                await self._reader

    def send(self, text: str) -> None:
        """See `Socket`."""
        if self.is_open:
            self.sent.append(text)
            self._on_text(self, text)

    def close(self) -> None:
        """Close it, from either end."""
        self.is_open = False
        self._wake()

    def deliver(self, text: str) -> None:
        """A text from the server."""
        if self.is_open:
            self._inbox.append(text)
            self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


@dataclass(frozen=True)
class HttpRequest:
    """An HTTP request the client made; `file` for uploads."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    credentials: bool = False
    file: UploadFile | None = None


@dataclass(frozen=True)
class MemoryFile:
    """A file that has only a size."""

    name: str = "file.txt"
    size: int | None = 3
    content_type: str = "text/plain"


HttpHandler = Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]
UploadHandler = Callable[[HttpRequest, ProgressHandler], HttpResponse | Awaitable[HttpResponse]]

DEFAULT_LOGIN: dict[str, Any] = {
    "customer_id": "customer-1",
    "customer": {"id": "customer-1", "type": "customer", "statistics": {}},
    "chats": [],
    "has_active_thread": False,
    "__priv_dynamic_config": {"customer_groups": {"monitoring": {"id": 0}}, "online_groups_ids": [0]},
}
DEFAULT_TOKEN: dict[str, Any] = {
    "access_token": "token-1",
    "entity_id": "customer-1",
    "expires_in": 28800,
    "token_type": "Bearer",
}


class MemoryTransport:
    """A transport whose other side is this object.

    Attributes:
        clock: the virtual clock.
        storage: what the client keeps; pass it on to another transport to play a reload.
        sockets: all sockets that were opened, the latest last.
        requests: all HTTP requests and uploads.
        answers: what requests are answered with, by action; see `answer`.
        refuse_sockets: while true, no socket opens; `hang_sockets`: they neither open nor fail.
        on_http: answers HTTP requests; by default the token endpoint.
        on_upload: answers uploads; by default all is well after two steps of progress.
        online: what the machine says of its network; see `set_online`.
    """

    def __init__(
        self,
        *,
        clock: VirtualClock | None = None,
        storage: MemoryStorage | None = None,
        page_url: str | None = None,
    ) -> None:
        self.clock = clock or VirtualClock()
        self.storage = storage or MemoryStorage()
        self.sockets: list[MemorySocket] = []
        self.requests: list[HttpRequest] = []
        self.refuse_sockets = False
        self.hang_sockets = False
        self.on_http: HttpHandler = _answer_token
        self.on_upload: UploadHandler = _accept_upload
        self.is_closed = False
        self._page_url = page_url
        self.answers: dict[str, Answer] = {"login": DEFAULT_LOGIN, "ping": {}}
        self._network_handlers: list[NetworkHandler] = []

    # The server's side

    def answer(self, action: str, answer: Answer) -> None:
        """Answer requests of that action from now on, see `Answer`; requests without an answer stay open."""
        self.answers[action] = answer

    def push(self, action: str, payload: Any, request_id: str | None = None) -> None:
        """Send a push; with `request_id` it answers that request."""
        frame = {"action": action, "type": "push", "version": "3.5", "payload": payload}
        self.deliver({**frame, **({"request_id": request_id} if request_id else {})})

    def respond(self, request: Mapping[str, Any], answer: Any = None) -> None:
        """Answer a request found in `sent()`, with a payload or an error to refuse with."""
        frame = {"request_id": request.get("request_id"), "action": request["action"], "type": "response"}
        if isinstance(answer, BaseException):
            code = str(getattr(answer, "code", "internal")).lower()
            error = {"type": code, "message": str(answer), "data": getattr(answer, "data", {})}
            self.deliver({**frame, "success": False, "payload": {"error": error}})
        else:
            self.deliver({**frame, "success": True, "payload": {} if answer is None else answer})

    def deliver(self, frame: Mapping[str, Any] | str) -> None:
        """Send a frame, or any text, to the client."""
        self.socket.deliver(frame if isinstance(frame, str) else json.dumps(frame))

    def drop(self) -> None:
        """Lose the connection."""
        self.socket.close()

    def set_online(self, online: bool) -> None:
        """The machine loses or finds its network."""
        for handler in tuple(self._network_handlers):
            handler(online)

    @property
    def socket(self) -> MemorySocket:
        """The latest socket."""
        return self.sockets[-1]

    def sent(self, action: str | None = None) -> list[dict[str, Any]]:
        """Frames the client sent over all sockets, perhaps of one action only."""
        frames = [json.loads(text) for socket in self.sockets for text in socket.sent]
        return [frame for frame in frames if action is None or frame["action"] == action]

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        await self.clock.settle()

    def _on_text(self, socket: MemorySocket, text: str) -> None:
        frame = json.loads(text)
        answer = self.answers.get(frame["action"], NO_ANSWER)
        if callable(answer):
            answer = answer(frame)
        if answer is not NO_ANSWER:
            self.respond(frame, answer)

    # The client's side

    async def open_socket(self, url: str) -> MemorySocket:
        """See `Transport`."""
        if self.hang_sockets:
            await asyncio.get_running_loop().create_future()
        if self.refuse_sockets:
            raise SocketClosed("refused")
        socket = MemorySocket(url, self._on_text)
        self.sockets.append(socket)
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
        request = HttpRequest(method, url, headers or {}, body, credentials)
        self.requests.append(request)
        return await _awaited(self.on_http(request))

    async def upload(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        file: UploadFile,
        on_progress: ProgressHandler | None = None,
    ) -> HttpResponse:
        """See `Transport`."""
        request = HttpRequest("POST", url, headers, file=file)
        self.requests.append(request)
        return await _awaited(self.on_upload(request, on_progress or _ignore_progress))

    def as_file(self, source: object) -> UploadFile:
        """Anything with a name, a size and a type is a file; bytes and `(name, bytes)` are, too."""
        if isinstance(source, tuple) and len(source) == 2 and isinstance(source[1], bytes | bytearray):
            return MemoryFile(str(source[0]), len(source[1]), "application/octet-stream")
        if isinstance(source, bytes | bytearray):
            return MemoryFile("file", len(source), "application/octet-stream")
        if isinstance(source, UploadFile):
            return source
        raise TypeError(f"{type(source).__name__} is no file")

    def on_network(self, handler: NetworkHandler) -> Callable[[], None]:
        """See `Transport`."""
        self._network_handlers.append(handler)
        return lambda: self._network_handlers.remove(handler)

    def page_url(self) -> str | None:
        """See `Transport`."""
        return self._page_url

    async def aclose(self) -> None:
        """See `Transport`."""
        self.is_closed = True


async def _awaited(value: HttpResponse | Awaitable[HttpResponse]) -> HttpResponse:
    return value if isinstance(value, HttpResponse) else await value


def _ignore_progress(sent: int, total: int) -> None:
    pass


def _answer_token(request: HttpRequest) -> HttpResponse:
    if request.url.endswith("/token"):
        return HttpResponse(200, json.dumps(DEFAULT_TOKEN))
    if "/action/check_goals" in request.url:
        return HttpResponse(200, "{}")
    raise TransportError(f"nobody answers {request.url}")


def _accept_upload(request: HttpRequest, on_progress: ProgressHandler) -> HttpResponse:
    file = request.file
    size = (file.size if file is not None else None) or 0
    on_progress(size // 2, size)
    on_progress(size, size)
    name = file.name if file is not None else "file"
    return HttpResponse(200, json.dumps({"url": f"https://files.example/{name}"}))
