"""Icons are symbols of `frame.html`, drawn by `<use>`; they say nothing to a screen reader."""

from __future__ import annotations

from chatwheel.ui.tree import Node, h


def icon(name: str) -> Node:
    return h(
        "svg",
        {"class": "icon", "aria-hidden": "true", "viewBox": "0 0 24 24"},
        h("use", {"href": f"#icon-{name}"}),
    )
