"""A thousand messages of history, beside a plain loop in JavaScript over the same events."""

from __future__ import annotations

import json
from statistics import median
from typing import Any

from playwright.sync_api import BrowserContext

from bench import probe
from bench.message import join_when_there, newest
from bench.start import Fresh, open_widget
from browser.backend import Agent, Backend
from browser.pages import Widget

MESSAGES = 1000


def measure(fresh: Fresh, server: Backend, stock: str, runs: int) -> dict[str, Any]:
    """Milliseconds from the last frame that carries history to all rows in the document, and those of a plain list."""
    took: dict[str, list[float]] = {"widget": [], "plain": []}
    with fresh() as browser:
        context = browser.new_context()
        probe.install(context)
        events = seed(context, server)
        for _ in range(runs):
            took["widget"].append(show_in_widget(context, server))
            page = context.new_page()
            page.goto(f"{stock}/list.html")
            took["plain"].append(page.evaluate("json => window.show(json)", json.dumps({"events": events})))
            page.close()
    return {name: round(median(times), 1) for name, times in took.items()} | {
        "messages": MESSAGES,
        "runs": took,
    }


def seed(context: BrowserContext, server: Backend) -> list[dict[str, Any]]:
    """Has a visitor of this context come, ask and go, and an agent write an answer of a thousand messages."""
    with Agent.at(server) as agent:
        before = newest(agent)
        page = open_widget(context, server.url)
        Widget(page, server.url).send("Hello")
        chat = join_when_there(agent, before)
        page.close()
        for number in range(MESSAGES):
            agent.say(
                chat, f"Message number {number} of the history. It is about as long as such messages are."
            )
        events: list[dict[str, Any]] = agent.request("get_chat", {"chat_id": chat})["thread"]["events"]
    return [event for event in events if event["type"] == "message"]


def show_in_widget(context: BrowserContext, server: Backend) -> float:
    page = open_widget(context, server.url)
    frame = probe.frame_of(page)
    frame.wait_for_function(f"document.querySelectorAll('#log article').length >= {MESSAGES}", timeout=60_000)
    noted = probe.read(frame)
    page.close()
    arrived = [each["at"] for each in noted["frames"] if "Message number" in each["data"]]
    done = next(row["at"] for row in noted["rows"] if row["count"] >= MESSAGES)
    return float(done - arrived[0])
