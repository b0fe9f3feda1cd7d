"""What an extension's verbs do in the running widget."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import BaseModel

from chatwheel.extension.api import ExtensionError
from chatwheel.extension.asking import Asked
from chatwheel.extension.fields import Fields
from chatwheel.extension.guard import Guard
from chatwheel.extension.limits import MOST_TASKS, Bucket
from chatwheel.extension.trees import checked
from chatwheel.sdk import CustomerSDK
from chatwheel.transport.base import HttpResponse, Transport
from chatwheel.ui import reduce
from chatwheel.ui.entries import LOCAL, Button, Card, Entry, Person, Rich
from chatwheel.ui.i18n import Strings
from chatwheel.ui.store import Store
from chatwheel.ui.text import one_line, plain
from chatwheel.ui.tree import Node, words

M = TypeVar("M", bound=BaseModel)

LONGEST = 16_000
"""Characters of what is said."""
WIDEST = 32_000
"""Characters of what the host page is told, as JSON."""


class RunningDesk:
    """See `Desk`; `resolve(path, base)` makes addresses absolute, `post(name, payload)` tells the host page."""

    page_url = ""

    def __init__(
        self,
        sdk: CustomerSDK,
        store: Store,
        strings: Strings,
        transport: Transport,
        guard: Guard,
        resolve: Callable[[str, str], str],
        post: Callable[[str, object], None],
    ) -> None:
        self._sdk = sdk
        self._store = store
        self._t = strings
        self._transport = transport
        self._guard = guard
        self._resolve = resolve
        self._post = post
        self._bucket = Bucket(transport.clock)
        self._told = Bucket(transport.clock)
        self._tasks: set[asyncio.Task[object]] = set()
        self._asked: dict[str, Asked[Any]] = {}
        self.announce: Callable[[Entry], None] = lambda entry: None

    # -- what is known -----------------------------------------------------------------------------------------------

    @property
    def available(self) -> bool:
        return self._store.state.available

    @property
    def active(self) -> bool:
        return self._store.state.active

    @property
    def locale(self) -> str:
        return self._t.locale

    def resolve(self, path: str) -> str:
        return self._resolve(path, self.page_url)

    def listen(
        self, name: str, handler: Callable[..., object], missed: Iterable[tuple[str, object]] = ()
    ) -> Callable[[], None]:
        what = f"on {name} ({getattr(handler, '__name__', handler)})"

        def handle(*payload: object) -> None:
            result = self._guard.call(what, "the others still hear of it", handler, *payload)
            if hasattr(result, "__await__"):
                self._run(what, result)

        for happened, payload in missed:
            if name == "*":
                handle(happened, payload)
            elif name == happened:
                handle(payload)
        unsubscribe: Callable[[], None] = self._sdk.on(name, handle)  # type: ignore[call-overload]
        return unsubscribe

    # -- saying ------------------------------------------------------------------------------------------------------

    def say(self, content: str | Node, name: str, avatar: str, replies: Sequence[str]) -> None:
        self._bucket.take("say")
        self.show(self._entry(content, name, avatar, replies))

    def show(self, entry: Entry) -> None:
        """Put an entry of our own into the conversation."""
        self._store.apply(reduce.said_here, entry)
        self.announce(entry)

    def _entry(self, content: str | Node, name: str, avatar: str, replies: Sequence[str]) -> Entry:
        entry = self.entry("", name, avatar)
        if not isinstance(content, str):
            if replies:
                raise ExtensionError("A tree brings its own buttons: replies go with a text.")
            drawn = checked(content, self.resolve)
            return replace(entry, kind="custom", text=words(drawn), drawn=drawn)
        text = plain(content)[:LONGEST]
        if not replies:
            return replace(entry, text=text)
        buttons = tuple(
            Button(one_line(reply), str(number), "message") for number, reply in enumerate(replies)
        )
        rich = Rich("quick_replies", (Card(title=text, buttons=buttons),))
        return replace(entry, kind="rich", text=text, rich=rich)

    def entry(self, text: str, name: str = "", avatar: str = "", key: str = "") -> Entry:
        """A message of the extension's."""
        key = key or f"{LOCAL}{uuid4()}"
        author = Person(
            f"{LOCAL}assistant", one_line(name) or self._t("extension.name"), avatar and self.resolve(avatar)
        )
        return Entry(key, "message", self._transport.clock.time(), author, text, local=True)

    # -- asking ------------------------------------------------------------------------------------------------------

    async def ask(self, model: type[M], title: str, submit: str) -> M | None:
        self._bucket.take("ask")
        key = uuid4().hex
        entry = replace(self.entry(title, key=f"{LOCAL}{key}"), kind="custom")
        asked = Asked(key, plain(title), one_line(submit), Fields(model), self._shower(entry), self._t)
        self._asked[key] = asked
        asked.draw()
        self.announce(entry)
        try:
            return await asked.answer
        finally:
            del self._asked[key]

    def _shower(self, entry: Entry) -> Callable[[Node], None]:
        def show(drawn: Node) -> None:
            known = self._store.state.timeline.find(entry.key) or entry
            self._store.apply(reduce.said_here, replace(known, drawn=drawn))

        return show

    def answered(self, intent: Mapping[str, Any]) -> None:
        """The visitor sent a form, or does not want to fill it in."""
        asked = self._asked.get(str(intent["key"]))
        if not asked or asked.answer.done():
            return
        if intent["do"] == "answer":
            self._guard.call("ask", "the form stays", asked.submitted, intent["fields"])
        else:
            asked.declined()

    # -- doing -------------------------------------------------------------------------------------------------------

    def start(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        if len(self._tasks) >= MOST_TASKS:
            work.close()
            raise ExtensionError(f"At most {MOST_TASKS} things may run at a time.")
        what = f"start ({getattr(work, '__name__', 'task')})"
        return self._task(what, self._guard.steps(what, work))

    def _run(self, what: str, work: Any) -> None:
        """A handler that takes its time, watched already."""
        if len(self._tasks) >= MOST_TASKS:
            self._guard.failed(what, f"was not run: at most {MOST_TASKS} handlers run at a time")
            work.close()
        else:
            self._task(what, work)

    def _task(self, what: str, work: Any) -> asyncio.Task[object]:
        async def run() -> object:
            return await work

        task: asyncio.Task[object] = asyncio.ensure_future(run())
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finished(what, done))
        return task

    def run(self, what: str, function: Callable[..., object], *args: object) -> None:
        """Call a handler that nobody waits for."""
        result = self._guard.call(what, "nothing else does", function, *args)
        if hasattr(result, "__await__"):
            self._run(what, result)

    def _finished(self, what: str, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._guard.failed(what, "failed; the chat goes on", error)

    async def request(
        self, method: str, url: str, headers: dict[str, str] | None, body: str | None
    ) -> HttpResponse:
        return await self._transport.request(method, self.resolve(url), headers=headers, body=body)

    async def sleep(self, seconds: float) -> None:
        await self._transport.clock.sleep(seconds)

    def tell_page(self, name: str, payload: object) -> None:
        self._told.take("tell_page")
        try:
            size = len(json.dumps(payload))
        except (TypeError, ValueError) as error:
            raise ExtensionError(f"The page is told JSON, and this is none: {error}") from error
        if size > WIDEST:
            raise ExtensionError(f"The page is told at most {WIDEST} characters of JSON at once.")
        self._post(f"extension:{name}", payload)

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
