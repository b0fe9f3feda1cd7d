"""What was said while the connection was away: where to begin reading, what to hold back meanwhile, what to tell.

Knows chats, times and events; does not know who reads the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .backoff import Backoff, reading_backoff
from .events import ChatDeactivated, IncomingChat, IncomingEvent
from .models import Chat, Thread, ThreadsPage
from .protocol import Emitted, Frame, closed, opened


class Gap(NamedTuple):
    """Where a chat's reading begins: everything later than `since` is news.

    `since` is `None` where nothing of the chat is known yet: reading tells where it stands, and none of that is news.
    Where the connection went before that was read, what the customer has not seen is news.
    """

    since: str | None
    was_active: bool = False
    has_unseen: bool = False


class Reading(NamedTuple):
    """What was read of a chat, since when it is news, and `chat` itself if a thread was opened meanwhile."""

    threads: list[Thread]
    since: str | None = None
    chat: Chat | None = None


UNKNOWN = Gap(None)


class Told(NamedTuple):
    """One thing to tell, and its name among the things that are told once."""

    fact: str
    event: Emitted


@dataclass
class Missed:
    """Keeps, for each chat, the time of the latest event known, and since when there may be a gap."""

    latest: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, Gap] = field(default_factory=dict)
    held: dict[str, list[Frame]] = field(default_factory=dict)
    reading: set[str] = field(default_factory=set)
    retry_at: float | None = None
    _was_online: bool = False
    _backoff: Backoff = field(default_factory=reading_backoff)

    def note(self, known: Mapping[str, str]) -> None:
        """Events up to these times are known."""
        for chat_id, time in known.items():
            self.latest[chat_id] = max(time, self.latest.get(chat_id, ""))
            if self.gaps.get(chat_id) == UNKNOWN:
                del self.gaps[chat_id]

    def online(self, chats: Iterable[str]) -> None:
        """Logged in; there are these chats. One that was not there before was opened while the connection was away."""
        gap = Gap("") if self._was_online else UNKNOWN
        self._was_online = True
        for chat_id in chats:
            if chat_id not in self.latest:
                self.gaps.setdefault(chat_id, gap)

    def lost(self, active: Mapping[str, bool]) -> None:
        """The connection went: from now on something may be missed. What was held back will be read again."""
        known = {chat_id: Gap(time, active.get(chat_id, False)) for chat_id, time in self.latest.items()}
        unread = {
            chat_id: Gap(None, active.get(chat_id, False), has_unseen=True)
            for chat_id, gap in self.gaps.items()
            if gap == UNKNOWN
        }
        self.gaps = {**known, **self.gaps, **unread}
        self.held.clear()
        self.reading.clear()
        self.retry_at = None

    def begin(self) -> dict[str, Gap]:
        """Chats to read now. Pushes about those with news are held back from here on."""
        self.retry_at = None
        wanted = {chat_id: gap for chat_id, gap in self.gaps.items() if chat_id not in self.reading}
        self.reading.update(wanted)
        self.held.update({chat_id: [] for chat_id, gap in wanted.items() if gap != UNKNOWN})
        return wanted

    def holds(self, frame: Frame) -> bool:
        """Hold a push back if its chat is being read."""
        frames = self.held.get(chat_of(frame))
        if frames is None:
            return False
        frames.append(frame)
        return True

    def was_read(self, chat_id: str) -> Gap:
        """A chat was read: its gap is closed."""
        self.reading.discard(chat_id)
        self._backoff.reset()
        return self.gaps.pop(chat_id, UNKNOWN)

    def failed(self, chat_id: str, now: float, random: float) -> None:
        """A chat could not be read: it is tried again in a while."""
        self.reading.discard(chat_id)
        if self.retry_at is None:
            self.retry_at = now + self._backoff.next(random)

    def release(self, chat_id: str) -> list[Frame]:
        """What was held back."""
        return self.held.pop(chat_id, [])


def chat_of(frame: Frame) -> str:
    """The chat a push is about; empty if none."""
    payload = frame.payload if isinstance(frame.payload, dict) else {}
    chat = payload.get("chat")
    found = payload.get("chat_id") or (chat.get("id") if isinstance(chat, dict) else None)
    return found if isinstance(found, str) else ""


def reaches(page: ThreadsPage, since: str) -> bool:
    """Whether a page goes back to that time, so that nothing older need be read."""
    times = [event.created_at for thread in page.threads for event in thread.events]
    times += [thread.created_at for thread in page.threads if thread.created_at]
    return not page.next_page_id or any(time <= since for time in times)


def is_new(thread: Thread, since: str) -> bool:
    """Whether a thread was opened after that time."""
    return (thread.created_at or "") > since


def told_of(chat_id: str, gap: Gap, reading: Reading) -> Iterator[Told]:
    """What happened in a gap, as it would have been told had it been heard: oldest first."""
    since = reading.since
    if since is None:
        return
    threads = sorted(reading.threads, key=_begun)
    left = next((thread for thread in reversed(threads) if not is_new(thread, since)), None)
    for thread in threads:
        was_active = is_new(thread, since) or (thread is left and gap.was_active)
        if is_new(thread, since) and reading.chat is not None:
            # without its events: they follow one by one
            chat = reading.chat.model_copy(update={"thread": thread.model_copy(update={"events": []})})
            yield Told(opened(thread.id), ("incoming_chat", IncomingChat(chat=chat)))
        for event in sorted(thread.events, key=lambda event: event.created_at):
            if event.created_at > since:
                heard = IncomingEvent(chat_id=chat_id, thread_id=event.thread_id, event=event)
                yield Told(event.id, ("incoming_event", heard))
        if was_active and not thread.active:
            ended = ChatDeactivated(chat_id=chat_id, thread_id=thread.id)
            yield Told(closed(thread.id), ("chat_deactivated", ended))


def _begun(thread: Thread) -> str:
    return thread.created_at or min((event.created_at for event in thread.events), default="")
