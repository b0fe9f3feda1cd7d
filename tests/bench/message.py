"""How long an incoming message takes from the WebSocket's frame to its row in the document."""

from __future__ import annotations

import json
import time
from statistics import median
from typing import Any

from bench import probe
from bench.start import Fresh, open_widget
from browser import boot
from browser.backend import Agent, Backend
from browser.pages import Widget

MESSAGES = 50


def measure(fresh: Fresh, server: Backend) -> dict[str, Any]:
    """Of a visitor who is here again."""
    with fresh() as context, Agent.at(server) as agent:
        probe.install(context)
        before = newest(agent)
        page = open_widget(context, server.url)
        Widget(page, server.url).send("Hello")
        chat = join_when_there(agent, before)
        boot.keep_snapshot(page)
        page.close()
        page = open_widget(context, server.url)
        for number in range(MESSAGES):
            agent.say(chat, f"Message number {number} of the benchmark.")
            time.sleep(0.1)  # one at a time, as people write
        frame = probe.frame_of(page)
        last = f"number {MESSAGES - 1} "
        frame.wait_for_function(
            "last => window.__bench.rows.some(({ text }) => text.includes(last))", arg=last
        )
        took = waits(probe.read(frame))
    return {
        "median": round(median(took), 2),
        "p95": round(sorted(took)[int(len(took) * 0.95)], 2),
        "messages": len(took),
    }


def newest(agent: Agent) -> str:
    """Id of the newest chat, empty when there is none."""
    chats = agent.request("list_chats", {"limit": 1})["chats_summary"]
    return str(chats[0]["id"]) if chats else ""


def join_when_there(agent: Agent, before: str) -> str:
    """Takes the chat that a visitor is about to begin; `before` was the newest until then."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if newest(agent) != before:
            return agent.join()
        time.sleep(0.1)
    raise TimeoutError("no chat began")


def waits(noted: dict[str, Any]) -> list[float]:
    """Milliseconds from each frame to its row."""
    arrived = {}
    for each in noted["frames"]:
        frame = json.loads(each["data"])
        if frame.get("action") == "incoming_event":
            arrived[frame["payload"]["event"].get("text")] = each["at"]
    return [
        next(row["at"] for row in noted["rows"] if text in row["text"]) - at
        for text, at in arrived.items()
        if text and text.startswith("Message number")
    ]
