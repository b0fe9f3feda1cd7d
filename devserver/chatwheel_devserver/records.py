"""What the server remembers, as plain records: customers, chats, threads, events, members, files.

Instants are microseconds since 1970; agents are named by their e-mail address everywhere inside the server and
get their public identifier only in what customers read (see ``lens``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Visibility = Literal["all", "agents"]
TransferReason = Literal["manual", "assigned", "unassigned", "inactive", "other"]
UserType = Literal["customer", "agent"]
Properties = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Page:
    """A page of the site that a visitor has opened."""

    url: str
    title: str
    opened_at: int


@dataclass(slots=True)
class Customer:
    """A visitor of the site."""

    id: str
    organization_id: str
    created_at: int
    name: str | None = None
    email: str | None = None
    avatar: str | None = None
    #: What only newer versions know: address, phone number, omnichannel.
    profile: dict[str, Any] = field(default_factory=dict)
    session_fields: list[dict[str, str]] = field(default_factory=list)
    visits: int = 0
    page_views: int = 0
    greetings_shown: int = 0
    greetings_accepted: int = 0
    last_visit_at: int = 0
    last_seen_at: int = 0
    last_pages: list[Page] = field(default_factory=list)
    #: From where and with what the customer came last: referrer, ip, user_agent; for agents only.
    visit: dict[str, str] = field(default_factory=dict)
    banned_until: int = 0
    chats_count: int = 0
    threads_count: int = 0


@dataclass(slots=True)
class Chat:
    """Everything between one customer and the organization."""

    id: str
    customer_id: str
    created_at: int
    group_ids: list[int]
    properties: Properties


@dataclass(frozen=True, slots=True)
class ChatFilter:
    """Which chats to list."""

    customer_id: str | None = None
    #: Those with an open thread, those without, or both.
    active: bool | None = None
    with_threads_only: bool = False


@dataclass(slots=True)
class Thread:
    """One conversation inside a chat."""

    id: str
    chat_id: str
    created_at: int
    active: bool
    group_ids: list[int]
    properties: Properties
    previous_id: str | None = None
    next_id: str | None = None
    event_count: int = 0
    queued_at: int | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A place in a queue and how long it will take, in seconds."""

    position: int
    wait_time: int
    queued_at: int


@dataclass(slots=True)
class Event:
    """Something that was said or that happened in a thread."""

    id: str
    chat_id: str
    thread_id: str
    number: int
    created_at: int
    type: str
    author_id: str | None
    custom_id: str | None
    visibility: Visibility
    properties: Properties
    body: dict[str, Any]
    deleted: bool = False


@dataclass(slots=True)
class Member:
    """A user's part in a chat."""

    chat_id: str
    user_id: str
    type: UserType
    present: bool
    seen_up_to: int | None
    #: Of an agent: who is told; who only watches is not seen by the customer.
    visibility: Visibility = "all"

    @property
    def serves(self) -> bool:
        """Whether it is an agent who is in the chat for the customer."""
        return self.type == "agent" and self.present and self.visibility == "all"


@dataclass(slots=True)
class StoredFile:
    """An uploaded file; its bytes lie in the data folder under its identifier."""

    id: str
    owner_id: str
    name: str
    content_type: str
    size: int
    width: int | None
    height: int | None
    has_thumbnail: bool
    host: str
    created_at: int
    used: bool = False

    @property
    def is_image(self) -> bool:
        """Whether it is a raster image that may be shown in a page."""
        return self.width is not None


@dataclass(slots=True)
class Greeting:
    """One showing of a greeting to one customer."""

    unique_id: str
    customer_id: str
    greeting_id: int
    state: Literal["shown", "accepted", "canceled"]
    body: dict[str, Any]
    created_at: int
    #: Whether the customer has been told of it before.
    is_delivered: bool = False


@dataclass(slots=True)
class ThreadView:
    """A thread with what belongs to it, as it was at one moment."""

    thread: Thread
    events: list[Event]
    user_ids: list[str]
    queue: Queue | None = None


@dataclass(slots=True)
class ChatView:
    """A chat with its customer, members and one thread, as it was at one moment."""

    chat: Chat
    customer: Customer
    members: list[Member]
    current: ThreadView | None
    #: Agents who watch the chat from outside.
    follower_ids: frozenset[str] = frozenset()
