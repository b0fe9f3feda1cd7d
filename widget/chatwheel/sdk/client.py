"""The client: drives a session over a transport.

Sockets, timers, tokens and storage are here; what to do with them is decided in `session`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from random import choices, random
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from ..transport.base import Socket, SocketClosed, Transport
from . import actions, protocol
from .actions import Call
from .auth import LASTING, Auth, settled
from .chat_methods import ChatMethods
from .connection import Status
from .customer_methods import CustomerMethods
from .emitter import Emitter
from .errors import ChatError, RequestTimeout, SdkDestroyed
from .events import IncomingChat
from .history import ChatHistory
from .models import Token, UploadedFile
from .outputs import Close, Emit, Finish, Keep, Open, Outcome, Output, Send
from .property_methods import PropertyMethods
from .requests import Acknowledged
from .session import Credentials, Session, Settings
from .uploads import ProgressCallback, Upload, upload

if TYPE_CHECKING:
    from .typed import On, Stream, WaitFor

logger = logging.getLogger("chatwheel.sdk")
T = TypeVar("T")

CustomerDataProvider = Callable[[], Mapping[str, Any] | Awaitable[Mapping[str, Any]]]


def new_request_id() -> str:
    """A random id, as short as it may be."""
    return "".join(choices("0123456789abcdefghijklmnopqrstuvwxyz", k=11))


@dataclass
class _Link:
    """The current socket, its number, and the tasks that serve it."""

    number: int
    tasks: list[asyncio.Task[None]]
    socket: Socket | None = None


class CustomerSDK(ChatMethods, CustomerMethods, PropertyMethods):
    """A customer's end of the chat. Made by `chatwheel.init`, not directly.

    Attributes:
        auth: the token of this customer: `get_token`, `get_fresh_token`, `has_token`, `invalidate`.
    """

    auth: Auth

    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        auth: Auth,
        *,
        page: Mapping[str, Any] | None = None,
        customer_data_provider: CustomerDataProvider | None = None,
        side_storage_key: str = "side_storage",
        request_timeout: float = 15.0,
        wait_for_connection: bool = True,
        owns_transport: bool = False,
    ) -> None:
        self.auth = auth
        self._session = Session(settings, random=random, new_id=new_request_id, page=page)
        self._transport = transport
        self._clock = transport.clock
        self._emitter = Emitter(transport.clock)
        self._customer_data_provider = customer_data_provider
        self._side_storage_key = side_storage_key
        self._request_timeout = request_timeout
        self._wait_for_connection = wait_for_connection
        self._owns_transport = owns_transport
        self._futures: dict[str, asyncio.Future[Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._uploads: set[Upload] = set()
        self._link: _Link | None = None
        self._timer: asyncio.Task[None] | None = None
        self._timer_at = 0.0
        self._is_pumping = False
        self._off_network: Callable[[], None] | None = transport.on_network(self._on_network)

    @property
    def status(self) -> Status:
        """`disconnected` (not yet connected), `connected`, `reconnecting`, `paused` or `destroyed`."""
        return self._session.status

    @property
    def customer_id(self) -> str | None:
        """Id of this customer, once known."""
        return self._session.customer_id

    # Events

    if TYPE_CHECKING:

        @property
        def on(self) -> On: ...

        @property
        def once(self) -> On: ...

        @property
        def wait_for(self) -> WaitFor: ...

        @property
        def stream(self) -> Stream: ...

    else:

        def on(self, name, handler=None):
            """Call `handler(payload)` at each event `name`; `"*"` gets `handler(name, payload)` of all.

            Handlers may be asynchronous. One that fails is logged and stops no other. Without a handler this is a
            decorator, with one it returns what unsubscribes.

            Raises:
                InvalidArgument: there is no such event.
            """
            return self._emitter.on(name, handler)

        def once(self, name, handler=None):
            """Like `on`, for the next such event only."""
            return self._emitter.on(name, handler, once=True)

        async def wait_for(self, name, *, timeout=None, where=None):  # noqa: ASYNC109 (virtual time)
            """Wait for the next event `name` for which `where(payload)` is true, and return its payload.

            Raises:
                RequestTimeout: it did not come within `timeout` seconds.
                SdkDestroyed: the client ended.
            """
            return await self._emitter.wait_for(name, limit=timeout, where=where)

        def stream(self, name):
            """All events `name` from now on: `async for payload in sdk.stream(name)`."""
            return self._emitter.stream(name)

    def off(self, name: str | None = None, handler: Callable[..., object] | None = None) -> None:
        """Remove one registration of a handler, all handlers of a name, or all handlers."""
        self._emitter.off(name, handler)

    # Connection

    def connect(self) -> None:
        """Connect, or stop waiting for the next attempt and connect now.

        Nothing happens if connected, connecting, or destroyed. The event `connected` tells of success.

        Raises:
            ChatError: there is no running event loop.
        """
        require_loop()
        self._session.connect(self._now())
        self._pump()

    def disconnect(self) -> None:
        """Close the connection and stay away until `connect()`.

        Calls that were sent fail with `ConnectionLost`, those that waited with `NoConnection`. No event is emitted.
        """
        self._session.disconnect()
        self._pump()

    def destroy(self) -> None:
        """End this client for good: calls fail with `SdkDestroyed`, all handlers are removed, no event is emitted."""
        self._session.destroy()
        self._pump()

    async def aclose(self) -> None:
        """`destroy()`, and wait until everything is put away. `async with` does this."""
        self.destroy()
        for running in tuple(self._uploads):
            running.cancel()
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._uploads, return_exceptions=True)
        await self._emitter.finish()
        close_auth = getattr(self.auth, "aclose", None)
        if close_auth is not None:
            await close_auth()
        if self._owns_transport:
            await self._transport.aclose()

    async def __aenter__(self) -> CustomerSDK:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    # Methods that are no plain requests

    def set_sneak_peek(self, *, chat_id: str, sneak_peek_text: str) -> None:
        """Show agents what is being typed (Customer Chat API: send_sneak_peek).

        Nothing happens unless connected and the chat has an open thread.

        Args:
            chat_id: the chat.
            sneak_peek_text: the draft as it is now; empty clears it.
        """
        if self._session.is_active(chat_id):
            self._session.note(actions.send_sneak_peek(chat_id, sneak_peek_text))
            self._pump()

    def update_customer_page(self, *, url: str | None = None, title: str | None = None) -> None:
        """Tell which page the customer is on (Customer Chat API: update_customer_page).

        While not connected it goes out with the next login.
        """
        self._session.update_page({"title": title, "url": url})
        self._pump()

    def get_chat_history(self, *, chat_id: str) -> ChatHistory:
        """Read a chat's past page by page, from the latest threads back to the first.

        Args:
            chat_id: the chat.

        Returns:
            An async iterator with `next()`.
        """
        return ChatHistory(self, chat_id)

    def upload_file(self, *, file: object, on_progress: ProgressCallback | None = None) -> Upload:
        """Upload a file of at most 10 MB (Customer Chat API: upload_file). Needs no connection.

        Args:
            file: a path, bytes, `(name, bytes)` or an open binary file; in the browser a JavaScript File or Blob.
            on_progress: called with the share that is sent, 0 to 1.

        Returns:
            An upload under way: await it for an `UploadedFile`, `cancel()` it to stop. Awaiting it raises
            `TooBigFile` (nothing was sent), `UploadFailed`, `UploadCanceled`, or what the server says.
        """

        async def work() -> UploadedFile:
            return await upload(self._transport, self._upload_url, self.auth.get_token, file, on_progress)

        started = Upload(work)
        self._uploads.add(started)
        started.on_done(self._uploads.discard)
        return started

    def _upload_url(self) -> str:
        return self._session.endpoints.action("upload_file")

    # Calls

    async def _call(self, call: Call[T]) -> T:
        request_id = new_request_id()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._futures[request_id] = future
        deadline = self._now() + self._request_timeout
        self._session.request(request_id, call, deadline, wait=self._wait_for_connection)
        self._pump()
        try:
            value = await future
        except asyncio.CancelledError:
            self._session.cancel(request_id)
            self._pump()
            raise
        finally:
            self._futures.pop(request_id, None)
        result: T = await self._look_up(call, value.payload) if isinstance(value, Acknowledged) else value
        return result

    async def _look_up(self, call: Call[Any], answer: Any) -> Any:
        """The result of a request that was carried out, but whose push never came: read it from the server."""
        answer = answer if isinstance(answer, dict) else {}
        logger.warning("%s was carried out, but its push did not come", call.action)
        if call.settled_by == "incoming_chat":
            chat_id = answer.get("chat_id") or call.payload["chat"].get("id")
            if chat_id:
                return IncomingChat(chat=await self.get_chat(chat_id=chat_id))
        elif answer.get("event_id"):
            count = actions.HISTORY_EVENTS_PER_PAGE
            page = await self.list_threads(chat_id=call.payload["chat_id"], min_events_count=count)
            for thread in page.threads:
                for event in thread.events:
                    if event.id == answer["event_id"]:
                        return event
        raise RequestTimeout(f"{call.action} was carried out, but its result did not come.", data=answer)

    # Driving the session

    def _now(self) -> float:
        return self._clock.monotonic()

    def _pump(self) -> None:
        """Do all that the session asks for. Handlers may call back into the client: their wishes come next."""
        if self._is_pumping:
            return
        self._is_pumping = True
        try:
            while outputs := self._session.take():
                for output in outputs:
                    self._perform(output)
        finally:
            self._is_pumping = False
        self._arm_timer()

    def _perform(self, output: Output) -> None:
        match output:
            case Send(text):
                self._send(text)
            case Emit(name, payload):
                self._emitter.emit(name, payload)
            case Outcome(request_id, value, error):
                self._settle(request_id, value, error)
            case Keep(side_storage):
                self._start(self._transport.storage.set(self._side_storage_key, json.dumps(side_storage)))
            case Open(number, url, token):
                self._link = _Link(number, [])
                self._link.tasks.append(self._start(self._serve(self._link, url)))
                self._link.tasks.append(self._start(self._authorize(number, token)))
            case Close(number):
                self._close(number)
            case Finish():
                self._finish()

    def _send(self, text: str) -> None:
        if self._link is not None and self._link.socket is not None:
            if logger.isEnabledFor(logging.DEBUG):
                logger.debug("> %s", protocol.mask(text))
            self._link.socket.send(text)

    def _settle(self, request_id: str, value: Any, error: ChatError | None) -> None:
        future = self._futures.get(request_id)
        if future is None or future.done():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    def _close(self, number: int) -> None:
        link = self._link
        if link is not None and link.number == number:
            self._link = None
            if link.socket is not None:
                link.socket.close()
            for task in link.tasks:
                task.cancel()

    def _finish(self) -> None:
        self._emitter.close()
        if self._off_network is not None:
            self._off_network()
            self._off_network = None

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _serve(self, link: _Link, url: str) -> None:
        try:
            link.socket = await self._transport.open_socket(url)
            self._session.opened(link.number, self._now())
            self._pump()
            while True:
                text = await link.socket.receive()
                self._session.received(link.number, text, self._now())
                self._pump()
        except SocketClosed as error:
            logger.debug("= the socket is closed: %s", error)
            self._session.closed(link.number, self._now())
            self._pump()
        finally:
            if link.socket is not None:
                link.socket.close()

    def _on_network(self, online: bool) -> None:
        self._session.network(online, self._now())
        self._pump()

    def _arm_timer(self) -> None:
        deadline = self._session.deadline
        if deadline is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None or deadline < self._timer_at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = deadline
            self._timer = self._start(self._wake_at_deadline())

    async def _wake_at_deadline(self) -> None:
        while (deadline := self._session.deadline) is not None:
            self._timer_at = deadline
            delay = deadline - self._now()
            if delay > 0:
                await self._clock.sleep(delay)
            else:
                self._timer_at = float("-inf")
                self._session.tick(self._now())
                self._pump()
        self._timer = None

    # Credentials

    async def _authorize(self, number: int, need: str) -> None:
        try:
            token = await self._token(need)
            storage = await self._side_storage()
            customer = await self._customer_data()
            credentials = Credentials(token, storage, customer)
        except ChatError as error:
            self._session.unauthorized(number, error, self._now())
        except Exception as error:  # a provider of the page's own failed
            logger.exception("the login cannot be prepared")
            failure = ChatError(f"The login cannot be prepared: {error}", code="LOGIN_NOT_PREPARED")
            self._session.unauthorized(number, failure, self._now())
        else:
            self._session.authorized(number, credentials, self._now())
        self._pump()

    async def _token(self, need: str) -> Token:
        if need == "fresh":
            return await self.auth.get_fresh_token()
        if need == "lasting" and await self.auth.has_token():
            token = await self.auth.get_token()
            if token.milliseconds_left(self._clock.time()) > LASTING:
                return token
            await self.auth.invalidate()
            return await self.auth.get_fresh_token()
        return await self.auth.get_token()

    async def _side_storage(self) -> Mapping[str, Any]:
        text = await self._transport.storage.get(self._side_storage_key)
        try:
            storage = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            storage = {}
        return storage if isinstance(storage, dict) else {}

    async def _customer_data(self) -> Mapping[str, Any]:
        if self._customer_data_provider is None:
            return {}
        data = await settled(self._customer_data_provider())
        if not isinstance(data, Mapping):
            raise TypeError("customer_data_provider did not return a mapping")
        return data

    def prefetch(self, group_id: int, page_url: str | None) -> None:
        """Learn who the customer is without connecting, and have the page checked for goals (used by `init`).

        Nothing happens outside an event loop.
        """
        if has_loop():
            self._start(self._prefetch(group_id, page_url))

    async def _prefetch(self, group_id: int, page_url: str | None) -> None:
        try:
            token = await self.auth.get_token()
            self._session.identify(token.entity_id)
            self._pump()
            if page_url:
                fields = actions.customer_argument(await self._customer_data()).get("session_fields", [])
                body = {"session_fields": fields, "group_id": group_id, "page_url": page_url}
                headers = {
                    "Content-Type": "application/json",
                    "Authorization": f"{token.token_type} {token.access_token}",
                }
                url = self._session.endpoints.action("check_goals")
                await self._transport.request("POST", url, headers=headers, body=json.dumps(body))
        except Exception as error:  # nobody asked for this: nobody is told
            logger.info("the visit could not be announced: %s", error)


def has_loop() -> bool:
    """Whether an event loop is running."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def require_loop() -> None:
    """Raise a clear error unless an event loop is running."""
    if not has_loop():
        message = "There is no running event loop: call this inside a coroutine."
        raise ChatError(message, code="NO_EVENT_LOOP")


__all__ = ["CustomerSDK", "SdkDestroyed", "Status"]
