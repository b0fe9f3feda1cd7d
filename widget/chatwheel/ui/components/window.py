"""The whole widget: which component stands in which fixed place of `frame.html`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from enum import IntEnum

from chatwheel.ui.components import notices
from chatwheel.ui.components.ended import ended
from chatwheel.ui.components.form import form
from chatwheel.ui.components.header import header
from chatwheel.ui.components.log import Log, top
from chatwheel.ui.components.menu import menu
from chatwheel.ui.i18n import Strings
from chatwheel.ui.state import State
from chatwheel.ui.tree import Node


class Place(IntEnum):
    """The numbers that `frame.html` gives to its fixed places (`data-place`)."""

    HEADER = 1
    MENU = 2
    CONNECTION = 3
    TOP = 4
    LOG = 5
    TYPING = 6
    ALERTS = 7
    ENDED = 8
    FORM = 9


View = Callable[[State, Strings], list[Node]]
Source = Callable[[State], tuple[object, ...]]

VIEWS: Mapping[Place, tuple[View, Source]] = {
    Place.HEADER: (
        header,
        lambda s: (s.people, s.agent_id, s.predicted, s.active, s.connection, s.available),
    ),
    Place.MENU: (menu, lambda s: (s.menu_open, s.active, s.thread_id, s.alerts, s.rating)),
    Place.CONNECTION: (
        notices.connection,
        lambda s: (s.connection, s.stop_reason, s.queue, s.available, s.active),
    ),
    Place.TOP: (top, lambda s: (s.older, not s.timeline)),
    Place.FORM: (form, lambda s: (s.form,)),
    Place.TYPING: (notices.typing, lambda s: (s.typing, s.hesitant, s.thinking, s.people)),
    Place.ALERTS: (notices.alerts, lambda s: (s.notices,)),
    Place.ENDED: (
        ended,
        lambda s: (
            *(s.rating, s.transcript, s.ended, s.active, s.thread_id, s.form, s.thanks),
            s.ended and s.is_answered,
        ),
    ),
}
"""Each place's view, and the parts of the state that it depends on: while they stay, so do its nodes."""


class Window:
    """`Window(strings)(state)` gives the nodes of every place."""

    def __init__(self, strings: Strings, timezone: tzinfo | None = None) -> None:
        self._t = strings
        self._log = Log(strings, timezone)
        self._shown: dict[Place, tuple[tuple[object, ...], list[Node]]] = {}

    @property
    def is_complete(self) -> bool:
        """Whether the last call gave everything; if not, the next ones give more."""
        return self._log.is_complete

    def begin_anew(self) -> None:
        """Forget what was built: the words are others."""
        self._log.begin_anew()
        self._shown.clear()

    def __call__(self, state: State) -> Mapping[int, Sequence[Node]]:
        places: dict[int, Sequence[Node]] = {Place.LOG: self._log(state.timeline)}
        for place, (view, source) in VIEWS.items():
            parts = source(state)
            known = self._shown.get(place)
            if not known or known[0] != parts:
                known = self._shown[place] = (parts, view(state, self._t))
            places[place] = known[1]
        return places
