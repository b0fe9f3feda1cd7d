"""What was said while the connection was away: where to begin reading, what to hold back meanwhile, what to tell.

Knows chats, times and events; does not know who reads the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .models import Event, Thread, ThreadsPage
from .protocol import Frame


@dataclass
class Missed:
    """Keeps, for each chat, the time of the latest event known, and since when there may be a gap."""

    latest: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)
    held: dict[str, list[Frame]] = field(default_factory=dict)

    def note(self, known: Mapping[str, str]) -> None:
        """Events up to these times are known."""
        for chat_id, time in known.items():
            if time > self.latest.get(chat_id, ""):
                self.latest[chat_id] = time

    def lost(self) -> None:
        """The connection went: from now on something may be missed. What was held back will be read again."""
        self.gaps = {**self.latest, **self.gaps}
        self.held.clear()

    def begin(self) -> dict[str, str]:
        """The connection is back: chats to read, and since when. Pushes about them are held back from here on."""
        self.held = {chat_id: [] for chat_id in self.gaps}
        return dict(self.gaps)

    def holds(self, frame: Frame) -> bool:
        """Hold a push back if its chat is being read."""
        frames = self.held.get(chat_of(frame))
        if frames is None:
            return False
        frames.append(frame)
        return True

    def end(self, chat_id: str, was_read: bool) -> list[Frame]:
        """A chat was read, or could not be; gives what was held back. An unread gap stays for the next time."""
        if was_read:
            self.gaps.pop(chat_id, None)
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


def told_after(threads: Iterable[Thread], since: str) -> list[Event]:
    """Events after that time, oldest first."""
    events = [event for thread in threads for event in thread.events if event.created_at > since]
    return sorted(events, key=lambda event: event.created_at)
