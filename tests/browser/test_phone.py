"""On a phone: the whole screen, above the keyboard, closed by the back gesture, and nothing of it left behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from browser.backend import Backend
from browser.conftest import NewContext, Watch
from browser.pages import Widget
from browser.states import PRECHAT

WIDTH, HEIGHT = 360, 640
KEYBOARD = """(height) => {
    Object.defineProperty(visualViewport, "height", { configurable: true, get: () => height });
    visualViewport.dispatchEvent(new Event("resize"));
}"""
"""A browser without a screen has no keyboard to take a part of it."""
PAGE = """() => ({
    scroll: scrollY,
    overflow: [document.documentElement, document.body].map(({ style }) => style.overflow).join(),
    inert: [...document.body.children].filter(({ inert }) => inert).length,
    state: history.state,
    search: location.search,
})"""
SMALL = """() => [...document.querySelectorAll("button, input, select, textarea")]
    .map((element) => element.closest(".choice") ?? element)
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => [element, element.getBoundingClientRect(), parseFloat(getComputedStyle(element).fontSize)])
    .filter(([element, { width, height }, size]) =>
        width < 44 || height < 44 || (size < 16 && !["button", "label"].includes(element.localName)))
    .map(([element]) => element.getAttribute("aria-label") || element.textContent)"""
"""What a finger could miss, and fields so small that the browser would zoom in."""


@pytest.fixture
def phone(backend: Backend, contexts: NewContext, watch: Watch) -> Iterator[BrowserContext]:
    watch.hosts.add(backend.origin)
    size = {"width": WIDTH, "height": HEIGHT}
    yield contexts(viewport=size, has_touch=True, is_mobile=True, reduced_motion="reduce")


def page_of(widget: Widget) -> dict[str, Any]:
    state: dict[str, Any] = widget.page.evaluate(PAGE)
    return state


def bottom(widget: Widget, selector: str) -> float:
    box = widget.inside.locator(selector).bounding_box()
    assert box
    return box["y"] + box["height"]


def expect_open(widget: Widget, *, open: bool) -> None:
    element = widget.page.locator("#chatwheel")
    expect(element).to_have_attribute("data-open", "") if open else expect(element).not_to_have_attribute(
        "data-open", ""
    )


def test_the_sheet(phone: BrowserContext, backend: Backend) -> None:
    """It fills what is to be seen, holds the page still behind it, and gives everything back."""
    widget = Widget(phone.new_page(), backend.url).visit()
    page = widget.page
    page.evaluate("scrollTo(0, 300)")
    before = page_of(widget)
    widget.launcher.tap()
    expect(widget.composer).to_be_focused()
    page.wait_for_function("history.state?.chatwheel")
    assert widget.element.bounding_box() == {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}
    assert page_of(widget)["inert"] == page.evaluate("document.body.children.length - 1")
    page.mouse.move(WIDTH / 2, HEIGHT / 2)
    page.mouse.wheel(0, 500)
    page.evaluate(KEYBOARD, 340)
    assert widget.element.bounding_box() == {"x": 0, "y": 0, "width": WIDTH, "height": 340}
    assert 300 < bottom(widget, "#composer") <= 340
    page.evaluate(KEYBOARD, HEIGHT)

    session = phone.new_cdp_session(page)
    session.send("Emulation.setSafeAreaInsetsOverride", {"insets": {"top": 40, "bottom": 34}})
    panel = widget.inside.get_by_role("dialog", name="Chat widget")
    expect(panel).to_have_attribute("aria-modal", "true")
    bar = widget.inside.locator("#bar").bounding_box()
    assert bar and bar["y"] == 40
    assert HEIGHT - 34 - 16 <= bottom(widget, "#composer") <= HEIGHT - 34

    widget.wait_connected()
    backend.server.faults.error("start_chat", "validation", "Not so")
    widget.send("Refused").get_by_role("button", name="Try again").wait_for()
    widget.attach({"name": "large.mov", "mimeType": "video/quicktime", "buffer": bytes(11 * 1024 * 1024)})
    expect(widget.inside.get_by_role("button", name="Dismiss")).to_be_visible()
    widget.menu_button.tap()
    widget.inside.get_by_role("menu").wait_for()
    assert widget.frame.evaluate(SMALL) == []
    widget.page.keyboard.press("Escape")
    backend.server.faults.clear()
    backend.set_form("prechat", PRECHAT)
    backend.drop()
    widget.inside.get_by_role("form").get_by_label("Repairs").wait_for()
    assert widget.frame.evaluate(SMALL) == []
    page.evaluate("() => chatwheel('hide')")  # whoever hides the panel frees the page
    page.wait_for_function("!history.state")
    assert page_of(widget)["inert"] == 0
    page.evaluate("() => chatwheel('show')")
    page.wait_for_function("history.state?.chatwheel")
    widget.close_button.tap()
    expect_open(widget, open=False)
    page.wait_for_function("!history.state")
    assert page_of(widget) == before


def test_the_back_gesture(phone: BrowserContext, backend: Backend) -> None:
    """It closes the sheet and not the page, whose own history is as it was."""
    page = phone.new_page()
    widget = Widget(page, backend.url).visit("/demo/delivery.html").visit("/?from=delivery")
    page.evaluate("history.replaceState({ of: 'the application' }, '')")

    widget.launcher.tap()
    page.wait_for_function("history.state.chatwheel")
    assert page_of(widget)["state"]["of"] == "the application"
    page.go_back()
    expect_open(widget, open=False)
    assert page_of(widget)["state"] == {"of": "the application"}
    page.evaluate("history.forward()")  # there is nothing to see
    page.wait_for_function("!history.state.chatwheel")
    expect_open(widget, open=False)

    widget.launcher.tap()
    page.wait_for_function("history.state.chatwheel")
    widget.close_button.tap()
    widget.launcher.tap()  # before the history is where it was
    page.wait_for_function("history.state.chatwheel")
    expect_open(widget, open=True)
    page.evaluate("history.pushState({ of: 'another page' }, '', '?page=2')")
    page.keyboard.press("Escape")
    expect_open(widget, open=False)
    assert page_of(widget)["state"] == {"of": "another page"}
    page.evaluate("history.back()")  # over the entry that the sheet had
    page.wait_for_function("history.state.of === 'the application' && !history.state.chatwheel")
    expect_open(widget, open=False)

    widget.launcher.tap()
    page.wait_for_function("history.state.chatwheel")
    page.reload()
    widget.launcher.tap()
    expect_open(widget, open=True)
    page.wait_for_function("document.body.style.overflow === 'hidden'")
    widget.close_button.tap()
    page.wait_for_function("!history.state.chatwheel")
    page.go_back()
    expect(page).to_have_url(f"{backend.url}/demo/delivery.html")
