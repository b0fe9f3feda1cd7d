"""What a conversation is made of: people, and the entries they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

from chatwheel.ui.tree import Node

Kind: TypeAlias = Literal["message", "file", "rich", "custom", "notice"]
LOCAL = "local-"
"""How the key of what was said here begins, and the event id that it gets with its place."""


def live_key(author_id: str) -> str:
    """The key of beginnings of an author's that do not say which answer they are of."""
    return f"live {author_id}"


@dataclass(frozen=True, slots=True)
class Person:
    """An agent, as the visitor sees one."""

    id: str
    name: str
    avatar: str = ""
    title: str = ""
    present: bool = True
    is_bot: bool = False


class Delivery(Enum):
    """How far a message of the visitor has come."""

    WAITING = "waiting"  # for a connection
    SENDING = "sending"
    SENT = "sent"
    SEEN = "seen"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, one's own while it goes up or anybody's once it is there. `url` is empty before that."""

    name: str
    content_type: str = ""
    size: int | None = None
    url: str = ""
    preview: str = ""
    width: int | None = None
    height: int | None = None
    alternative_text: str = ""
    share: float | None = None
    """How much of it has gone up, 0 to 1; `None` when it is not on its way."""

    @property
    def is_image(self) -> bool:
        """Whether it is shown as a picture. SVG is a document, not a picture."""
        kind = self.content_type.partition(";")[0].strip().lower()
        return kind in {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"}


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a rich message.

    `kind` is `message`, `url`, `phone`, `webview`, `cancel`, or empty: a postback alone.
    """

    text: str
    postback_id: str
    kind: str = ""
    value: str = ""
    height: str = ""
    """Of the page that a `webview` shows: `compact`, `tall` or `full`."""
    leaves: bool = False
    """Whether the page of a `url` takes the place of the one that the visitor is on."""
    role: str = "default"
    pressed: bool = False
    """Whether the visitor has pressed it."""


@dataclass(frozen=True, slots=True)
class Card:
    """An element of a rich message; each part may be missing."""

    title: str = ""
    subtitle: str = ""
    image: Attachment | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Rich:
    template: str
    """`cards`, `quick_replies`, `sticker`, or a newer one, which is shown like cards."""
    cards: tuple[Card, ...]

    @property
    def answered(self) -> bool:
        """Whether the visitor has chosen; to open a link is no answer."""
        return any(
            button.pressed and button.kind in ("message", "cancel")
            for card in self.cards
            for button in card.buttons
        )


@dataclass(frozen=True, slots=True)
class Link:
    """What a page is about, for a card below the message that names it."""

    url: str
    title: str
    description: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """What the service tells of a chat: the type of a system message and the values in its text."""

    type: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Entry:
    """One thing in the conversation: a message, a file, or a notice of what happened."""

    key: str
    kind: Kind
    at: float
    """Seconds since the epoch: the server's time, or the visitor's while the server has not confirmed it."""
    author: Person | None = None
    """`None`: the visitor, or nobody for a notice."""
    text: str = ""
    event_id: str = ""
    """Empty until the server has confirmed it."""
    thread_id: str = ""
    delivery: Delivery | None = None
    """`None` for what is not the visitor's."""
    error: str = ""
    """Why it failed, in words for the visitor."""
    lost: bool = False
    """Whether what it was made of is gone, so that it cannot be tried again."""
    attachment: Attachment | None = None
    rich: Rich | None = None
    link: Link | None = None
    """The page that the text names, if something is known of it."""
    is_announcement: bool = False
    local: bool = False
    """Whether it exists in this browser only: the server knows nothing of it."""
    drawn: Node | None = None
    """What the site's own Python made of it."""
    happening: Happening | None = None
    """Of a notice, if the service says what happened; `text` is its own wording."""
    unfolded: bool = False
    is_live: bool = False
    """Whether it is still being written: the beginning of an answer, shown as it grows."""
    is_deleted: bool = False

    @property
    def mine(self) -> bool:
        return self.kind != "notice" and self.author is None
