"""Chats, threads, and the pages in which they are listed."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from .base import (
    Full,
    Items,
    Lenient,
    MaybeNumber,
    MaybeText,
    Model,
    Properties,
    no_items,
    no_members,
    nothing,
)
from .messages import Event, in_thread, parse_event
from .users import User


class Access(Model):
    """Which groups see a chat; `[0]` is everybody."""

    group_ids: Items[int] = Field(default_factory=no_items)
    agent_ids: Items[str] = Field(default_factory=no_items)


class Queue(Model):
    """A place in the queue; `wait_time` is an estimate in seconds."""

    position: Any = None
    wait_time: Any = None
    queued_at: MaybeText = None


SomeAccess = Annotated[Access, Lenient(Access)]
SomeQueue = Annotated[Queue | None, Lenient(nothing)]


class Thread(Full):
    """One conversation within a chat, events oldest first."""

    always: ClassVar[tuple[str, ...]] = (
        "access",
        "events",
        "properties",
        "previous_thread_id",
        "next_thread_id",
        "queue",
    )

    id: str
    chat_id: MaybeText = None
    active: Annotated[bool, Lenient(bool)] = False
    created_at: MaybeText = None
    user_ids: Items[str] = Field(default_factory=no_items)
    access: SomeAccess = Field(default_factory=Access)
    events: Items[Event] = Field(default_factory=no_items)
    properties: Properties = Field(default_factory=no_members)
    previous_thread_id: MaybeText = None
    next_thread_id: MaybeText = None
    queue: SomeQueue = None

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        for event in self.events:
            in_thread(event, self.id)

    def in_chat(self, chat_id: str | None) -> "Thread":
        """Note the chat of a freshly read thread that does not know it yet."""
        if self.chat_id is None and chat_id is not None:
            self.fill(chat_id=chat_id)
        return self


class _WithUsers(Full):
    id: str
    access: SomeAccess = Field(default_factory=Access)
    users: Items[User] = Field(default_factory=no_items)
    properties: Properties = Field(default_factory=no_members)
    events_seen_up_to_map: Annotated[dict[str, str | None], Lenient(dict)] = Field(default_factory=no_members)

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        if not self.events_seen_up_to_map:
            self.fill(events_seen_up_to_map={user.id: user.events_seen_up_to for user in self.users})


class Chat(_WithUsers):
    """A chat with one thread: the latest, or the one asked for.

    `events_seen_up_to_map` holds for each user id the time up to which that user has seen events.
    """

    always: ClassVar[tuple[str, ...]] = ("access", "users", "properties", "thread")

    thread: Annotated[Thread | None, Lenient(nothing)] = None

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        if self.thread is not None:
            self.thread.in_chat(self.id)


class ChatSummary(_WithUsers):
    """A chat in a list: no threads, but the last event of each type."""

    always: ClassVar[tuple[str, ...]] = (
        "access",
        "users",
        "properties",
        "last_thread_id",
        "last_thread_created_at",
    )

    active: Annotated[bool, Lenient(bool)] = False
    last_thread_id: MaybeText = None
    last_thread_created_at: MaybeText = None
    last_events_per_type: Annotated[dict[str, Event] | None, Lenient(nothing)] = None
    last_event: Annotated[Event | None, Lenient(nothing)] = None

    @model_validator(mode="before")
    @classmethod
    def _read_last_events(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("last_event_per_type"), dict):
            return data
        data = dict(data)
        latest: tuple[str, str] = ("", "")
        events: dict[str, Any] = {}
        for kind, entry in data.pop("last_event_per_type").items():
            if not isinstance(entry, dict) or not isinstance(entry.get("event"), dict):
                continue
            event = events[kind] = parse_event(entry["event"], entry.get("thread_id"))
            age = (str(entry.get("thread_created_at") or ""), event.created_at)
            if "last_event" not in data or age > latest:
                data["last_event"], latest = event, age
        return {**data, "last_events_per_type": events}


class ChatsPage(Full):
    """A page of `list_chats`; the page ids are `None` at either end. `users` are all users of all its chats."""

    always: ClassVar[tuple[str, ...]] = ("users", "previous_page_id", "next_page_id")

    chats_summary: list[ChatSummary]
    total_chats: MaybeNumber = None
    users: Items[User] = Field(default_factory=no_items)
    previous_page_id: MaybeText = None
    next_page_id: MaybeText = None

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        if not self.users:
            distinct = {
                user.id: user for chat in reversed(self.chats_summary) for user in reversed(chat.users)
            }
            self.fill(users=list(reversed(distinct.values())))


class ThreadsPage(Full):
    """A page of `list_threads`, newest thread first unless asked otherwise."""

    always: ClassVar[tuple[str, ...]] = ("previous_page_id", "next_page_id")

    threads: list[Thread]
    found_threads: MaybeNumber = None
    previous_page_id: MaybeText = None
    next_page_id: MaybeText = None


class HistoryPage(Model):
    """A step of `get_chat_history`: older threads, oldest first; `done` on the last page.

    Further calls of `next()` give no threads and `done`.
    """

    threads: list[Thread] = Field(default_factory=no_items)
    done: bool = False
