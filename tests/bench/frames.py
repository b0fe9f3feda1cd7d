"""Frames parsed and told a second in a worker, by kind, beside plain JavaScript; and what is left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from bench.probe import PATIENCE
from bench.start import Fresh
from browser.backend import Backend

SCRIPT = Path(__file__).parent / "pages" / "frames.py"
# From a page that the server itself gave: others may not open its WebSocket.
_PAGE = "chatwheel/runtime/NOTICE.txt"
_START = """async () => {
  const { PyWorker } = await import("/chatwheel/runtime/pyscript/core.js");
  const config = { packages: ["chatwheel"], packages_cache: "passthrough", sync_main_only: true };
  const version = new URL("/chatwheel/runtime/pyodide/pyodide.mjs", location.href).href;
  window.bench = (await PyWorker("/bench/frames.py", { config, version })).sync;
}"""
EVENTS = 100_000
CONNECTS = 100
MORE_OBJECTS = 500
"""So many Python objects more are noise: caches fill, a timer is still there. A leak has one for each event."""
MORE_BYTES = 4 * 1024 * 1024
"""So much may the heap grow: its size is that of its fullest moment, rounded up."""


def measure(fresh: Fresh, server: Backend, events: int = EVENTS, connects: int = CONNECTS) -> dict[str, Any]:
    """Rates by kind, growth over many events, and what is left of many connections."""
    with fresh() as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.route("**/bench/frames.py", lambda route: route.fulfill(path=SCRIPT))
        page.goto(f"{server.url}/{_PAGE}")
        page.evaluate(_START)
        found = {
            "small message": ask(page, "rate", "small", 2000),
            "rich message": ask(page, "rate", "rich", 1000),
            "history page of 100": ask(page, "history", 50),
        }
        grown = ask(page, "memory", events)
        left = ask(page, "connects", server.url, connects)
    return {"rates": found, "events": events, "memory": grown, "connects": connects, "left": left}


def ask(page: Page, name: str, *arguments: object) -> Any:
    """The answer of a function in the worker."""
    return json.loads(page.evaluate("([name, args]) => window.bench[name](...args)", [name, list(arguments)]))


def lines(results: dict[str, Any]) -> list[str]:
    """What the report says of it."""
    told = [f"{'frames parsed and told a second, in a worker':<46}{'Python':>12}{'JavaScript':>12}"]
    told += [
        f"  {kind:<44}{rates['python']:>12,.0f}{rates['javascript']:>12,.0f}"
        for kind, rates in results["rates"].items()
    ]
    memory, left = results["memory"], results["left"]
    grown = ", ".join(f"{name} {memory['after'][name] - at:+,}" for name, at in memory["before"].items())
    kept = ", ".join(f"{name} {left['after'][name] - at:+,}" for name, at in left["before"].items())
    told.append(f"after {results['events']:,} more events: {grown}")
    told.append(
        f"after {results['connects']} connects: {left['callbacks']} of {left['made']} callbacks, {kept}"
    )
    return told


def broken(results: dict[str, Any]) -> list[str]:
    """What is left behind though it should not be."""
    memory, left = results["memory"], results["left"]
    found = []
    for what, counted in (
        (f"{results['events']:,} events", memory),
        (f"{results['connects']} connects", left),
    ):
        for name, limit in (("objects", MORE_OBJECTS), ("heap bytes", MORE_BYTES)):
            more = counted["after"][name] - counted["before"][name]
            if more > limit:
                found.append(f"after {what} there are {more:,} {name} more than before; {limit:,} may be")
    if left["callbacks"]:
        found.append(
            f"after {results['connects']} connects JavaScript still holds {left['callbacks']} callbacks"
        )
    return found
