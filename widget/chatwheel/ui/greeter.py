"""Greetings: shown like a message of the agent's, counted as seen when they are, gone when the visitor or the server
says so, and told to the chat that begins from one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chatwheel.sdk import ChatError, CustomerSDK, events
from chatwheel.sdk.models import Greeting
from chatwheel.transport.base import Clock
from chatwheel.ui import convert, reduce
from chatwheel.ui.entries import Entry, Person
from chatwheel.ui.store import Store

logger = logging.getLogger("chatwheel.ui")


class Greeter:
    def __init__(self, sdk: CustomerSDK, store: Store, clock: Clock) -> None:
        self._sdk = sdk
        self._store = store
        self._clock = clock
        self._greeting: Greeting | None = None
        self._accepted: set[str] = set()
        self.on_shown: Callable[[Entry], object] = lambda entry: None
        """Told of each greeting once."""
        sdk.on("incoming_greeting", self.show)
        sdk.on("greeting_canceled", self._canceled)

    def show(self, greeting: Greeting) -> None:
        """Show a greeting; a newer one takes the place of the one before. While a chat goes on there is none."""
        if self._store.state.active or not greeting.unique_id or greeting.event is None:
            return
        if self._greeting and self._greeting.unique_id == greeting.unique_id:
            return  # each login names it again
        self._remove()
        agent = greeting.agent
        author = Person(
            id=agent.id,
            name=agent.name or "",
            avatar=agent.avatar or "",
            title=agent.job_title or "",
            present=False,
            is_bot=agent.is_bot,
        )
        said = greeting.event.model_copy(update={"id": greeting.unique_id})  # it may come without one
        entry = convert.entry(said, {agent.id: author}, self._store.state.customer_id, self._clock.time())
        if entry is None:
            return
        last = self._store.state.timeline.last
        at = max(entry.at, last.at if last else 0.0)
        shown = replace(entry, key=greeting.unique_id, author=author, at=at, delivery=None)
        if greeting.subtype == "announcement":
            shown = replace(shown, is_announcement=True)
        self._greeting = greeting
        self._store.apply(reduce.arrived, [shown])
        self.on_shown(shown)

    async def seen(self) -> None:
        """The visitor has it before their eyes (Customer Chat API: accept_greeting means just that)."""
        greeting = self._greeting
        if not greeting or not greeting.unique_id or greeting.unique_id in self._accepted:
            return
        self._accepted.add(greeting.unique_id)
        if not greeting.accepted:
            try:
                await self._sdk.accept_greeting(greeting_id=greeting.id, unique_id=greeting.unique_id)
            except ChatError as error:
                logger.info("greeting not accepted: %r", error)

    async def dismiss(self) -> None:
        """The visitor does not want it."""
        greeting = self._greeting
        if greeting and greeting.unique_id:
            self._remove()
            try:
                await self._sdk.cancel_greeting(unique_id=greeting.unique_id)
            except ChatError as error:
                logger.info("greeting not cancelled: %r", error)

    def properties(self) -> Mapping[str, Any]:
        """What a thread says of the greeting it begins from."""
        if not self._greeting or not isinstance(self._greeting.id, int):
            return {}
        return {"lc2": {"greeting_id": self._greeting.id, "greeting_unique_id": self._greeting.unique_id}}

    def begun(self) -> None:
        """A chat began: the greeting is a part of what was said."""
        self._greeting = None

    def _canceled(self, payload: events.GreetingReference) -> None:
        if self._greeting and payload.unique_id == self._greeting.unique_id:
            self._remove()

    def _remove(self) -> None:
        if self._greeting and self._greeting.unique_id:
            self._store.apply(reduce.discarded, self._greeting.unique_id)
        self._greeting = None
