"""What the widget knows, as frozen dataclasses. Every view is a function of this, and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Literal

from chatwheel.sdk.models import FormField
from chatwheel.ui.entries import Person
from chatwheel.ui.i18n import Words
from chatwheel.ui.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that went wrong and is told once, as an alert, until it is dismissed or replaced."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Queue:
    position: int
    wait_time: int
    """Seconds, as the server guesses."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """A bot works on an answer; both texts may be missing."""

    title: str = ""
    description: str = ""
    custom_id: str = ""
    """The answer's, if it is known."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The visitor wants the conversation by e-mail."""

    email: str = ""
    error: Words = ""
    """What is wrong."""
    is_busy: bool = False
    is_sent: bool = False


@dataclass(frozen=True, slots=True)
class Rating:
    """How the visitor found the conversation. `score` is 1 for good, 0 for bad, `None` for not rated."""

    score: int | None = None
    comment: str = ""
    asked: bool = False
    """Whether the visitor asked to rate while the chat goes on; afterwards they are asked anyway."""
    wanted: bool = False
    """Whether they have just done so: the focus goes there."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """What the visitor wants to be told by. `notify` is `None` where there can be no notifications."""

    sound: bool = True
    notify: bool | None = None


Given = Mapping[str, tuple[str, ...]]
"""What stands in a form from the beginning: the values of each field's id."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the site's owner that waits for answers."""

    kind: Literal["prechat", "postchat", "ticket"]
    id: str
    fields: tuple[FormField, ...]
    errors: Mapping[str, Words] = field(default_factory=lambda: MappingProxyType({}))
    """What is wrong with an answer, by the field's id."""
    busy: bool = False
    """Whether the answers are on their way."""
    beside: bool = False
    """Whether one can write all the same: the site's own Python may answer."""
    is_wanted: bool = False
    """Whether the visitor has just done what it is asked for: it gets the focus."""
    given: Given = field(default_factory=lambda: MappingProxyType({}))
    attempts: int = 0
    """How often it was sent with mistakes in it."""


class Connection(Enum):
    STARTING = "starting"  # never connected yet
    SLOW = "slow"  # never connected yet, and longer than it should take
    ONLINE = "online"
    RECONNECTING = "reconnecting"
    RESTING = "resting"  # nobody has done anything for long; the visitor's next step connects
    STOPPED = "stopped"  # and will not come back by itself


class Older(Enum):
    """Is there more of the conversation before what is shown?"""

    UNKNOWN = "unknown"
    MORE = "more"
    LOADING = "loading"
    FAILED = "failed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class State:
    connection: Connection = Connection.STARTING
    stop_reason: str = ""
    customer_id: str = ""
    available: bool = True
    chat_id: str = ""
    thread_id: str = ""
    active: bool = False
    """Whether the chat's last thread is open."""
    ended: bool = False
    """Whether a conversation was closed and none has been started since."""
    people: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    agent_id: str = ""
    """Whom the header shows."""
    predicted: Person | None = None
    """Who would answer if a chat began now."""
    timeline: Timeline = field(default_factory=Timeline)
    older: Older = Older.UNKNOWN
    typing: frozenset[str] = frozenset()
    """Ids of the agents who are typing."""
    hesitant: frozenset[str] = frozenset()
    """Those who have typed, stopped, and not written anything yet: when they go on, it is not said again."""
    thinking: Mapping[str, Thinking] = field(default_factory=lambda: MappingProxyType({}))
    """What bots are working on, by their ids."""
    queue: Queue | None = None
    agents_seen_up_to: float = 0.0
    seen_up_to: float = 0.0
    """Up to when the visitor has seen what agents wrote."""
    heard_up_to: float = 0.0
    """Up to when the visitor has seen what the site's own Python said."""
    marked_up_to: float = 0.0
    """Up to when the server knows that the visitor has."""
    unread: int = 0
    open: bool = True
    """Whether the panel is open."""
    visible: bool = True
    """Whether the page is in the foreground."""
    menu_open: bool = False
    alerts: Alerts = field(default_factory=Alerts)
    form: Form | None = None
    thanks: str = ""
    """The words for what the visitor has left after a chat, or in place of one; by their key."""
    rating: Rating = field(default_factory=Rating)
    transcript: Transcript | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def attentive(self) -> bool:
        """Whether the visitor can see what arrives."""
        return self.open and self.visible

    @property
    def is_answered(self) -> bool:
        """Whether an agent, or a bot, has written in the chat's last thread."""
        for entry in reversed(self.timeline):
            if entry.thread_id and entry.thread_id != self.thread_id:
                return False
            if entry.thread_id and entry.author:
                return True
        return False
