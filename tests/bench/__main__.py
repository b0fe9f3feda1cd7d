"""Runs every measurement and reports: started by `python3 build.py bench`, which prepares what is measured."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright

from bench import echo, frames, history, load, message, probe, report, start
from browser.backend import Backend, Loop, site
from chatwheel_devserver import DevServer

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # As in the tests: a changed document is not of this machine, and nobody sees an address bar.
    "--disable-features=LocalNetworkAccessChecks,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
]
QUICK_SECONDS = 10


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="build.py bench")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one run, at full speed only")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="just these measurements")
    options = parser.parse_args(arguments)
    quick, runs = options.quick, 1 if options.quick else options.runs
    path = Path(os.environ["CHATWHEEL_BENCH_RESULT"])
    results: dict[str, Any] = {}
    failures: list[str] = []

    def take(
        name: str,
        title: str,
        measure: Callable[[], Any],
        lines: Callable[[Any], list[str]],
        broken: Callable[[Any], list[str]] = lambda result: [],
    ) -> None:
        """Prints and keeps each result as it comes: all of them take a while. Times never fail, what leaks does."""
        if options.only and name not in options.only:
            return
        print(f"  {title} …", flush=True)
        results[name] = measure()
        path.write_text(json.dumps(results, indent=1), encoding="utf-8")
        print("\n".join(["", *lines(results[name]), ""]), flush=True)
        failures.extend(broken(results[name]))

    # First, while there is no browser to share the processors with.
    seconds = QUICK_SECONDS if quick else load.SECONDS
    take(
        "server", "Five hundred customers", lambda: load.measure(seconds), lambda served: [load.words(served)]
    )
    with serving() as (widget, telling, stock), sync_playwright() as playwright:

        @contextmanager
        def fresh() -> Iterator[BrowserContext]:
            """A profile of its own, as visitors have one: in a private window Chromium keeps no compiled code."""
            with TemporaryDirectory() as profile:
                chromium = os.environ["CHROMIUM_PATH"]
                context = playwright.chromium.launch_persistent_context(
                    profile, executable_path=chromium, args=ARGUMENTS, bypass_csp=True
                )
                yield context
                context.close()

        conditions = start.CONDITIONS[:1] if quick else start.CONDITIONS
        take("bytes", "Counting bytes", lambda: start.count_bytes(fresh, widget, stock), report.sizes)
        take(
            "start", "Starting", lambda: start.measure(fresh, widget, stock, runs, conditions), report.starts
        )
        take("message", "Receiving messages", lambda: message.measure(fresh, telling), report.arrivals)
        take(
            "history",
            "Showing history",
            lambda: history.measure(fresh, telling, stock, runs, quick=quick),
            report.conversations,
        )
        take("echo", "Typing", lambda: echo.measure(fresh, widget), report.echoes)
        take("frames", "Reading frames", lambda: frames.measure(fresh, widget), frames.lines, frames.broken)
    for failure in failures:
        print(f"  FAILED: {failure}")
    return 1 if failures else 0


@contextmanager
def serving() -> Iterator[tuple[Backend, Backend, str]]:
    """The widget's server, one whose worker tells of frames, and the address of one with the pages to compare with."""
    loop = Loop()
    with TemporaryDirectory() as folder:
        copy = probe.copy_that_tells(site(), Path(folder) / "site")
        widget, telling = (Backend(loop, bot=False, site=each) for each in (site(), copy))
        stock = DevServer(site=Path(os.environ["CHATWHEEL_BENCH_SITE"]))
        loop.run(stock.start())
        yield widget, telling, stock.url
        loop.run(stock.stop())
        for server in (widget, telling):
            server.close()
    loop.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
