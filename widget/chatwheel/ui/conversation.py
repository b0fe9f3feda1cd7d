"""The visitor's chat as the server has it: read at every connection, and page by page into the past."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Container, Iterable, Sequence
from math import inf

from chatwheel.sdk import ChatError, ChatHistory, CustomerSDK
from chatwheel.sdk.models import Chat, Event, Thread, User
from chatwheel.transport.base import Clock
from chatwheel.ui import convert, reduce
from chatwheel.ui.hooks import Hooks
from chatwheel.ui.state import Older, Queue
from chatwheel.ui.store import Store

logger = logging.getLogger("chatwheel.ui")

RETRY_SECONDS = 2.0
UNDECIDED = {"CONNECTION_LOST", "NO_CONNECTION", "MISDIRECTED_CONNECTION", "SERVICE_TEMPORARILY_UNAVAILABLE"}
"""What came of a request is not known, for the connection went away: wait for the next, however long it takes."""
STALE = {
    "REQUEST_TIMEOUT",
    "CHAT_INACTIVE",
    "CHAT_ALREADY_ACTIVE",
    "CHAT_LIMIT_REACHED",
    "LIMIT_REACHED",
    "NOT_FOUND",
}
"""What we knew of the chat was not true any more, or there was no answer: read it again and try again."""


class Conversation:
    """`in_step` is set while there is a connection and everything that was missed without one has been read."""

    def __init__(self, sdk: CustomerSDK, store: Store, clock: Clock, hooks: Hooks) -> None:
        self._sdk = sdk
        self._store = store
        self._clock = clock
        self._hooks = hooks
        self._history: ChatHistory | None = None
        self._reading: asyncio.Task[None] | None = None
        self._online = False
        self._back_to = inf
        self.in_step = asyncio.Event()
        self.on_thread: Callable[[Thread], object] = lambda thread: None
        """Told of the chat's last thread whenever it was read."""
        self.on_missed: Callable[..., object] = lambda *entries: None
        """Told of what was said, by entries, while there was no connection."""
        self.on_step: Callable[[], object] = lambda: None
        """Told when everything was read, before `in_step` is set."""

    # -- staying in step -------------------------------------------------------------------------------------------

    def connected(self) -> None:
        self._online = True
        self._read_anew()

    def disconnected(self) -> None:
        self._online = False
        self.in_step.clear()
        if self._reading:
            self._reading.cancel()

    async def resynchronize(self) -> None:
        """Something happened that we do not know the end of: read again, now or when there is a connection."""
        self.in_step.clear()
        if self._online:
            self._read_anew()
        await self.in_step.wait()

    def read_back_to(self, at: float) -> None:
        """What was sent at that time, in seconds, may be in the conversation: read so far back from now on."""
        self._back_to = min(self._back_to, at)
        if self.in_step.is_set():
            self._read_anew()

    def _read_anew(self) -> None:
        self.in_step.clear()
        if self._reading:
            self._reading.cancel()
        self._reading = asyncio.ensure_future(self._catch_up())

    async def _catch_up(self) -> None:
        await self._hooks.prepared.wait()  # it draws what is read
        while True:
            try:
                await self._read()
            except ChatError as error:
                logger.warning("could not read the conversation: %r", error)
                await self._clock.sleep(RETRY_SECONDS)
            else:
                self.on_step()
                self.in_step.set()
                return

    async def _read(self) -> None:
        page = await self._sdk.list_chats(limit=1)
        if not page.chats_summary:
            self._store.apply(reduce.older, Older.NONE)
            return
        chat = page.chats_summary[0]
        self._store.apply(reduce.chat_known, chat.id, chat.last_thread_id or "", active=chat.active)
        self._know_users(chat.users, chat.events_seen_up_to_map)
        history = self._sdk.get_chat_history(chat_id=chat.id)
        shown = [entry for entry in self._store.state.timeline if entry.thread_id]
        while True:
            step = await history.next()
            known = any(self._store.state.timeline.find(event.id) for event in _events(step.threads))
            self._take(step.threads)
            oldest = min((convert.seconds(event.created_at) for event in _events(step.threads)), default=inf)
            is_far_enough = self._back_to == inf or oldest <= self._back_to
            if step.done or ((not shown or known) and is_far_enough):
                break
        if shown:
            self._tell_of_missed({entry.key for entry in shown}, max(entry.at for entry in shown))
        if self._history is None:
            self._history = history
            self._store.apply(reduce.older, Older.NONE if step.done else Older.MORE)

    def _tell_of_missed(self, known: Container[str], newest: float) -> None:
        later = (entry for entry in self._store.state.timeline if entry.thread_id and entry.at >= newest)
        if missed := [entry for entry in later if entry.key not in known and not entry.mine]:
            self.on_missed(*missed)

    async def load_older(self) -> None:
        """One more page of what was said before; nothing happens when it is being loaded or there is none."""
        if not self._history or self._store.state.older not in (Older.MORE, Older.FAILED):
            return
        self._store.apply(reduce.older, Older.LOADING)
        try:
            step = await self._history.next()
        except ChatError as error:
            logger.warning("could not load older messages: %r", error)
            self._store.apply(reduce.older, Older.FAILED)
            return
        self._take(step.threads)
        self._store.apply(reduce.older, Older.NONE if step.done else Older.MORE)

    # -- what the server says --------------------------------------------------------------------------------------

    def take_chat(self, chat: Chat) -> None:
        """A chat with its newest thread: ours just started, or somebody else's doing."""
        thread = chat.thread
        queue = thread.queue if thread else None
        self._store.apply(
            reduce.chat_known,
            chat.id,
            thread.id if thread else "",
            active=bool(thread and thread.active),
            queue=queue_of(queue.position, queue.wait_time) if queue else None,
        )
        self._know_users(chat.users, chat.events_seen_up_to_map)
        if thread:
            self._take([thread])
            self.on_thread(thread)
        if self._store.state.older is Older.UNKNOWN:
            self._store.apply(reduce.older, Older.NONE)

    def take_event(self, event: Event) -> None:
        state = self._store.state
        shown = convert.entry(event, state.people, state.customer_id, self._clock.time(), self._hooks.draw)
        if shown:
            self._store.apply(reduce.arrived, [shown])

    def _take(self, threads: Sequence[Thread]) -> None:
        state = self._store.state
        shown = [
            entry
            for thread in threads
            for entry in convert.entries(
                thread, state.people, state.customer_id, self._clock.time(), self._hooks.draw
            )
        ]
        self._store.apply(reduce.arrived, shown)
        newest = threads[-1] if threads else None
        if newest and newest.id == state.thread_id:
            queue = newest.queue
            self._store.apply(
                reduce.chat_known,
                state.chat_id,
                newest.id,
                active=newest.active,
                queue=queue_of(queue.position, queue.wait_time) if queue else None,
            )
            self.on_thread(newest)

    def _know_users(self, users: Iterable[User], seen: dict[str, str | None]) -> None:
        self._store.apply(reduce.people_known, list(convert.people(users)))
        state = self._store.state
        for user_id, up_to in seen.items():
            if user_id == state.customer_id:
                self._store.apply(reduce.marked, convert.seconds(up_to))
            elif user_id in state.people:
                self._store.apply(reduce.seen_by_agents, convert.seconds(up_to))


def queue_of(position: object, wait_time: object) -> Queue | None:
    """A place in the queue, if these are numbers."""
    if not isinstance(position, int) or position < 1:
        return None
    return Queue(position, int(wait_time) if isinstance(wait_time, (int, float)) else 0)


def _events(threads: Iterable[Thread]) -> Iterable[Event]:
    return (event for thread in threads for event in thread.events)
