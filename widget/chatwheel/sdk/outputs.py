"""What the core asks its driver to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import ChatError
from .missed import Gap


@dataclass(frozen=True)
class Open:
    """Open socket `number` and gather credentials. `token`: `any` will do, `lasting` (an hour), or a `fresh` one."""

    number: int
    url: str
    token: str


@dataclass(frozen=True)
class Close:
    """Close socket `number`."""

    number: int


@dataclass(frozen=True)
class Send:
    """Send a text."""

    text: str


@dataclass(frozen=True)
class Emit:
    """Tell the listeners of `name`."""

    name: str
    payload: Any


@dataclass(frozen=True)
class Keep:
    """Keep this side storage for the next login."""

    side_storage: dict[str, Any]


@dataclass(frozen=True)
class CatchUp:
    """Read what was said in these chats."""

    gaps: dict[str, Gap]


@dataclass(frozen=True)
class Outcome:
    """How a request ended: with a value or an error."""

    request_id: str
    value: Any = None
    error: ChatError | None = None


@dataclass(frozen=True)
class Finish:
    """It is over for good."""


Output = Open | Close | Send | Emit | Keep | CatchUp | Outcome | Finish
