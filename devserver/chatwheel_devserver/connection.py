"""One WebSocket: frames out through a bounded queue, and what is known of the other side.

Nothing here waits for a slow reader: what it does not read is queued up to a limit, then the connection is cut.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque

from aiohttp import web

from .core import Core
from .errors import DisconnectReason
from .hub import push_frame
from .lens import AgentLens, CustomerLens, Json
from .recorder import Frame, Role, size_of


class Connection:
    """A customer's or an agent's socket, before and after its login."""

    is_scripted = False

    def __init__(
        self, core: Core, socket: web.WebSocketResponse, request: web.Request, role: Role, version: str
    ) -> None:
        self._core = core
        self._socket = socket
        self._transport = request.transport
        self.number = core.hub.next_number()
        self.role: Role = role
        self.version = version
        self.base_url = f"{request.scheme}://{request.host}"
        self.ip = request.remote or ""
        self.user_agent = request.headers.get("User-Agent", "")
        self.user_id = ""
        self.wanted: frozenset[str] | None = None
        self.pending = 0
        self.connected_at = core.clock.time()
        self.token_expires_at = float("inf")
        self.token_hash = ""
        self.group_id = 0
        self.note_sign_of_life()
        self._lens: CustomerLens | AgentLens | None = None
        self._queue: deque[str] = deque()
        self._queued = 0
        self._is_ending = False
        self.is_silent = False
        self.is_alive = True
        self._wake = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()

    def note_sign_of_life(self) -> None:
        """The other side said something, if only a ping."""
        self._heard_at = time.monotonic()

    @property
    def silence(self) -> float:
        """Seconds since the other side said something: real ones, whatever clock the rest goes by."""
        return 0.0 if self.is_silent else time.monotonic() - self._heard_at

    @property
    def is_logged_in(self) -> bool:
        """Whether the other side has said who it is."""
        return self._lens is not None

    @property
    def lens(self) -> CustomerLens | AgentLens:
        """How the other side sees the records; only after the login."""
        assert self._lens is not None
        return self._lens

    def become(self, user_id: str, pushes: dict[str, list[str]] | None) -> None:
        """Remember who the other side is and which pushes it wants."""
        self.user_id = user_id
        if pushes is not None:
            # Only the list of one's own version counts; who names none of it wants everything.
            names = frozenset(pushes.get(self.version, ["all"]))
            self.wanted = None if "all" in names else names
        if self.role == "customer":
            self._lens = CustomerLens(self._core.config, self.base_url, self.version, user_id)
        else:
            self._lens = AgentLens(self._core.config, self.base_url, self.version, user_id)

    # Frames out

    def deliver(self, frame: Json) -> None:
        """Queue a frame; cut the connection if the other side has stopped reading."""
        self.deliver_text(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))

    def deliver_text(self, text: str) -> None:
        """Queue a text as it is."""
        if self._is_ending or self.is_silent:
            return
        self._core.hub.record(Frame("out", self.role, self.number, self.user_id or None, text))
        self._queue.append(text)
        self._queued += size_of(text)
        self._drained.clear()
        self._wake.set()
        if self._queued > self._core.config.limits.outgoing_bytes:
            self.abort()

    def disconnect(self, reason: DisconnectReason, data: dict[str, str] | None = None) -> None:
        """Tell why, then close."""
        payload: Json = {"reason": reason}
        if data:
            payload["data"] = data
        self.deliver(push_frame(f"{self.role}_disconnected", self.version, payload))
        self.end()

    def end(self) -> None:
        """Close after what is queued has gone out."""
        self._is_ending = True
        self._wake.set()

    def abort(self) -> None:
        """Cut the connection at once, as a lost network would."""
        self._is_ending = True
        self._queue.clear()
        self._queued = 0
        self._drained.set()
        self._wake.set()
        if self._transport is not None:
            self._transport.abort()

    def fall_silent(self) -> None:
        """Stay open, but read and send nothing any more, as behind a network that has gone without a word."""
        self.is_silent = True
        if self._transport is not None:
            self._transport.pause_reading()

    async def write_queue(self) -> None:
        """Send what is queued, until the end."""
        try:
            while True:
                while self._queue:
                    text = self._queue.popleft()
                    await self._socket.send_str(text)
                    self._queued = max(0, self._queued - size_of(text))
                self._drained.set()
                if self._is_ending:
                    await self._socket.close()
                    return
                self._wake.clear()
                await self._wake.wait()
        except (ConnectionError, RuntimeError):
            # The other side is gone; the reading half notices and cleans up.
            self.abort()

    async def beat(self, seconds: float) -> None:
        """Ask now and then whether the other side is there, and cut the connection if it does not even say so.

        Not aiohttp's own heartbeat: that would cut a connection that is to look open but dead.
        """
        while True:
            await asyncio.sleep(seconds)
            if self.is_silent:
                return
            self.is_alive = False
            try:
                await self._socket.ping()
            except (ConnectionError, RuntimeError):
                return
            await asyncio.sleep(seconds / 2)
            if not self.is_alive and not self.is_silent:
                self.abort()
                return

    async def room(self) -> None:
        """Wait until the other side has read its answers, so that it cannot pile up requests."""
        if self._queued > self._core.config.limits.outgoing_bytes // 4:
            await self._drained.wait()
