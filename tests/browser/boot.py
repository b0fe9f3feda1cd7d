"""What the tests of the start look at: the snapshot in the browser's storage, and Python in its worker."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, Worker

from browser.pages import Widget

_SNAPSHOTS = "caches.open('chatwheel-boot').then((cache) => cache.keys())"
_KEPT = f"{_SNAPSHOTS}.then((all) => all.map(({{ url }}) => url.split('/__snapshot__/')[1]))"


def prepend(context: BrowserContext, script: str, code: str) -> None:
    """Runs code in front of one of the widget's own modules: pages' init scripts do not reach workers."""

    def fulfil(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=code + response.text())

    context.route(re.compile(rf"/{re.escape(script)}$"), fulfil)


def expose_python(context: BrowserContext) -> None:
    """Lets `run` reach the widget's Python."""

    def fulfil(route: Route) -> None:
        response = route.fetch()
        text = response.text()
        changed = text.replace("registerPyScript(python);", "registerPyScript(globalThis.python = python);")
        assert changed != text
        route.fulfill(response=response, body=changed)

    context.route(re.compile(r"/boot\.mjs$"), fulfil)


def worker_of(page: Page) -> Worker:
    """The worker that Python runs in."""
    return next(worker for worker in page.workers if worker.evaluate("'chatwheelPort' in globalThis"))


def run(page: Page, code: str) -> Any:
    """The value of Python code in the worker, after `expose_python`."""
    return worker_of(page).evaluate("code => python.runPython(code)", code)


RESTORED = "performance.getEntriesByName('chatwheel:snapshot').length > 0"
"""In the frame: whether Python came from a snapshot."""


def is_restored(page: Page) -> bool:
    """Whether Python came from a snapshot."""
    frame = next(frame for frame in page.frames if "frame.html" in frame.url)
    return bool(frame.evaluate(RESTORED))


def kept(page: Page) -> list[str]:
    """The keys of what is in storage; `KEY/attempt` is the mark of a restore under way."""
    keys: list[str] = page.evaluate(_KEPT)
    return keys


HAS_SNAPSHOT = f"{_KEPT}.then((keys) => keys.some((key) => !key.endsWith('/attempt')))"
HAS_NO_ATTEMPT = f"{_KEPT}.then((keys) => !keys.some((key) => key.endsWith('/attempt')))"
_UNTIL = """
async () => {
  while (!(await %s)) await new Promise((resolve) => setTimeout(resolve, 50));
}
"""


KEEP = "import('/chatwheel/keeper.mjs').then(({ keepSnapshot }) => void keepSnapshot())"


def keep_snapshot(page: Page) -> None:
    """Has it made at once, instead of when the widget has been left alone for a while."""
    page.evaluate(KEEP)
    wait_for_snapshot(page)


def wait_for_snapshot(page: Page) -> None:
    """It is made in idle time; this returns when it is stored."""
    page.evaluate(_UNTIL % HAS_SNAPSHOT)


def wait_for_no_attempt(page: Page) -> None:
    """The restore has been noted as a good one."""
    page.evaluate(_UNTIL % HAS_NO_ATTEMPT)


def visit(context: BrowserContext, url: str) -> Widget:
    """A new tab with a connected widget."""
    return Widget(context.new_page(), url).start()
