"""Turns states into messages of edits: one for many changes, and while it is on its way no other."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from chatwheel.ui.state import State
from chatwheel.ui.tree import Edit, Node, Patcher


class View(Protocol):
    """What each fixed place of the frame shows, or a part of it, if that is a lot."""

    @property
    def is_complete(self) -> bool:
        """Whether the last call gave everything; if not, the next ones give more."""

    def __call__(self, state: State, /) -> Mapping[int, Sequence[Node]]: ...


class Renderer:
    """Renders the newest state when the stage is ready for it.

    The stage answers a message of edits with `applied` after a frame has passed; until then changes are collected.
    So the document is changed at most once a frame, however many events arrive, and the first of them is not
    delayed. What the view gives in parts is sent at once, part by part: the stage takes one in while the next is made.
    """

    def __init__(self, view: View, send: Callable[[list[Edit]], None], loop: AbstractEventLoop) -> None:
        self._view = view
        self._send = send
        self._loop = loop
        self._patcher = Patcher()
        self._newest: State | None = None
        self._on_its_way = 0
        self._scheduled = False

    def show(self, state: State, _old: State | None = None) -> None:
        """Show this state as soon as possible: after what runs now, so that changes made together show together."""
        self._newest = state
        if not self._scheduled and not self._on_its_way:
            self._scheduled = True
            self._loop.call_soon(self._render)

    def applied(self) -> None:
        """The stage has applied the last edits and a frame has passed."""
        self._on_its_way -= 1
        if self._newest is not None and not self._on_its_way and not self._scheduled:
            self._render()

    def _render(self) -> None:
        self._scheduled = False
        state, self._newest = self._newest, None
        if state is None:
            return
        edits: list[Edit] = []
        for place, children in self._view(state).items():
            edits += self._patcher.patch(place, children)
        if edits:
            self._on_its_way += 1
            self._send(edits)
        if not self._view.is_complete:
            self._newest, self._scheduled = state, True
            self._loop.call_soon(self._render)
