"""What the browser itself counts of a page's main thread."""

from __future__ import annotations

from playwright.sync_api import Page

WORK = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
"""What the page causes; the browser's own housekeeping and painting come and go."""


class MainThread:
    """The main thread of a page and of the frames in it.

    Args:
        page: whose.
        slowed: by which factor the browser is to slow it.
    """

    def __init__(self, page: Page, slowed: int) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send(
            "Performance.enable", {"timeDomain": "threadTicks"}
        )  # not what other programs take
        if slowed > 1:
            self._session.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
        self._page = page
        self._before: dict[str, float] = {}

    def start(self) -> None:
        """Count from here."""
        self._before = self._read()

    def stop(self) -> dict[str, float]:
        """`busy`: milliseconds of scripts, styles and layout since the start; `memory`: megabytes on the heap."""
        self._page.evaluate("() => new Promise(requestAnimationFrame)")
        metrics = self._read()
        return {
            "busy": sum(metrics[work] - self._before[work] for work in WORK) * 1000,
            "memory": metrics["JSHeapUsedSize"] / 2**20,
        }

    def _read(self) -> dict[str, float]:
        found = self._session.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in found}
