"""The diff: whatever two trees are, the edits turn the first into the second, and say no more than they must."""

from __future__ import annotations

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


def children(depth: int) -> st.SearchStrategy[list[Node | Text]]:
    texts = st.builds(Text, st.sampled_from(["", "a", "b"]))
    if depth == 0:
        return st.lists(texts, max_size=2)
    keyed = st.lists(st.sampled_from("abcdef"), unique=True, max_size=6).flatmap(
        lambda keys: st.tuples(*(nodes(depth, key) for key in keys)).map(list)
    )
    free = st.lists(st.one_of(texts, nodes(depth, None)), max_size=4)
    return st.one_of(keyed, free)


def nodes(depth: int, key: str | None) -> st.SearchStrategy[Node]:
    attributes = st.dictionaries(st.sampled_from(["class", "title"]), st.sampled_from(["x", "y"]), max_size=2)
    return st.builds(Node, st.sampled_from(["p", "div"]), attributes, children(depth - 1), st.just(key))


@given(st.lists(children(2), min_size=1, max_size=3))
def test_edits_turn_one_tree_into_the_next(trees: list[list[Node | Text]]) -> None:
    patcher, document = Patcher(), Document()
    for tree in trees:
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
