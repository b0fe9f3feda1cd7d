"""`docs/embed.md` tells of everything the page can do: each attribute, verb, method and event."""

from __future__ import annotations

import json
import re
from pathlib import Path

from chatwheel.calls import METHODS

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "static"
DOCS = (ROOT / "docs" / "embed.md").read_text(encoding="utf-8")
SOURCES = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in ("embed.js", "page.mjs"))


def test_every_method() -> None:
    assert [name for name in METHODS if f"`{name}`" not in DOCS] == []


def test_every_event_of_the_widget() -> None:
    own = re.search(r"OWN = new Set\(\[(.*?)\]\)", SOURCES, re.DOTALL)
    assert own
    names = re.findall(r'"(\w+)"', own[1])
    assert len(names) > 10
    assert [name for name in names if f"`{name}`" not in DOCS] == []
    emitted = set(re.findall(r'emit\("(\w+)"', SOURCES))
    assert emitted <= set(names)


def test_every_attribute() -> None:
    read = set(re.findall(r"dataset\.(\w+)", SOURCES)) - {"loaded"}
    attributes = {"data-" + re.sub(r"([A-Z])", lambda letter: "-" + letter[1].lower(), name) for name in read}
    assert len(attributes) > 10
    assert [name for name in sorted(attributes) if f"`{name}`" not in DOCS] == []


def test_the_element_is_described() -> None:
    """`custom-elements.json` knows the attributes, events and properties that are documented."""
    (module,) = json.loads((STATIC / "custom-elements.json").read_text(encoding="utf-8"))["modules"]
    (element,) = module["declarations"]
    assert f'"{element["tagName"]}"' in (STATIC / module["path"]).read_text(encoding="utf-8")
    table = DOCS.partition("## Attributes")[2].partition("How it looks")[0]
    documented = {*re.findall(r"`(data-[a-z-]+)`", "".join(re.findall(r"^\| (`data.*?) \|", table, re.M)))}
    described = {attribute["name"] for attribute in element["attributes"]}
    assert described == documented - {"data-inline", "data-position"}
    events = {event["name"].removeprefix("chatwheel:") for event in element["events"]}
    assert [name for name in events if f"`{name}`" not in DOCS] == []


def test_every_verb() -> None:
    verbs = re.search(r"const verbs = \{(.*?)\n    \};", SOURCES, re.DOTALL)
    own = re.search(
        r"this\.#verbs = \{(.*?)\n    \};", (STATIC / "verbs.mjs").read_text(encoding="utf-8"), re.DOTALL
    )
    assert verbs and own
    names = {*re.findall(r"^      (\w+)[:,]", verbs[1] + own[1], re.MULTILINE), "identify"}
    assert len(names) > 15
    assert [name for name in sorted(names) if f'`"{name}"' not in DOCS and f'"{name}"' not in DOCS] == []


def test_every_custom_property() -> None:
    theming = (ROOT / "docs" / "theming.md").read_text(encoding="utf-8")
    read = set(re.findall(r"var\((--chatwheel-[\w-]+)", SOURCES)) | set(
        re.findall(r'getPropertyValue\("(--chatwheel-[\w-]+)"', SOURCES)
    )
    assert len(read) >= 8
    assert [name for name in sorted(read) if f"`{name}`" not in theming] == []
