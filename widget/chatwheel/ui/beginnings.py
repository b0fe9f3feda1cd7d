"""Changes of the state by what is not said yet: answers as they are being written, bots that think."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from chatwheel.ui.entries import Entry, live_key
from chatwheel.ui.state import State, Thinking
from chatwheel.ui.timeline import Timeline

_NOBODY: Mapping[str, Thinking] = MappingProxyType({})


def silent(state: State) -> State:
    """Nobody types, thinks, or is in the middle of an answer."""
    timeline = state.timeline
    for entry in _live(timeline):
        timeline = timeline.remove(entry.key)
    return replace(state, timeline=timeline, typing=frozenset(), thinking=_NOBODY)


def _live(timeline: Timeline) -> list[Entry]:
    """Answers that are being written: they stand among the last entries."""
    live = []
    for entry in reversed(timeline):
        if entry.event_id:
            break
        live += [entry] if entry.is_live else []
    return live


def without_beginnings(timeline: Timeline, entries: Iterable[Entry]) -> Timeline:
    """Without the beginnings that did not say which answer they were of, once their author has said something."""
    live = {entry.key for entry in _live(timeline)}
    for entry in entries if live else ():
        if entry.author and live_key(entry.author.id) in live:
            timeline = timeline.remove(live_key(entry.author.id))
    return timeline


def without_thinking(state: State, authors: Iterable[str]) -> State:
    if not state.thinking or state.thinking.keys().isdisjoint(authors):
        return state
    left = {id: thinking for id, thinking in state.thinking.items() if id not in set(authors)}
    return replace(state, thinking=MappingProxyType(left))


def streamed(state: State, entry: Entry) -> State:
    """More of an answer that is being written. A piece that comes after the whole answer changes nothing."""
    known, author = state.timeline.find(entry.key), entry.author
    if author is None or (known and not known.is_live):
        return state
    if known:
        entry = replace(entry, at=known.at)
    state = replace(
        state,
        timeline=state.timeline.put(entry),
        typing=state.typing - {author.id},
        agent_id=author.id,
    )
    return without_thinking(state, [author.id])


def stream_lost(state: State, key: str) -> State:
    """Nothing more was heard of an answer."""
    known = state.timeline.find(key)
    return replace(state, timeline=state.timeline.remove(key)) if known and known.is_live else state


def thinking(state: State, user_id: str, what: Thinking | None) -> State:
    """A bot works on an answer, or has stopped."""
    if what is None:
        return without_thinking(state, [user_id])
    known = state.timeline.find(what.custom_id) if what.custom_id else None
    if known:
        return state
    return replace(state, thinking=MappingProxyType({**state.thinking, user_id: what}))


def deleted(state: State, event_id: str) -> State:
    """An event was taken back: that there was one stays."""
    return replace(
        state,
        timeline=state.timeline.update(
            event_id, lambda entry: replace(entry, is_deleted=True, text="", attachment=None, rich=None)
        ),
    )
