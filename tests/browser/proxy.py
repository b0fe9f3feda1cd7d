"""A network that stops in the middle of what a browser sends."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

from browser.backend import Loop
from browser.relay import Relay


class Proxy(Relay):
    """A network in front of a server that can hold back what a browser sends, in the middle of a request.

    Its buffers are small, so that a browser's upload progress stands where the proxy stops.
    """

    def __init__(self, loop: Loop, target: str) -> None:
        self._open = loop.call(asyncio.Event)
        self._budget = 0
        super().__init__(loop, target)
        self.open()

    def hold(self, after: int) -> None:
        """Let so many bytes more through on each connection, and no more until it is opened."""
        self._budget = after
        self._loop.call(self._open.clear)

    def open(self) -> None:
        """Let everything through."""
        self._loop.call(self._open.set)

    async def _listen(self) -> asyncio.Server:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)  # else the far end buffers megabytes
        listener.bind(("127.0.0.1", 0))
        return await asyncio.start_server(self._serve, sock=listener, limit=64 * 1024)

    async def _carry(
        self,
        there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        back: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        ways = [
            asyncio.create_task(self._pipe(*there, is_limited=True)),
            asyncio.create_task(self._pipe(*back, is_limited=False)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)  # one end is gone: so is the other
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_limited: bool
    ) -> None:
        passed = 0
        with suppress(ConnectionError):
            while chunk := await reader.read(16 * 1024):
                passed = 0 if self._open.is_set() else passed + len(chunk)
                if is_limited and passed > self._budget:
                    await self._open.wait()
                writer.write(chunk)
                await writer.drain()
