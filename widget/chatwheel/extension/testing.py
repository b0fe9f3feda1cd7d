"""Tries an extension on CPython: the whole widget without a browser, a server in memory, a clock that is moved.

```python
def test_card_numbers_are_masked(chat_extension):        # the fixture of the pytest plugin
    widget = chat_extension("chat_hooks.py")
    widget.write("My card is 4111 1111 1111 1111")
    assert widget.sent == ["My card is •••• 1111"]
```
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import chatwheel
from chatwheel.extension.extension import Extension
from chatwheel.extension.load import Source
from chatwheel.transport.base import HttpResponse
from chatwheel.transport.memory import HttpRequest, MemoryFile, MemoryStorage, MemoryTransport
from chatwheel.ui.components.window import Window
from chatwheel.ui.controller import Controller
from chatwheel.ui.entries import Delivery, Entry
from chatwheel.ui.i18n import Strings
from chatwheel.ui.store import Store
from chatwheel.ui.tree import Node, Text, words

T = TypeVar("T")
Json = dict[str, Any]
Answer = Mapping[str, Any] | list[Any] | str | HttpResponse
"""What the site's server answers: JSON as plain data, a text, or a whole response."""

CUSTOMER = "customer-1"
AGENT = {"id": "agent-1", "type": "agent", "name": "Grace", "present": True}
NOBODY = {"customer_groups": {"monitoring": {"id": 0}}, "online_groups_ids": []}


class Rehearsal:
    """A widget with an extension; use it in plain tests, not in asynchronous ones.

    Attributes:
        server: the memory transport: `server.sent(action)` are the requests that reached it.
        answers: what the site answers, by address: relative ones are the page's.
        told: what the host page was told: names and payloads.
        failures: what the log says of the extension. Those that are not looked at fail the test when it ends.
    """

    def __init__(
        self,
        file: str | Path,
        *,
        available: bool = True,
        active: bool = False,
        locale: str = "en",
        page_url: str = "https://site.example/page.html",
        strings: Mapping[str, str] | None = None,
        storage: MemoryStorage | None = None,
        form: Json | None = None,
    ) -> None:
        """`available`: somebody is there to answer; `active`: a chat goes on already; `strings`: texts of a locale
        instead of their keys; `storage`: that of another rehearsal, for a later visit; `form`: asked before a chat.
        """
        self._file = Path(file).resolve()
        self._page_url = page_url
        self._numbers = count(1)
        self._runner = asyncio.Runner()
        self._records = _Records()
        self._looked = 0
        self._is_closed = False
        self.answers: dict[str, Answer] = {}
        self.told: list[tuple[str, object]] = []
        self.steps: list[str] = []
        self.server = MemoryTransport(storage=storage, page_url=page_url)
        self._serve(available, active, form)
        self.store = Store()
        self._run(self._begin(Strings(strings or {}, locale)))

    def _serve(self, available: bool, active: bool, form: Json | None) -> None:
        server = self.server
        chats = [{"id": "C1", "active": True, "last_thread_id": "T1", "users": [AGENT]}] if active else []
        for action in ("mark_events_as_seen", "update_customer_page", "send_sneak_peek", "update_customer"):
            server.answer(action, {})
        server.answer("list_chats", {"chats_summary": chats})
        threads = [{"id": "T1", "active": True, "user_ids": [CUSTOMER], "events": []}]
        server.answer("list_threads", {"threads": threads if active else []})
        server.answer("get_form", {"enabled": True, "form": form} if form else {"enabled": False})
        if not available:
            server.answer("login", {**server.answers["login"], "__priv_dynamic_config": NOBODY})
        for action in ("send_event", "start_chat", "resume_chat"):
            server.answer(action, self._accept)
        self._token = server.on_http
        server.on_http = self._http

    async def _begin(self, strings: Strings) -> None:
        self.sdk = chatwheel.init(
            organization_id="o", client_id="c", auto_connect=False, catch_up=False, transport=self.server
        )
        self.extension = Extension(
            Source(f"/{self._file.name}"),
            self.sdk,
            self.store,
            strings,
            self.server,
            own_url=self._page_url,
            page_url=self._page_url,
            resolve=lambda path, base: urljoin(base, path),
            post=lambda name, payload: self.told.append((name, payload)),
            watch=self.steps.append,
        )
        self._controller = Controller(
            self.sdk, self.store, _NoStage(), strings, self.server.clock, hooks=self.extension
        )
        self._view = Window(strings)
        self._controller.page(self._page_url, "Page", open=True, visible=True)
        self._controller.begin()
        await self.server.settle()

    def close(self) -> None:
        """Ends the widget.

        Raises:
            AssertionError: the extension failed, and nobody has looked at `failures`.
        """

        async def end() -> None:
            await self._controller.aclose()
            await self.sdk.aclose()

        if self._is_closed:
            return
        self._is_closed = True
        self._run(end())
        self._runner.close()
        self._records.close()
        unseen = self._records.texts[self._looked :]
        assert not unseen, "the extension failed: " + "\n".join(unseen)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self._looked = len(self._records.texts)
            self.close()

    # -- the visitor -------------------------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """Send a message."""
        self._intent("send", text=text, key=f"key-{next(self._numbers)}", at=self._now * 1000)

    def type(self, text: str) -> None:
        """Have this in the composer, unsent, for a moment."""
        self._intent("draft", text=text)
        self.wait(1)

    def attach(self, name: str, size: int = 3, content_type: str = "text/plain") -> None:
        """Choose a file."""
        about = {"key": f"key-{next(self._numbers)}", "at": self._now * 1000, "name": name}
        file = MemoryFile(name, size, content_type)
        self._do(lambda: self._controller.add_file({**about, "size": size, "type": content_type}, file))

    def press(self, label: str) -> None:
        """Press the newest button that says this."""
        found = [node for node in self._nodes("button") if words(node) == label]
        assert found, (
            f"there is no button {label!r}; there are {[words(node) for node in self._nodes('button')]}"
        )
        details = _data(found[-1])
        self._intent(details.pop("action"), **details)

    def fill(self, **answers: str | bool) -> None:
        """Fill in the newest form by the names of the model's fields, and send it."""
        forms = list(self._nodes("form"))
        assert forms, "there is no form"
        details = _data(forms[-1])
        given = {
            name: ["yes" if value is True else value] for name, value in answers.items() if value is not False
        }
        self._intent(details.pop("action"), **details, fields=given)

    def send_form(self, answers: Mapping[str, list[str]]) -> None:
        """Fill in the form that is asked before a chat, by the ids of its fields."""
        self._intent("form", fields=answers)

    def show(self, *, open: bool) -> None:
        """Open or close the panel; what stands in an open one is seen."""
        self._do(lambda: self._controller.page("", "", open=open, visible=True))
        seen = [entry.key for entry in self.entries if entry.author]
        if open and seen:
            self._intent("seen", key=seen[-1])

    def visit(self, url: str, title: str = "Page") -> None:
        """Go to another page of a site that does not reload."""
        self._do(lambda: self._controller.page(url, title, open=True, visible=True))

    def dismiss(self) -> None:
        """Wave away what stands beside the launcher."""
        self._intent("preview-close")

    # -- the others --------------------------------------------------------------------------------------------------

    def agent_says(self, text: str) -> None:
        """An agent writes; the chat goes on from then on, if it did not before."""
        self._event({"type": "message", "text": text})

    def custom(self, content: Json) -> None:
        """A custom event with this content arrives."""
        self._event({"type": "custom", "content": content})

    def push(self, action: str, payload: Json) -> None:
        """Anything else that the server may say."""
        self._do(lambda: self.server.push(action, payload))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._run(self.server.clock.advance(seconds))

    # -- what came of it ---------------------------------------------------------------------------------------------

    @property
    def sent(self) -> list[str]:
        """The texts of the messages that left, in order."""
        return [str(event["text"]) for event in self._left() if event["type"] == "message"]

    @property
    def files(self) -> list[str]:
        """The names of the files that were uploaded."""
        return [request.file.name for request in self.server.requests if request.file]

    @property
    def previews(self) -> list[str]:
        """What agents were shown of unfinished messages."""
        return [frame["payload"]["sneak_peek_text"] for frame in self.server.sent("send_sneak_peek")]

    @property
    def shown(self) -> list[str]:
        """What the visitor reads in the conversation, a text for each entry."""
        return [words(entry.drawn) if entry.drawn else entry.text for entry in self.store.state.timeline]

    @property
    def entries(self) -> list[Entry]:
        """The same with everything that is known of it."""
        return [*self.store.state.timeline]

    @property
    def held(self) -> dict[str, str]:
        """What was kept back: its text or file's name, and the reason that the visitor reads."""
        return {
            entry.attachment.name if entry.attachment else entry.text: entry.error
            for entry in self.store.state.timeline
            if entry.delivery is Delivery.FAILED
        }

    @property
    def errors(self) -> list[str]:
        """What stands beside the fields of forms."""
        return [
            words(node) for node in self._nodes("p") if "wrong" in node.attributes.get("class", "").split()
        ]

    @property
    def failures(self) -> list[str]:
        """What the log says of the extension; see above."""
        self._looked = len(self._records.texts)
        return self._records.texts

    # -- inside ------------------------------------------------------------------------------------------------------

    @property
    def _now(self) -> float:
        return self.server.clock.time()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def _do(self, act: Callable[[], object]) -> None:
        async def acted() -> None:
            act()
            await self.server.settle()

        self._run(acted())

    def _intent(self, name: str, **details: Any) -> None:
        self._do(lambda: self._controller.intent(name, {"name": name, **details}))

    def _event(self, event: Json) -> None:
        shown = self._stamped({"author_id": AGENT["id"], **event})
        thread = {"id": "T1", "active": True, "user_ids": [CUSTOMER, AGENT["id"]], "events": [shown]}
        if self.store.state.active:
            self.push("incoming_event", {"chat_id": "C1", "thread_id": "T1", "event": shown})
        else:
            self.push("incoming_chat", {"chat": {"id": "C1", "users": [AGENT], "thread": thread}})

    def _stamped(self, event: Json) -> Json:
        number = next(self._numbers)
        seconds = self._now + number / 1000
        at = chatwheel.ui.convert.timestamp(seconds)
        return {"id": f"T1_{number}", "created_at": at, **event}

    def _accept(self, frame: Json) -> Json:
        """The server confirms what it is sent, as the real one does: the answer, then the push that it waits for."""
        payload = frame["payload"]
        action, answer = "incoming_event", {"chat_id": "C1", "thread_id": "T1"}
        if "event" in payload:
            news: Json = {**answer, "event": self._stamped({**payload["event"], "author_id": CUSTOMER})}
        else:
            asked = payload.get("chat", {}).get("thread", {}).get("events", [])
            events = [self._stamped({**event, "author_id": CUSTOMER}) for event in asked]
            thread = {"id": "T1", "active": True, "user_ids": [CUSTOMER], "events": events}
            action, news = "incoming_chat", {"chat": {"id": "C1", "users": [], "thread": thread}}
        self._runner.get_loop().call_soon(self.server.push, action, news, frame["request_id"])
        return answer

    def _left(self) -> Iterator[Json]:
        for frame in self.server.sent():
            payload = frame["payload"]
            if frame["action"] == "send_event":
                yield payload["event"]
            elif frame["action"] in ("start_chat", "resume_chat"):
                yield from payload.get("chat", {}).get("thread", {}).get("events", [])

    async def _http(self, request: HttpRequest) -> HttpResponse:
        for address, answer in self.answers.items():
            if urljoin(self._page_url, address) == request.url:
                if isinstance(answer, HttpResponse):
                    return answer
                return HttpResponse(200, answer if isinstance(answer, str) else json.dumps(answer))
        if urlsplit(request.url).netloc == urlsplit(self._page_url).netloc:
            path = self._file.parent / urlsplit(request.url).path.lstrip("/")
            return HttpResponse(200, path.read_text("utf-8")) if path.is_file() else HttpResponse(404, "")
        answered = self._token(request)
        return answered if isinstance(answered, HttpResponse) else await answered

    def _nodes(self, tag: str) -> Iterator[Node]:
        for nodes in self._view(self.store.state).values():
            for node in nodes:
                yield from _walk(node, tag)


def _walk(node: Node | Text, tag: str) -> Iterator[Node]:
    if isinstance(node, Node):
        if node.tag == tag:
            yield node
        for child in node.children:
            yield from _walk(child, tag)


def _data(node: Node) -> dict[str, Any]:
    """What the stage reports of an element."""
    return {name[5:]: value for name, value in node.attributes.items() if name.startswith("data-")}


class _NoStage:
    def do(self, verb: str, /, **details: object) -> None:
        pass


class _Records(logging.Handler):
    """What the log says of extensions."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []
        logging.getLogger("chatwheel.extension").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.texts.append(record.getMessage() + (f": {error!r}" if error else ""))

    def close(self) -> None:
        logging.getLogger("chatwheel.extension").removeHandler(self)
        super().close()


@contextmanager
def rehearsals() -> Iterator[Callable[..., Rehearsal]]:
    """Makes rehearsals, as `Rehearsal` does, and closes them."""
    made: list[Rehearsal] = []

    def make(file: str | Path, **options: Any) -> Rehearsal:
        made.append(Rehearsal(file, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
