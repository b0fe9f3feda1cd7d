"""Where a site's own Python takes part: what it is asked, and what it may answer. Without one, everything passes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from chatwheel.sdk.models import CustomEvent
from chatwheel.ui.entries import Entry
from chatwheel.ui.tree import Node


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something that is about to leave the visitor's browser.

    `kind`: `message`; `preview`, the unfinished text that agents see while the visitor types; `file`, before its
    upload begins; `answer`, what was typed into a field of a form, or the comment on a rating.
    """

    kind: Literal["message", "preview", "file", "answer"]
    text: str = ""
    """What was written; for a file its name."""
    content_type: str = ""
    """Of a file."""
    size: int = 0
    """Of a file, in bytes."""
    field: str = ""
    """The label of the form's field."""


@dataclass(frozen=True, slots=True)
class Hold:
    """It does not leave. The visitor keeps it, reads why, and can send it again or delete it."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """It does not leave: it is answered here, with this text or with what else the extension says."""

    text: str = ""


Verdict: TypeAlias = Outgoing | Hold | Answer


class Hooks(Protocol):
    prepared: asyncio.Event
    """Set when there is nothing to wait for any more; the conversation is not read before."""

    @property
    def examines(self) -> bool:
        """Whether what leaves must be shown to `clear` first."""
        ...

    def attach(self, announce: Callable[[Entry], None]) -> None:
        """`announce` tells those who listen what was said."""
        ...

    async def clear(self, outgoing: Outgoing) -> Verdict:
        """What shall become of it; never raises."""
        ...

    def draw(self, event: CustomEvent) -> Node | None:
        """What the visitor sees of an event of the site's own; `None` for nothing."""
        ...

    def caught_up(self) -> None:
        """The conversation was read: what is known of the visitor is known now."""
        ...

    def moved(self, url: str, title: str) -> None:
        """The visitor is on another page."""
        ...

    def dismissed(self) -> None:
        """The visitor does not want what stands beside the launcher."""
        ...

    def intent(self, intent: Mapping[str, Any]) -> None:
        """The visitor used something that the extension has shown."""
        ...

    async def aclose(self) -> None:
        """Stop whatever is under way."""
        ...


class NoHooks:
    """A site without Python of its own. See `Hooks`."""

    examines = False

    def __init__(self) -> None:
        self.prepared = asyncio.Event()
        self.prepared.set()

    def attach(self, announce: Callable[[Entry], None]) -> None:
        pass

    async def clear(self, outgoing: Outgoing) -> Verdict:
        return outgoing

    def draw(self, event: CustomEvent) -> Node | None:
        return None

    def caught_up(self) -> None:
        pass

    def moved(self, url: str, title: str) -> None:
        pass

    def dismissed(self) -> None:
        pass

    def intent(self, intent: Mapping[str, Any]) -> None:
        pass

    async def aclose(self) -> None:
        pass
