"""The little Markdown that agents and bots write, as nodes: emphasis, code, labelled links, lists. All else is text.

Nothing is lost but the marks: one without a partner is shown as it was written, and HTML is text like any other. Each
line is read once, and what may be open at a time is bounded, so that no message takes longer than its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from chatwheel.ui.text import LINK, anchor, beginning, linked, one_line, plain, trimmed, unsaid_target
from chatwheel.ui.tree import Node, Text, h

Part: TypeAlias = str | Node

_LIST = re.compile(r"^ *(?:-|\d{1,3}\.) ", re.M)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE = re.compile(r" {0,3}```[^`\s]*\s*")
_ITEM = re.compile(r"( {0,12})(?:[-*]|(\d{1,3})\.) +(?=\S)(?![-* ]++$)")
_LEVELS = 3
"""Lists in lists; deeper items are of the last."""
_TOKEN = re.compile(
    r"(?<!`)(?P<tick>`{1,2})(?!`)(?P<code>.+?)(?<!`)(?P=tick)(?!`)"
    r"|\[(?P<label>[^\[\]\n]{1,300})\]\("
    r"(?P<href>(?:https?://|mailto:|tel:)(?:[^\s()<>]|\([^\s()<>]{0,200}\)){1,2000}+)\)"
    rf"|(?P<address>{LINK.pattern})|(?P<run>\*+|_+)",
    re.I,
)
_OPEN = 8
"""Emphasis that may be open at once; older marks stay as they are."""
_BESIDE = 8
"""Characters on either side of a label that could make an address of it."""


def _is_marked(text: str) -> bool:
    """Nearly all texts are not: looking for single signs is far quicker than searching for patterns."""
    if "*" in text or "_" in text or "`" in text or "](" in text:
        return True
    return ("- " in text or ". " in text) and _LIST.search(text) is not None


def markdown(text: str) -> list[Part]:
    """The parts of a message. Together they say what it says, line breaks and all, without the marks."""
    text = plain(text)
    return _blocks(text) if _is_marked(text) else list(linked(text))


def spoken(text: str) -> str:
    """The same for those who listen, and where nothing but text is shown. The numbers of lists are words."""
    return "".join(_said(markdown(text))) if _is_marked(text) else text


def _said(parts: Iterable[Part | Text]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Node):
            if number := part.attributes.get("value"):
                yield f"{number}. "
            yield from _said(part.children)
        else:
            yield part if isinstance(part, str) else part.text


def shortened(parts: Iterable[Part], length: int) -> tuple[list[Part], bool]:
    """About so many of the first characters, and whether there are more. No link is cut, no mark comes loose."""
    room = _Room(length)
    return room.fill(parts), room.left < 0


@dataclass(slots=True)
class _Room:
    left: int

    def fill(self, parts: Iterable[Part | Text]) -> list[Part]:
        kept: list[Part] = []
        for part in parts:
            if self.left < 0:
                break
            if isinstance(part, Node) and part.tag != "a":
                kept.append(h(part.tag, part.attributes, self.fill(part.children)))
                continue
            text = "".join(_said([part]))
            room, self.left = self.left, self.left - len(text)
            if self.left >= 0:
                kept.append(part if isinstance(part, Node) else text)
            else:
                kept.append("…" if isinstance(part, Node) or not room else f"{beginning(text, room)}…")
        return kept


@dataclass(slots=True)
class _List:
    indent: int
    tag: str
    items: list[tuple[str, list[Part | _List]]] = field(default_factory=list)
    """The number of each, and what it says."""


def _blocks(text: str) -> list[Part]:
    shown: list[Part | _List] = []
    lists: list[_List] = []
    """The one that is open, behind those that it is in."""
    code: list[str] = []
    """The lines of code, behind the one that began it."""
    for line in _LINE.findall(text):
        if code and not (_FENCE.fullmatch(line) and line.strip() == "```"):
            code.append(line)
        elif code:
            shown += _code(code, line)
            code = []
        elif _FENCE.fullmatch(line):
            code, lists = [line], []
        elif item := _ITEM.match(line):
            _enter(shown, lists, len(item[1]), item[2] or "")
            lists[-1].items[-1][1].extend(_inline(line[item.end() :]))
        elif lists and (line.isspace() or line.startswith("  ")):
            lists[-1].items[-1][1].extend(_inline(line if line.isspace() else line.lstrip(" ")))
        else:
            lists = []
            shown += _inline(line)
    return _made(shown + _code(code, ""))  # without an end: it is still being written, or was forgotten


def _code(lines: list[str], end: str) -> list[Part | _List]:
    """Fences without anything between them are shown as they are: a message is never empty."""
    text = "".join(lines[1:])
    return [h("pre", {"dir": "ltr"}, h("code", None, text))] if text.strip() else ["".join(lines) + end]


def _enter(shown: list[Part | _List], lists: list[_List], indent: int, number: str) -> None:
    """A new item: of the open list, of one that it is in, or of a new one."""
    tag = "ol" if number else "ul"
    while lists and (
        indent < lists[-1].indent
        or (tag != lists[-1].tag and (indent < lists[-1].indent + 2 or len(lists) == _LEVELS))
    ):
        lists.pop()
    if not lists or (indent >= lists[-1].indent + 2 and len(lists) < _LEVELS):
        new = _List(indent, tag)
        (lists[-1].items[-1][1] if lists else shown).append(new)
        lists.append(new)
    lists[-1].items.append((number, []))


def _made(parts: Iterable[Part | _List]) -> list[Part]:
    """Every item keeps the number that it was given: lists go on behind what interrupts them."""
    return [
        h(
            part.tag,
            {"dir": "auto"},
            [h("li", {"value": number or None}, _made(content)) for number, content in part.items],
        )
        if isinstance(part, _List)
        else part
        for part in parts
        if part
    ]


@dataclass(slots=True)
class _Mark:
    at: int
    sign: str
    length: int


def _inline(line: str, *, links: bool = True) -> list[Part]:
    parts: list[Part] = []
    marks: list[_Mark] = []
    at = 0
    while found := _TOKEN.search(line, at):
        parts.append(line[at : found.start()])
        at = found.end()
        if found["code"]:
            parts.append(h("code", {"dir": "ltr"}, found["code"]))
        elif found["href"]:
            parts += _labelled(found)
        elif found["address"]:
            address = trimmed(found["address"])
            at = found.start() + len(address)
            parts += anchor(address) if links else [address]
        else:
            before = line[found.start() - 1] if found.start() else " "
            _emphasis(parts, marks, found["run"], before, line[at : at + 1] or " ")
    parts.append(line[at:])
    return _joined(parts)


def _labelled(found: re.Match[str]) -> Iterator[Part]:
    """A link with words of its own. Where it leads stands behind it, if they could be taken for another address."""
    label, href = one_line(found["label"]), found["href"]
    if not label:  # there would be nothing to press
        yield from linked(found[0])
        return
    yield h("a", {"href": href}, _inline(label, links=False))
    line, start, end = found.string, found.start(), found.end()
    before = line[max(0, start - _BESIDE) : start]
    around = re.sub(r"^.*\s|[*_`]", "", before) + label + re.sub(r"\s.*|[*_`]", "", line[end : end + _BESIDE])
    if target := unsaid_target(href, label, around):
        yield h("span", None, f" ({target})")


def _emphasis(parts: list[Part], marks: list[_Mark], run: str, before: str, after: str) -> None:
    """Marks hold on to a word from outside, so that `2*3*4` and `snake_case` are what they are."""
    left = len(run)
    if left <= (3 if run[0] == "*" else 1):
        if not before.isspace() and not _is_letter(after):
            left = _close(parts, marks, run[0], left)
        if left == len(run) and not after.isspace() and not _is_letter(before):
            marks.append(_Mark(len(parts), run[0], left))
            del marks[:-_OPEN]
    parts.append(run[:left])


def _close(parts: list[Part], marks: list[_Mark], sign: str, left: int) -> int:
    """Wraps what stands behind the partners of a closing run; gives how much of the run has found none."""
    for index in reversed(range(len(marks))):
        mark = marks[index]
        if mark.sign != sign or (mark.length != left and 3 not in (mark.length, left)):
            continue
        size = min(mark.length, left)
        node: Part = h("em" if size == 1 else "strong", None, _joined(parts[mark.at + 1 :]))
        mark.length -= size
        parts[mark.at :] = [sign * mark.length, h("em", None, node) if size == 3 else node]
        del marks[index + bool(mark.length) :]
        left -= size
        if not left:
            break
    return left


def _is_letter(sign: str) -> bool:
    """Of a script that puts spaces between words; others have marks inside what looks like one word."""
    return sign.isalnum() and (sign < "\u0e00" or "\u1e00" <= sign < "\u2000")


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Texts that follow each other as one."""
    joined: list[Part] = []
    texts: list[str] = []
    for part in (*parts, None):
        if isinstance(part, str):
            texts.append(part)
            continue
        if text := "".join(texts):
            joined.append(text)
        texts = []
        if part is not None:
            joined.append(part)
    return joined
