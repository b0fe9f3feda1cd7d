"""The states in which the widget is looked at, by axe and by people: one walk through them, each on demand."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import expect

from browser.backend import CONSOLE_AGENT, Agent, Backend
from browser.gate import Gate
from browser.pages import DELIVERED, FilePayload, Widget

PRECHAT: dict[str, Any] = {
    "id": "F1",
    "fields": [
        {"type": "header", "id": "0", "label": "Who are you?"},
        {"type": "name", "id": "1", "label": "Your name", "required": True},
        {"type": "email", "id": "2", "label": "E-mail", "required": False},
        {
            "type": "group_chooser",
            "id": "3",
            "label": "What is it about?",
            "required": True,
            "options": [
                {"id": "a", "label": "Sales", "group_id": 0},
                {"id": "b", "label": "Repairs", "group_id": 0},
            ],
        },
    ],
}
TICKET: dict[str, Any] = {
    "id": "F2",
    "fields": [
        {"type": "email", "id": "1", "label": "E-mail", "required": True},
        {"type": "textarea", "id": "2", "label": "Your message", "required": True},
    ],
}
POSTCHAT: dict[str, Any] = {
    "id": "F3",
    "fields": [
        {"type": "header", "id": "0", "label": "Before you go"},
        {
            "type": "radio",
            "id": "1",
            "label": "Was it quick?",
            "required": True,
            "options": [{"id": "y", "label": "Quick"}, {"id": "n", "label": "Slow"}],
        },
        {"type": "textarea", "id": "2", "label": "Anything to add?", "required": False},
    ],
}
WASM = "**/*.wasm"
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


def offer(backend: Backend) -> dict[str, Any]:
    """Cards with every kind of button."""
    kinds = {
        "Size guide": ("webview", f"{backend.url}/demo/delivery.svg"),
        "See it": ("url", "https://shop.example/pump"),
        "Call us": ("phone", "+48 123 456"),
        "Reserve it": ("message", "reserve"),
        "Not now": ("cancel", None),
    }
    buttons: list[dict[str, Any]] = [
        {"text": text, "postback_id": text, "type": kind, "value": value, "user_ids": []}
        for text, (kind, value) in kinds.items()
    ]
    cards = [
        {"title": "City pump", "subtitle": "8 bar, with a gauge", "buttons": buttons},
        {"title": "Travel pump", "subtitle": "6 bar, fits into a pocket"},
    ]
    return {"type": "rich_message", "template_id": "cards", "elements": cards}


def walk(widget: Widget, agent: Agent, backend: Backend) -> Iterator[str]:
    """Names each state when it has been reached; the caller looks at it and asks for the next."""
    yield from talk(widget, agent, backend)
    widget.inside.get_by_role("menuitem", name="End chat").click()
    expect(widget.inside.get_by_text("This chat has ended.")).to_be_visible()
    yield from beginnings_and_ends(widget, agent, backend)


def talk(widget: Widget, agent: Agent, backend: Backend) -> Iterator[str]:
    """A conversation, and what happens in one."""
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
    offer_program(agent, backend, chat_id)
    widget.log.get_by_role("button", name="setup.exe").click()
    expect(widget.log.get_by_role("link", name="Download anyway")).to_be_visible()
    yield "risky file"
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
    agent.say(
        chat_id,
        "**A long answer.**\n- [one](https://shop.example)\n- `two`\n```\nthree\n```\n"
        + "Everything about pumps and their valves, and more. " * 80,
    )
    expect(widget.inside.get_by_role("button", name="Show more")).to_be_visible()
    yield "long text"
    yield from choices(widget, agent, backend, chat_id)
    widget.menu_button.click()
    expect(widget.inside.get_by_role("menu")).to_be_visible()
    yield "menu"


def offer_program(agent: Agent, backend: Backend, chat_id: str) -> None:
    """A file that could run, from the agent."""
    file = {
        "id": "program",
        "type": "file",
        "name": "setup.exe",
        "content_type": "application/octet-stream",
        "size": 240_000,
        "url": f"{backend.url}/demo/delivery.svg",
        "author_id": CONSOLE_AGENT,
        "created_at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }
    thread_id = agent.chat["last_thread_summary"]["id"]
    backend.news("incoming_event", {"chat_id": chat_id, "thread_id": thread_id, "event": file})


def choices(widget: Widget, agent: Agent, backend: Backend, chat_id: str) -> Iterator[str]:
    """Cards, replies to choose from, and what opens over the conversation."""
    agent.say(chat_id, f"It is all here: {backend.url}/demo/delivery.html")
    expect(widget.log.get_by_role("link", name="Delivery and returns")).to_be_visible()
    agent.request("send_event", {"chat_id": chat_id, "event": offer(backend)})
    widget.inside.get_by_role("button", name="Not now").click()
    yield "cards"
    widget.inside.get_by_role("button", name="Size guide").click()
    dialog = widget.inside.get_by_role("dialog", name="Size guide")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("status")).to_have_count(0)
    yield "page over the conversation"
    widget.page.keyboard.press("Escape")
    widget.inside.get_by_role("button", name="Emoji").click()
    expect(widget.inside.get_by_role("grid")).to_be_visible()
    yield "emoji"
    widget.page.keyboard.press("Escape")
    widget.choose("E-mail transcript")
    widget.inside.get_by_label("Where shall we send the chat?").fill("ada")
    widget.page.keyboard.press("Enter")
    expect(widget.alerts).to_have_text("This does not look like an e-mail address.")
    yield "transcript"
    widget.inside.locator("#ended").get_by_role("button", name="Dismiss").click()
    replies: list[dict[str, Any]] = [
        {"type": "message", "text": text, "value": text, "postback_id": text, "user_ids": []}
        for text in ("Today", "Tomorrow morning", "Tomorrow after five o\u2019clock", "I cannot come")
    ]
    element = {"title": "When would you like to come?", "buttons": replies}
    event = {"type": "rich_message", "template_id": "quick_replies", "elements": [element]}
    agent.request("send_event", {"chat_id": chat_id, "event": event})
    expect(widget.inside.get_by_role("button", name="Tomorrow morning")).to_be_visible()
    yield "quick replies"


def beginnings_and_ends(widget: Widget, agent: Agent, backend: Backend) -> Iterator[str]:
    """A start that fails; the forms before a chat, after one and in place of one; a place in line, a greeting."""
    backend.set_form("prechat", PRECHAT)
    backend.set_form("postchat", POSTCHAT)
    backend.set_form("ticket", TICKET)
    widget.page.route(WASM, lambda route: route.abort())
    widget.visit().open()
    expect(widget.starting.get_by_role("alert")).to_contain_text("The chat could not start")
    yield "start failed"
    widget.page.unroute(WASM)
    widget.starting.get_by_role("button", name="Try again").click()
    widget.wait_connected()
    form = widget.inside.get_by_role("form", name="Before the chat")
    expect(form).to_be_visible()
    yield "form"
    form.get_by_label("E-mail").fill("nobody")
    form.get_by_role("button", name="Start chat").click()
    expect(form.get_by_role("alert").first).to_be_visible()
    yield "form with mistakes"
    form.get_by_label("Your name").fill("Ada")
    form.get_by_label("E-mail").fill("ada@example.org")
    form.get_by_label("Repairs").check()
    form.get_by_role("button", name="Start chat").click()
    expect(form).to_have_count(0)
    thread = agent.chat["last_thread_summary"]["id"]
    place = {"chat_id": agent.chat["id"], "thread_id": thread, "queue": {"position": 3, "wait_time": 240}}
    backend.news("queue_position_updated", place)
    expect(widget.connection.get_by_text("You are number 3 in line.")).to_be_visible()
    yield "queue"
    agent.say(agent.join(), "Good morning, Ada. It is ready.")
    expect(widget.message("It is ready.")).to_be_visible()
    widget.choose("End chat")
    form = widget.inside.get_by_role("form", name="After the chat")
    expect(form).to_be_visible()
    yield "form after the chat"
    form.get_by_role("button", name="Skip").click()
    expect(form).to_have_count(0)
    yield "ended"
    widget.inside.get_by_role("button", name="Good").click()
    expect(widget.inside.get_by_label("Would you like to say more?")).to_be_visible()
    yield "rating"
    widget.close()
    [customer_id] = backend.loop.call(lambda: list(backend.server.customer_ids))
    backend.loop.call(lambda: backend.server.greet(customer_id, "Need a hand with your bike?"))
    expect(widget.page.get_by_role("button", name="Need a hand with your bike?")).to_be_visible()
    yield "greeting"
    widget.page.get_by_role("button", name="Dismiss").click()
    agent.request("set_routing_status", {"status": "not_accepting_chats"})
    widget.launcher.click()
    expect(widget.connection).to_contain_text("Nobody is here")
    yield "nobody there"
    widget.inside.get_by_role("button", name="Start a new chat").click()
    expect(widget.inside.get_by_role("form", name="Leave a message")).to_be_visible()
    yield "ticket form"
