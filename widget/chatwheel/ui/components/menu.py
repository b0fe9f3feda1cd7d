"""What is behind the button "Menu"."""

from __future__ import annotations

from chatwheel.ui.components.icons import icon
from chatwheel.ui.i18n import Strings
from chatwheel.ui.state import State
from chatwheel.ui.tree import Node, h


def menu(state: State, t: Strings) -> list[Node]:
    if not state.menu_open:
        return []
    if state.active:
        items = [_item("end-chat", "end", t("menu.end"))]
    else:
        items = [_item("start-chat", "chat", t("menu.start"))]
    if state.active and not state.rating.asked:
        items.insert(0, _item("rating", "thumb-good", t("menu.rate")))
    items.append(_switch("sound", "sound", t("menu.sound"), state.alerts.sound))
    if state.alerts.notify is not None:
        items.append(_switch("notify", "bell", t("menu.notify"), state.alerts.notify))
    if state.thread_id:
        items.insert(0, _item("transcript", "mail", t("menu.transcript")))
    return [h("div", {"class": "menu", "role": "menu", "aria-label": t("menu.label")}, items)]


def _item(action: str, symbol: str, text: str) -> Node:
    attributes = {"type": "button", "role": "menuitem", "tabindex": "-1", "data-action": action}
    return h("button", attributes, icon(symbol), text, key=action)


def _switch(action: str, symbol: str, text: str, is_on: bool) -> Node:
    attributes = {
        "type": "button",
        "role": "menuitemcheckbox",
        "aria-checked": "true" if is_on else "false",
        "tabindex": "-1",
        "data-action": action,
    }
    return h("button", attributes, icon(symbol), text, icon("sent"), key=action)
