"""How much memory the browser's renderers take: page, worker and WebAssembly together, by the system's own account."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser


def renderers(browser: Browser) -> float:
    """Megabytes that no other process shares, or their share of it; 0 where the system does not tell (not Linux)."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(_share_of(int(process["id"])) for process in processes if process["type"] == "renderer")


def _share_of(process: int) -> float:
    path = Path(f"/proc/{process}/smaps_rollup")
    if not path.exists():
        return 0.0
    line = next(line for line in path.read_text().splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024
