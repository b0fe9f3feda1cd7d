"""docs/extensions.md says what there is."""

from __future__ import annotations

import re
from pathlib import Path

from chatwheel import extension
from chatwheel.extension import trees
from chatwheel.extension.api import Chat
from chatwheel.extension.testing import Rehearsal

DOCS = (Path(__file__).parents[3] / "docs" / "extensions.md").read_text("utf-8")
INSIDE = {"desk", "open"}


def public(thing: type) -> set[str]:
    return {name for name in vars(thing) if not name.startswith("_")}


def test_every_name_is_explained() -> None:
    words = set(re.findall(r"\w+", DOCS))
    assert public(Chat) - INSIDE - words == set()
    assert public(Rehearsal) - {"close"} - words == set()
    assert set(extension.__all__) - words - {"Chat", "Reply"} == set()


def test_what_is_allowed_in_trees_is_listed_as_it_is() -> None:
    for listed in (trees.ELEMENTS, trees.ATTRIBUTES, trees.ROLES):
        assert any(set(found.split()) == listed for found in re.findall(r"`([a-z -]+)`", DOCS)), listed
