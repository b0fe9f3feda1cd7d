"""Runs every measurement and reports: started by `python3 build.py bench`, which prepares what is measured."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench import echo, frames, history, load, message, report, start
from browser.backend import Backend, Loop
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
    options = parser.parse_args(arguments)
    runs = 1 if options.quick else options.runs
    conditions = start.CONDITIONS[:1] if options.quick else start.CONDITIONS
    # First, while there is no browser to share the processors with.
    served = tell(
        "Five hundred customers", lambda: load.measure(QUICK_SECONDS if options.quick else load.SECONDS)
    )
    with serving() as (widget, stock), sync_playwright() as playwright:

        @contextmanager
        def fresh_browser() -> Iterator[Browser]:
            browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM_PATH"], args=ARGUMENTS)
            yield browser
            browser.close()

        results = {
            "bytes": tell("Counting bytes", lambda: start.count_bytes(fresh_browser, widget, stock)),
            "start": tell("Starting", lambda: start.measure(fresh_browser, widget, stock, runs, conditions)),
            "message": tell("Receiving messages", lambda: message.measure(fresh_browser, widget)),
            "history": tell(
                "Showing history",
                lambda: history.measure(fresh_browser, widget, stock, runs, quick=options.quick),
            ),
            "echo": tell("Typing", lambda: echo.measure(fresh_browser, widget)),
            "frames": tell("Reading frames", lambda: frames.measure(fresh_browser, widget)),
            "server": served,
        }
    path = Path(os.environ["CHATWHEEL_BENCH_RESULT"])
    path.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print("\n".join([report.table(results), "", *frames.lines(results["frames"]), "", load.words(served)]))
    return 0


@contextmanager
def serving() -> Iterator[tuple[Backend, str]]:
    """The widget's server, and the address of the same server with the pages to compare with."""
    loop = Loop()
    widget = Backend(loop, bot=False)
    stock = DevServer(site=Path(os.environ["CHATWHEEL_BENCH_SITE"]))
    loop.run(stock.start())
    yield widget, stock.url
    loop.run(stock.stop())
    widget.close()
    loop.close()


def tell(title: str, work: Callable[[], Any]) -> Any:
    print(f"  {title} …", flush=True)
    return work()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
