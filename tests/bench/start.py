"""How long Python takes to start, beside a stock page, and how many bytes that takes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import BrowserContext, Page, Request

from bench import probe
from bench.memory import renderers
from bench.network import Line
from browser import boot
from browser.backend import Backend
from browser.pages import Widget

Fresh = Callable[[], AbstractContextManager[BrowserContext]]
CONDITIONS = ("full speed", "CPU at a quarter", "10 Mbit/s")


def measure(
    fresh: Fresh, widget: Backend, stock: str, runs: int, conditions: Sequence[str]
) -> dict[str, Any]:
    """Medians of fresh browsers; each browser makes a first visit and then a later one.

    The widget and the stock page take turns, so that what else the machine does slows both.
    """
    cases: dict[str, list[dict[str, float]]] = {}
    for condition in conditions:
        is_slow = condition == "10 Mbit/s"
        lines = [Line(widget.loop, url) for url in (stock, widget.url)] if is_slow else []
        urls = [line.url for line in lines] or [stock, widget.url]
        for _ in range(runs):
            for name, url, visits in zip(("stock", "widget"), urls, (STOCK, WIDGET), strict=True):
                with fresh() as context:
                    probe.install(context)
                    for which, visit in visits.items():
                        figures = visit(context, url, condition)
                        cases.setdefault(f"{condition}, {name} {which}", []).append(figures)
        for line in lines:
            line.stop()
    return {
        case: {key: round(median(each[key] for each in visits), 1) for key in visits[0]} | {"visits": visits}
        for case, visits in cases.items()
    }


def new_page(context: BrowserContext, condition: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(probe.PATIENCE)
    if condition == "CPU at a quarter":  # slows the page, not its workers
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return page


def visit_stock(context: BrowserContext, url: str, condition: str = "") -> dict[str, float]:
    """Milliseconds from navigation to Python up, how long the page was blocked, and megabytes that it took."""
    before = taken(context)
    page = open_stock(context, url, condition)
    memory = taken(context) - before
    noted = probe.read(page)
    page.close()
    blocked = probe.blocked(noted, noted["from"])
    return {"up": noted["marks"]["up"] - noted["from"], "blocked": blocked, "memory": memory}


def taken(context: BrowserContext) -> float:
    assert context.browser
    return renderers(context.browser)


def open_stock(context: BrowserContext, url: str, condition: str = "") -> Page:
    page = new_page(context, condition)
    marks = probe.Marks(page)
    page.goto(f"{url}/stock.html")
    marks.wait("up")
    return page


def visit_widget(
    context: BrowserContext, url: str, condition: str = "", *, since: str = "intent", forgets: bool = False
) -> dict[str, float]:
    """Milliseconds since the visitor's click, or `since` the navigation; `memory` is in megabytes.

    The visitor writes at once. The visit ends when the snapshot for the next one is stored. Where the page remembers a
    conversation Python starts with the page, before any click; unless the visit `forgets` that there was one.
    """
    before = taken(context)
    page = open_widget(context, url, condition, f"Hello at {time.time()}")
    memory = taken(context) - before
    waiting = time.monotonic()
    boot.wait_for_snapshot(page)
    stored = (time.monotonic() - waiting) * 1000
    # The frame's long tasks are told to the page, too: one thread. To ask the frame itself would be one more.
    host = probe.read(page)
    frame = probe.read(probe.frame_of(page))
    begun = host["marks"]["intent"] if since == "intent" else host["from"]
    times = {name: frame["marks"][name] - begun for name in ("usable", "up", "connected", "sent")}
    restored = float(boot.is_restored(page))
    if forgets:
        page.evaluate("localStorage.removeItem('chatwheel:demo-organization')")
    page.close()
    return {
        **times,
        "memory": memory,
        "navigation": host["marks"]["intent"] - host["from"],
        "blocked": probe.blocked(host, begun),
        "stored": stored,
        "restored": restored,
    }


Visit = Callable[[BrowserContext, str, str], dict[str, float]]
STOCK: dict[str, Visit] = {"first": visit_stock, "later": visit_stock}
WIDGET: dict[str, Visit] = {
    "first": partial(visit_widget, forgets=True),
    "later": visit_widget,
    "later, in a conversation": partial(visit_widget, since="navigation"),
}
"""In one browser, one after the other. Who is in a conversation does not click: that is since the navigation."""


def open_widget(context: BrowserContext, url: str, condition: str = "", says: str = "") -> Page:
    """Until it is connected; when something is to be said, it is written before, and has arrived."""
    page = new_page(context, condition)
    marks = probe.Marks(page)
    widget = Widget(page, url).visit()
    page.wait_for_load_state("networkidle")  # nobody clicks before there is something to see
    box = widget.launcher.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    marks.wait("usable")
    if says:
        page.keyboard.insert_text(says)
        page.keyboard.press("Enter")
        marks.wait("sent")
    marks.wait("connected")
    return page


def count_bytes(fresh: Fresh, widget: Backend, stock: str) -> dict[str, Any]:
    """Every file of a first visit, as it lies on the disk and as it is sent with brotli; a later one, as sent."""
    return {
        "widget": count_visit(fresh, os.environ["CHATWHEEL_SITE"], open_widget, widget.url),
        "stock": count_visit(fresh, os.environ["CHATWHEEL_BENCH_SITE"], open_stock, stock),
        "later": count_later(fresh, widget.url),
    }


SENT = "performance.getEntriesByType('resource').reduce((sum, { transferSize }) => sum + transferSize, 0)"


def count_later(fresh: Fresh, url: str) -> int:
    """The bytes that a later visit gets over the line, headers and all, by the browser's own account."""
    with fresh() as context:
        probe.install(context)
        page = open_widget(context, url)
        boot.wait_for_snapshot(page)
        page.close()
        page = open_widget(context, url)
        frame = probe.frame_of(page)
        return sum(int(each.evaluate(SENT)) for each in (page, frame, boot.worker_of(page)))


def count_visit(
    fresh: Fresh, site: str, visit: Callable[[BrowserContext, str], Page], url: str
) -> dict[str, Any]:
    requested: list[str] = []

    def note(request: Request) -> None:
        requested.append(request.url)

    with fresh() as context:
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
