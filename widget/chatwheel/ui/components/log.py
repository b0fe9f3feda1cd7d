"""The conversation: days, groups, and the pages that make a long one cheap.

A page is viewed again only when it, or the entry next to it on either side, is another object than last time. Many new
ones are not drawn at once: the newest first, and the others while the document already takes these in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import lru_cache

from chatwheel.ui.components import message
from chatwheel.ui.components.message import Position
from chatwheel.ui.entries import Delivery, Entry
from chatwheel.ui.i18n import Strings
from chatwheel.ui.state import Older, State
from chatwheel.ui.timeline import Page, Timeline
from chatwheel.ui.tree import Node, h

GROUP_SECONDS = 300
"""Entries further apart are not in one group."""
PAGES_AT_ONCE = 5
"""New pages in one drawing: what is seen at once, and more."""
PAGES_BEHIND = 25
"""In each that follows: as many as the document takes in without being held up for long, for each waits for a frame."""


class Log:
    """View of a timeline. Called with each new one, it builds only what changed.

    `is_complete` says whether the last call gave all pages; if not, the next ones give more.
    """

    def __init__(self, strings: Strings, timezone: tzinfo | None = None) -> None:
        self._t = strings
        self._drawn: set[int] = set()
        # Each entry is compared with both of its neighbours, and twice.
        self._day = lru_cache(maxsize=64)(lambda at: datetime.fromtimestamp(at, timezone).date())
        self.is_complete = True
        self.begin_anew()

    def begin_anew(self) -> None:
        """Build all that is drawn again: the words are others."""
        self._pages: dict[int, tuple[Page, Entry | None, Entry | None, Node]] = {}
        self._entries: dict[str, tuple[Entry | None, Entry, Entry | None, list[Node]]] = {}

    def __call__(self, timeline: Timeline) -> list[Node]:
        new = [page.number for page in timeline.pages if page.number not in self._drawn]
        at_once = PAGES_AT_ONCE if self.is_complete else PAGES_BEHIND
        self._drawn.update(new[-at_once:])
        self.is_complete = len(new) <= at_once
        nodes = []
        before: Entry | None = None
        following = (*timeline.pages[1:], None)
        for page, next_page in zip(timeline.pages, following, strict=False):
            after = next_page.first if next_page else None
            if page.number in self._drawn:
                nodes.append(self._known(page, before, after))
            before = page.last
        return nodes

    def _known(self, page: Page, before: Entry | None, after: Entry | None) -> Node:
        known = self._pages.get(page.number)
        if known and known[0] is page and known[1] is before and known[2] is after:
            return known[3]
        node = self._page(page, before, after)
        self._pages[page.number] = (page, before, after, node)
        return node

    def _page(self, page: Page, before: Entry | None, after: Entry | None) -> Node:
        children: list[Node] = []
        following: Sequence[Entry | None] = (*page.entries[1:], after)
        for entry, next_entry in zip(page.entries, following, strict=True):
            known = self._entries.get(entry.key)
            if known and known[0] is before and known[1] is entry and known[2] is next_entry:
                children += known[3]
            else:
                nodes = self._entry(before, entry, next_entry)
                self._entries[entry.key] = (before, entry, next_entry, nodes)
                children += nodes
            before = entry
        return h("div", {"class": "page"}, children, key=str(page.number))

    def _entry(self, before: Entry | None, entry: Entry, after: Entry | None) -> list[Node]:
        """The entry as its neighbours let it be, behind the day if it is the first of one."""
        first, last = not self._together(before, entry), not self._together(entry, after)
        position = Position(first, last, told=last or (_is_going_up(after) and not _is_going_up(entry)))
        node = message.entry(entry, position, self._t)
        if before is None or self._day(before.at) != self._day(entry.at):
            return [self._separator(entry), node]
        return [node]

    def _separator(self, entry: Entry) -> Node:
        time = h("time", {"datetime": message.timestamp(entry.at), "data-format": "day"})
        return h("div", {"class": "day", "role": "separator"}, time, key=f"day {self._day(entry.at)}")

    def _together(self, entry: Entry | None, other: Entry | None) -> bool:
        """Whether two neighbours belong to one group."""
        if entry is None or other is None or entry.kind == "notice" or other.kind == "notice":
            return False
        return (
            (entry.author.id if entry.author else "") == (other.author.id if other.author else "")
            and abs(other.at - entry.at) < GROUP_SECONDS
            and self._day(entry.at) == self._day(other.at)
            and (entry.delivery is Delivery.FAILED) == (other.delivery is Delivery.FAILED)
        )


def _is_going_up(entry: Entry | None) -> bool:
    """Whether it is a file that is on its way."""
    file = entry.attachment if entry else None
    return file is not None and file.share is not None


def top(state: State, t: Strings) -> list[Node]:
    """What stands before the first entry: the way to older ones, or a welcome."""
    if state.older is Older.FAILED:
        again = {"type": "button", "class": "link", "data-action": "older"}
        return [h("p", {"class": "older"}, t("older.failed"), " ", h("button", again, t("failure.retry")))]
    if state.older in (Older.MORE, Older.LOADING):
        return [
            h(
                "p",
                {"class": "older", "data-loading": True},
                h("span", {"class": "spinner"}),
                t("older.loading"),
            )
        ]
    return [
        h(
            "div",
            {"class": "welcome", "data-alone": not state.timeline},
            h("p", {"class": "hello"}, t("welcome.title")),
            h("p", None, t("welcome.text")),
        )
    ]
