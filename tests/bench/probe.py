"""What is put into the pages to take the time. All times are milliseconds since the epoch, on the browser's own clock.

The worker is reached by a few lines in front of boot.mjs, which tell the frame when a WebSocket's frame arrives.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Frame, Page

from browser import boot

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
  const bench = { from: performance.timeOrigin, blocked: 0, frames: [], rows: [], marks: {} };
  window.__bench = bench;
  const mark = (name) => { bench.marks[name] ??= now(); };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) bench.blocked += Math.max(0, duration - 50);
  }).observe({ type: "longtask", buffered: true });
  if (window === window.top) {
    addEventListener("click", (event) => { bench.marks.intent ??= bench.from + event.timeStamp; }, true);
    return;
  }
  new BroadcastChannel("bench").onmessage = ({ data }) => bench.frames.push(data);
  addEventListener("focusin", ({ target }) => { if (target.id === "message") mark("usable"); });
  const look = (changes) => {
    const panel = document.querySelector("#panel");
    if (panel?.dataset.phase === "ready") {
      mark("up");
      if (!document.querySelector("#connection")?.textContent) mark("connected");
    }
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


def install(context: BrowserContext, *, sees_frames: bool = True) -> None:
    """Into every page of this context, from now on. To see WebSockets' frames costs the browser its HTTP cache."""
    context.add_init_script(_PAGE)
    if not sees_frames:
        return
    boot.prepend(context, "boot.mjs", _WORKER)


def frame_of(page: Page) -> Frame:
    """The widget's own document."""
    return next(frame for frame in page.frames if "frame.html" in frame.url)


def read(frame: Frame | Page) -> dict[str, Any]:
    """What the probe has noted there."""
    noted: dict[str, Any] = frame.evaluate("window.__bench")
    return noted
