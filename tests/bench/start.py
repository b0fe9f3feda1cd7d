"""How long Python takes to start, beside a stock page, and how many bytes that takes."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request

from bench import probe
from browser.backend import Backend
from browser.pages import Widget

Fresh = Callable[[], AbstractContextManager[Browser]]
PATIENCE = 120_000  # milliseconds


def measure(fresh: Fresh, widget: Backend, stock: str, runs: int) -> dict[str, Any]:
    """Medians of fresh browsers; each browser makes a first visit and then a later one."""
    cases: dict[str, list[dict[str, float]]] = {}
    for _ in range(runs):
        for name, url, visit in (("stock", stock, visit_stock), ("widget", widget.url, visit_widget)):
            with fresh() as browser:
                context = browser.new_context()
                probe.install(context)
                for which in ("first", "later"):
                    cases.setdefault(f"{name} {which}", []).append(visit(context, url))
    return {
        case: {key: round(median(each[key] for each in visits), 1) for key in visits[0]} | {"visits": visits}
        for case, visits in cases.items()
    }


def visit_stock(context: BrowserContext, url: str) -> dict[str, float]:
    """Milliseconds from navigation to Python up, and how long the page was blocked."""
    page = open_stock(context, url)
    up = page.evaluate("performance.getEntriesByName('python-up')[0].startTime")
    blocked = probe.read(page)["blocked"]
    page.close()
    return {"up": up, "blocked": blocked}


def open_stock(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(f"{url}/stock.html")
    page.wait_for_function("performance.getEntriesByName('python-up').length", timeout=PATIENCE)
    return page


def visit_widget(context: BrowserContext, url: str) -> dict[str, float]:
    """Milliseconds from the visitor's click; `navigation` is what had passed before it."""
    page = open_widget(context, url)
    host, frame = probe.read(page), probe.read(probe.frame_of(page))
    intent = host["marks"]["intent"]
    times = {name: frame["marks"][name] - intent for name in ("usable", "up", "connected")}
    page.close()
    blocked = host["blocked"] + frame["blocked"]
    return {**times, "navigation": intent - host["from"], "blocked": blocked}


def open_widget(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    widget = Widget(page, url).visit()
    widget.open()
    probe.frame_of(page).wait_for_function("window.__bench.marks.connected", timeout=PATIENCE)
    return page


def count_bytes(fresh: Fresh, widget: Backend, stock: str) -> dict[str, Any]:
    """Every file of a first visit, as it lies on the disk and as it is sent with brotli."""
    return {
        "widget": count_visit(fresh, os.environ["CHATWHEEL_SITE"], open_widget, widget.url),
        "stock": count_visit(fresh, os.environ["CHATWHEEL_BENCH_SITE"], open_stock, stock),
    }


def count_visit(
    fresh: Fresh, site: str, visit: Callable[[BrowserContext, str], Page], url: str
) -> dict[str, Any]:
    requested: list[str] = []

    def note(request: Request) -> None:
        requested.append(request.url)

    with fresh() as browser:
        context = browser.new_context()
        probe.install(context)
        context.on("request", note)
        visit(context, url)
    return sizes(requested, Path(site))


def sizes(urls: list[str], site: Path) -> dict[str, Any]:
    """The files behind the addresses, with their sizes, and the sums."""
    paths = {
        unquote(urlsplit(url).path).lstrip("/") or "index.html" for url in urls if url.startswith("http")
    }
    files = {}
    for path in sorted(paths):
        if (site / path).is_file():
            packed = site / f"{path}.br"
            raw = (site / path).stat().st_size
            files[path] = {"raw": raw, "brotli": packed.stat().st_size if packed.is_file() else raw}
    total = {kind: sum(file[kind] for file in files.values()) for kind in ("raw", "brotli")}
    return {"files": files, "total": total}
