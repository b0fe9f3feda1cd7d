"""Snapshots and whatever else happens at the same time: other tabs, closed tabs, full storage, a new site."""

from __future__ import annotations

import json

from playwright.sync_api import BrowserContext, Route, expect

from browser import boot
from browser.backend import Backend
from browser.conftest import Watch
from browser.pages import Widget


def test_two_tabs_and_a_new_site(visitor: BrowserContext, backend: Backend) -> None:
    """Both tabs work, one snapshot is made; a new site has no use for it, and puts its own in its place."""
    tabs = [Widget(visitor.new_page(), backend.url).visit() for _ in range(2)]
    for tab in tabs:
        tab.launcher.click()
    for tab in tabs:
        tab.wait_connected()
        boot.wait_for_snapshot(tab.page)
    kept = boot.kept(tabs[0].page)
    assert len(kept) == 1
    for tab in tabs:  # both restore it at the same moment
        tab.page.reload()
        tab.launcher.click()
    for tab in tabs:
        tab.wait_connected()
        assert boot.is_restored(tab.page)
    tabs[1].page.close()

    def update(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=json.dumps({**response.json(), "key": "of-the-new-site"}))

    visitor.route("**/runtime.json", update)
    page = tabs[0].page
    page.reload()
    tabs[0].open().wait_connected()
    assert not boot.is_restored(page)
    with page.expect_event("worker", timeout=60_000):  # a snapshot is being made
        pass
    page.evaluate(
        """async () => {
            for (let key; key !== "of-the-new-site"; await new Promise((resolve) => setTimeout(resolve, 50))) {
                const all = await (await caches.open("chatwheel-boot")).keys();
                key = all[0]?.url.split("/").at(-1);
            }
        }"""
    )
    assert boot.kept(page) == ["of-the-new-site"]


def test_a_tab_closed_while_storing(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """There is a whole snapshot or none."""
    watch.expect("ERR_ABORTED")
    widget = Widget(visitor.new_page(), backend.url).visit()
    widget.open().wait_connected()
    with widget.page.expect_event("worker", timeout=60_000):
        pass
    widget.page.close()
    again = boot.visit(visitor, backend.url)
    expect(again.send("Here again")).to_contain_text("Sent")


def test_storage_is_full(visitor: BrowserContext, backend: Backend) -> None:
    """Nothing is stored, nothing is said, the chat works."""
    widget = Widget(visitor.new_page(), backend.url).visit()
    session = visitor.new_cdp_session(widget.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": backend.url, "quotaSize": 1_000_000})
    with widget.page.expect_console_message(
        lambda message: "no snapshot was" in message.text, timeout=60_000
    ):
        widget.open().wait_connected()
    assert boot.kept(widget.page) == []
    expect(widget.send("Hello")).to_contain_text("Sent")
