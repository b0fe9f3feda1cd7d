"""On every screen: nothing is cut off or too wide, the phone is filled, the composer grows and stops growing."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from browser.backend import Agent, Backend
from browser.conftest import NewContext, Watch
from browser.pages import DELIVERED, Console, Widget

LONG = [
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3,
    "https://example.org/" + "a" * 300 + "?b=" + "c" * 300,
    "Lines\nand more\n\n\nlines",
    "👍",
    "مرحبا، هل لديكم مضخات؟",
]
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility?.() && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1
        && !["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e).overflowX)
        && getComputedStyle(e).display !== "inline" && !(e instanceof SVGElement))
    .map((e) => `${e.localName}#${e.id}.${e.className}: ${e.scrollWidth} in ${e.clientWidth}`)"""
SCREENS: list[ViewportSize] = [
    {"width": 1100, "height": 760},
    {"width": 360, "height": 640},
    {"width": 320, "height": 568},
    {"width": 320, "height": 256},
]


def test_every_screen(
    backend: Backend, contexts: NewContext, watch: Watch, widget: Widget, agent: Agent, console: Console
) -> None:
    widget.start()
    for text in LONG:
        widget.send(text)
    expect(widget.articles.last).to_have_attribute("data-delivery", DELIVERED)
    chat_id = agent.join()
    for text in LONG:
        agent.say(chat_id, text)
    widget.hand_over("paste", "a-rather-long-file-name-that-goes-on-" * 4 + ".txt", "text/plain", "text")
    expect(widget.message("a-rather-long").get_by_role("link")).to_be_visible()
    expect(console.message("a-rather-long")).to_have_count(1)

    for screen in SCREENS:
        widget.page.set_viewport_size(screen)
        console.page.set_viewport_size(screen)
        assert widget.frame.evaluate(TOO_WIDE) == [], screen
        assert widget.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), screen
        assert console.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), screen
        for part in (
            widget.composer,
            widget.send_button,
            widget.attach_button,
            widget.menu_button,
            widget.close_button,
        ):
            expect(part).to_be_in_viewport(ratio=1)
        box = widget.element.bounding_box()
        assert box
        if screen["width"] <= 480:
            assert box == {"x": 0, "y": 0, **screen}
            expect(widget.launcher).to_be_hidden()
        else:
            launcher = widget.launcher.bounding_box()
            assert launcher and box["y"] >= 0 and box["y"] + box["height"] <= launcher["y"]

    # Closed on the phone by the button inside: the launcher is back.
    widget.close()
    expect(widget.launcher).to_be_visible()
    expect(widget.launcher).to_be_focused()


@pytest.mark.parametrize("screen", SCREENS[:2], ids=["desktop", "phone"])
def test_the_composer_grows(widget: Widget, screen: ViewportSize) -> None:
    """To five lines; then it scrolls. It needs no Python."""
    widget.page.set_viewport_size(screen)
    widget.page.context.route("**/*.wasm", lambda route: None)
    widget.visit().open()
    heights = []
    for lines in (1, 2, 5, 9, 1):
        widget.write("\n".join(["line"] * lines))
        box = widget.composer.bounding_box()
        assert box
        heights.append(round(box["height"]))
    one, two, five, nine, again = heights
    assert one < two < five == nine
    assert again == one
    assert abs((five - one) - 4 * (two - one)) <= 2
    widget.write("\n".join(["line"] * 9))
    assert widget.composer.evaluate("area => area.scrollHeight > area.clientHeight")
    expect(widget.send_button).to_be_in_viewport(ratio=1)
