"""axe finds nothing in any state, and nothing is out of place: light, dark, forced colours, wide, narrow, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any, Literal

from playwright.sync_api import BrowserContext, Frame, Page, ViewportSize, expect

from browser.aria_trees import TREES
from browser.backend import Agent, Backend
from browser.conftest import Watch
from browser.host_page import TAG, serve
from browser.layout import lost, out_of_place, out_of_place_when_spaced, out_of_reach
from browser.pages import Console, Widget
from browser.states import beginnings_and_ends, document, photo, talk

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE: ViewportSize = {"width": 1100, "height": 760}
NARROW: list[ViewportSize] = [{"width": 360, "height": 640}, {"width": 320, "height": 568}]
LOW: ViewportSize = {"width": 320, "height": 256}
"""A screen of 1280 by 1024 with a zoom of 400 % (WCAG 1.4.10)."""
CLOSED = ("closed", "greeting")
FIRST = ("welcome", "start failed", "inline")
"""In which the panel opens: what is around it stays as it is in the states that follow."""
DIRECTIONS = ("ltr", "rtl")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def violations(document: Page | Frame, context: str = "document") -> list[str]:
    """What axe objects to, one line each."""
    if not document.evaluate("'axe' in globalThis"):
        document.evaluate(AXE)
    found: list[dict[str, Any]] = document.evaluate(
        f"tags => axe.run({context}, {{ runOnly: tags, resultTypes: ['violations'], iframes: false, preload: false }})"
        ".then(({ violations }) => violations)",
        TAGS,
    )
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


def test_while_they_talk(widget: Widget, agent: Agent, backend: Backend) -> None:
    """A conversation and what happens in one, in each of its states; see `look`."""
    visit(widget, talk(widget, agent, backend))


def test_before_and_after(widget: Widget, agent: Agent, backend: Backend, watch: Watch) -> None:
    """Starts, forms, ends; see `look`."""
    watch.expect(
        r"\.wasm", "request failed: .*/runtime/", "Failed to (load|fetch)", "wasm instantiation failed"
    )
    visit(widget, beginnings_and_ends(widget, agent, backend))


INLINE = """<style>body { margin: 0 } main { height: 100vh }</style><main id=help></main>"""
BICYCLE = {
    "type": "product_card",
    "id": "model-2",
    "name": "Model No. 2",
    "text": "Belt drive: no oil, no noise.",
    "price": "€ 1,240",
    "picture": "/demo/extensions/model-2.svg",
    "url": "https://shop.example/model-2",
    "colors": ["red", "green"],
}


def test_a_part_of_the_page(visitor: BrowserContext, agent: Agent, backend: Backend) -> None:
    """`data-inline`, with a card that the site's own Python draws."""
    address = f"{backend.url}/demo/extensions/help.html"
    serve(
        visitor,
        address,
        INLINE + TAG.replace(" async", " async data-inline='#help' data-extension='products.py'"),
    )
    widget = Widget(visitor.new_page(), backend.url)

    def states() -> Iterator[str]:
        widget.page.goto(address)
        widget.wait_connected()
        yield "inline"
        widget.composer.focus()
        widget.send("Which bicycle is it?").get_by_text("Sent", exact=True).wait_for()
        chat_id = agent.join()
        event = {"type": "custom", "content": BICYCLE}
        agent.request("send_event", {"chat_id": chat_id, "event": event})
        card = widget.articles.filter(has_text="Belt drive")
        expect(card.get_by_role("button", name="Add to basket")).to_be_visible()
        card.get_by_role("img", name="Model No. 2").evaluate("image => image.decode()")
        yield "inline, drawn card"

    visit(widget, states())


def visit(widget: Widget, states: Iterable[str]) -> None:
    page, found = widget.page, list[str]()
    page.emulate_media(reduced_motion="reduce")
    for state in states:
        lines = look_beside(page) if state in CLOSED else look(widget, state)
        found += [f"{state}: {line}" for line in lines]
    assert not found, "\n".join(found)


def look_beside(page: Page) -> Iterator[str]:
    """The launcher and what stands beside it, on the site's own page: small, in the dark, in forced colours."""
    for screen in (LOW, *NARROW, WIDE):
        page.set_viewport_size(screen)
        for scheme, colours in (("dark", "none"), ("light", "active"), ("light", "none")):
            page.emulate_media(color_scheme=scheme, forced_colors=colours)  # type: ignore[arg-type]
            about = f"{screen['width']} px, {scheme}, forced colours {colours}"
            yield from (f"{about}: {line}" for line in violations(page, "'#chatwheel'"))


def look(widget: Widget, state: str) -> Iterator[str]:
    """Wide, at 360 and 320 px, and as with a zoom of 400 %, from left to right and from right to left.

    Nothing is cut off or covered, nor is it where the visitor has text set further apart. The focus is never lost, and
    what is new is in view. axe looks at each direction, each width, and each set of colours.
    """
    page, frame = widget.page, widget.frame
    is_inline = state.startswith("inline")
    yield from violations(frame)
    yield from out_of_place(frame)
    if not is_inline:
        yield from lost(frame)
    if state in FIRST:
        yield from violations(page, "'#chatwheel'")
    if state in TREES:
        expect(widget.inside.locator("#panel")).to_match_aria_snapshot(TREES[state])
    page.mouse.move(0, 0)  # what the pointer calls up would stay where it was

    turn(frame, "rtl")
    page.emulate_media(color_scheme="dark")
    yield from (f"rtl, dark: {line}" for line in (*out_of_place(frame), *violations(frame)))
    page.emulate_media(color_scheme="light")
    for screen in NARROW:
        page.set_viewport_size(screen)
        for direction in DIRECTIONS:
            turn(frame, direction)
            yield from (f"{screen['width']} px, {direction}: {line}" for line in out_of_place(frame))
    yield from (f"spaced: {line}" for line in out_of_place_when_spaced(frame))
    page.emulate_media(color_scheme="light", forced_colors="active")
    yield from (f"320 px, forced colours: {line}" for line in violations(frame))
    page.emulate_media(color_scheme="dark", forced_colors="none")
    if not is_inline:  # such a panel is as high as the page lets it be, and the page scrolls
        page.set_viewport_size(LOW)
        for direction in DIRECTIONS:
            turn(frame, direction)
            yield from (f"low, {direction}: {line}" for line in out_of_reach(frame))
        yield from (f"low, dark: {line}" for line in violations(frame))
    page.emulate_media(color_scheme="light")
    turn(frame, "ltr")
    page.set_viewport_size(WIDE)
    page.wait_for_function("!history.state?.chatwheel")  # the way back out of the phone's sheet


def turn(frame: Frame, direction: str) -> None:
    frame.evaluate("direction => { document.documentElement.dir = direction; }", direction)


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
    console.page.set_viewport_size(NARROW[0])
    found += [f"small: {line}" for line in violations(console.page)]
    assert not found, "\n".join(found)
