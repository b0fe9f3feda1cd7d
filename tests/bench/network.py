"""A slow line in front of a server: so many bits a second for all connections together, and so much later.

The browser's own throttling does not reach workers, and Python is in one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from browser.backend import Loop

CHUNK = 8 * 1024


class Line:
    """Addresses at `url` are those of the server, over the slow line."""

    def __init__(self, loop: Loop, target: str, *, megabits: float = 10, latency: float = 0.040) -> None:
        self._loop = loop
        self._target = urlsplit(target)
        self._seconds_a_byte = 8 / (megabits * 1e6)
        self._delay = latency / 2
        self._is_free_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = loop.run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = "http://{}:{}".format(*self._server.sockets[0].getsockname())

    def stop(self) -> None:
        self._loop.run(self._stop())

    async def _stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        far_reader, far_writer = await asyncio.open_connection(self._target.hostname, self._target.port)
        try:
            await asyncio.gather(
                self._pipe(reader, far_writer, is_slow=False), self._pipe(far_reader, writer, is_slow=True)
            )
        except asyncio.CancelledError:
            pass  # by `stop`, and asyncio's streams complain about handlers that end cancelled
        finally:
            self._tasks.discard(task)
            for end in (far_writer, writer):
                end.transport.abort()

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
