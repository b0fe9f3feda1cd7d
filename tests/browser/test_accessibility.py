"""axe finds nothing in any state: light and dark, wide and 360 px, left to right and right to left."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Literal

from playwright.sync_api import Frame, Page, ViewportSize, expect

from browser.backend import Agent, Backend
from browser.pages import Console, Widget
from browser.states import document, photo, walk

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE: ViewportSize = {"width": 1100, "height": 760}
NARROW: ViewportSize = {"width": 360, "height": 640}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def violations(document: Page | Frame, context: str = "document") -> list[str]:
    """What axe objects to, one line each."""
    if not document.evaluate("'axe' in globalThis"):
        document.evaluate(AXE)
    found: list[dict[str, Any]] = document.evaluate(
        f"tags => axe.run({context}, {{ runOnly: tags, resultTypes: ['violations'], iframes: false }})"
        ".then(({ violations }) => violations)",
        TAGS,
    )
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


def test_every_state(widget: Widget, agent: Agent, backend: Backend) -> None:
    """Each state in light and in dark; and small, dark and from right to left at once."""
    page, found = widget.page, list[str]()
    page.emulate_media(reduced_motion="reduce")
    for state in walk(widget, agent, backend):
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found += [f"{state}, {scheme}: {line}" for line in violations(page, "'#chatwheel'")]
            if state != "closed":
                found += [f"{state}, {scheme}: {line}" for line in violations(widget.frame)]
        if state != "closed":
            page.set_viewport_size(NARROW)
            widget.frame.evaluate("document.documentElement.dir = 'rtl'")
            found += [f"{state}, small and dark: {line}" for line in violations(widget.frame)]
            wide = widget.frame.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{state}: {wide} px too wide from right to left"
            widget.frame.evaluate("document.documentElement.dir = 'ltr'")
            page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
    assert not found, "\n".join(found)


def test_the_console(widget: Widget, console: Console) -> None:
    """The agent's side with a chat open."""
    console.page.emulate_media(reduced_motion="reduce")
    widget.start()
    widget.send("Hello")
    found = [f"waiting: {line}" for line in violations(console.page)]
    console.take_chat()
    console.send("Good morning")
    console.attach(photo(), document())
    expect(console.articles.last).to_contain_text("terms-and-conditions.pdf")
    expect(widget.message("terms-and-conditions.pdf")).to_have_count(1)
    widget.write("A draft")
    expect(console.draft).to_have_text("A draft")
    for scheme in SCHEMES:
        console.page.emulate_media(color_scheme=scheme)
        found += [f"open, {scheme}: {line}" for line in violations(console.page)]
    console.page.set_viewport_size(NARROW)
    found += [f"small: {line}" for line in violations(console.page)]
    assert not found, "\n".join(found)
