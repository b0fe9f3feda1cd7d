"""axe finds nothing in any state, and nothing is out of place: light, dark, forced colours, wide, narrow, both ways."""

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
NARROW: list[ViewportSize] = [{"width": 360, "height": 640}, {"width": 320, "height": 568}]
CLOSED = ("closed", "greeting")
OUT_OF_PLACE = """() => {
    const found = [];
    const name = (e) => `${e.localName}#${e.id}.${e.className}`.slice(0, 80);
    const canScroll = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowY);
    const scrolls = (e) => e && (canScroll(e) || scrolls(e.parentElement));
    const all = [document.documentElement, ...document.querySelectorAll("body *")];
    const shown = all.filter((e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
    for (const e of shown) {
        const { left, right, width } = e.getBoundingClientRect();
        if (e.closest("article ul, bdi") || !width) continue; // cards scroll, long names end in dots
        if (left < -1 || right > innerWidth + 1) found.push(`${name(e)} goes from ${left} to ${right} px`);
    }
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) found.push(`the page is ${page.scrollWidth} px wide`);
    for (const e of document.querySelectorAll("button, a[href], input, textarea, select")) {
        const { left, right, top, bottom, width, height } = e.getBoundingClientRect();
        const isInText = e.matches(":is(p, .bubble) a") || e.closest("label");
        if (shown.includes(e) && width && !isInText && Math.min(width, height) < 24) {
            found.push(`${name(e)} is too small to be hit: ${width} by ${height} px`);
        }
        if (!shown.includes(e) || !width || e.closest("[inert]") || scrolls(e)) continue;
        if (left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1) {
            found.push(`${name(e)} is cut off`);
            continue;
        }
        const over = document.elementFromPoint(left + width / 2, top + height / 2);
        const floats = over?.closest("[role=menu], [role=grid], #sheet");
        if (over && !e.contains(over) && !over.contains(e) && !over.closest("label") && !floats) {
            found.push(`${name(e)} lies under ${name(over)}`);
        }
    }
    return found;
}"""
LOST = """async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    const found = document.activeElement === document.body ? ["nothing has the focus"] : [];
    const { scrollHeight, scrollTop, clientHeight } = document.querySelector("#scroller");
    const below = scrollHeight - scrollTop - clientHeight;
    return below > 1 ? [...found, `the newest is ${below} px below what is seen`] : found;
}"""
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`p { margin-bottom: 2em !important; }
        * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }`);
    document.adoptedStyleSheets.push(sheet);
}"""
"""Text as far apart as a visitor may set it (WCAG 1.4.12)."""
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
    """Each state wide and light, and at 320 px (or 400 % zoom) in the dark from right to left; nothing is cut off.

    Nor is it where the visitor has text set further apart; the focus is never lost, and what is new is in view.
    """
    page, found = widget.page, list[str]()
    page.emulate_media(reduced_motion="reduce")
    for state in walk(widget, agent, backend):
        found += [f"{state}: {line}" for line in violations(page, "'#chatwheel'")]
        if state in CLOSED:
            found += [f"{state}: {line}" for line in look_beside(page)]
            continue
        found += [f"{state}: {line}" for line in violations(widget.frame)]
        found += [f"{state}: {line}" for line in out_of_place(widget.frame)]
        found += [f"{state}: {line}" for line in widget.frame.evaluate(LOST)]
        found += [f"{state}, small: {line}" for line in look_at_small(widget)]
    assert not found, "\n".join(found)


def look_beside(page: Page) -> list[str]:
    """The launcher and what stands beside it, on the site's own page: small, in the dark, in forced colours."""
    found: list[str] = []
    for screen in (*NARROW, WIDE):
        page.set_viewport_size(screen)
        for scheme, colours in (("dark", "none"), ("light", "active"), ("light", "none")):
            page.emulate_media(color_scheme=scheme, forced_colors=colours)  # type: ignore[arg-type]
            about = f"{screen['width']} px, {scheme}, forced colours {colours}"
            found += [f"{about}: {line}" for line in violations(page, "'#chatwheel'")]
    return found


def look_at_small(widget: Widget) -> list[str]:
    page, frame = widget.page, widget.frame
    found: list[str] = []
    page.mouse.move(0, 0)  # what the pointer calls up would stay where it was
    for screen in NARROW:
        page.set_viewport_size(screen)
        for direction in ("ltr", "rtl"):
            frame.evaluate("direction => { document.documentElement.dir = direction; }", direction)
            found += [f"{screen['width']} px, {direction}: {line}" for line in out_of_place(frame)]
    found += [f"rtl: {line}" for line in violations(frame)]
    frame.evaluate(SPACED)
    found += [f"spaced: {line}" for line in out_of_place(frame)]
    frame.evaluate("() => void document.adoptedStyleSheets.pop()")
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {line}" for line in violations(frame)]
    page.emulate_media(color_scheme="light", forced_colors="active")
    found += [f"forced colours: {line}" for line in violations(frame)]
    page.emulate_media(color_scheme="light", forced_colors="none")
    frame.evaluate("document.documentElement.dir = 'ltr'")
    page.set_viewport_size(WIDE)
    page.wait_for_function("!history.state?.chatwheel")  # the way back out of the phone's sheet
    return found


def out_of_place(frame: Frame) -> list[str]:
    """What is wider than it may be, lies beside the screen, or lies under something else."""
    found: list[str] = frame.evaluate(OUT_OF_PLACE)
    return found


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
