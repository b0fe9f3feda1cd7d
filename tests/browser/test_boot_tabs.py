"""Snapshots and what is around them: other tabs, closed tabs, full or partitioned storage, a new site."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from browser import boot
from browser.backend import Backend
from browser.conftest import Watch
from browser.pages import Widget

pytestmark = pytest.mark.first_visit


def test_two_tabs_and_a_new_site(visitor: BrowserContext, backend: Backend) -> None:
    """Both tabs work, one snapshot is made; a new site has no use for it, and puts its own in its place."""
    tabs = [Widget(visitor.new_page(), backend.url).visit() for _ in range(2)]
    for tab in tabs:
        tab.launcher.click()
    for tab in tabs:
        tab.wait_connected()
        tab.page.evaluate(boot.keep())
    boot.wait_for_snapshot(tabs[0].page)
    kept = boot.kept(tabs[0].page)
    assert len(kept) == 1
    for tab in tabs:  # both restore it at the same moment
        tab.page.reload()
        tab.launcher.click()
    for tab in tabs:
        tab.wait_connected()
        assert boot.is_restored(tab.page)
    tabs[1].page.close()

    def update(text: str) -> str:
        return json.dumps({**json.loads(text), "key": "of-the-new-site"})

    boot.change(visitor, "runtime.json", update)
    page = tabs[0].page
    page.reload()
    tabs[0].open().wait_connected()
    assert not boot.is_restored(page)
    page.evaluate(boot.keep())
    page.evaluate(boot.UNTIL % f"{boot.KEPT}.then(([key]) => key?.startsWith('of-the-new-site-'))")
    (key,) = boot.kept(page)
    version = page.context.browser and page.context.browser.version.partition(".")[0]
    assert f"-{version}-" in key and key.endswith("-Suspending")

    boot.prepend(visitor, "snapshot.mjs", "delete WebAssembly.Suspending;")  # as another browser would be
    page.reload()
    tabs[0].open().wait_connected()
    assert not boot.is_restored(page)


TELL_OF_STORING = """
const put = Cache.prototype.put;
Cache.prototype.put = function (...what) {
  new BroadcastChannel("storing").postMessage("now");
  return put.apply(this, what);
};
"""
STORING = "new Promise((resolve) => new BroadcastChannel('storing').onmessage = resolve)"


def test_tabs_that_go_too_soon(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """Closed while storing: there is a whole snapshot or none. While restoring: it stays. Crashed: it goes at once."""
    watch.expect("ERR_ABORTED")
    boot.prepend(visitor, "snapshot.mjs", TELL_OF_STORING)
    widget = boot.visit(visitor, backend.url)
    widget.page.evaluate(f"Promise.all([{STORING}, {boot.keep()}]).then(() => undefined)")
    widget.page.close()
    again = boot.visit(visitor, backend.url)
    assert boot.is_restored(again.page) == (len(boot.kept(again.page)) > 0)
    expect(again.send("Here again")).to_contain_text("Sent")

    boot.keep_snapshot(again.page)
    visitor.route("**/pyodide.asm.*", lambda route: None)  # no restore ends

    def begin() -> Page:
        tab = Widget(visitor.new_page(), backend.url).visit()
        tab.launcher.click()
        again.page.evaluate(boot.UNTIL % boot.IS_RESTORING)
        return tab.page

    begin().close()
    boot.wait_for_proof(again.page)
    stopped = begin()
    stopped.evaluate("chatwheel('destroy')")
    boot.wait_for_proof(again.page)
    stopped.close()
    assert boot.kept(again.page)
    crashed = begin()
    with crashed.expect_event("crash"), suppress(Error):  # it has no time to answer
        crashed.goto("chrome://crash")
    crashed.close()
    visitor.unroute_all()
    last = boot.visit(visitor, backend.url)
    assert not boot.is_restored(last.page)
    assert not last.page.evaluate(IS_WANTED, [modules(), None])
    expect(last.message("Here again")).to_be_visible()


def modules() -> list[str]:
    """What `IS_WANTED` needs."""
    return [boot.address(name) for name in ("snapshot.mjs", "runtime/runtime.json")]


IS_WANTED = """
async ([modules, key]) => {
  key ??= (await (await fetch(modules[1])).json()).key;
  return new (await import(modules[0])).Snapshots(key).isWanted();
}
"""


def test_storage_is_full(visitor: BrowserContext, backend: Backend) -> None:
    """What cannot be stored is made once; where there is no room, not at all. The chat works."""
    widget = boot.visit(visitor, backend.url)
    page = widget.page
    session = visitor.new_cdp_session(page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": backend.url, "quotaSize": 1_000_000})
    assert page.evaluate(IS_WANTED, [modules(), None])
    with page.expect_console_message(
        lambda message: "no snapshot was stored" in message.text, timeout=60_000
    ):
        page.evaluate(boot.keep())
    assert boot.kept(page) == []
    assert not page.evaluate(IS_WANTED, [modules(), None])
    assert page.evaluate(IS_WANTED, [modules(), "of-another-site"])
    page.evaluate(
        "navigator.storage.estimate = async () => ({ quota: 1e6, usage: 0 })"
    )  # not every browser says
    assert not page.evaluate(IS_WANTED, [modules(), "of-another-site"])
    expect(widget.send("Hello")).to_contain_text("Sent")


def test_a_page_of_another_site(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """The frame's storage is that page's part of it: there the snapshot is kept, and there only it is found."""
    shop = "https://shop.test"
    tag = f"<script async src='{backend.url}/chatwheel/embed.js' data-organization-id='demo-organization'"
    tag += f" data-client-id='demo-client' data-api-url='{backend.url}'></script>"
    html = f"<!doctype html><title>Shop</title>{tag}"
    visitor.route(f"{shop}/", lambda route: route.fulfill(content_type="text/html", body=html))
    watch.hosts.add("shop.test")
    there = boot.visit(visitor, shop)
    expect(there.send("From the shop")).to_contain_text("Sent")
    there.frame.evaluate(boot.keep())
    there.frame.evaluate(boot.UNTIL % boot.HAS_SNAPSHOT)
    there.page.close()
    here = visitor.new_page()
    here.goto(f"{backend.url}/chatwheel/runtime/NOTICE.txt")
    assert not here.evaluate(boot.HAS_SNAPSHOT)
    again = boot.visit(visitor, shop)
    assert boot.is_restored(again.page)
    expect(again.message("From the shop")).to_be_visible()
