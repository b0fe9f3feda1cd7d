"""What has the focus is seen: in the page, where the widget lies over it, and in the panel, by its ring."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from browser.backend import Agent, Backend
from browser.host_page import TAG, serve
from browser.pages import Widget
from browser.states import offer

PAGE = """<style>
    button { position: fixed; height: 24px; font-size: 12px; }
    #corner { inset: auto 60px 106px auto; width: 80px; }
    #right { inset: 300px 200px auto auto; width: 100px; }
    #left { inset: 300px auto auto 40px; width: 100px; }
    #middle { inset: 360px auto auto 260px; width: 80px; }
  </style>
  <button id=corner>Corner</button><button id=right>Right</button><button id=left>Left</button>
  <button id=middle>Middle</button>"""
RINGS = """() => {
    const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const painted = (color) => {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data];
    };
    const ground = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const [red, green, blue, alpha] = painted(getComputedStyle(one).backgroundColor);
            if (alpha === 255) return [red, green, blue];
        }
        return [255, 255, 255];
    };
    const luminance = (color) => {
        const linear = color.slice(0, 3).map((value) => {
            const share = value / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const contrast = (one, other) => {
        const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (lighter + 0.05) / (darker + 0.05);
    };
    const measured = {};
    for (const element of document.querySelectorAll("button, a[href], input, textarea, #scroller, article")) {
        if (element.localName === "article") element.tabIndex = -1; // as when the visitor walks to it
        element.focus();
        if (document.activeElement !== element) continue;
        const name = element.getAttribute("aria-label") || element.textContent.trim().slice(0, 40);
        const isComposer = element.id === "message"; // its ring is that of the box around it
        const { outlineStyle, outlineWidth, outlineColor, outlineOffset } = getComputedStyle(element);
        const color = isComposer ? getComputedStyle(element.form).borderTopColor : outlineColor;
        const isThere = isComposer || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2);
        const around = isComposer ? element.form.parentElement
            : parseFloat(outlineOffset) < 0 ? element : element.parentElement;
        measured[name] = isThere ? contrast(painted(color), ground(around)) : 0;
    }
    return measured;
}"""
"""The contrast of the focus's ring with what it stands on, by the name of what has the focus; 0 where there is none."""


@pytest.fixture
def shop(visitor: BrowserContext, backend: Backend) -> Widget:
    serve(visitor, f"{backend.url}/shop", PAGE + TAG)
    page = visitor.new_page()
    page.emulate_media(reduced_motion="reduce")
    return Widget(page, backend.url).start("/shop")


def box(locator: Locator) -> dict[str, float]:
    found: Any = locator.bounding_box()
    return dict(found)


LISTEN = """
new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
        if ([...addedNodes].some((node) => node.role === "status")) globalThis.there = performance.now();
        if (target.parentElement?.role === "status" && !target.hidden) globalThis.said ??= performance.now();
    }
}).observe(
    document.querySelector("#chatwheel").shadowRoot, { subtree: true, childList: true, attributeFilter: ["hidden"] }
)
"""
"""Notes when there is a place for what is said beside the launcher, and when something is said there."""


def test_what_has_the_focus_is_not_covered(shop: Widget, backend: Backend) -> None:
    """A greeting goes from over it, and its count stays; the panel moves to the other corner, or closes."""
    page = shop.page
    corner, right, left, middle = (
        page.get_by_role("button", name=name, exact=True) for name in ("Corner", "Right", "Left", "Middle")
    )
    place = box(shop.element)
    left.focus()
    expect(left).to_be_focused()
    right.focus()
    expect(shop.element).to_have_css("translate", f"{24 - place['x']:g}px")
    assert box(shop.element) == {**place, "x": 24}
    left.focus()  # under it where it is, not where it belongs
    expect(shop.element).to_have_css("translate", "none")
    right.focus()
    expect(shop.element).not_to_have_css("translate", "none")
    shop.composer.focus()
    expect(shop.element).to_have_css("translate", "none")
    page.set_viewport_size({"width": 600, "height": 760})
    middle.focus()  # neither corner would show it
    expect(shop.launcher).to_have_attribute("aria-expanded", "false")
    expect(middle).to_be_focused()

    page.set_viewport_size({"width": 1100, "height": 760})
    [customer_id] = backend.loop.call(lambda: list(backend.server.customer_ids))
    page.evaluate(LISTEN)
    backend.loop.call(lambda: backend.server.greet(customer_id, "Need a hand with your bike?"))
    greeting = page.get_by_role("button", name="Need a hand with your bike?")
    expect(greeting).to_be_visible()
    left.focus()
    expect(greeting).to_be_visible()
    assert page.evaluate("said - there") >= 90, "a status that comes with its words is not heard"
    around = box(page.get_by_role("status").filter(has=greeting).locator("div"))
    under = box(corner)
    assert around["x"] < under["x"] and around["y"] < under["y"]
    corner.focus()
    expect(greeting).to_be_hidden()
    expect(shop.launcher).to_have_accessible_name("Open chat, 1 unread message")


def test_the_ring_is_seen(shop: Widget, agent: Agent, backend: Backend) -> None:
    """At least 3 : 1 (WCAG 1.4.11), in light and dark, with the accent of whoever owns the page."""
    shop.send("Write to ada@example.org").get_by_text("Sent").wait_for()
    chat_id = agent.join()
    agent.say(chat_id, "Look at https://example.org/pumps")
    agent.request("send_event", {"chat_id": chat_id, "event": offer(backend)})
    shop.inside.get_by_role("button", name="Not now").click()
    shop.choose("Rate this chat")
    good, bad = (shop.inside.get_by_role("button", name=name, exact=True) for name in ("Good", "Bad"))
    expect(good).to_be_focused()
    shop.choose("E-mail transcript")
    expect(shop.inside.get_by_role("textbox", name="Where shall we send the chat?")).to_be_focused()
    for _ in range(2):
        bad.press("Enter")
    expect(bad).to_have_attribute("aria-pressed", "false")
    expect(bad).to_be_focused()
    good.click()
    expect(shop.inside.get_by_label("Would you like to say more?")).to_be_visible()
    shop.page.keyboard.press("Shift")  # whoever uses the keyboard is shown where they are
    for accent in ("", "#ffe14d", "#101014", "#e0245e"):
        for theme in ("light", "dark"):
            style = "accent => document.documentElement.style.setProperty('--chatwheel-accent', accent)"
            shop.page.evaluate(style, accent)
            shop.page.evaluate("theme => chatwheel('setTheme', theme)", theme)
            measured: dict[str, float] = shop.frame.evaluate(RINGS)
            assert len(measured) > 15
            faint = {name: ratio for name, ratio in measured.items() if ratio < 3}
            assert not faint, (accent, theme)
