"""A file that is not of this release is refused: the visitor is told, the site's owner is told, the page goes on."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from browser import boot
from browser.backend import Backend
from browser.conftest import Watch
from browser.pages import Widget

pytestmark = pytest.mark.first_visit

FAILED = "globalThis.failed = new Promise((resolve) => chatwheel('on', 'failed', resolve)); undefined"


def tampered(visitor: BrowserContext, file: str, backend: Backend) -> Widget:
    """The panel, opened on a page of its own, with one file changed on its way."""

    def change(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=f"globalThis.tampered = true; {response.text()}")

    visitor.route(f"**/{file}", change)
    widget = Widget(visitor.new_page(), backend.url).visit()
    widget.page.evaluate(FAILED)
    widget.launcher.click()
    return widget


def told(page: Page) -> str:
    """What the host page is told; it goes on, and nothing of the changed file has run in any document."""
    message = page.evaluate("failed.then(({ reason, message }) => `${reason}: ${message}`)")
    assert not any(frame.evaluate("'tampered' in globalThis") for frame in page.frames)
    page.get_by_role("link", name="See the bicycles").click()
    page.context.unroute_all()
    page.close()
    return str(message)


def test_a_file_that_was_changed(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """Whoever loads it says so: the host page's script, the frame, or the stage on the worker's behalf."""
    watch.expect(
        "integrity", "could not be loaded", "was not loaded", "page.mjs", "Failed to find a valid digest"
    )
    for file in ("early.mjs", "composer.mjs"):
        widget = tampered(visitor, file, backend)
        expect(widget.inside.get_by_role("alert")).to_have_text(
            "The chat could not be loaded. Please reload the page."
        )
        widget.close()
        assert "stage.mjs, or a file that it needs" in told(widget.page)

    widget = tampered(visitor, "python.mjs", backend)
    expect(widget.composer).to_be_focused()
    expect(widget.starting.get_by_role("alert")).to_contain_text("The chat could not start")
    assert "python.mjs did not arrive, or is not of this release" in told(widget.page)

    widget = tampered(visitor, "page.mjs", backend)
    expect(widget.launcher).to_have_attribute("aria-expanded", "false")
    assert "script: TypeError" in told(widget.page)


def test_a_file_that_comes_later_was_changed(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """The chat goes on without it: in the frame's own words, without emoji, without a snapshot."""
    watch.expect("integrity", "emoji.mjs did not arrive", "Failed to find a valid digest")
    visitor.route("**/locales/*.json", lambda route: route.fulfill(json={"composer.placeholder": "Pay here"}))
    visitor.route("**/maker.mjs", lambda route: route.fulfill(content_type="text/javascript", body="close()"))
    widget = tampered(visitor, "emoji.mjs", backend)
    widget.wait_started()  # before the stage is there, nobody hears the click
    with widget.page.expect_event("pageerror", lambda error: "emoji.mjs did not arrive" in str(error)):
        widget.inside.get_by_role("button", name="Emoji").click()
    expect(widget.composer).to_have_attribute("placeholder", "Write a message…")
    assert not widget.frame.evaluate("'tampered' in globalThis")
    with widget.page.expect_console_message(lambda message: "maker.mjs did not arrive" in message.text):
        widget.frame.evaluate(boot.keep())
