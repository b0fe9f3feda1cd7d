"""What version 3.6 of the API tells of answers before they are there: beginnings that grow, bots that think; and what
was taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chatwheel.sdk import CustomerSDK, events
from chatwheel.transport.base import Clock
from chatwheel.ui import beginnings, convert
from chatwheel.ui.i18n import Strings
from chatwheel.ui.state import Thinking
from chatwheel.ui.store import Store
from chatwheel.ui.text import one_line
from chatwheel.ui.voice import Voice

PATIENCE = 60.0
"""Seconds without a word after which nothing more is expected."""


class Live:
    def __init__(self, sdk: CustomerSDK, store: Store, voice: Voice, strings: Strings, clock: Clock) -> None:
        self._store = store
        self._voice = voice
        self._t = strings
        self._clock = clock
        self._waits: dict[str, asyncio.Task[None]] = {}
        sdk.on("incoming_event_preview", self._preview)
        sdk.on("incoming_thinking_indicator", self._thinking)
        sdk.on("event_deleted", self._deleted)

    def _preview(self, payload: events.IncomingEventPreview) -> None:
        state = self._store.state
        entry = convert.live(payload.event, state.people, self._clock.time())
        if payload.chat_id != state.chat_id or entry is None or entry.author is None:
            return
        is_new = state.timeline.find(entry.key) is None
        self._store.apply(beginnings.streamed, entry)
        self._expect(entry.key, lambda: self._store.apply(beginnings.stream_lost, entry.key))
        if is_new and state.open:  # that it begins is said, and then the whole; not every word in between
            name = entry.author.name or self._t("author.agent")
            self._voice.say(self._t("typing.one", name=name))

    def _thinking(self, payload: events.IncomingThinkingIndicator) -> None:
        if payload.chat_id != self._store.state.chat_id:
            return
        title, description = one_line(payload.title or ""), one_line(payload.description or "")
        self._store.apply(
            beginnings.thinking, payload.author_id, Thinking(title, description, payload.custom_id or "")
        )
        self._expect(
            payload.author_id, lambda: self._store.apply(beginnings.thinking, payload.author_id, None)
        )

    def _deleted(self, payload: events.EventDeleted) -> None:
        if payload.chat_id == self._store.state.chat_id:
            self._store.apply(beginnings.deleted, payload.event_id)

    def _expect(self, name: str, give_up: Callable[[], object]) -> None:
        """Something must follow soon."""
        waiting = self._waits.pop(name, None)
        if waiting:
            waiting.cancel()
        self._waits[name] = task = asyncio.ensure_future(self._wait(give_up))
        task.add_done_callback(lambda done: self._waits.pop(name) if self._waits.get(name) is done else None)

    async def _wait(self, give_up: Callable[[], object]) -> None:
        await self._clock.sleep(PATIENCE)
        give_up()

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """To be cancelled at the end."""
        return list(self._waits.values())
