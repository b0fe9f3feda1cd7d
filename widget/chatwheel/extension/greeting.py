"""Greetings of the extension's own: after a while on each page, unless a chat goes on or the visitor waved it away."""

from __future__ import annotations

import asyncio

from chatwheel.extension.api import Greeter, Visit
from chatwheel.extension.desk import RunningDesk
from chatwheel.extension.guard import Guard
from chatwheel.sdk import CustomerSDK
from chatwheel.transport.base import Transport
from chatwheel.ui import reduce
from chatwheel.ui.entries import LOCAL
from chatwheel.ui.store import Store
from chatwheel.ui.text import plain

KEY = f"{LOCAL}greeting"
DISMISSED = "chatwheel:greeting-dismissed"
SECONDS = 5.0


class Greetings:
    def __init__(
        self, desk: RunningDesk, store: Store, sdk: CustomerSDK, transport: Transport, guard: Guard
    ) -> None:
        self._desk = desk
        self._store = store
        self._transport = transport
        self._guard = guard
        self._greeters: list[tuple[Greeter, float]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._title = ""
        sdk.on("incoming_greeting", lambda greeting: self._remove())  # an agent's own comes first

    def open(self, greeters: list[tuple[Greeter, float]]) -> None:
        self._greeters = greeters

    def moved(self, title: str) -> None:
        """The visitor is on another page, or has arrived on the first."""
        self._title = title
        for task in self._tasks:
            task.cancel()
        for greeter, after in self._greeters:
            task = asyncio.ensure_future(self._greet(greeter, after))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _greet(self, greeter: Greeter, after: float) -> None:
        if after:
            await self._transport.clock.sleep(after)
        state = self._store.state
        if state.active:
            return
        visit = Visit(
            self._desk.page_url, self._title, self._desk.locale, state.available, bool(state.chat_id)
        )
        what = f"greeting ({getattr(greeter, '__name__', greeter)})"
        text = await self._guard.within(SECONDS, what, "nobody is greeted", greeter, visit)
        if not isinstance(text, str) or not text.strip() or self._store.state.active:
            return
        if await self._transport.storage.get(DISMISSED) != text:
            self._remove()
            self._desk.show(self._desk.entry(plain(text), key=KEY))

    async def dismiss(self) -> None:
        """The visitor does not want to read it again."""
        entry = self._store.state.timeline.find(KEY)
        if entry:
            self._remove()
            await self._transport.storage.set(DISMISSED, entry.text)

    def _remove(self) -> None:
        self._store.apply(reduce.discarded, KEY)

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
