"""The whole widget: which component stands in which fixed place of `frame.html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from enum import IntEnum

from chatwheel.ui.components import notices
from chatwheel.ui.components.ended import ended
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


class Window:
    """`Window(strings)(state)` gives the nodes of every place."""

    def __init__(self, strings: Strings, timezone: tzinfo | None = None) -> None:
        self._t = strings
        self._log = Log(strings, timezone)

    def __call__(self, state: State) -> Mapping[int, Sequence[Node]]:
        t = self._t
        return {
            Place.HEADER: header(state, t),
            Place.MENU: menu(state, t),
            Place.CONNECTION: notices.connection(state, t),
            Place.TOP: top(state, t),
            Place.LOG: self._log(state.timeline),
            Place.TYPING: notices.typing(state, t),
            Place.ALERTS: notices.alerts(state, t),
            Place.ENDED: ended(state, t),
        }
