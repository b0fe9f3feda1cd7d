"""What an extension may show: a copy of its tree that holds allowed elements, attributes and addresses, and no more.

The stage has a list of its own (`edits.mjs`); this one is shorter, and says in words what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable

from chatwheel.extension.api import ExtensionError
from chatwheel.ui.text import plain
from chatwheel.ui.tree import Node, Text, h

MOST_NODES = 300
DEEPEST = 12
LONGEST = 20_000
"""Characters of all texts together."""

ELEMENTS = frozenset(
    ["a", "bdi", "br", "button", "div", "img", "li", "p", "section", "span", "strong", "time", "ul"]
)
ATTRIBUTES = frozenset(["aria-hidden", "aria-label", "class", "dir", "lang", "role"])
OF_ELEMENT = {
    "a": {"href"},
    "button": {"action", "value", "disabled"},
    "img": {"src", "alt", "width", "height"},
    "time": {"datetime"},
}
LINKS = ("https:", "http:", "mailto:", "tel:")
IMAGES = ("https:", "http:")
ROLES = frozenset(["group", "img", "list", "listitem", "note"])


def checked(tree: Node, resolve: Callable[[str], str]) -> Node:
    """The tree as it may be shown; `resolve` makes addresses absolute.

    Raises:
        ExtensionError: it holds something that is not allowed, or too much.
    """
    return _Check(resolve).node(tree, 1)


class _Check:
    def __init__(self, resolve: Callable[[str], str]) -> None:
        self._resolve = resolve
        self._nodes = 0
        self._characters = 0

    def node(self, node: Node, depth: int) -> Node:
        if not isinstance(node, Node):
            raise ExtensionError(f"A tree is made by h(), not a {type(node).__name__}.")
        self._nodes += 1
        if self._nodes > MOST_NODES or depth > DEEPEST:
            raise ExtensionError(f"A tree has at most {MOST_NODES} elements, {DEEPEST} deep.")
        if node.tag not in ELEMENTS:
            raise ExtensionError(f"The element {node.tag!r} is not allowed; these are: {_list(ELEMENTS)}.")
        attributes = self._attributes(node)
        children = [self._child(child, depth) for child in node.children]
        return h(node.tag, attributes, children, key=None if node.key is None else str(node.key))

    def _child(self, child: Node | Text, depth: int) -> Node | Text:
        if not isinstance(child, Text):
            return self.node(child, depth + 1)
        text = plain(str(child.text))
        self._characters += len(text)
        if self._characters > LONGEST:
            raise ExtensionError(f"A tree has at most {LONGEST} characters.")
        return Text(text)

    def _attributes(self, node: Node) -> dict[str, str]:
        given: dict[str, str] = {}
        for name, value in node.attributes.items():
            if name not in ATTRIBUTES and name not in OF_ELEMENT.get(node.tag, ()):
                raise ExtensionError(f"The attribute {name!r} is not allowed on {node.tag!r}.")
            given |= self._attribute(name, str(value))
        if node.tag == "img":
            given.setdefault("alt", "")
        if node.tag == "button":
            given |= {"type": "button"}
        return given

    def _attribute(self, name: str, value: str) -> dict[str, str]:
        match name:
            case "class":
                return {"class": " ".join(f"x-{word}" for word in value.split())}
            case "href" | "src":
                return {name: self._address(value, LINKS if name == "href" else IMAGES)}
            case "role" if value not in ROLES:
                raise ExtensionError(f"The role {value!r} is not allowed; these are: {_list(ROLES)}.")
            case "action":
                return {"data-action": "extension", "data-do": "click", "data-which": value}
            case "value":
                return {"data-value": value}
            case _:
                return {name: value}

    def _address(self, value: str, schemes: tuple[str, ...]) -> str:
        address = self._resolve(value)
        if not address.lower().startswith(schemes):
            raise ExtensionError(
                f"The address {value!r} is not allowed: it must begin with {_list(schemes)}."
            )
        return address


def _list(words: frozenset[str] | tuple[str, ...]) -> str:
    return ", ".join(sorted(words))
