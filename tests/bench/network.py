"""A slow line in front of a server: so many bits a second for all connections together, and so much later.

The browser's own throttling does not reach workers, and Python is in one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from browser.backend import Loop
from browser.relay import Relay

CHUNK = 8 * 1024


class Line(Relay):
    """Addresses at `url` are those of the server, over the slow line."""

    def __init__(self, loop: Loop, target: str, *, megabits: float = 10, latency: float = 0.040) -> None:
        self._seconds_a_byte = 8 / (megabits * 1e6)
        self._delay = latency / 2
        self._is_free_at = 0.0
        super().__init__(loop, target)

    async def _carry(
        self,
        there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        back: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        await asyncio.gather(self._pipe(*there, is_slow=False), self._pipe(*back, is_slow=True))

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_slow: bool
    ) -> None:
        """Each chunk arrives when the line has had time for it, and the delay has passed."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)
        loop = asyncio.get_running_loop()

        async def deliver() -> None:
            while True:
                at, chunk = await queue.get()
                await asyncio.sleep(at - loop.time())
                if not chunk:
                    return
                writer.write(chunk)
                await writer.drain()

        delivering = asyncio.create_task(deliver())
        try:
            await self._read(reader, queue, is_slow=is_slow)
            with suppress(ConnectionError):
                await delivering
        finally:
            delivering.cancel()

    async def _read(
        self, reader: asyncio.StreamReader, queue: asyncio.Queue[tuple[float, bytes]], *, is_slow: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                at = loop.time()
                if is_slow:
                    self._is_free_at = max(self._is_free_at, at) + len(chunk) * self._seconds_a_byte
                    at = self._is_free_at
                    await asyncio.sleep(at - loop.time() - 0.05)  # the line's own buffer is small
                await queue.put((at + self._delay, chunk))
        await queue.put((loop.time() + self._delay, b""))
