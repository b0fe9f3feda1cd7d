"""The whole widget on CPython: client, state, views and a document, over the memory transport and its clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import chatwheel
from chatwheel.transport.memory import NO_ANSWER, MemoryTransport
from chatwheel.ui.components.window import Place, Window
from chatwheel.ui.controller import Controller
from chatwheel.ui.hooks import NoHooks
from chatwheel.ui.i18n import Strings
from chatwheel.ui.render import Renderer
from chatwheel.ui.state import State
from chatwheel.ui.store import Store
from chatwheel.ui.tree import Edit
from unit.ui.document import Document, Element

LOCALES = Path(__file__).parents[3] / "static" / "locales"
STRINGS = Strings(json.loads((LOCALES / "en.json").read_text("utf-8")))
ME = "customer-1"
GRACE = {"id": "grace", "type": "agent", "name": "Grace", "job_title": "Support", "present": True}


def event(id: str, text: str = "", author: str = "grace", at: int = 1, **more: Any) -> dict[str, Any]:
    """An event on the wire; `at` counts seconds."""
    created = f"2026-03-01T10:{at // 60:02}:{at % 60:02}.000000Z"
    return {"id": id, "type": "message", "author_id": author, "created_at": created, "text": text, **more}


def thread(*events: dict[str, Any], id: str = "T1", active: bool = True) -> dict[str, Any]:
    return {"id": id, "active": active, "user_ids": [ME, "grace"], "events": list(events)}


def chat(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "C1", "users": [{"id": ME, "type": "customer"}, GRACE], "thread": thread(*events, **more)}


def summary(*, active: bool = True, seen: dict[str, str] | None = None) -> dict[str, Any]:
    users: list[dict[str, Any]] = [{"id": ME, "type": "customer"}, dict(GRACE)]
    for user in users:
        if seen and user["id"] in seen:
            user["events_seen_up_to"] = seen[user["id"]]
    return {"chats_summary": [{"id": "C1", "active": active, "last_thread_id": "T1", "users": users}]}


class Pilot:
    """`async with Pilot() as pilot:`: a widget that has started to connect.

    `pilot.server` is the memory transport, `pilot.commands` what the stage was told to do besides showing.
    """

    def __init__(self, transport: MemoryTransport | None = None, hooks: NoHooks | None = None) -> None:
        self.hooks = hooks
        self.server = transport or MemoryTransport()
        self.server.answer("list_chats", {"chats_summary": []})
        self.server.answer("mark_events_as_seen", {})
        self.server.answer("update_customer_page", {})
        self.server.answer("send_sneak_peek", {})
        self.server.answer("get_form", {"enabled": False})
        self.server.answer("get_predicted_agent", NO_ANSWER)
        self.document = Document()
        self.commands: list[tuple[str, dict[str, object]]] = []
        self.store = Store()
        self._keys = 0
        self.on_made: Callable[[], None] = lambda: None
        """Called when there is a widget, before it connects."""
        self.is_scrolled_away = False

    async def __aenter__(self) -> Self:
        call_soon = asyncio.get_running_loop().call_soon
        self.renderer = Renderer(Window(STRINGS, ZoneInfo("UTC")), self._edits, call_soon)
        self.store.listen(self.renderer.show)  # before all who change the state once more
        self.sdk = chatwheel.init(
            organization_id="o", client_id="c", auto_connect=False, catch_up=False, transport=self.server
        )
        self.controller = Controller(self.sdk, self.store, self, STRINGS, self.server.clock, hooks=self.hooks)
        self.controller.page("https://shop.example/", "Shop", open=True, visible=True)
        self.renderer.show(self.store.state)
        self.on_made()
        self.controller.begin()
        await self.settle()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.controller.aclose()
        await self.sdk.aclose()

    def do(self, verb: str, /, **details: object) -> None:
        """See `Stage`."""
        self.commands.append((verb, details))

    def told(self, verb: str) -> list[dict[str, object]]:
        return [details for name, details in self.commands if name == verb]

    def restored(self, *messages: Mapping[str, Any]) -> None:
        """What the stage hands to a new Python."""
        for message in messages:
            self.controller.restore(message)

    @property
    def kept(self) -> dict[str, Mapping[str, Any]]:
        """What the stage would keep over a reload, by key."""
        kept: dict[str, Any] = {}
        for verb, details in self.commands:
            if verb == "keep":
                message: Any = json.loads(json.dumps(details["message"]))
                kept[message["key"]] = message
            elif verb == "forget":
                kept.pop(str(details["key"]), None)
        return kept

    def _edits(self, edits: list[Edit]) -> None:
        self.document.apply(json.loads(json.dumps(edits)))
        asyncio.get_running_loop().call_soon(self.renderer.applied)
        self.look()

    def look(self) -> None:
        """The visitor sees the last message of an agent's, as the stage would tell; unless they have scrolled away."""
        theirs = [article for article in self.articles if "theirs" in article.attributes["class"]]
        if theirs and not self.is_scrolled_away:
            self.controller.intent("seen", {"name": "seen", "key": theirs[-1].attributes["data-key"]})

    async def page(self, *, open: bool, visible: bool = True) -> None:
        """The panel opens or closes, the page comes to the front or goes."""
        self.controller.page("", "", open=open, visible=visible)
        self.look()
        await self.settle()

    async def settle(self) -> None:
        await self.server.settle()

    async def wait(self, seconds: float) -> None:
        await self.server.clock.advance(seconds)

    async def with_chat(self, *events: dict[str, Any]) -> None:
        """A chat is going on."""
        self.server.push("incoming_chat", {"chat": chat(*events)})
        await self.settle()

    async def push(self, shown: dict[str, Any]) -> None:
        self.server.push("incoming_event", {"chat_id": "C1", "thread_id": "T1", "event": shown})
        await self.settle()

    async def write(self, text: str) -> str:
        """Send as the stage does; returns the key."""
        self._keys += 1
        key = f"key-{self._keys}"
        at = self.server.clock.time() * 1000
        self.controller.intent("send", {"name": "send", "text": text, "key": key, "at": at})
        await self.settle()
        return key

    async def act(self, name: str, **details: Any) -> None:
        self.controller.intent(name, {"name": name, **details})
        await self.settle()

    async def answer_last(self, action: str, *, at: int = 30) -> None:
        """The server does what the last request of that action asks, as the real one answers."""
        request = self.server.sent(action)[-1]
        self.server.respond(request, {})
        if action == "send_event":
            sent = {**event("", author=ME, at=at), **request["payload"]["event"], "id": f"T1_{at}"}
            payload: dict[str, Any] = {"chat_id": "C1", "thread_id": "T1", "event": sent}
            self.server.push("incoming_event", payload, request["request_id"])
        else:
            asked = request["payload"]["chat"].get("thread", {}).get("events", [])
            sent_events = [{**event("", author=ME, at=at), **one, "id": f"T1_{at}"} for one in asked]
            self.server.push("incoming_chat", {"chat": chat(*sent_events)}, request["request_id"])
        await self.settle()

    @property
    def state(self) -> State:
        return self.store.state

    @property
    def articles(self) -> list[Element]:
        return self.document.find(Place.LOG, "article")

    @property
    def said(self) -> list[str]:
        """The texts of all bubbles, in order."""
        return [bubble.text for bubble in self.document.find(Place.LOG, "div", class_="bubble")]

    def deliveries(self) -> list[str]:
        return [article.attributes.get("data-delivery", "") for article in self.articles]
