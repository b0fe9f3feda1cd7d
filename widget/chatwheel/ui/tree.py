"""Trees of plain nodes, and the keyed diff that turns two of them into edits.

This file knows elements, attributes, text and identity. It does not know the document: an edit is a JSON list that
`stage.mjs` applies. The edits are described in `docs/architecture.md`.

A node object belongs to one place in one tree. Giving back the same object as last time is the cheap way to say
"nothing changed here": the diff does not look inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, TypeAlias

Edit: TypeAlias = list[Any]
Child: TypeAlias = "Node | Text | str | Iterable[Node | Text | str | None] | None"
Attribute: TypeAlias = str | int | float | bool | None


class Text:
    """A text node. Its text is never parsed: it becomes a text node in the document, whatever it holds."""

    __slots__ = ("id", "text")

    key: str | None = None

    def __init__(self, text: str) -> None:
        self.id = 0
        self.text = text

    def __repr__(self) -> str:
        return f"Text({self.text!r})"


class Node:
    """An element: tag, attributes (strings), children, and the key that is its identity among its siblings."""

    __slots__ = ("attributes", "children", "id", "key", "tag")

    def __init__(
        self, tag: str, attributes: Mapping[str, str], children: Sequence[Node | Text], key: str | None
    ) -> None:
        self.id = 0
        self.tag = tag
        self.attributes = attributes
        self.children = children
        self.key = key

    def __repr__(self) -> str:
        return f"<{self.tag} {dict(self.attributes)} {list(self.children)}>"


def h(
    tag: str, attributes: Mapping[str, Attribute] | None = None, *children: Child, key: str | None = None
) -> Node:
    """Make a node.

    Attributes that are `None` or `False` are left out, `True` becomes an empty value, numbers become text.
    Children that are strings become text nodes; `None` is left out; nested iterables are flattened one level.
    """
    given: dict[str, str] = {}
    if attributes:
        for name, value in attributes.items():
            if isinstance(value, str):
                given[name] = value
            elif value is not None and value is not False:
                given[name] = "" if value is True else str(value)
    nodes: list[Node | Text] = []
    for child in children:  # written out: most of the time of drawing a conversation is spent here
        if isinstance(child, (Node, Text)):
            nodes.append(child)
        elif isinstance(child, str):
            nodes.append(Text(child))
        elif child is not None:
            for each in child:
                if isinstance(each, str):
                    nodes.append(Text(each))
                elif each is not None:
                    nodes.append(each)
    return Node(tag, given, nodes, key)


def words(node: Node | Text) -> str:
    """All text in a tree, in one line."""
    if isinstance(node, Text):
        return node.text
    return " ".join(filter(None, (words(child) for child in node.children)))


FIRST_FREE_ID = 10
"""Numbers below are the fixed places of `frame.html`."""


class Patcher:
    """Remembers what is shown in each place and says what must change.

    `patch(place, children)` returns the edits that make the place show `children`.
    """

    def __init__(self) -> None:
        self._ids = count(FIRST_FREE_ID)
        self._shown: dict[int, Sequence[Node | Text]] = {}

    def patch(self, place: int, children: Sequence[Node | Text]) -> list[Edit]:
        edits: list[Edit] = []
        shown = self._shown.get(place, ())
        if children is not shown:
            self._children(place, shown, children, edits)
        self._shown[place] = children
        return edits

    def _build(self, node: Node | Text) -> list[Any]:
        node.id = next(self._ids)
        if isinstance(node, Text):
            return [node.id, node.text]
        return [node.id, node.tag, node.attributes, [self._build(child) for child in node.children]]

    def _same(self, old: Node | Text, new: Node | Text, edits: list[Edit]) -> None:
        """Turn `old`, which is shown, into `new`, which is of the same kind."""
        if old is new:
            return
        new.id = old.id
        if isinstance(new, Text) or isinstance(old, Text):
            assert isinstance(new, Text) and isinstance(old, Text)
            if old.text != new.text:
                edits.append(["text", new.id, new.text])
            return
        if old.attributes != new.attributes:
            gone = (name for name in old.attributes if name not in new.attributes)
            edits.extend(["unset", new.id, name] for name in gone)
            for name, value in new.attributes.items():
                if old.attributes.get(name) != value:
                    edits.append(["set", new.id, name, value])
        self._children(new.id, old.children, new.children, edits)

    def _children(
        self, parent: int, old: Sequence[Node | Text], new: Sequence[Node | Text], edits: list[Edit]
    ) -> None:
        start, end_old, end_new = 0, len(old), len(new)
        for before, now in zip(old, new, strict=False):
            if before is not now:
                if not _alike(before, now):
                    break
                self._same(before, now, edits)
            start += 1
        while end_old > start and end_new > start and _alike(old[end_old - 1], new[end_new - 1]):
            end_old -= 1
            end_new -= 1
            self._same(old[end_old], new[end_new], edits)
        after = new[end_new].id if end_new < len(new) else 0
        if start < end_old or start < end_new:
            self._middle(parent, old[start:end_old], new[start:end_new], after, edits)

    def _middle(
        self,
        parent: int,
        old: Sequence[Node | Text],
        new: Sequence[Node | Text],
        after: int,
        edits: list[Edit],
    ) -> None:
        """What is left when the common beginning and end are done. `after` is the node that follows, 0 for none."""
        free = dict(zip(_identities(old), old, strict=True))
        partners = [free.pop(identity, None) for identity in _identities(new)]
        edits.extend(["remove", node.id] for node in free.values())
        gone = {id(node) for node in free.values()}
        waiting = [node for node in old if id(node) not in gone]
        for node, partner in zip(new, partners, strict=True):
            if partner is None:
                before = waiting[0].id if waiting else after
                edits.append(["insert", parent, before, self._build(node)])
                continue
            if waiting[0] is not partner:
                edits.append(["move", parent, waiting[0].id, partner.id])
            waiting.remove(partner)
            self._same(partner, node, edits)


def _alike(old: Node | Text, new: Node | Text) -> bool:
    """Whether one can become the other by edits inside it."""
    if isinstance(old, Text) or isinstance(new, Text):
        return isinstance(old, Text) and isinstance(new, Text)
    return old.tag == new.tag and old.key == new.key


def _identities(nodes: Sequence[Node | Text]) -> Iterator[tuple[object, ...]]:
    """Nodes with a key are the same wherever they stand; of others, the first of a tag is the first, and so on."""
    counts: dict[str, int] = {}
    for node in nodes:
        tag, key = ("", None) if isinstance(node, Text) else (node.tag, node.key)
        if key is None:
            counts[tag] = counts.get(tag, 0) + 1
            yield (tag, None, counts[tag])
        else:
            yield (tag, key)
