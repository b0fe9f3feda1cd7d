"""An agent's photo, or the initials on a tint of their own."""

from __future__ import annotations

from zlib import crc32

from chatwheel.ui.components.icons import icon
from chatwheel.ui.entries import Person
from chatwheel.ui.tree import Node, h

TINTS = 6


def avatar(person: Person | None) -> Node:
    """Decoration: the name stands beside it in words."""
    if person and person.avatar:
        return h("img", {"class": "avatar", "src": person.avatar, "alt": "", "width": 32, "height": 32})
    attributes = {"class": "avatar", "aria-hidden": "true"}
    if not person or not person.name:
        return h("span", attributes, icon("wheel"))
    attributes["data-tint"] = str(crc32(person.name.encode()) % TINTS)
    return h("span", attributes, initials(person.name))


def initials(name: str) -> str:
    """The first letters of the first and the last word."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper()
