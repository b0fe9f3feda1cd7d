"""A network between a browser and a server; what it does to what passes is each one's own."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from urllib.parse import urlsplit

from browser.backend import Loop


class Relay(ABC):
    """Addresses at `url` are those of the server, by way of this."""

    def __init__(self, loop: Loop, target: str) -> None:
        self._loop = loop
        self._target = urlsplit(target)
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = loop.run(self._listen())
        self.origin = "{}:{}".format(*self._server.sockets[0].getsockname())
        self.url = f"http://{self.origin}"

    def stop(self) -> None:
        self._loop.run(self._stop())

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

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
            with suppress(
                asyncio.CancelledError
            ):  # by `stop`: asyncio's streams complain about such handlers
                await self._carry((reader, far_writer), (far_reader, writer))
        finally:
            self._tasks.discard(task)
            for end in (far_writer, writer):
                end.transport.abort()

    @abstractmethod
    async def _carry(
        self,
        there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        back: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        """Carry what comes from the browser to the server, and what comes back, until one of them is gone."""
