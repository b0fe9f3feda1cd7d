"""Strings of strangers: links that are links, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatwheel.ui.text import beginning, host, is_emoji, linked, one_line, plain
from chatwheel.ui.tree import Node, words


def parts(text: str) -> list[str | tuple[str, str]]:
    return [
        (part.attributes["href"], part.children[0].text)  # type: ignore[union-attr]
        if isinstance(part, Node)
        else part
        for part in linked(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", ["hello"]),
        (
            "see https://a.example/x?y=1#z.",
            ["see ", ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"), "."],
        ),
        ("(http://a.example/b_(c))", ["(", ("http://a.example/b_(c)", "http://a.example/b_(c)"), ")"]),
        ("www.shop.example!", [("https://www.shop.example", "www.shop.example"), "!"]),
        ("mail ada@b.example, ok", ["mail ", ("mailto:ada@b.example", "ada@b.example"), ", ok"]),
        ("javascript:alert(1)", ["javascript:alert(1)"]),
        ("data:text/html,<script>", ["data:text/html,<script>"]),
        ("JaVaScRiPt://www.x.example", ["JaVaScRiPt://", ("https://www.x.example", "www.x.example")]),
        (
            "https://a.example/\u202etxt.exe",
            [("https://a.example/", "https://a.example/"), "\u202etxt.exe"],
        ),
        ("<a href=https://x.example>", ["<a href=", ("https://x.example", "https://x.example"), ">"]),
    ],
)
def test_links(text: str, expected: list[str | tuple[str, str]]) -> None:
    assert parts(text) == expected


@given(st.text())
def test_no_character_is_lost_and_links_are_of_known_schemes(text: str) -> None:
    shown = parts(text)
    assert "".join(part if isinstance(part, str) else part[1] for part in shown) == plain(text)
    links = [part[0] for part in shown if isinstance(part, tuple)]
    assert all(link.lower().startswith(("https://", "http://", "mailto:")) for link in links)


def test_a_long_text_of_nearly_links_takes_no_time() -> None:
    assert parts("www." * 25_000)
    assert parts("a@" * 50_000)
    assert parts("a." * 50_000 + "@")


def test_controls_go_and_lines_stay() -> None:
    assert plain("a\x00b\nc\td\x1b[31m\u0085") == "ab\nc\td[31m"
    assert one_line(" Gr\u202eace\n\u2066 Hopper ") == "Grace Hopper"


@pytest.mark.parametrize("text", ["👍", "👩‍👩‍👧", "🇵🇱", "❤️ ", "👍🏽👍🏽"])
def test_emoji(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize("text", ["", "a", "👍 ok", "👍👍👍👍", "1️", "©x"])
def test_not_only_emoji(text: str) -> None:
    assert not is_emoji(text)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://bank.example@evil.example/x", "evil.example"),
        ("https://\u0430pple.example", "xn--pple-43d.example"),
        ("https://bank.example/a@b", ""),
        ("ada@bank.example", ""),
    ],
)
def test_an_address_in_disguise_says_where_it_leads(text: str, host: str) -> None:
    said = [node for node in linked(text) if isinstance(node, Node) and node.tag == "span"]
    assert [words(node) for node in said] == ([f" ({host})"] if host else [])


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://\u0430pple.example/x", "xn--pple-43d.example"),
        ("https://ada@bank.example:8080/", "bank.example"),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_whose_page_it_is(address: str, name: str) -> None:
    assert host(address) == name


ADDRESS = "https://shop.example/pumps?size=large&colour=blue"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("x" * 90 + " " + ADDRESS, "x" * 90),
        ("word " * 30, ("word " * 20).rstrip()),
        ("字" * 300, "字" * 100),
        ("x" * 99 + "👍🏽" + "x" * 50, "x" * 99),
        ("x" * 99 + "e\u0301" + "x" * 50, "x" * 99),
    ],
)
def test_a_beginning_cuts_nothing_in_two(text: str, shown: str) -> None:
    assert beginning(text, 100) == shown


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_a_beginning_is_a_beginning(text: str, length: int) -> None:
    shown = beginning(text, length)
    assert text.startswith(shown) and len(shown) <= max(length, len(text) if len(text) <= length else length)
