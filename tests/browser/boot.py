"""What the tests of the start look at: the snapshot in the browser's storage, and Python in its worker."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, Worker

from browser.backend import site
from browser.pages import Widget

_SNAPSHOTS = "caches.open('chatwheel-boot').then((cache) => cache.keys())"
KEPT = (
    f"{_SNAPSHOTS}.then((all) => all.map(({{ url }}) => url.split('/__snapshot__/')[1]))"
    ".then((keys) => keys.filter((key) => !key.endsWith('/never')))"
)


def change(context: BrowserContext, file: str, edit: Callable[[str], str]) -> None:
    """Changes one of the widget's own files on its way; the frame is told no hashes, or it would be refused."""

    def fulfil(edit: Callable[[str], str], route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=edit(response.text()))

    context.route(re.compile(rf"/{re.escape(file)}$"), partial(fulfil, edit))
    context.route(re.compile(r"/frame\.html$"), partial(fulfil, without_hashes))


def without_hashes(frame: str) -> str:
    """The frame's document, which then takes whatever file it gets."""
    return re.sub(r'(?<=-files">)[^<]*', "{}", re.sub(r' integrity="[^"]*"', "", frame))


def prepend(context: BrowserContext, script: str, code: str) -> None:
    """Runs code in front of one of the widget's own modules: pages' init scripts do not reach workers."""
    change(context, script, lambda text: code + text)


def expose_python(context: BrowserContext) -> None:
    """Lets `run` reach the widget's Python."""

    def expose(text: str) -> str:
        changed = text.replace("registerPyScript(python);", "registerPyScript(globalThis.python = python);")
        assert changed != text
        return changed

    change(context, "boot.mjs", expose)


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
    """The keys of the snapshots in storage."""
    keys: list[str] = page.evaluate(KEPT)
    return keys


HAS_SNAPSHOT = f"{KEPT}.then((keys) => keys.length > 0)"
IS_RESTORING = "caches.has('chatwheel-restoring')"
IS_NOT_RESTORING = f"{IS_RESTORING}.then((is) => !is)"
UNTIL = """
async () => {
  while (!(await %s)) await new Promise((resolve) => setTimeout(resolve, 50));
}
"""


def address(module: str) -> str:
    """Where one of the widget's modules is: the folder's name changes with the release."""
    folder = next(site().glob("chatwheel/app.*"))
    return f"/chatwheel/{folder.name}/{module}"


def keep() -> str:
    """JavaScript that has a snapshot made at once, instead of when the widget has been left alone for a while."""
    return f"import('{address('keeper.mjs')}').then(({{ keepSnapshot }}) => void keepSnapshot())"


def keep_snapshot(page: Page) -> None:
    """Has it made at once, instead of when the widget has been left alone for a while."""
    page.evaluate(keep())
    wait_for_snapshot(page)


def wait_for_snapshot(page: Page) -> None:
    """It is made in idle time; this returns when it is stored."""
    page.evaluate(UNTIL % HAS_SNAPSHOT)


def wait_for_proof(page: Page) -> None:
    """The restore has been noted as a good one."""
    page.evaluate(UNTIL % IS_NOT_RESTORING)


def visit(context: BrowserContext, url: str) -> Widget:
    """A new tab with a connected widget."""
    return Widget(context.new_page(), url).start()
