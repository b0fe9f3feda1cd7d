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


#: Messages of edits under way, of a view in parts: the stage shows one a frame, and holds the other until the next.
WINDOW = 2


class Renderer:
    """Renders the newest state when the stage is ready for it.

    The stage answers a message of edits with `applied` after a frame has passed; until then changes are collected.
    So the document is changed at most once a frame, however many events arrive, and the first of them is not
    delayed. Of what the view gives in parts, the next is made and sent while the stage takes one in.
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
        self._under_way = 0
        self._is_scheduled = False

    def show(self, state: State, _old: State | None = None) -> None:
        """Show this state as soon as possible: after what runs now, so that changes made together show together."""
        self._newest = state
        self._schedule()

    def applied(self) -> None:
        """The stage has applied the oldest of the edits under way, and a frame has passed."""
        self._under_way -= 1
        if not self._is_scheduled:
            self._render()

    def _schedule(self) -> None:
        if self._is_ready and not self._is_scheduled:
            self._is_scheduled = True
            self._call_soon(self._render)

    @property
    def _is_ready(self) -> bool:
        return self._under_way < (1 if self._view.is_complete else WINDOW)

    def _render(self) -> None:
        self._is_scheduled = False
        state = self._newest
        if state is None or not self._is_ready:
            return
        self._newest = None
        edits: list[Edit] = []
        for place, children in self._view(state).items():
            edits += self._patcher.patch(place, children)
        if edits:
            self._under_way += 1
            self._send(edits)
        if not self._view.is_complete:
            self.show(state)
