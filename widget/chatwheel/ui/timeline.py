"""The conversation in order: an immutable sequence of entries, kept in pages so that a change costs one page.

An entry that the server has confirmed stands where its time puts it; one that still waits stands at the end. An
entry is known by its key (the `custom_id` it was sent with, else the event's id) and by its event's id, so an event
that arrives twice, or as an answer and as a push, stays one entry.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

from chatwheel.ui.entries import Entry

PAGE_SIZE = 40
"""A page of this size takes no more at its open end; the next entry starts a new one."""


@dataclass(frozen=True)
class Page:
    """Some consecutive entries, at least one. Its number stays while its entries change."""

    entries: tuple[Entry, ...]
    number: int

    @cached_property
    def names(self) -> frozenset[str]:
        """Keys and event ids of the entries."""
        return frozenset(name for entry in self.entries for name in (entry.key, entry.event_id) if name)

    @cached_property
    def said(self) -> int | None:
        """How many messages of others these are, unless some have no place in the server's time."""
        if all(entry.event_id and not entry.local for entry in self.entries):
            return sum(entry.author is not None and not entry.is_live for entry in self.entries)
        return None

    @property
    def first(self) -> Entry:
        return self.entries[0]

    @property
    def last(self) -> Entry:
        return self.entries[-1]


def _order(entry: Entry) -> float:
    return entry.at if entry.event_id else inf


@dataclass(frozen=True)
class Timeline:
    """All entries, oldest first."""

    pages: tuple[Page, ...] = ()
    made: int = 0
    """Pages made so far: the next one's number."""

    def __iter__(self) -> Iterator[Entry]:
        for page in self.pages:
            yield from page.entries

    def __reversed__(self) -> Iterator[Entry]:
        for page in reversed(self.pages):
            yield from reversed(page.entries)

    def __len__(self) -> int:
        return sum(len(page.entries) for page in self.pages)

    def __bool__(self) -> bool:
        return bool(self.pages)

    @property
    def last(self) -> Entry | None:
        return self.pages[-1].last if self.pages else None

    def find(self, name: str) -> Entry | None:
        """The entry with this key or event id."""
        for page in reversed(self.pages):
            if name in page.names:
                return next(entry for entry in page.entries if name in (entry.key, entry.event_id))
        return None

    def put(self, entry: Entry) -> Timeline:
        """Add an entry, or replace the one that it is a newer version of."""
        known = self.find(entry.key) or (self.find(entry.event_id) if entry.event_id else None)
        if known is None:
            return self._insert(entry)
        entry = replace(entry, key=known.key)
        if _order(known) == _order(entry):
            return self.update(known.key, lambda _: entry)
        return self.remove(known.key)._insert(entry)

    def put_all(self, entries: Iterable[Entry]) -> Timeline:
        """Put them one after the other; a stretch of history that stands before or after all there is goes at once."""
        entries = list(entries)
        if not self._are_new(entries):
            timeline = self
            for entry in entries:
                timeline = timeline.put(entry)
            return timeline
        entries.sort(key=_order)
        stretches = [entries[start : start + PAGE_SIZE] for start in range(0, len(entries), PAGE_SIZE)]
        pages = tuple(Page(tuple(some), self.made + number) for number, some in enumerate(stretches))
        is_older = bool(self.pages) and _order(entries[-1]) < _order(self.pages[0].first)
        all_pages = (*pages, *self.pages) if is_older else (*self.pages, *pages)
        return Timeline(all_pages, self.made + len(pages))

    def _are_new(self, entries: Sequence[Entry]) -> bool:
        """Whether they are confirmed, unknown, and stand together before or after everything that is here."""
        if len(entries) < 2 or not all(entry.event_id for entry in entries):
            return False
        names = {name for entry in entries for name in (entry.key, entry.event_id)}
        if len({entry.key for entry in entries}) < len(entries):
            return False
        if any(not page.names.isdisjoint(names) for page in self.pages):
            return False
        orders = [_order(entry) for entry in entries]
        return (
            not self.pages
            or max(orders) < _order(self.pages[0].first)
            or min(orders) >= _order(self.pages[-1].last)
        )

    def update(self, name: str, change: Callable[[Entry], Entry]) -> Timeline:
        """Change one entry in its place; nothing happens when there is none of that name."""
        for index, page in enumerate(self.pages):
            if name in page.names:
                entries = tuple(
                    change(entry) if name in (entry.key, entry.event_id) else entry for entry in page.entries
                )
                return self._replace(index, entries)
        return self

    def update_all(self, change: Callable[[Entry], Entry]) -> Timeline:
        """Change entries; pages in which nothing changed stay the same objects."""
        pages = []
        for page in self.pages:
            entries = tuple(map(change, page.entries))
            same = all(new is old for new, old in zip(entries, page.entries, strict=True))
            pages.append(page if same else Page(entries, page.number))
        return Timeline(tuple(pages), self.made)

    def remove(self, name: str) -> Timeline:
        for index, page in enumerate(self.pages):
            if name in page.names:
                entries = tuple(e for e in page.entries if name not in (e.key, e.event_id))
                return self._replace(index, entries)
        return self

    def _insert(self, entry: Entry) -> Timeline:
        """Full pages are left alone at the beginning and at the end of the conversation: what grows there grows
        in pages of its own, so that neither a new message nor older ones touch what is shown already."""
        order = _order(entry)
        index = len(self.pages) - 1
        while index > 0 and _order(self.pages[index].first) > order:
            index -= 1
        if index < 0:
            return self._new_page(0, entry)
        entries = self.pages[index].entries
        at = bisect_right(entries, order, key=_order)
        if len(entries) >= PAGE_SIZE and index == len(self.pages) - 1 and at == len(entries):
            return self._new_page(index + 1, entry)
        if len(entries) >= PAGE_SIZE and index == 0 and at == 0:
            return self._new_page(0, entry)
        return self._replace(index, (*entries[:at], entry, *entries[at:]))

    def _new_page(self, index: int, *entries: Entry) -> Timeline:
        pages = (*self.pages[:index], Page(entries, self.made), *self.pages[index:])
        return Timeline(pages, self.made + 1)

    def _replace(self, index: int, entries: tuple[Entry, ...]) -> Timeline:
        page = self.pages[index]
        if not entries:
            return Timeline(self.pages[:index] + self.pages[index + 1 :], self.made)
        if len(entries) <= 2 * PAGE_SIZE:
            changed = Page(entries, page.number)
            return Timeline((*self.pages[:index], changed, *self.pages[index + 1 :]), self.made)
        # The first half keeps the number: `Patcher` then removes nodes before it builds them elsewhere.
        return self._replace(index, entries[:PAGE_SIZE])._new_page(index + 1, *entries[PAGE_SIZE:])
