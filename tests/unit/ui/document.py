"""A document for tests: applies edits as `edits.mjs` does, and can be asked what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chatwheel.ui.tree import Edit


@dataclass
class Element:
    id: int
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()


class Document:
    """Nodes by number; text nodes are elements of the tag `#text`."""

    def __init__(self, places: range = range(1, 10)) -> None:
        self.nodes: dict[int, Element] = {place: Element(place, "place") for place in places}
        self.parents: dict[int, Element] = {}
        self.messages: list[list[Edit]] = []

    def apply(self, edits: list[Edit]) -> None:
        self.messages.append(edits)
        for kind, *rest in edits:
            getattr(self, f"_{kind}")(*rest)

    def shown(self, place: int) -> Element:
        return self.nodes[place]

    def find(self, place: int, tag: str, **attributes: str) -> list[Element]:
        """Elements of a tag whose attributes contain these (`data_key="x"` for `data-key`)."""
        wanted = {name.replace("_", "-").strip("-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.nodes[place].walk()
            if element.tag == tag and all(wanted[name] in element.attributes.get(name, "") for name in wanted)
        ]

    def _insert(self, parent: int, before: int, tree: list[Any]) -> None:
        self._place(self.nodes[parent], before, self._build(tree))

    def _move(self, parent: int, before: int, id: int) -> None:
        node = self.nodes[id]
        self.parents[id].children.remove(node)
        self._place(self.nodes[parent], before, node)

    def _remove(self, id: int) -> None:
        node = self.nodes[id]
        self.parents[id].children.remove(node)
        for element in node.walk():
            assert self.nodes.pop(element.id) is element

    def _text(self, id: int, text: str) -> None:
        assert self.nodes[id].tag == "#text"
        self.nodes[id].children = [text]

    def _set(self, id: int, name: str, value: str) -> None:
        self.nodes[id].attributes[name] = value

    def _unset(self, id: int, name: str) -> None:
        del self.nodes[id].attributes[name]

    def _place(self, parent: Element, before: int, node: Element) -> None:
        index = parent.children.index(self.nodes[before]) if before else len(parent.children)
        parent.children.insert(index, node)
        self.parents[node.id] = parent

    def _build(self, tree: list[Any]) -> Element:
        if len(tree) == 2:
            element = Element(tree[0], "#text", children=[tree[1]])
        else:
            element = Element(tree[0], tree[1], dict(tree[2]))
            for child in tree[3]:
                built = self._build(child)
                element.children.append(built)
                self.parents[built.id] = element
        assert element.id not in self.nodes, f"{element.id} is in the document already"
        self.nodes[element.id] = element
        return element
