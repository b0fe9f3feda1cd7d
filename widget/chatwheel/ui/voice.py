"""What a screen reader says: a sentence for each thing that happens, and one for many messages that come at once."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from chatwheel.transport.base import Clock
from chatwheel.ui.i18n import Strings
from chatwheel.ui.stage import Stage

PAUSE = 1.0
"""Seconds after a message in which others are held back, to be said together."""
MOST = 3
"""So many messages are read out one after another; of more it is said how many there are."""


class Voice:
    def __init__(
        self,
        stage: Stage,
        strings: Strings,
        clock: Clock,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """`spawn` runs what nobody waits for."""
        self._stage = stage
        self._t = strings
        self._clock = clock
        self._spawn = spawn
        self._held: list[str] = []
        self._is_pausing = False

    def say(self, text: str) -> None:
        """At once, after whatever is held back."""
        self._release()
        self._stage.do("announce", text=text)

    def messages(self, *texts: str) -> None:
        """At once, if there was none just now."""
        self._held += texts
        if self._held and not self._is_pausing:
            self._is_pausing = True
            self._release()
            self._spawn(self._pause())

    async def _pause(self) -> None:
        while True:
            await self._clock.sleep(PAUSE)
            if not self._held:
                self._is_pausing = False
                return
            self._release()

    def _release(self) -> None:
        held, self._held = self._held, []
        if len(held) > MOST:
            held = [self._t("announce.many", count=self._t.number(len(held)))]
        for text in held:
            self._stage.do("announce", text=text)
