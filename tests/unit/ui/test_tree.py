"""The diff: whatever two trees are, the edits turn the first into the second, and say no more than they must."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chatwheel.ui.tree import Node, Patcher, Text, h
from unit.ui.document import Document, Element

PLACE = 1


def shape(node: Node | Text | Element | str) -> Any:
    """A tree without its numbers."""
    if isinstance(node, str):
        return node
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Element) and node.tag == "#text":
        return node.children[0]
    return (node.tag, dict(node.attributes), [shape(child) for child in node.children])


def forest(random: Random, depth: int) -> list[Node | Text]:
    """Siblings, some with keys and some without, among them texts."""
    keys = random.sample("abcdef", random.randint(0, 6))
    siblings: list[Node | Text] = []
    for key in keys:
        if random.random() < 0.3:
            siblings.append(Text(random.choice(["", "a", "b"])))
        else:
            siblings.append(element(random, depth, key if random.random() < 0.7 else None))
    return siblings


def element(random: Random, depth: int, key: str | None) -> Node:
    attributes = {name: random.choice("xy") for name in ("class", "title") if random.random() < 0.5}
    children = forest(random, depth - 1) if depth else []
    return Node(random.choice(["p", "div"]), attributes, children, key)


@given(st.integers(0, 2**64))
def test_edits_turn_one_tree_into_the_next(seed: int) -> None:
    random = Random(seed)  # hypothesis's own could be made smaller, but takes 50 times as long
    patcher, document = Patcher(), Document()
    for _ in range(4):
        tree = forest(random, 2)
        document.apply(patcher.patch(PLACE, tree))
        assert [shape(child) for child in document.shown(PLACE).children] == [shape(node) for node in tree]


@given(st.permutations("abcdefgh"), st.permutations("abcdefgh"))
def test_keyed_nodes_keep_their_numbers_when_they_move(first: list[str], second: list[str]) -> None:
    patcher, document = Patcher(), Document()
    document.apply(patcher.patch(PLACE, [h("p", None, key, key=key) for key in first]))
    numbers = {element.text: element.id for element in document.shown(PLACE).walk() if element.tag == "p"}
    edits = patcher.patch(PLACE, [h("p", None, key, key=key) for key in second])
    document.apply(edits)
    assert {kind for kind, *_ in edits} <= {"move"}
    assert {
        element.text: element.id for element in document.shown(PLACE).walk() if element.tag == "p"
    } == numbers


def test_the_same_object_is_not_looked_into() -> None:
    patcher = Patcher()
    kept = h("p", None, "kept")
    patcher.patch(PLACE, [kept])
    kept.children = []  # nobody may do this; the diff does not see it
    assert patcher.patch(PLACE, [kept]) == []


def test_appending_says_only_what_is_new() -> None:
    patcher = Patcher()
    rows = [h("p", None, str(number), key=str(number)) for number in range(50)]
    patcher.patch(PLACE, rows)
    [edit] = patcher.patch(PLACE, [*rows, h("p", None, "new", key="new")])
    assert edit[:3] == ["insert", PLACE, 0]


def test_prepending_puts_before_what_is_there() -> None:
    patcher = Patcher()
    rows = [h("p", None, "old", key="old")]
    patcher.patch(PLACE, rows)
    [edit] = patcher.patch(PLACE, [h("p", None, "new", key="new"), *rows])
    assert edit[:3] == ["insert", PLACE, rows[0].id]


def test_attributes_that_are_nothing_are_left_out() -> None:
    node = h("p", {"a": None, "b": False, "c": True, "d": 3, "e": ""})
    assert node.attributes == {"c": "", "d": "3", "e": ""}


def test_markup_in_a_string_stays_a_string() -> None:
    [edit] = Patcher().patch(PLACE, [h("p", None, "<img src=x onerror=alert(1)>")])
    assert edit[3][3] == [[11, "<img src=x onerror=alert(1)>"]]


def test_what_stands_without_a_key_stays_when_its_neighbours_go() -> None:
    patcher = Patcher()
    avatar, meta = h("span", None, "S"), h("p", None, "10:00")
    patcher.patch(PLACE, [h("h2", None, "Sam"), avatar, h("div", None, "Hello"), meta])
    edits = patcher.patch(PLACE, [h("h2", None, "Sam"), h("div", None, "Hello")])
    assert edits == [["remove", avatar.id], ["remove", meta.id]]
