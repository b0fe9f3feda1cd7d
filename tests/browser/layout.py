"""What lies where it should not: beside the screen, under something else, out of reach; and what is lost from view."""

from __future__ import annotations

from playwright.sync_api import Frame

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
OUT_OF_REACH = """() => {
    const found = [];
    const name = (e) => `${e.localName}#${e.id}.${e.className}`.slice(0, 80);
    const seen = { visibilityProperty: true, opacityProperty: true };
    const isShown = (e) => e.checkVisibility(seen) && !e.closest("[inert]");
    const [panel, scroller] = ["#panel", "#scroller"].map((id) => document.querySelector(id));
    const before = [panel, scroller].map((e) => e.scrollTop);
    const above = document.querySelector("[role=menu], [role=grid], .sheet");
    const look = (e) => {
        const { left, right, top, bottom, width, height } = e.getBoundingClientRect();
        if (left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1) {
            found.push(`${name(e)} is cut off: ${[left, top, right, bottom].map(Math.round)}`);
            return;
        }
        const over = document.elementFromPoint(left + width / 2, top + height / 2);
        if (!over || e.contains(over) || over.contains(e) || over.closest("label") || above?.contains(over)) return;
        found.push(`${name(e)} lies under ${name(over)}`);
    };
    const extra = [...document.querySelectorAll("#starting, #alerts, #ended, #refusal")];
    const isMore = extra.some((e) => e.offsetHeight > 0);
    if (!above && !isMore) {
        if (scroller.clientHeight < 90) found.push(`the conversation is ${scroller.clientHeight} px high`);
        if (panel.scrollHeight > panel.clientHeight) found.push(`all that is needed takes ${panel.scrollHeight} px`);
    }
    for (const e of document.querySelectorAll("button, a[href], input, textarea, select")) {
        if (!isShown(e) || (above && !above.contains(e))) continue;
        e.scrollIntoView({ block: "nearest", inline: "nearest" });
        if (!e.matches(":is(p, .bubble) a") && e.getBoundingClientRect().height < innerHeight / 2) look(e);
    }
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) found.push(`the page is ${page.scrollWidth} px wide`);
    [panel, scroller].forEach((e, place) => { e.scrollTop = before[place]; });
    return found;
}"""
"""Where there is so little room that more has to scroll: what is always needed is there, the rest can be reached."""
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


def out_of_place(frame: Frame) -> list[str]:
    """What is wider than it may be, lies beside the screen, or lies under something else."""
    found: list[str] = frame.evaluate(OUT_OF_PLACE)
    return found


def out_of_reach(frame: Frame) -> list[str]:
    """On a screen as low as that of a zoom of 400 %: what cannot be used."""
    found: list[str] = frame.evaluate(OUT_OF_REACH)
    return found


def lost(frame: Frame) -> list[str]:
    """Whether nothing has the focus, and what is new and not in view."""
    found: list[str] = frame.evaluate(LOST)
    return found


def out_of_place_when_spaced(frame: Frame) -> list[str]:
    """As `out_of_place`, with text as far apart as a visitor may set it."""
    frame.evaluate(SPACED)
    found = out_of_place(frame)
    frame.evaluate("() => void document.adoptedStyleSheets.pop()")
    return found
