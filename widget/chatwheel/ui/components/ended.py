"""What stands above the composer when a conversation was closed: how it was, and the way to the next."""

from __future__ import annotations

from chatwheel.ui.components.rating import rating
from chatwheel.ui.components.transcript import transcript
from chatwheel.ui.i18n import Strings
from chatwheel.ui.state import State
from chatwheel.ui.tree import Node, h


def ended(state: State, t: Strings) -> list[Node]:
    if state.form and state.form.kind != "postchat":
        return []  # the next has begun: what must be asked before it gets the room
    parts: list[Node | None] = [transcript(state, t), rating(state, t)]
    if state.ended and not state.active:
        again = {"type": "button", "class": "primary", "data-action": "start-chat"}
        row = (h("span", None, t(state.thanks or "ended.text")), h("button", again, t("ended.again")))
        parts.append(h("div", {"class": "row"}, *row, key="again"))
    return [h("div", {"class": "ended"}, parts)] if any(parts) else []
