"""What no source of the widget, of its host page's side or of the agents' console may hold, whoever writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "static"
CONSOLE = ROOT / "devserver" / "chatwheel_devserver" / "console"
SCRIPTS = sorted(path for folder in (STATIC, CONSOLE) for path in folder.rglob("*.*js"))
MODULES = sorted((ROOT / "widget" / "chatwheel").rglob("*.py"))
HOST_PAGE = [
    *(STATIC / name for name in ("aside.mjs", "element.mjs", "embed.js", "identity.mjs", "livechat.js")),
    *(STATIC / name for name in ("page.mjs", "phone.mjs", "shapes.mjs", "unread.mjs")),
]
"""What runs in the pages of others."""
STYLES = [STATIC / name for name in ("element.mjs", "embed.js", "phone.mjs", "theme.css", "unread.mjs")]

PARSES = (
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|setHTML\w*|srcdoc|DOMParser|createContextualFragment)\b"
    r"|\bdocument\.write|\beval\(|\bFunction\(|\bset(?:Timeout|Interval)\(\s*[\"'`]|\brun_js\b"
)
"""Ways by which a text becomes elements or code."""
TAKES_OVER = (
    r"\b(?:window|globalThis|document)\.on\w+\s*=|\.prototype\.\w+\s*=|postMessage\([^)]*[\"']\*[\"']"
)
"""What would change the page for others, or speak to whoever listens."""
ONE_SIDED = (
    r"(?<![\w-])(?:margin|padding|border|inset)-(?:left|right)\b|\btext-align:\s*(?:left|right)\b|\bfloat:"
    r"|(?<![\w-])(?:left|right):\s"
)
"""Left and right change places where the page is read from right to left."""


def found(pattern: str, paths: Iterable[Path]) -> list[str]:
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    assert len(texts) > 3
    return [
        f"{path.relative_to(ROOT)}: {hit.group()}"
        for path, text in texts.items()
        for hit in re.finditer(pattern, text)
    ]


def test_no_text_becomes_elements_or_code() -> None:
    assert found(PARSES, [*SCRIPTS, *MODULES]) == []


def test_nothing_of_the_page_is_taken_over() -> None:
    assert found(TAKES_OVER, HOST_PAGE) == []


def test_styles_know_no_left_and_right() -> None:
    assert found(ONE_SIDED, STYLES) == []


def test_what_moves_can_be_stopped() -> None:
    """Styles alone move things, and one rule for who wants less motion ends all of them."""
    moving = r"\bscroll-behavior\b|\bbehavior:\s*[\"']smooth|\.animate\(|\bstyle\.(?:transition|animation)\b"
    assert found(moving, [*SCRIPTS, *STYLES]) == []
    calm = re.search(
        r"@media \(prefers-reduced-motion: reduce\) \{\n  \*,\n  \*::before,\n  \*::after \{(.*?)\}",
        (STATIC / "theme.css").read_text(encoding="utf-8"),
        re.DOTALL,
    )
    assert calm
    assert set(calm[1].split(";\n")) >= {
        "\n    transition: none !important",
        "    animation: none !important",
    }


def test_the_order_of_stops_is_that_of_the_document() -> None:
    given = found(r"\btab[iI]ndex\"?\s*[=:]\s*\"?-?\d+", [*SCRIPTS, *MODULES, STATIC / "frame.html"])
    assert len(given) > 5
    assert [one for one in given if not re.search(r"\D0$|-1$", one)] == []
