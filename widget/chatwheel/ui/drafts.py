"""The sneak peek: agents see what the visitor types, about three times a second and not after it was sent."""

from __future__ import annotations

import asyncio

from chatwheel.sdk import CustomerSDK
from chatwheel.transport.base import Clock
from chatwheel.ui.hooks import Hooks, Outgoing
from chatwheel.ui.store import Store

INTERVAL = 0.34
"""Seconds between two peeks."""
LONGEST = 4_000
"""Characters of a draft that are shown to agents."""


class Drafts:
    def __init__(self, sdk: CustomerSDK, store: Store, clock: Clock, hooks: Hooks) -> None:
        self._sdk = sdk
        self._store = store
        self._clock = clock
        self._hooks = hooks
        self._text = ""
        self._typed = ""
        """The draft of which agents have been shown something …"""
        self._shown = ""
        """… and what they were shown of it."""
        self._task: asyncio.Task[None] | None = None

    def typed(self, text: str) -> None:
        self._text = text[:LONGEST]
        if not self._task or self._task.done():
            self._task = asyncio.ensure_future(self._show())

    def sent(self) -> None:
        """The draft became a message: agents see it as that."""
        if self._task:
            self._task.cancel()
        self._text = self._typed = ""
        self._peek("")

    async def _show(self) -> None:
        while self._text != self._typed:
            text = self._typed = self._text
            if self._hooks.examines and self._store.state.active:
                cleared = await self._hooks.clear(Outgoing("preview", text))
                text = cleared.text[:LONGEST] if isinstance(cleared, Outgoing) else ""
            self._peek(text)
            await self._clock.sleep(INTERVAL)

    def _peek(self, text: str) -> None:
        if text != self._shown and self._store.state.active:
            self._sdk.set_sneak_peek(chat_id=self._store.state.chat_id, sneak_peek_text=text)
        self._shown = text
