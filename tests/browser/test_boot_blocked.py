"""A browser in which the visitor has switched off cookies: with them goes all storage, and what finds other tabs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserType, expect

from browser import boot
from browser.backend import Backend
from browser.conftest import PATIENCE, VIEWPORT, Watch
from browser.pages import Widget

BLOCKED = {"profile": {"default_content_setting_values": {"cookies": 2}}}
REFUSED = """
async () => {
  const ways = {
    caches: () => caches.open("x"),
    database: () => new Promise((done, failed) => {
      const request = indexedDB.open("x");
      request.onsuccess = done;
      request.onerror = () => failed(request.error);
    }),
    locks: () => navigator.locks.request("x", () => {}),
    strings: async () => localStorage.length,
  };
  const tried = Object.entries(ways).map(([name, way]) => way().then(() => "", () => name));
  return (await Promise.all(tried)).filter(Boolean);
}
"""


def test_all_storage_is_blocked(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    backend: Backend,
    watch: Watch,
    tmp_path: Path,
) -> None:
    """The ordinary start, a connection of its own, a working chat; and nothing is said of it."""
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps(BLOCKED))
    context = browser_type.launch_persistent_context(tmp_path, viewport=VIEWPORT, **browser_type_launch_args)
    try:
        context.set_default_timeout(PATIENCE)
        watch.hosts.add(backend.origin)
        watch.over(context)
        widget = Widget(context.new_page(), backend.url).visit()
        refused = widget.page.evaluate(REFUSED)
        if not refused:
            pytest.skip("this Chromium does not read its profile's preferences")
        assert refused == ["caches", "database", "locks", "strings"]
        widget.open().wait_connected()
        assert not boot.is_restored(widget.page)
        expect(widget.send("Nothing is kept of this")).to_contain_text("Sent")
    finally:
        context.close()
