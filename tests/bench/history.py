"""Long conversations: a history that is there at once, and messages that arrive one by one.

Beside them a plain loop in JavaScript and the component `deep-chat`, which do the same with the same texts.
"""

from __future__ import annotations

import json
from statistics import median
from typing import Any

from playwright.sync_api import BrowserContext, Page

from bench import probe
from bench.mainthread import MainThread
from bench.message import join_when_there, newest
from bench.start import Fresh, new_page, open_widget
from browser import boot
from browser.backend import Agent, Backend
from browser.pages import Widget

SIZES = (1000, 5000)
ARRIVALS = 500
SLOWED = {"full speed": 1, "a quarter of the speed": 4}
IN_A_TASK = "data => new Promise((resolve) => setTimeout(() => resolve(window.%s(data))))"
"""The browser counts as script what it runs by itself, not what it is asked to evaluate."""
Figures = dict[str, float]
"""`all`: milliseconds from the data to the rows; `busy`: those that the main thread worked; `memory`: its heap, in MB.

The widget's `busy` is what a visit with this history takes more than one with a single message.
"""


def measure(fresh: Fresh, server: Backend, stock: str, runs: int, *, quick: bool) -> dict[str, Any]:
    """Medians by case: `1,000 messages at once, full speed` and the like, by who: `widget`, `plain`, `deep-chat`."""
    cases: dict[str, dict[str, list[Figures]]] = {}

    def note(case: str, who: str, figures: Figures) -> None:
        cases.setdefault(case, {}).setdefault(who, []).append(figures)

    for size in SIZES[:1] if quick else SIZES:
        with fresh() as context, fresh() as short:
            for each in (context, short):
                probe.install(each)
            seed(short, server, 1)
            texts = seed(context, server, size)
            for name, slowed in list(SLOWED.items())[: 1 if quick else None]:
                for _ in range(runs):
                    case = f"{size:,} messages at once, {name}"
                    start = show_in_widget(short, server, 1, slowed)
                    shown = show_in_widget(context, server, size, slowed)
                    note(case, "widget", {**shown, "busy": shown["busy"] - start["busy"]})
                    for who in ("plain", "deep-chat"):
                        note(case, who, show_in_page(context, f"{stock}/{who}.html", texts, slowed))
    for _ in range(runs):
        with fresh() as context:
            case = f"{ARRIVALS} messages one by one, full speed"
            probe.install(context)
            note(case, "widget", arrive_in_widget(context, server))
            note(case, "deep-chat", arrive_in_page(context, f"{stock}/deep-chat.html"))
    return {
        case: {who: _medians(figures) for who, figures in by_who.items()} for case, by_who in cases.items()
    }


def _medians(all_figures: list[Figures]) -> Figures:
    return {name: round(median(figures[name] for figures in all_figures), 1) for name in all_figures[0]}


def words(number: int) -> str:
    """Every message has the same length, about that of such messages."""
    return f"Message number {number:04} of the conversation. It is about as long as such messages are."


def seed(context: BrowserContext, server: Backend, size: int) -> list[str]:
    """Has a visitor of this context come, ask and go, and an agent write an answer of many messages.

    Who has a history was here before: their browser has its snapshot of Python.
    """
    texts = [words(number) for number in range(size)]
    with Agent.at(server) as agent:
        before = newest(agent)
        page = open_widget(context, server.url)
        Widget(page, server.url).send("Hello")
        chat = join_when_there(agent, before)
        boot.keep_snapshot(page)
        page.close()
        for text in texts:
            agent.say(chat, text)
    return texts


def show_in_widget(context: BrowserContext, server: Backend, size: int, slowed: int) -> Figures:
    page = new_page(context, "")
    widget = Widget(page, server.url).visit()
    thread = MainThread(page, slowed)
    widget.open()
    thread.start()
    frame = probe.frame_of(page)
    text = words(size // 2)
    frame.wait_for_function(
        f"""document.querySelectorAll('#log article').length > {size}
            && window.__bench.frames.some(({{ data }}) => data.includes("list_threads") && data.includes("{text}"))""",
        timeout=120_000,
    )
    figures = thread.stop()
    noted = probe.read(frame)
    page.close()
    came = next(
        each["at"] for each in noted["frames"] if "list_threads" in each["data"] and text in each["data"]
    )
    done = next(row["at"] for row in noted["rows"] if row["count"] > size)
    return {"all": done - came, **figures}


def show_in_page(context: BrowserContext, url: str, texts: list[str], slowed: int) -> Figures:
    page = _page(context, url)
    thread = MainThread(page, slowed)
    events = [
        {"id": str(n), "author_id": "kim", "text": text, "created_at": "2026-05-01T10:00:00.000000Z"}
        for n, text in enumerate(texts)
    ]
    thread.start()
    took = page.evaluate(IN_A_TASK % "show", json.dumps({"events": events}))
    figures = thread.stop()
    page.close()
    return {"all": took, **figures}


def arrive_in_widget(context: BrowserContext, server: Backend) -> Figures:
    with Agent.at(server) as agent:
        before = newest(agent)
        page = open_widget(context, server.url)
        Widget(page, server.url).send("Hello")
        chat = join_when_there(agent, before)
        thread = MainThread(page, 1)
        thread.start()
        for number in range(ARRIVALS):
            agent.say(chat, words(number))
        frame = probe.frame_of(page)
        frame.wait_for_function(
            f"document.querySelectorAll('#log article').length > {ARRIVALS}", timeout=120_000
        )
        figures = thread.stop()
        noted = probe.read(frame)
        page.close()
    arrived = [each["at"] for each in noted["frames"] if "Message number" in each["data"]]
    return {"all": noted["rows"][-1]["at"] - arrived[0], **figures}


def arrive_in_page(context: BrowserContext, url: str) -> Figures:
    page = _page(context, url)
    thread = MainThread(page, 1)
    thread.start()
    took = page.evaluate(IN_A_TASK % "arrive", [words(number) for number in range(ARRIVALS)])
    figures = thread.stop()
    page.close()
    return {"all": took, **figures}


def _page(context: BrowserContext, url: str) -> Page:
    page = new_page(context, "")
    page.goto(url)
    page.wait_for_function("!!window.show")
    return page
