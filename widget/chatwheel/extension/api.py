"""What an extension's file writes against: decorators that remember, and verbs that the running widget carries out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, get_args, overload

from pydantic import BaseModel

from chatwheel.sdk.events import EventName
from chatwheel.sdk.models import CustomEvent
from chatwheel.transport.base import HttpResponse
from chatwheel.ui.hooks import Answer, Hold, Outgoing
from chatwheel.ui.tree import Node

if TYPE_CHECKING:
    from chatwheel.sdk.typed import On


class ExtensionError(Exception):
    """The extension asked for something that cannot be done; the message says why."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of a visitor who could be greeted."""

    url: str
    title: str
    """Of the page."""
    locale: str
    available: bool
    """Whether somebody is there to answer."""
    returning: bool
    """Whether there is a conversation of before."""


Reply: TypeAlias = str | Outgoing | Hold | Answer | None
"""What becomes of a message: another text, itself, or `None` for itself; kept back; answered here."""

Filter: TypeAlias = Callable[[Outgoing], Reply | Awaitable[Reply]]
Greeter: TypeAlias = Callable[[Visit], str | Awaitable[str | None] | None]
Action: TypeAlias = Callable[[str], object]

F = TypeVar("F", bound=Filter)
G = TypeVar("G", bound=Greeter)
A = TypeVar("A", bound=Action)
D = TypeVar("D", bound=Callable[[CustomEvent], Node | None])
M = TypeVar("M", bound=BaseModel)

EVENTS = frozenset(get_args(EventName)) | {"*"}


class Desk(Protocol):
    """The running widget, as the verbs need it."""

    @property
    def available(self) -> bool: ...
    @property
    def active(self) -> bool: ...
    @property
    def locale(self) -> str: ...
    @property
    def page_url(self) -> str: ...
    def listen(
        self, name: str, handler: Callable[..., object], missed: Iterable[tuple[str, object]] = ()
    ) -> Callable[[], None]: ...
    def say(self, content: str | Node, name: str, avatar: str, replies: Sequence[str]) -> None: ...
    async def ask(self, model: type[M], title: str, submit: str) -> M | None: ...
    def start(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]: ...
    async def request(
        self, method: str, url: str, headers: dict[str, str] | None, body: str | None
    ) -> HttpResponse: ...
    async def sleep(self, seconds: float) -> None: ...
    def resolve(self, path: str) -> str: ...
    def tell_page(self, name: str, payload: object) -> None: ...


@dataclass
class Registered:
    """What a file has decorated, in its order."""

    filters: list[Filter] = field(default_factory=list)
    listeners: list[tuple[str, Callable[..., object]]] = field(default_factory=list)
    renderers: dict[str, tuple[Callable[[Any], Node | None], type[BaseModel] | None]] = field(
        default_factory=dict
    )
    actions: dict[str, Action] = field(default_factory=dict)
    greeters: list[tuple[Greeter, float]] = field(default_factory=list)


class Chat:
    """The decorators may be used anywhere in the file, the verbs in handlers only: before, there is no widget yet."""

    def __init__(self) -> None:
        self.registered = Registered()
        self._desk: Desk | None = None

    # -- decorators ------------------------------------------------------------------------------------------------

    def before_send(self, handler: F) -> F:
        """Called with everything that is about to leave, in the order of the file; each sees what the one before
        made of it. See `Outgoing` and `Reply`. It has five seconds.
        """
        self.registered.filters.append(handler)
        return handler

    if TYPE_CHECKING:

        @property
        def on(self) -> On:
            """The SDK's events: `@chat.on("incoming_event")`; `chat.on(name, handler)` gives what unsubscribes."""
            ...
    else:

        def on(self, name, handler=None):
            if name not in EVENTS:
                raise ExtensionError(f"There is no event {name!r}.")
            if handler is None:
                return lambda function: (self.on(name, function), function)[1]
            if self._desk:
                return self._desk.listen(name, handler)
            pair = (name, handler)
            self.registered.listeners.append(pair)
            return lambda: self.registered.listeners.remove(pair)

    @overload
    def renderer(self, type: str) -> Callable[[D], D]: ...
    @overload
    def renderer(
        self, type: str, model: type[M]
    ) -> Callable[[Callable[[M], Node | None]], Callable[[M], Node | None]]: ...
    def renderer(self, type: str, model: type[BaseModel] | None = None) -> Any:
        """Called with each custom event whose `content` has this `type`; returns what the visitor sees of it.

        With a model it is called with the event's content as that, and not called when the content does not fit.
        """

        def register(handler: Callable[[Any], Node | None]) -> Callable[[Any], Node | None]:
            self.registered.renderers[type] = (handler, model)
            return handler

        return register

    def action(self, name: str) -> Callable[[A], A]:
        """Called with the `value` of a button whose `action` is this name, when the visitor presses it."""

        def register(handler: A) -> A:
            self.registered.actions[name] = handler
            return handler

        return register

    @overload
    def greeting(self, handler: G) -> G: ...
    @overload
    def greeting(self, *, after: float) -> Callable[[G], G]: ...
    def greeting(self, handler: Any = None, *, after: float = 0.0) -> Any:
        """Called `after` seconds on each page while no chat goes on; the text that it returns greets the visitor."""

        def register(function: Greeter) -> Greeter:
            self.registered.greeters.append((function, after))
            return function

        return register if handler is None else register(handler)

    # -- verbs -----------------------------------------------------------------------------------------------------

    def say(
        self, content: str | Node, *, name: str = "", avatar: str = "", replies: Sequence[str] = ()
    ) -> None:
        """Say something in the conversation. Only this visitor sees it, and only until the page is left.

        `replies` are buttons below it: the one that is pressed is sent as a message.

        Raises:
            ExtensionError: too much is said in too short a time, or a tree holds what is not allowed.
        """
        self.desk.say(content, name, avatar, replies)

    async def ask(self, model: type[M], *, title: str, submit: str = "") -> M | None:
        """Show a model as a form in the conversation and wait for the answers; `None` if the visitor does not want to.

        Raises:
            ExtensionError: a field of the model cannot be shown, or too much is asked in too short a time.
        """
        return await self.desk.ask(model, title, submit)

    def start(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Let something run for as long as it takes; a failure is logged.

        Raises:
            ExtensionError: too many things run already.
        """
        return self.desk.start(work)

    async def request(
        self, method: str, url: str, *, headers: dict[str, str] | None = None, body: str | None = None
    ) -> HttpResponse:
        """An HTTP request that nobody waits for; relative addresses are the page's. No cookies go with it.

        Raises:
            TransportError: there was no answer.
        """
        return await self.desk.request(method, url, headers, body)

    async def sleep(self, seconds: float) -> None:
        """Wait; in tests, until the clock was moved."""
        await self.desk.sleep(seconds)

    def url(self, path: str) -> str:
        """An address as the page would understand it, in full: for `requests` and `urllib`."""
        return self.desk.resolve(path)

    def tell_page(self, name: str, payload: object = None) -> None:
        """Tell the host page, which listens with `chatwheel("on", "extension:NAME", …)`; `payload` must be JSON."""
        self.desk.tell_page(name, payload)

    @property
    def available(self) -> bool:
        """Whether somebody is there to answer."""
        return self.desk.available

    @property
    def active(self) -> bool:
        """Whether a chat goes on."""
        return self.desk.active

    @property
    def locale(self) -> str:
        """The visitor's language, such as `de` or `de-AT`."""
        return self.desk.locale

    @property
    def page_url(self) -> str:
        """The address of the page that the visitor is on."""
        return self.desk.page_url

    # -- the widget's side -----------------------------------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        if self._desk is None:
            raise ExtensionError(
                "There is no widget yet: use this in a handler, not while the file is loaded."
            )
        return self._desk

    def open(self, desk: Desk, missed: Iterable[tuple[str, object]]) -> None:
        """The widget is there: verbs work from now on, and events are heard, those first that were missed."""
        self._desk = desk
        for name, handler in self.registered.listeners:
            desk.listen(name, handler, missed)
