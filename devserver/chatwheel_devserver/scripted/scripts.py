"""Agents written as functions: each new chat runs the function once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ..core import Core
from .client import AgentChat, AgentClient, ChatEndedError

Script = Callable[[AgentChat], Awaitable[None]]


class ScriptedAgent:
    """Runs a script for every chat; a chat that ends stops its script."""

    def __init__(self, core: Core, email: str, script: Script, errors: list[Exception]) -> None:
        self._core = core
        self._client = AgentClient(core, email, is_scripted=True)
        self._script = script
        self._errors = errors

    def start(self) -> None:
        """Come to work."""
        self._client.start()
        self._core.spawn(self._work())

    async def _work(self) -> None:
        while True:
            chat = await self._client.next_chat(within=None)
            self._core.spawn(self._serve(chat))

    async def _serve(self, chat: AgentChat) -> None:
        work = asyncio.ensure_future(self._script(chat))
        end = asyncio.ensure_future(chat.wait_until_closed(within=None))
        try:
            await asyncio.wait([work, end], return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                # What the chat's end wakes up in the script comes first.
                await asyncio.sleep(0)
        finally:
            end.cancel()
            if not work.done():
                work.cancel()
        await asyncio.gather(work, end, return_exceptions=True)
        error = None if work.cancelled() else work.exception()
        if isinstance(error, Exception) and not isinstance(error, ChatEndedError):
            self._errors.append(error)
