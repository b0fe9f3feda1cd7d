"""One connection for all tabs of a customer: a transport over a transport.

One tab holds a lock and the socket; the others' sockets are virtual: their login is answered from that tab's, their
frames travel over a channel. The lock alone decides. Whoever gets it leads; a tab that follows waits for it, so when
it is granted, the one that led is gone: the follower gives it back and its socket is lost, as any socket may be. Its
client then reconnects as it always does, and reads what it missed. A tab that nobody answers has a socket of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from enum import Enum
from random import getrandbits
from typing import Any, Protocol

from .base import (
    Clock,
    HttpResponse,
    NetworkHandler,
    ProgressHandler,
    Socket,
    SocketClosed,
    Storage,
    TextHandler,
    Transport,
    UploadFile,
)
from .shared_lead import OWN, STALE, Lead, is_login, read_object
from .shared_login import Json

PATIENCE = 2.0
"""Seconds to wait for the tab that holds the lock to answer."""


class TabsRefused(Exception):
    """The browser does not let tabs find each other: where it refuses all storage, for instance."""


class Line(Protocol):
    """A channel to the other tabs; texts arrive in the order in which a tab posts them, not at the poster."""

    def post(self, text: str) -> None: ...

    def close(self) -> None: ...


class Tabs(Protocol):
    """What a browser gives tabs to find each other; `hold` and `line` raise `TabsRefused` where it does not."""

    async def hold(self, name: str) -> Callable[[], None]:
        """Wait for a lock; returns what releases it. It is released, too, when the tab goes."""
        ...

    async def is_held(self, prefix: str) -> bool:
        """Whether any tab holds a lock whose name begins like that."""
        ...

    def line(self, name: str, heard: Callable[[str], None]) -> Line:
        """Open a channel; `heard` gets the texts of the others."""
        ...


class SharedTransport:
    """A transport whose sockets are shared by all tabs of one customer.

    Args:
        inner: the real transport.
        tabs: locks and channels.
    """

    def __init__(self, inner: Transport, tabs: Tabs) -> None:
        self._inner = inner
        self._tabs = tabs
        self._customers: dict[str, str] = {}
        self.clock: Clock = inner.clock
        self.storage: Storage = _WatchedStorage(inner.storage, self._learn)

    async def open_socket(self, url: str) -> Socket:
        """A socket that may turn out to be another tab's; see `Transport`."""
        real = None
        if not await self._tabs.is_held(f"chatwheel {url} "):
            real = await self._inner.open_socket(url)
        return SharedSocket(self._inner, self._tabs, url, real, self._customers.get)

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
        response = await self._inner.request(method, url, headers=headers, body=body, credentials=credentials)
        if url.endswith("/token"):
            self._learn(response.text)
        return response

    async def upload(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        file: UploadFile,
        on_progress: ProgressHandler | None = None,
    ) -> HttpResponse:
        """See `Transport`."""
        return await self._inner.upload(url, headers=headers, file=file, on_progress=on_progress)

    def as_file(self, source: object) -> UploadFile:
        """See `Transport`."""
        return self._inner.as_file(source)

    def on_network(self, handler: NetworkHandler) -> Callable[[], None]:
        """See `Transport`."""
        return self._inner.on_network(handler)

    def page_url(self) -> str | None:
        """See `Transport`."""
        return self._inner.page_url()

    async def aclose(self) -> None:
        """See `Transport`."""
        await self._inner.aclose()

    def _learn(self, text: str) -> None:
        """Whose a token is: read from the answer that brings it, and from where it is kept."""
        token = read_object(text)
        access = token.get("access_token") or token.get("accessToken")
        customer = token.get("entity_id") or token.get("entityId")
        if isinstance(access, str) and isinstance(customer, str):
            self._customers[access] = customer


class _WatchedStorage:
    """A storage that shows what is read."""

    def __init__(self, inner: Storage, show: Callable[[str], None]) -> None:
        self._inner = inner
        self._show = show

    async def get(self, key: str) -> str | None:
        value = await self._inner.get(key)
        if value is not None:
            self._show(value)
        return value

    async def set(self, key: str, value: str) -> None:
        await self._inner.set(key, value)

    async def remove(self, key: str) -> None:
        await self._inner.remove(key)


class Role(Enum):
    """What a socket turned out to be."""

    UNDECIDED = "nobody logged in over it yet, or nobody answered yet"
    LEADING = "the real one, for all tabs"
    FOLLOWING = "another tab's"
    ALONE = "a real one for this tab alone"


class SharedSocket:
    """A socket that decides what it is when the login is sent; see `Socket`."""

    def __init__(
        self,
        inner: Transport,
        tabs: Tabs,
        url: str,
        real: Socket | None,
        customer_of: Callable[[str], str | None],
    ) -> None:
        self.role = Role.UNDECIDED
        self._inner = inner
        self._clock = inner.clock
        self._tabs = tabs
        self._url = url
        self._customer_of = customer_of
        self._loop = asyncio.get_running_loop()
        self._tab = f"{getrandbits(64):016x}"
        self._leader = ""
        self._key = ""
        self._login: Json = {}
        self._is_welcome = False
        self._unsent: list[str] = []
        self._inbox: deque[str] = deque()
        self._hear: TextHandler = self._inbox.append
        self._waiter: asyncio.Future[None] | None = None
        self._is_over = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._releases: list[Callable[[], None]] = []
        self._line: Line | None = None
        self._lead: Lead | None = None
        self._is_flushing = False
        self._real: Socket | None = None
        if real is not None:
            self._adopt(real)

    async def listen(self, hear: TextHandler) -> None:
        """See `Socket`."""
        self._hear = hear
        while self._inbox:
            hear(self._inbox.popleft())
        while not self._is_over:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def send(self, text: str) -> None:
        """See `Socket`."""
        if self._is_over:
            return
        if self.role is Role.UNDECIDED:
            self._unsent.append(text)
            if len(self._unsent) == 1:
                self._spawn(self._decide(text))
        elif self._lead is not None:
            self._lead.send(OWN, text)
            self._see_to_queue()
        elif self.role is Role.FOLLOWING:
            self._post("send", text=text, at=self._clock.time())
        else:
            self._send_real(text)

    def close(self) -> None:
        """See `Socket`."""
        self._end()
        self._inbox.clear()

    # What it is

    async def _decide(self, text: str) -> None:
        self._login = read_object(text)
        if not is_login(self._login):
            await self._be_alone()
            return
        self._key = f"chatwheel {self._url} {self._identity()}"
        try:
            self._line = self._tabs.line(self._key, self._heard)
        except TabsRefused:
            return await self._be_alone()
        contending = self._spawn(self._contend())
        self._post("hello")
        await self._clock.sleep(PATIENCE)
        if self.role is Role.UNDECIDED:
            contending.cancel()
            await self._be_alone()

    def _identity(self) -> str:
        """Whose tab it is, as far as is known, and the group, of whose state a login tells."""
        payload = self._login["payload"]
        token = payload["token"]
        customer = self._customer_of(token.partition(" ")[2])
        if customer is None:
            from hashlib import sha256  # takes a while to import, and is rarely needed

            customer = sha256(token.encode("utf-8", "replace")).hexdigest()
        return f"{customer} {payload.get('group_id')}"

    async def _contend(self) -> None:
        """Wait for the lock: before anything is decided it makes the leader, later it tells that the leader is gone."""
        try:
            release = await self._tabs.hold(self._key)
        except TabsRefused:
            return await self._be_alone() if self.role is Role.UNDECIDED else None
        if self._is_over or self.role is not Role.UNDECIDED:
            release()
            self._lost()
            return
        self._releases.append(release)
        self.role = Role.LEADING
        lead = self._lead = Lead(self._clock, self._send_real, self._give)
        self._post("lead")
        if not await self._open():
            return
        login, *rest = self._unsent
        lead.log_in(login, self._login["request_id"])
        for text in rest:
            lead.send(OWN, text)

    async def _be_alone(self) -> None:
        self.role = Role.ALONE
        if await self._open():
            for text in self._unsent:
                self._send_real(text)

    async def _open(self) -> bool:
        """Whether there is a real socket now; otherwise it is said that there is none."""
        try:
            self._adopt(self._real or await self._inner.open_socket(self._url))
        except SocketClosed:
            self._lost()
            return False
        return True

    async def _follow(self) -> None:
        """Let the leader know of this tab, and let it know, by a lock, when this tab is gone."""
        self._drop_real()
        self._releases.append(await self._tabs.hold(self._lock_of(self._tab)))
        if self._is_over:
            self._release()
            return
        self._post("join", text=self._unsent[0])
        for text in self._unsent[1:]:
            self._post("send", text=text, at=self._clock.time())

    def _lock_of(self, tab: str) -> str:
        return f"chatwheel tab {self._key} {tab}"

    # Other tabs

    def _post(self, kind: str, **members: Any) -> None:
        if self._line is not None:
            self._line.post(json.dumps({"kind": kind, "from": self._tab, "leader": self._leader, **members}))

    def _heard(self, text: str) -> None:
        message = read_object(text)
        kind, tab = message.get("kind"), str(message.get("from"))
        if self._is_over:
            return
        if self.role is Role.UNDECIDED and kind == "lead":
            self._post("hello")
        elif self.role is Role.UNDECIDED and kind == "ack" and message.get("to") == self._tab:
            self.role = Role.FOLLOWING
            self._leader = tab
            self._spawn(self._follow())
        elif self.role is Role.FOLLOWING and tab == self._leader:
            self._heard_of_leader(kind, message)
        elif self._lead is not None and kind == "hello":
            self._post("ack", to=tab)
        elif self._lead is not None and message.get("leader") == self._tab:
            self._heard_of_follower(self._lead, kind, tab, message)

    def _heard_of_leader(self, kind: Any, message: Json) -> None:
        to = message.get("to")
        if kind == "end":
            self._lost()
        elif kind == "frame" and to == self._tab:
            self._is_welcome = True  # the first is the answer to the login
            self._hear(str(message["text"]))
        elif kind == "frame" and to is None and self._is_welcome:
            self._hear(str(message["text"]))

    def _heard_of_follower(self, lead: Lead, kind: Any, tab: str, message: Json) -> None:
        if kind == "join":
            lead.join(tab, read_object(str(message.get("text"))))
            self._spawn(self._watch(lead, tab))
        elif kind == "send" and self._clock.time() - message["at"] < STALE:
            lead.send(tab, str(message["text"]))
        elif kind == "bye":
            lead.forget(tab)
        self._see_to_queue()

    async def _watch(self, lead: Lead, tab: str) -> None:
        """Forget a tab when it is gone: only then its lock is free."""
        (await self._tabs.hold(self._lock_of(tab)))()
        lead.forget(tab)

    def _give(self, tab: str | None, text: str) -> None:
        if tab == OWN:
            self._hear(text)
        else:
            self._post("frame", to=tab, text=text)

    def _see_to_queue(self) -> None:
        if self._lead is not None and self._lead.waits and not self._is_flushing:
            self._is_flushing = True
            self._spawn(self._flush(self._lead))

    async def _flush(self, lead: Lead) -> None:
        while lead.waits:
            await self._clock.sleep(1)
            lead.flush()
        self._is_flushing = False

    # The real socket

    def _send_real(self, text: str) -> None:
        if self._real is not None:
            self._real.send(text)

    def _adopt(self, real: Socket) -> None:
        if self._real is None:
            self._real = real
            self._spawn(self._read(real))

    async def _read(self, real: Socket) -> None:
        await real.listen(self._received)
        if self._real is real:
            self._lost()

    def _received(self, text: str) -> None:
        if self._lead is not None:
            self._lead.received(text)
            self._see_to_queue()
        else:
            self._hear(text)

    def _drop_real(self) -> None:
        real, self._real = self._real, None
        if real is not None:
            real.close()

    # The end

    def _lost(self) -> None:
        """The connection is gone; what has come is still read."""
        if not self._is_over:
            self._end()

    def _end(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        if self._lead is not None:
            self._post("end")
        elif self.role is Role.FOLLOWING:
            self._post("bye")
        if self._line is not None:
            self._line.close()
            self._line = None
        self._lead = None
        self._drop_real()
        self._release()
        current = asyncio.current_task(self._loop)
        for task in tuple(self._tasks):
            if task is not current:
                task.cancel()
        self._wake()

    def _release(self) -> None:
        while self._releases:
            self._releases.pop()()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
