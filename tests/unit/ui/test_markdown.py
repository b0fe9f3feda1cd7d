"""What agents write: the marks become elements, everything else stays what it is, and nothing takes long."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chatwheel.ui.components import message
from chatwheel.ui.components.markdown import Part, markdown, shortened, spoken
from chatwheel.ui.components.window import Place
from chatwheel.ui.tree import Node, Text
from unit.ui.document import Element
from unit.ui.pilot import ME, Pilot, event

ALLOWED = {"a", "span", "strong", "em", "code", "pre", "ul", "ol", "li"}


def source(parts: Iterable[Part | Text]) -> str:
    """As HTML would have it, for reading: `<em>x</em>`, attributes but `href` and `value` left out."""
    shown = ""
    for part in parts:
        if isinstance(part, Node):
            kept = "".join(
                f" {name}={part.attributes[name]}" for name in ("href", "value") if name in part.attributes
            )
            shown += f"<{part.tag}{kept}>{source(part.children)}</{part.tag}>"
        else:
            shown += part if isinstance(part, str) else part.text
    return shown


def nodes(parts: Iterable[Part | Text]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, Node):
            yield part
            yield from nodes(part.children)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** *it* _it_ `co*de*`", "<strong>bold</strong> <em>it</em> <em>it</em> <code>co*de*</code>"),
        ("***both*** x", "<em><strong>both</strong></em> x"),
        ("**a *b*** *a **b***", "<strong>a <em>b</em></strong> <em>a <strong>b</strong></em>"),
        ("***a* b**", "<strong><em>a</em> b</strong>"),
        ("(**a**), _b_!", "(<strong>a</strong>), <em>b</em>!"),
        ("这是**粗体**文字", "这是<strong>粗体</strong>文字"),
        ("``a ` b``", "<code>a ` b</code>"),
        ("*a _b* c_", "<em>a _b</em> c_"),
        ("```py\nx = **1**\n```\nok", "<pre><code>x = **1**\n</code></pre>ok"),
        ("see\n```\nnot yet", "see\n<pre><code>not yet</code></pre>"),
        ("Two:\n- a\n- b\nend", "Two:\n<ul><li>a\n</li><li>b\n</li></ul>end"),
        ("* a\n  more\n  1. b\n* c", "<ul><li>a\nmore\n<ol><li value=1>b\n</li></ol></li><li>c</li></ul>"),
        ("1. a\n\n2. b", "<ol><li value=1>a\n\n</li><li value=2>b</li></ol>"),
        ("- a\n1. b", "<ul><li>a\n</li></ul><ol><li value=1>b</li></ol>"),
        (
            "- a\n   - b\n      - c\n         - d",
            "<ul><li>a\n<ul><li>b\n<ul><li>c\n</li><li>d</li></ul></li></ul></li></ul>",
        ),
        ("- **a** `b`", "<ul><li><strong>a</strong> <code>b</code></li></ul>"),
        (
            "[the *page*](https://a.example/x_(y)_z)",
            "<a href=https://a.example/x_(y)_z>the <em>page</em></a>",
        ),
        (
            "**https://a.example/_x_/y**",
            "<strong><a href=https://a.example/_x_/y>https://a.example/_x_/y</a></strong>",
        ),
        ("_by ada@b.example_", "<em>by <a href=mailto:ada@b.example>ada@b.example</a></em>"),
    ],
)
def test_marks(text: str, shown: str) -> None:
    assert source(markdown(text)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4 = 24, 2**3**4",
        "snake_case_name and __init__ and _private",
        "size_t_ and 2*b* and *2*b",
        "*args, **kwargs",
        "*.py and *.txt",
        "5 * 3 * 2",
        "Price* without shipping*",
        "a line *that\ngoes on*",
        "- ",
        "-5 °C",
        "2026. - 1",
        "* * *\n---\n***",
        "```",
        "```\n```",
        "`",
        "# no heading\n> no quote\n| no | table |",
        "<b>bold</b><script>1</script>&amp;",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1)) [x](data:text/html,1) [x](vbscript:x)",
        "[x]( /path) [x]()",
        "[x](//evil)",
        "![x](y)",
        "[x][y]",
        "\\*a",
        "****a****",
    ],
)
def test_what_is_no_markdown_stays_as_it_was_written(text: str) -> None:
    assert source(markdown(text)) == text
    assert spoken(text) == text


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[our shop](https://shop.example/x)", ""),
        ("See [this](https://shop.example/x). Or that.", ""),
        ("[shop.example](https://www.shop.example/x)", ""),
        ("[https://shop.example/x](https://shop.example/y)", ""),
        ("[bank.example](https://evil.example)", "evil.example"),
        ("[https://bank.example/evil.example](https://evil.example)", "evil.example"),
        ("[**bank**.example](https://evil.example)", "evil.example"),
        ("[bank\uff0eexample](https://evil.example)", "evil.example"),
        ("[\u202eelpmaxe.knab](https://evil.example)", "evil.example"),
        ("[bank](https://evil.example).example", "evil.example"),
        ("my.**[bank](https://evil.example)", "evil.example"),
        ("[here](https://bank.example@evil.example)", "evil.example"),
        ("[here](https://\u0430pple.example)", "xn--pple-43d.example"),
        ("[help@bank.example](mailto:thief@evil.example?subject=x)", "thief@evil.example"),
        ("[help@bank.example](mailto:help@bank.example?subject=x)", ""),
        ("[write to us](mailto:help@bank.example)", ""),
        ("[+48 123](tel:+48900)", "+48900"),
        ("[+48 900](tel:+48900)", ""),
        ("[call](tel:+48900)", ""),
    ],
)
def test_a_label_that_could_be_an_address_says_where_it_leads(text: str, target: str) -> None:
    shown = markdown(text)
    said = [source(node.children) for node in nodes(shown) if node.tag == "span"]
    assert said == ([f" ({target})"] if target else [])
    assert sum(node.tag == "a" for node in nodes(shown)) == 1


def test_numbers_of_lists_are_said_and_marks_are_not() -> None:
    assert (
        spoken("**Do** this:\n1. `open`\n2. [read](https://a.example)\n- _so_")
        == "Do this:\n1. open\n2. read\nso"
    )


def only_words(text: str) -> str:
    """Without what may be a mark, or space."""
    return re.sub(r"[*_`\s\d.\-]", "", text)


@given(st.text(st.sampled_from("ab(1.*_-` \n<&"), max_size=200))
def test_nothing_but_marks_is_lost(text: str) -> None:
    assume(not re.search(r"(?m)^ {0,3}```[^`\s]", text))  # what names a language goes with its fence
    shown = markdown(text)
    assert only_words(spoken(text)) == only_words(text)
    assert bool(text.strip()) == bool(spoken(text).strip())
    assert all(node.tag in ALLOWED - {"a", "span"} for node in nodes(shown))


PIECES = (
    "[a](https://b.example)",
    "](",
    "[",
    "(javascript:x)",
    "```",
    "\n",
    "- ",
    "1. ",
    "  ",
    "**",
    "*",
    "_",
    "`",
    "é",
    "www.a.example",
    "a@b.example",
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map("".join), st.integers(1, 60))
def test_anything_is_shown_with_these_elements_and_can_be_shortened(text: str, length: int) -> None:
    shown = markdown(text)
    for node in nodes(shown):
        assert node.tag in ALLOWED and set(node.attributes) <= {"href", "dir", "value"}
        assert (
            node.attributes.get("href", "https:").lower().startswith(("https:", "http:", "mailto:", "tel:"))
        )
    short, is_cut = shortened(markdown(text), length)
    words, whole = source_text(short), source_text(shown)
    if is_cut:
        assert whole.startswith(words[: words.rindex("…")].rstrip()) and len(words) <= length + 1
    else:
        assert words == whole and len(whole) <= length


HOSTILE = {
    "stars": "*" * 9,
    "open": "*a ",
    "both": "*a*_b_ ",
    "unmet": "*a b_ ",
    "deep": "*(_(**(",
    "closed": "a* b_ c** ",
    "ticks": "` `` ",
    "tick": "`",
    "brackets": "[",
    "labels": "[a](",
    "links": "[a](https://(",
    "addresses": "[a](https://b.example/*)",
    "items": "- a\n   - b\n",
    "item": "- - - - ",
    "numbers": "1. ",
    "fences": "```\n",
    "lines": "\n",
    "spaces": "- a\n" + " " * 20 + "\n",
    "mails": "a@b.",
    "closing": "https://a.example/)))",
}


def lines_run(text: str) -> int:
    """How many lines of Python it takes to read a text."""
    count = 0

    def line(_frame: FrameType, what: str, _value: Any) -> Any:
        nonlocal count
        count += what == "line"
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        markdown(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_twice_the_text_is_twice_the_work(piece: str) -> None:
    """Python's is counted in lines; the patterns, which cannot be counted, would take far more than a minute."""
    half, whole = (lines_run(piece * (size // len(piece))) for size in (2_000, 4_000))
    assert whole < 2.2 * half + 200

    def gave_up(*_: object) -> None:
        raise AssertionError("this takes more than its length")

    handler = signal.signal(signal.SIGVTALRM, gave_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, 60)
    try:
        shown = markdown(piece * (100_000 // len(piece)))
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, handler)
    assert depth(shown) <= 2 * 8 + 2 * 3 + 1


def depth(parts: Iterable[Part | Text]) -> int:
    return max((1 + depth(part.children) for part in parts if isinstance(part, Node)), default=0)


def source_text(parts: Iterable[Part | Text]) -> str:
    return "".join(
        source_text(part.children) if isinstance(part, Node) else part if isinstance(part, str) else part.text
        for part in parts
    )


async def test_agents_messages_have_marks_visitors_have_not_and_what_is_said_is_plain() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.page(open=False)
        await pilot.push(event("T1_1", "It is **here**:\n1. `x`", at=5))
        assert pilot.told("unread")[-1]["preview"] == {"name": "Grace", "text": "It is here:\n1. x"}
        assert pilot.told("news")[-1]["message"]["text"] == "It is here:\n1. x"  # type: ignore[index]
        await pilot.page(open=True)
        await pilot.push(event("T1_2", "Or **there**", at=6))
        assert pilot.told("announce")[-1] == {"text": "Grace says: Or there"}
        await pilot.push(event("T1_3", "Not **me**", author=ME, at=7))
        one, two, mine = pilot.document.find(Place.LOG, "div", class_="bubble")
        assert [part.tag for part in one.walk()][1:] == [
            "#text",
            "strong",
            "#text",
            "#text",
            "ol",
            "li",
            "code",
            "#text",
        ]
        assert one.attributes["data-whole"] == "It is **here**:\n1. `x`"  # what is copied
        assert two.text == "Or there" and mine.text == "Not **me**"


async def test_long_lists_and_code_are_folded() -> None:
    text = (
        "**Steps**\n" + "- press _the_ `button` twice\n" * 80 + "```\n" + "line of code\n" * 100 + "```\nend"
    )
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", text))

        def bubble() -> Element:
            [found] = pilot.document.find(Place.LOG, "div", class_="bubble")
            return found

        shown = [part.tag for part in bubble().walk()]
        assert shown.count("li") == 80 and shown.count("pre") == 1
        assert "…Show more" in bubble().text  # on a line of its own, below the code
        assert len(bubble().text) < message.FOLD_ABOVE + 20
        await pilot.act("unfold", key="T1_1")
        assert bubble().text.endswith("end Show less") and bubble().attributes["data-whole"] == text
        await pilot.act("unfold", key="T1_1")
        assert "end" not in bubble().text
