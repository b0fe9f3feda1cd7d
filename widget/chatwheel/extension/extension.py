"""An extension in the running widget: loads its file, and stands between it and everything it takes part in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chatwheel.extension.api import Chat, Filter
from chatwheel.extension.desk import RunningDesk
from chatwheel.extension.greeting import Greetings
from chatwheel.extension.guard import FAILED, Guard
from chatwheel.extension.load import LoadError, Source, check_origin, load
from chatwheel.extension.trees import checked
from chatwheel.sdk import CustomerSDK
from chatwheel.sdk.models import CustomEvent
from chatwheel.transport.base import HttpResponse, Transport
from chatwheel.ui.entries import Entry
from chatwheel.ui.hooks import Answer, Hold, Outgoing, Verdict
from chatwheel.ui.i18n import Strings
from chatwheel.ui.store import Store
from chatwheel.ui.text import plain
from chatwheel.ui.tree import Node

logger = logging.getLogger("chatwheel.extension")

LOAD_SECONDS = 10.0
FILTER_SECONDS = 5.0


class Extension:
    """See `Hooks`. A chat whose extension cannot be used goes on without it."""

    def __init__(
        self,
        source: Source,
        sdk: CustomerSDK,
        store: Store,
        strings: Strings,
        transport: Transport,
        *,
        own_url: str,
        page_url: str,
        resolve: Callable[[str, str], str],
        post: Callable[[str, object], None],
        watch: Callable[[str], object],
    ) -> None:
        """`own_url` is the widget's own address; the others see `RunningDesk` and `Guard`."""
        self._source = replace(source, url=resolve(source.url, page_url))
        self._own_url = own_url
        self._transport = transport
        self._guard = Guard(self._source.url, transport.clock, watch)
        self._desk = RunningDesk(sdk, store, strings, transport, self._guard, resolve, post)
        self._desk.page_url = page_url
        self._greetings = Greetings(self._desk, store, sdk, transport, self._guard)
        self._is_caught_up = False
        self._title = ""
        self._chat = Chat()
        self.prepared = asyncio.Event()
        self._missed: list[tuple[str, Any]] = []
        """What happened while the file was loaded; it hears of it afterwards."""
        self._stop_keeping = sdk.on("*", lambda name, payload: self._missed.append((name, payload)))
        self._tasks = {asyncio.ensure_future(self._prepare())}

    @property
    def examines(self) -> bool:
        return not self.prepared.is_set() or bool(self._chat.registered.filters)

    def attach(self, announce: Callable[[Entry], None]) -> None:
        self._desk.announce = announce

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._greetings.aclose()
        await self._desk.aclose()

    # -- loading -----------------------------------------------------------------------------------------------------

    async def _prepare(self) -> None:
        loading = asyncio.ensure_future(self._load())
        timer = asyncio.ensure_future(self._transport.clock.sleep(LOAD_SECONDS))
        try:
            await asyncio.wait((loading, timer), return_when=asyncio.FIRST_COMPLETED)
            if not loading.done():
                self._log(f"{self._source.url} did not come within {LOAD_SECONDS:g} seconds.")
        finally:
            self._stop_keeping()
            loading.cancel()
            timer.cancel()
            self.prepared.set()

    async def _load(self) -> None:
        try:
            check_origin(self._source, self._desk.page_url, self._own_url)
            chat = await load(self._source, self._fetch, self._run)
        except LoadError as error:
            self._log(str(error))
            return
        except _Raised:
            return
        self._chat = chat
        self._stop_keeping()
        chat.open(self._desk, self._missed)
        self._greetings.open(chat.registered.greeters)

    def _log(self, why: str) -> None:
        logger.error("%s The chat works on without the extension.", why)

    async def _fetch(self, url: str) -> HttpResponse:
        return await self._transport.request("GET", url)

    def _run(self, execute: Callable[[], None]) -> None:
        if self._guard.call("the file", "the chat works on without it", execute) is FAILED:
            raise _Raised

    # -- what leaves -------------------------------------------------------------------------------------------------

    async def clear(self, outgoing: Outgoing) -> Verdict:
        await self.prepared.wait()
        for handler in self._chat.registered.filters:
            verdict = await self._asked(handler, outgoing)
            if not isinstance(verdict, Outgoing):
                if isinstance(verdict, Answer) and verdict.text and outgoing.kind == "message":
                    self._desk.show(self._desk.entry(plain(verdict.text)))
                return verdict
            outgoing = replace(outgoing, text=verdict.text)
        return outgoing

    async def _asked(self, handler: Filter, outgoing: Outgoing) -> Verdict:
        """One handler's verdict. What it spoils goes out as it was, but for the preview, which is no message: agents
        do not see one that nobody has examined.
        """
        what = f"before_send ({getattr(handler, '__name__', handler)})"
        is_preview = outgoing.kind == "preview"
        follows = "this preview is not shown to agents" if is_preview else "the message goes out as it was"
        reply = await self._guard.within(FILTER_SECONDS, what, follows, handler, outgoing)
        if reply is None:
            return outgoing
        if isinstance(reply, Hold | Answer | Outgoing):
            return reply
        if isinstance(reply, str):
            return replace(outgoing, text=reply) if reply.strip() or is_preview else Hold()
        if reply is not FAILED:
            self._guard.failed(what, f"returned a {type(reply).__name__}; {follows}")
        return Hold() if is_preview else outgoing

    # -- what is shown -----------------------------------------------------------------------------------------------

    def draw(self, event: CustomEvent) -> Node | None:
        content = event.content if isinstance(event.content, dict) else {}
        name = str(content.get("type", ""))
        renderer = self._chat.registered.renderers.get(name)
        if not renderer:
            return None
        handler, model = renderer

        def draw() -> Node | None:
            drawn = handler(model.model_validate(content) if model else event)
            return None if drawn is None else checked(drawn, self._desk.resolve)

        drawn = self._guard.call(f"renderer {name}", "the event is not shown", draw)
        return drawn if isinstance(drawn, Node) else None

    def moved(self, url: str, title: str) -> None:
        self._desk.page_url, self._title = url, title
        if self._is_caught_up:
            self._greetings.moved(title)

    def caught_up(self) -> None:
        if not self._is_caught_up:
            self._is_caught_up = True
            self._greetings.moved(self._title)

    def dismissed(self) -> None:
        self._tasks.add(task := asyncio.ensure_future(self._greetings.dismiss()))
        task.add_done_callback(self._tasks.discard)

    def intent(self, intent: Mapping[str, Any]) -> None:
        if intent["do"] != "click":
            self._desk.answered(intent)
            return
        name = str(intent["which"])
        action = self._chat.registered.actions.get(name)
        if action:
            self._desk.run(f"action {name}", action, str(intent.get("value", "")))
        else:
            self._guard.failed(f"action {name}", "does not exist: a button names it")


class _Raised(Exception):
    """The file raised something, which is logged."""
