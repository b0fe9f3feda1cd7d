"""Cursors: opaque texts that say where a page starts, in which direction, and how long it is.

A cursor names the instant beyond which its page lies, so pages stay right when something new is written meanwhile.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar

from .errors import validation

Measure = Literal["count", "events"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cursor:
    """One page: where it starts and how it is cut."""

    descending: bool
    measure: Measure
    size: int
    #: Whose list it goes through: of chats, or of one chat's threads.
    list_name: str
    #: The page holds what lies beyond this instant; None for the very first page.
    beyond: int | None = None
    #: Read against the order, to come back from a later page.
    backwards: bool = False

    @property
    def reads_descending(self) -> bool:
        """The direction in which the rows of this page are read."""
        return self.descending != self.backwards

    def write(self) -> str:
        """Return the cursor as clients see it."""
        order = "desc" if self.descending else "asc"
        way = "prev" if self.backwards else "next"
        text = f"{self.beyond}:{order}:{way}:{self.measure}:{self.size}:{self.list_name}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(page_id: str, largest: int, list_name: str) -> Cursor:
    """Return the cursor that a client has sent back, which must be one of this list."""
    try:
        padded = page_id + "=" * (-len(page_id) % 4)
        text = base64.urlsafe_b64decode(padded.encode()).decode()
        beyond, order, way, measure, size, of = text.split(":")
        cursor = Cursor(
            descending={"desc": True, "asc": False}[order],
            measure={"count": "count", "events": "events"}[measure],  # type: ignore[arg-type]
            size=int(size),
            list_name=of,
            beyond=int(beyond),
            backwards={"prev": True, "next": False}[way],
        )
    except (ValueError, KeyError, binascii.Error) as error:
        raise validation("page_id", "is not a cursor of this server") from error
    if of != list_name:
        raise validation("page_id", "is a cursor of another list")
    if not 1 <= cursor.size <= largest or not 0 <= (cursor.beyond or 0) < 2**62:
        raise validation("page_id", "is not a cursor of this server")
    return cursor


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The rows of one page and the cursors of its neighbours."""

    rows: list[T]
    next_id: str | None
    previous_id: str | None

    def ids(self) -> dict[str, str]:
        """Return the cursors that exist, as fields of a response."""
        ids = {"next_page_id": self.next_id, "previous_page_id": self.previous_id}
        return {name: value for name, value in ids.items() if value is not None}


def cut_page(
    cursor: Cursor,
    rows: Sequence[T],
    instant: Callable[[T], int],
    is_full: Callable[[list[T]], bool],
    exists_before: Callable[[int], bool],
) -> Page[T]:
    """Take rows until the page is full and make the cursors around them.

    ``rows`` are read in the page's direction, one more than it can hold; ``exists_before`` tells whether
    anything lies on the side from which the page was entered.
    """
    taken: list[T] = []
    for row in rows:
        if is_full(taken):
            break
        taken.append(row)
    has_more = len(taken) < len(rows)
    has_behind = bool(taken) and cursor.beyond is not None and exists_before(instant(taken[0]))
    if cursor.backwards:
        taken.reverse()
        has_more, has_behind = has_behind, has_more

    def neighbour(row: T, *, backwards: bool) -> str:
        return replace(cursor, beyond=instant(row), backwards=backwards).write()

    return Page(
        taken,
        neighbour(taken[-1], backwards=False) if taken and has_more else None,
        neighbour(taken[0], backwards=True) if taken and has_behind else None,
    )
