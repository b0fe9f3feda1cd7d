"""The place in line, told to those who listen: at once when they get one, and later what it is now; not every step."""

from __future__ import annotations

import asyncio

from chatwheel.transport.base import Clock
from chatwheel.ui.components.notices import place_in_line
from chatwheel.ui.i18n import Strings
from chatwheel.ui.state import State
from chatwheel.ui.store import Store
from chatwheel.ui.voice import Voice

PAUSE = 30.0
"""Seconds between two sentences about it: a line may move every second."""


class Waiting:
    def __init__(self, store: Store, voice: Voice, strings: Strings, clock: Clock) -> None:
        self._store = store
        self._voice = voice
        self._t = strings
        self._clock = clock
        self._said = ""
        self._pausing: asyncio.Task[None] | None = None
        store.listen(self._changed)

    def _changed(self, new: State, old: State) -> None:
        if not new.queue:
            self._said = ""
            if self._pausing:
                self._pausing.cancel()
                self._pausing = None
        elif not self._pausing and (new.queue is not old.queue or new.open != old.open):
            self._say()

    def _say(self) -> None:
        """If it is another sentence than the last one. Who has the panel closed is not kept up to date."""
        state = self._store.state
        words = place_in_line(state.queue, self._t) if state.queue and state.open else ""
        if words and words != self._said:
            self._said = words
            self._voice.say(words)
            self._pausing = asyncio.ensure_future(self._pause())

    async def _pause(self) -> None:
        await self._clock.sleep(PAUSE)
        self._pausing = None
        self._say()

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """To be cancelled at the end."""
        return [self._pausing] if self._pausing else []
