"""The widget in the worker: builds transport, client, store and views, and speaks to the stage.

Besides `transport/browser.py` and `browser_tabs.py` the only module that imports `js` and `pyodide`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
from collections import deque
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import js
from pyodide.ffi import JsProxy, create_proxy

from chatwheel import init
from chatwheel.calls import Calls
from chatwheel.page_identity import PageIdentity
from chatwheel.transport.base import Transport
from chatwheel.transport.browser import BrowserTransport
from chatwheel.transport.browser_tabs import shared
from chatwheel.ui.components.window import Window
from chatwheel.ui.controller import Controller
from chatwheel.ui.hooks import Hooks
from chatwheel.ui.i18n import Strings
from chatwheel.ui.render import Renderer
from chatwheel.ui.report import Report
from chatwheel.ui.store import Store
from chatwheel.ui.tree import Edit

logger = logging.getLogger("chatwheel.ui")


class ConsoleHandler(logging.Handler):
    """The log in the browser's console, in its own levels; left alone, Python would write warnings as errors."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        level = "error" if record.levelno >= logging.ERROR else "warn"
        getattr(js.console, level)(self.format(record))


class Microtasks:
    """Runs functions at the end of the browser's present task: the event loop would take two tasks more for each."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._js_run = create_proxy(lambda: self._waiting.popleft()())

    def __call__(self, function: Callable[[], None]) -> None:
        self._waiting.append(function)
        js.queueMicrotask(self._js_run)


class Channel:
    """The private channel to the stage; messages are `[kind, body]` (see `docs/architecture.md`).

    They arrive in the order in which they are posted, but for `edits`: what is to be seen waits for nothing else.
    """

    def __init__(self, js_port: Any, call_soon: Callable[[Callable[[], None]], None]) -> None:
        self._js_port = js_port
        self._call_soon = call_soon
        self._commands: list[dict[str, object]] = []
        self._handlers: dict[str, Callable[[Any, list[Any]], object]] = {}
        self._js_listener = create_proxy(self._heard)
        js_port.onmessage = self._js_listener

    def on(self, kind: str, handler: Callable[[Any, list[Any]], object]) -> None:
        """`handler(body, files)` for messages of this kind."""
        self._handlers[kind] = handler

    def post(self, kind: str, body: object = None) -> None:
        if kind != "edits":
            self._post_commands()
        self._js_port.postMessage(json.dumps([kind, body], ensure_ascii=False, separators=(",", ":")))

    def do(self, verb: str, /, **details: object) -> None:
        """See `Stage`. Posted behind the edits that the same change makes."""
        if not self._commands:
            self._call_soon(self._post_commands)
        self._commands.append({"verb": verb, **details})

    def _post_commands(self) -> None:
        commands, self._commands = self._commands, []
        for command in commands:
            self.post("do", command)

    def _heard(self, js_event: JsProxy) -> None:
        js_data = js_event.data
        kind, text, js_files = js_data[0], js_data[1], js_data[2]
        handler = self._handlers.get(kind)
        if handler:
            handler(json.loads(text), list(js_files))


class App:
    def __init__(
        self, channel: Channel, call_soon: Callable[[Callable[[], None]], None], start: Mapping[str, Any]
    ) -> None:
        settings, page = start["settings"], start["page"]
        strings = Strings(start["strings"], start["locale"], written)
        transport = transport_for(settings)
        self._channel, self._strings = channel, strings
        self._store = Store()
        self._window = Window(strings)
        self._renderer = Renderer(self._window, self._send_edits, call_soon)
        # Before all who give the stage commands: these go behind the edits.
        self._store.listen(self._renderer.show)
        self._sdk = init(
            organization_id=settings["organizationId"],
            client_id=settings["clientId"],
            group_id=settings.get("groupId"),
            region=settings.get("region"),
            api_version=settings.get("apiVersion") or "3.5",
            api_url=settings.get("apiUrl"),
            accounts_url=settings.get("accountsUrl"),
            page={"url": page["url"], "title": page["title"]},
            referrer=page.get("referrer") or None,
            catch_up=False,  # the conversation is read again as a whole
            identity_provider=self._identity(channel, transport) if settings.get("identity") else None,
            transport=transport,
        )  # connects when this task yields: nobody misses an event, and no visit is announced beside the login
        self._controller = Controller(
            self._sdk,
            self._store,
            channel,
            strings,
            transport.clock,
            group_id=settings.get("groupId") or 0,
            hooks=self._extension(start, strings, transport),
            accepted=settings.get("files") or "",
        )
        self._calls = Calls(self._sdk, channel.post)
        self._report = Report(self._sdk, self._store, channel)
        self._page(page | {"visible": start["visible"]})
        self._controller.choose_alerts(start["alerts"])
        for message in start["waiting"]:
            self._controller.restore(message)
        self._renderer.show(self._store.state)
        self._answer(channel)
        self._controller.begin()

    def _answer(self, channel: Channel) -> None:
        """Hear what the stage says."""
        channel.on("applied", lambda body, files: self._renderer.applied())
        channel.on("intent", lambda body, files: self._controller.intent(body["name"], body))
        channel.on("files", self._files)
        channel.on("page", lambda body, files: self._page(body))
        channel.on("network", lambda body, files: _report_network(body["online"]))
        channel.on("call", self._call)
        channel.on("listen", lambda body, files: self._calls.listen(body))
        channel.on("words", lambda body, files: self._speak(body["strings"], body["locale"]))

    def _identity(self, channel: Channel, transport: Transport) -> Callable[[], PageIdentity]:
        """The page says who the visitor is."""
        identity = PageIdentity(channel.post, transport.clock)
        channel.on("answer", lambda body, files: identity.answered(body))
        return lambda: identity

    def _extension(self, start: Mapping[str, Any], strings: Strings, transport: Transport) -> Hooks | None:
        """Python of the site's own, if it has some."""
        settings, page = start["settings"], start["page"]
        if not settings.get("extension"):
            return None
        from chatwheel.extension.extension import Extension
        from chatwheel.extension.load import Source

        return Extension(
            Source(settings["extension"], settings.get("extensionIntegrity") or ""),
            self._sdk,
            self._store,
            strings,
            transport,
            own_url=str(js.location.origin),
            page_url=page["url"],
            resolve=absolute,
            post=lambda name, payload: self._channel.post("event", {"name": name, "payload": payload}),
            watch=lambda what: self._channel.post("runs", what),
        )

    def _send_edits(self, edits: list[Edit]) -> None:
        self._channel.post("edits", edits)

    def _call(self, body: Mapping[str, Any], files: list[Any]) -> None:
        self._controller.rest.ends()
        self._calls.call(body["id"], body["method"], body["args"], files)

    def _files(self, about: list[Mapping[str, Any]], js_files: list[Any]) -> None:
        for description, js_file in zip(about, js_files, strict=True):
            self._controller.add_file(description, js_file)

    def _speak(self, strings: Mapping[str, str], locale: str) -> None:
        self._strings.become(strings, locale)
        self._window.begin_anew()
        self._renderer.show(self._store.state)

    def _page(self, page: Mapping[str, Any]) -> None:
        self._controller.page(page["url"], page["title"], open=page["open"], visible=page["visible"])


def transport_for(settings: Mapping[str, Any]) -> Transport:
    """The way out, shared by all tabs; the page's address is not the frame's, where Python can see it."""
    return shared(BrowserTransport(page_url="", cookies=not settings.get("apart")))


def _report_network(online: bool) -> None:
    """Not every browser tells its workers. Outside of one it is told, and the stage would hear of this again."""
    if not hasattr(js, "document"):
        js.self.dispatchEvent(js.Event.new("online" if online else "offline"))


@cache
def _number_format(locale: str, places: int) -> Any:
    options = {"numberingSystem": "latn", "minimumFractionDigits": places, "maximumFractionDigits": places}
    return js.Intl.NumberFormat.new(locale, js.JSON.parse(json.dumps(options)))


def written(value: float, places: int, locale: str) -> str:
    """A number as the locale writes it, with the digits that its words and times have here."""
    return str(_number_format(locale, places).format(value))


def absolute(path: str, base: str) -> str:
    """An address as a page at `base` understands it; what is none stays as it is."""
    return str(js.URL.new(path, base).href) if js.URL.canParse(path, base) else path


_app: App | None = None


async def start() -> None:
    """Wait for the stage's word and build the widget. Called once by the frame's PyScript."""
    logging.getLogger("chatwheel").addHandler(ConsoleHandler(logging.WARNING))
    call_soon = Microtasks()
    channel = Channel(js.chatwheelPort, call_soon)
    built: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def build(body: Mapping[str, Any], _files: list[Any]) -> None:
        """At once, not when this task goes on: what the stage has to say next follows on the heels of this."""
        global _app
        try:
            _app = App(channel, call_soon, body)
        except BaseException as error:
            built.set_exception(error)
        else:
            built.set_result(None)
            gc.freeze()  # it all stays: what comes and goes from here on is collected without walking through it

    channel.on("start", build)
    channel.post("ready")
    await built
