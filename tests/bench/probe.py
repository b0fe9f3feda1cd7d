"""What is put into the pages to take the time. All times are milliseconds since the epoch, on the browser's own clock.

The worker is reached by a few lines in front of boot.mjs, in a copy of the site; they tell the frame when a WebSocket's
frame arrives. While something is measured nothing is asked of a page: Playwright would put a script of 330 KB into each
document for it. The page says in its console how far it has come.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, Page

from browser import boot

PATIENCE = 120_000  # milliseconds

_WORKER = """
{
  const tell = new BroadcastChannel("bench");
  const Real = globalThis.WebSocket;
  globalThis.WebSocket = class extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => {
        tell.postMessage({ at: performance.timeOrigin + performance.now(), data });
      });
    }
  };
}
"""

_PAGE = """
(() => {
  const now = () => performance.timeOrigin + performance.now();
  const bench = { from: performance.timeOrigin, tasks: [], frames: [], rows: [], marks: {} };
  window.__bench = bench;
  const mark = (name, at = now()) => {
    if (name in bench.marks) return;
    bench.marks[name] = at;
    console.debug(`bench: ${name}`);
  };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) bench.tasks.push({ at: bench.from + startTime, duration });
  }).observe({ type: "longtask", buffered: true });
  if (window === window.top) {
    addEventListener("click", (event) => mark("intent", bench.from + event.timeStamp), true);
    new PerformanceObserver((list) => {
      for (const { name, startTime } of list.getEntries()) if (name === "python-up") mark("up", bench.from + startTime);
    }).observe({ type: "mark", buffered: true });
    return;
  }
  new BroadcastChannel("bench").onmessage = ({ data }) => bench.frames.push(data);
  addEventListener("focusin", ({ target }) => { if (target.id === "message") mark("usable"); });
  let said;
  addEventListener("keydown", ({ key, target }) => { if (key === "Enter") said = target.value; }, true);
  const isSent = (article) => /^(sent|seen)$/.test(article.dataset.delivery) && article.textContent.includes(said);
  const look = (changes) => {
    const panel = document.querySelector("#panel");
    if (panel?.dataset.phase === "ready") {
      mark("up");
      if (!document.querySelector("#connection")?.textContent) mark("connected");
    }
    if (said && !bench.marks.sent && [...document.querySelectorAll("article.mine")].some(isSent)) mark("sent");
    for (const { addedNodes, target } of changes) {
      if (!addedNodes.length || !target.closest?.("#log")) continue;
      const text = [...addedNodes].map((node) => node.textContent).join(" ");
      bench.rows.push({ at: now(), text: text.slice(0, 500), count: document.querySelectorAll("#log article").length });
    }
  };
  const options = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(look).observe(document, options);
})();
"""


def install(context: BrowserContext) -> None:
    """Into every page of this context, from now on."""
    context.add_init_script(_PAGE)


def copy_that_tells(site: Path, copy: Path) -> Path:
    """The site again, but its worker tells of WebSockets' frames. (Playwright could change the file on its way, which
    would cost the browser its HTTP cache, and with that the compiled code.)
    """
    shutil.copytree(site, copy)
    for name, edit in (("boot.mjs", lambda text: _WORKER + text), ("frame.html", boot.without_hashes)):
        for path in copy.rglob(name):
            path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
            for packed in (".br", ".gz"):
                path.with_name(name + packed).unlink(missing_ok=True)
    return copy


class Marks:
    """What a page, and the frames in it, say in their console."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._said: set[str] = set()
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        _, is_ours, name = message.text.partition("bench: ")
        if is_ours:
            self._said.add(name)

    def wait(self, name: str) -> None:
        """Until the page has come so far; raises what Playwright raises when it does not in two minutes."""
        until = time.monotonic() + PATIENCE / 1000
        while name not in self._said:
            left = max(1, (until - time.monotonic()) * 1000)
            self._page.wait_for_event("console", timeout=left)


def frame_of(page: Page) -> Frame:
    """The widget's own document."""
    return next(frame for frame in page.frames if "frame.html" in frame.url)


def blocked(noted: dict[str, Any], since: float) -> float:
    """Total blocking time: what of the page's long tasks goes beyond 50 milliseconds each."""
    durations: list[float] = [task["duration"] for task in noted["tasks"] if task["at"] >= since]
    return sum(max(0, duration - 50) for duration in durations)


def read(frame: Frame | Page) -> dict[str, Any]:
    """What the probe has noted there."""
    noted: dict[str, Any] = frame.evaluate("window.__bench")
    return noted
