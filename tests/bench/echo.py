"""How long a keystroke takes to be on the screen while Python is busy with something else."""

from __future__ import annotations

from statistics import median
from typing import Any

from bench import probe
from bench.start import Fresh, open_widget
from browser import boot
from browser.backend import Backend
from browser.pages import Widget

KEYS = 60
BUSY_SECONDS = 6

_NOTE = """
() => {
  window.__echoes = [];
  const composer = document.querySelector("#message");
  let pressed = 0;
  composer.addEventListener("keydown", ({ timeStamp }) => { pressed = timeStamp; }, true);
  composer.addEventListener("input", () => {
    const since = pressed;
    requestAnimationFrame(() => { setTimeout(() => window.__echoes.push(performance.now() - since)); });
  });
}
"""
_BE_BUSY = """
(seconds) => {
  setTimeout(() => {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end);
  });
}
"""


def measure(fresh: Fresh, server: Backend) -> dict[str, Any]:
    """Milliseconds from the key to the frame that shows it: `median`, `worst`, and how many keys were `late`."""
    with fresh() as context:
        probe.install(context)
        page = open_widget(context, server.url)
        frame = probe.frame_of(page)
        frame.evaluate(_NOTE)
        boot.worker_of(page).evaluate(_BE_BUSY, BUSY_SECONDS)
        Widget(page, server.url).composer.press_sequentially("x" * KEYS, delay=40)
        echoes: list[float] = frame.evaluate("window.__echoes")
    assert len(echoes) == KEYS, "not every key was counted"
    return {
        "keys": KEYS,
        "median": round(median(echoes), 1),
        "worst": round(max(echoes), 1),
        "late": sum(echo > 50 for echo in echoes),
    }
