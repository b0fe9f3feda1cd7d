"""Tabs in memory: locks and channels of one browser; a tab can be closed by the user, who asks nobody."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from chatwheel.transport.shared import TabsRefused


class Browser:
    """Locks and channels that tabs share. Everything takes a turn of the loop, and keeps its order."""

    def __init__(self) -> None:
        self.held: dict[str, Tab] = {}
        self.queues: dict[str, deque[tuple[Tab, asyncio.Future[None]]]] = {}
        self.lines: list[MemoryLine] = []
        self.refuses: set[str] = set()
        """`locks` or `channels`: what no tab gets."""

    def tab(self) -> Tab:
        return Tab(self)

    def release(self, name: str) -> None:
        self.held.pop(name, None)
        queue = self.queues.get(name, deque())
        while queue:
            tab, future = queue.popleft()
            if not future.done():
                self.held[name] = tab
                future.set_result(None)
                return
        self.queues.pop(name, None)


class Tab:
    """One tab's access; see `Tabs`."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.is_closed = False

    async def hold(self, name: str) -> Callable[[], None]:
        if "locks" in self.browser.refuses:
            raise TabsRefused
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.browser.queues.setdefault(name, deque()).append((self, future))
        if name not in self.browser.held:
            self.browser.release(name)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.browser.release(name)
            future.cancel()
            raise
        return lambda: self._release(name)

    async def is_held(self, prefix: str) -> bool:
        await asyncio.sleep(0)
        return any(name.startswith(prefix) for name in self.browser.held)

    def line(self, name: str, heard: Callable[[str], None]) -> MemoryLine:
        if "channels" in self.browser.refuses:
            raise TabsRefused
        return MemoryLine(self, name, heard)

    def crash(self) -> None:
        """The tab goes without a word: it posts nothing, hears nothing, and its locks are free."""
        self.is_closed = True
        for line in [line for line in self.browser.lines if line.tab is self]:
            line.close()
        for queue in self.browser.queues.values():
            for tab, future in queue:
                if tab is self:
                    future.cancel()
        for name in [name for name, tab in self.browser.held.items() if tab is self]:
            self.browser.release(name)

    def _release(self, name: str) -> None:
        if self.browser.held.get(name) is self:
            self.browser.release(name)


class MemoryLine:
    """See `Line`."""

    def __init__(self, tab: Tab, name: str, heard: Callable[[str], None]) -> None:
        self.tab = tab
        self.name = name
        self.heard: Callable[[str], None] | None = heard
        tab.browser.lines.append(self)

    def post(self, text: str) -> None:
        if self.tab.is_closed:
            return
        for line in self.tab.browser.lines:
            if line is not self and line.name == self.name:
                asyncio.get_running_loop().call_soon(line._hear, text)

    def close(self) -> None:
        self.heard = None
        if self in self.tab.browser.lines:
            self.tab.browser.lines.remove(self)

    def _hear(self, text: str) -> None:
        if self.heard is not None:
            self.heard(text)
