"""The states in which the widget is looked at, by axe and by people: one walk through them, each on demand."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

from PIL import Image, ImageDraw
from playwright.sync_api import expect

from browser.backend import Agent, Backend
from browser.gate import Gate
from browser.pages import DELIVERED, FilePayload, Widget

UPLOAD = "**/action/upload_file*"


def photo(name: str = "workshop.png") -> FilePayload:
    """A picture with something to see in it."""
    image = Image.new("RGB", (640, 420), "#dfe7ee")
    draw = ImageDraw.Draw(image)
    for index in range(24):
        draw.ellipse(
            (index * 30 - 60, 90 + index * 6, index * 30 + 120, 270 + index * 6),
            outline=f"hsl({index * 15}, 60%, 45%)",
            width=5,
        )
    file = io.BytesIO()
    image.save(file, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}


def document(name: str = "terms-and-conditions.pdf") -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": random.Random(1).randbytes(48_000)}


def walk(widget: Widget, agent: Agent, backend: Backend) -> Iterator[str]:
    """Names each state when it has been reached; the caller looks at it and asks for the next."""
    widget.visit()
    yield "closed"
    widget.open().wait_connected()
    yield "welcome"
    widget.send("Good morning! Do you have pumps with a gauge?")
    widget.send("For a city bike.")
    expect(widget.articles.last).to_contain_text("Sent")
    chat_id = agent.join()
    agent.request("send_typing_indicator", {"chat_id": chat_id, "is_typing": True})
    expect(widget.typing).to_contain_text("Sam is typing")
    yield "typing"
    agent.say(chat_id, "Good morning! Yes, two of them: https://example.org/pumps")
    agent.say(chat_id, "Both reach 8 bar. Shall I set one aside for you until tomorrow evening?")
    seen = {
        "chat_id": chat_id,
        "seen_up_to": agent.chat["last_event_per_type"]["message"]["event"]["created_at"],
    }
    agent.request("mark_events_as_seen", seen)
    widget.send("👍")
    expect(widget.articles.last).to_have_attribute("data-delivery", DELIVERED)
    expect(widget.typing).to_be_empty()
    yield "conversation"
    widget.attach(photo(), document())
    expect(widget.message("terms-and-conditions.pdf")).to_have_attribute("data-delivery", DELIVERED)
    expect(widget.log.get_by_role("img", name="workshop.png")).to_be_visible()
    yield "files"
    gate = Gate(widget.page, UPLOAD)
    widget.attach(photo("on-its-way.png"))
    gate.wait()
    expect(widget.progress).to_have_count(1)
    yield "uploading"
    widget.inside.get_by_role("button", name="Cancel upload").click()
    gate.open()
    backend.server.faults.error("send_event", "validation", "The message was refused")
    widget.send("This one is refused")
    expect(widget.alerts).to_contain_text("The message was refused")
    yield "failed"
    widget.alerts.get_by_role("button", name="Delete").click()
    widget.attach({"name": "too-large.mov", "mimeType": "video/quicktime", "buffer": bytes(11 * 1024 * 1024)})
    expect(widget.alerts).to_contain_text("too-large.mov")
    yield "alert"
    widget.alerts.get_by_role("button", name="Dismiss").click()
    backend.server.faults.ignore("login", times=3)
    backend.drop()
    expect(widget.connection).to_contain_text("Trying to reconnect")
    widget.send("Written without a connection")
    expect(widget.articles.last).to_contain_text("Waiting for connection")
    yield "reconnecting"
    backend.server.faults.clear()
    backend.drop()
    expect(widget.connection).to_be_empty(timeout=60_000)
    expect(widget.articles.last).to_have_attribute("data-delivery", DELIVERED)
    agent.say(chat_id, "A long answer. " + "Everything about pumps and their valves, and more. " * 80)
    expect(widget.inside.get_by_role("button", name="Show more")).to_be_visible()
    yield "long text"
    widget.menu_button.click()
    expect(widget.inside.get_by_role("menu")).to_be_visible()
    yield "menu"
    widget.inside.get_by_role("menuitem", name="End chat").click()
    expect(widget.inside.get_by_text("This chat has ended.")).to_be_visible()
    yield "ended"
