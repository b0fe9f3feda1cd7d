"""Who has noticed what: seen marks, the unread count outside the panel, and what a screen reader says."""

from __future__ import annotations

import asyncio
import logging

from chatwheel.sdk import ChatError, CustomerSDK
from chatwheel.transport.base import Clock
from chatwheel.ui import convert, reduce
from chatwheel.ui.components.markdown import spoken
from chatwheel.ui.entries import Entry, Person
from chatwheel.ui.happenings import SAID_ELSEWHERE, words
from chatwheel.ui.i18n import Strings
from chatwheel.ui.stage import Stage
from chatwheel.ui.state import Connection, State
from chatwheel.ui.store import Store
from chatwheel.ui.voice import Voice

logger = logging.getLogger("chatwheel.ui")

PREVIEW = 160
"""Characters of a message that are shown beside the launcher."""
COUNT_AFTER = 0.3
"""Seconds: who has the panel before their eyes has seen a new message by then, and no badge or title flashes up."""
MARK_AFTER = 0.25
"""Seconds: several messages that are seen together are marked together."""


class Attention:
    def __init__(
        self, sdk: CustomerSDK, store: Store, stage: Stage, voice: Voice, strings: Strings, clock: Clock
    ) -> None:
        self._sdk = sdk
        self._store = store
        self._stage = stage
        self._voice = voice
        self._t = strings
        self._clock = clock
        self._marking: asyncio.Task[None] | None = None
        self._counting: asyncio.Task[None] | None = None
        self._told: tuple[int, dict[str, str] | None] = (0, None)
        store.listen(self._changed)

    def _changed(self, new: State, old: State) -> None:
        if new.unread != old.unread or (new.unread and new.timeline is not old.timeline):
            self._count(new)  # what the page outside shows of the newest may be taken back, or be corrected
        if new.chat_id and not old.chat_id:
            self._stage.do("remember")
        waits = new.seen_up_to > new.marked_up_to and new.chat_id and new.connection is Connection.ONLINE
        if waits and (not self._marking or self._marking.done()):
            self._marking = asyncio.ensure_future(self._mark())

    def _count(self, state: State) -> None:
        if not state.unread or not state.attentive:
            if self._counting:
                self._counting.cancel()
            self._tell_count()
        elif not self._counting:
            self._counting = asyncio.ensure_future(self._count_soon())

    async def _count_soon(self) -> None:
        await self._clock.sleep(COUNT_AFTER)
        self._tell_count()

    def _tell_count(self) -> None:
        self._counting = None
        state = self._store.state
        count, preview = now = (state.unread, self._preview(state))
        if now != self._told:
            self._told = now
            self._stage.do("unread", count=count, preview=preview)

    def _preview(self, state: State) -> dict[str, str] | None:
        """The newest of the unread messages, for the page outside."""
        said = (entry for entry in reversed(state.timeline) if entry.author and not entry.is_live)
        entry = next(said, None)
        return self._short(entry, entry.author) if state.unread and entry and entry.author else None

    def _short(self, entry: Entry, author: Person) -> dict[str, str]:
        text = self._t("message.deleted") if entry.is_deleted else self._text(entry)
        name = author.name or self._t("author.agent")
        return {
            "name": self._t("author.announcement") if entry.is_announcement else name,
            "text": text[:PREVIEW],
        }

    def _text(self, entry: Entry) -> str:
        """What it says, in words without marks; never nothing."""
        is_question = entry.rich is not None and entry.rich.template == "quick_replies"
        text = spoken(entry.text) if entry.kind == "message" or is_question else entry.text
        return (entry.attachment.name if entry.attachment else text) or self._t("file.unnamed")

    async def _mark(self) -> None:
        while (state := self._store.state).seen_up_to > state.marked_up_to:
            await self._clock.sleep(MARK_AFTER)
            state = self._store.state
            try:
                await self._sdk.mark_events_as_seen(
                    chat_id=state.chat_id, seen_up_to=convert.timestamp(state.seen_up_to)
                )
            except ChatError as error:
                logger.info("not marked as seen: %r", error)
                return  # the next change tries again
            self._store.apply(reduce.marked, state.seen_up_to)

    def announce(self, *entries: Entry) -> None:
        """Say what happened, or what agents wrote, and have the newest of it told to those who do not see it."""
        if said := [entry for entry in entries if entry.author]:
            newest = said[-1]
            assert newest.author
            self._stage.do("news", message={"id": newest.event_id, **self._short(newest, newest.author)})
        self.say(*entries)

    def say(self, *entries: Entry) -> None:
        """The same without a sound."""
        if self._store.state.open:  # the page outside is told by the unread count
            self._voice.messages(*filter(None, map(self._sentence, entries)))

    def _sentence(self, entry: Entry) -> str:
        if entry.author:
            name = entry.author.name or self._t("author.agent")
            if entry.attachment:
                return self._t("announce.file", name=name, file=self._text(entry))
            return self._t("announce.message", name=name, text=self._text(entry))
        is_said = entry.kind == "notice" and not (entry.happening and entry.happening.type in SAID_ELSEWHERE)
        return words(entry, self._t) if is_said else ""
