"""Turns states into messages of edits: one for many changes, and while it is on its way no other."""

from __future__ import annotations

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
    delayed. Of what the view gives in parts, the next is made while the stage takes one in.
    """

    def __init__(
        self,
        view: View,
        send: Callable[[list[Edit]], None],
        call_soon: Callable[[Callable[[], None]], object],
    ) -> None:
        self._view = view
        self._send = send
        self._call_soon = call_soon
        self._patcher = Patcher()
        self._newest: State | None = None
        self._next_part: list[Edit] = []
        self._is_on_its_way = False
        self._is_scheduled = False

    def show(self, state: State, _old: State | None = None) -> None:
        """Show this state as soon as possible: after what runs now, so that changes made together show together."""
        self._newest = state
        if not self._is_on_its_way:
            self._schedule()

    def applied(self) -> None:
        """The stage has applied the last edits and a frame has passed."""
        self._is_on_its_way = False
        part, self._next_part = self._next_part, []
        if part:
            self._post(part)
            self._schedule_rest()
        elif self._newest is not None and not self._is_scheduled:
            self._render()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self._call_soon(self._render)

    def _schedule_rest(self) -> None:
        if not self._view.is_complete:
            self._schedule()

    def _render(self) -> None:
        self._is_scheduled = False
        state, self._newest = self._newest, None
        if state is None:
            return
        edits: list[Edit] = []
        for place, children in self._view(state).items():
            edits += self._patcher.patch(place, children)
        if not self._view.is_complete:
            self._newest = state
        if self._is_on_its_way:
            self._next_part = edits
        else:
            if edits:
                self._post(edits)
            self._schedule_rest()

    def _post(self, edits: list[Edit]) -> None:
        self._is_on_its_way = True
        self._send(edits)
