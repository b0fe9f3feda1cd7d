"""The client: its public face. What it does is decided in `session` and done in `driver`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ..transport.base import Transport
from . import actions
from .auth import Auth
from .call import Call
from .chat_methods import ChatMethods
from .connection import State, Status
from .credentials import CredentialSource
from .customer_methods import CustomerMethods
from .driver import Driver, has_loop, require_loop
from .emitter import Emitter
from .errors import RequestTimeout
from .events import EventName, IncomingChat
from .history import ChatHistory
from .models import UploadedFile
from .property_methods import PropertyMethods
from .requests import Acknowledged
from .session import Session
from .uploads import ProgressCallback, Upload, upload

if TYPE_CHECKING:
    from .typed import On
    from .typed_waiting import Stream, WaitFor

logger = logging.getLogger("chatwheel.sdk")
T = TypeVar("T")


class CustomerSDK(ChatMethods, CustomerMethods, PropertyMethods):
    """A customer's end of the chat. Made by `chatwheel.init`, not directly.

    Attributes:
        auth: the token of this customer: `get_token`, `get_fresh_token`, `has_token`, `invalidate`.
    """

    auth: Auth

    def __init__(
        self,
        session: Session,
        transport: Transport,
        credentials: CredentialSource,
        *,
        request_timeout: float = 15.0,
        wait_for_connection: bool = True,
        owns_transport: bool = False,
    ) -> None:
        self.auth = credentials.auth
        self._session = session
        self._transport = transport
        self._credentials = credentials
        self._emitter = Emitter(transport.clock)
        self._driver = Driver(session, transport, self._emitter, credentials)
        self._request_timeout = request_timeout
        self._wait_for_connection = wait_for_connection
        self._owns_transport = owns_transport
        self._uploads: set[Upload] = set()

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
        # The first lines of the docstrings below, for editors, which look here.

        @property
        def on(self) -> On:
            """Call `handler(payload)` at each event `name`; `"*"` gets `handler(name, payload)` of all."""
            ...

        @property
        def once(self) -> On:
            """Like `on`, but `handler` hears of the next such event `name` only."""
            ...

        @property
        def wait_for(self) -> WaitFor:
            """Wait for the next event `name` for which `where(payload)` is true."""
            ...

        @property
        def stream(self) -> Stream:
            """All events `name` from now on: `async for payload in sdk.stream(name)`."""
            ...

    else:

        def on(self, name, handler=None):
            """Call `handler(payload)` at each event `name`; `"*"` gets `handler(name, payload)` of all.

            Args:
                name: of the event.
                handler: plain or asynchronous; one that fails is logged and stops no other.

            Returns:
                What unsubscribes; without a handler, a decorator.

            Raises:
                InvalidArgument: there is no such event.

            Example:
                unsubscribe = sdk.on("incoming_event", lambda payload: print(payload.event))

                @sdk.on("disconnected")
                async def explain(payload):
                    print("gone:", payload.reason)
            """
            return self._emitter.on(name, handler)

        def once(self, name, handler=None):
            """Like `on`, but `handler` hears of the next such event `name` only.

            Args:
                name: of the event.
                handler: plain or asynchronous.

            Returns:
                What unsubscribes; without a handler, a decorator.

            Raises:
                InvalidArgument: there is no such event.

            Example:
                sdk.once("connected", lambda payload: print("hello,", payload.customer.name))
            """
            return self._emitter.on(name, handler, once=True)

        async def wait_for(self, name, *, timeout=None, where=None):  # noqa: ASYNC109 (virtual time)
            """Wait for the next event `name` for which `where(payload)` is true.

            Args:
                name: of the event; `"*"` waits for any, and counts name and payload, as a pair, as its payload.
                timeout: seconds to wait; for ever if left out.
                where: which payloads count; all if left out.

            Returns:
                The payload.

            Raises:
                InvalidArgument: there is no such event.
                RequestTimeout: it did not come within `timeout` seconds.
                SdkDestroyed: the client ended.

            Example:
                typing = lambda payload: payload.typing_indicator.is_typing
                payload = await sdk.wait_for("incoming_typing_indicator", where=typing, timeout=30)
                print(payload.typing_indicator.author_id, "is typing")
            """
            return await self._emitter.wait_for(name, limit=timeout, where=where)

        def stream(self, name):
            """All events `name` from now on: `async for payload in sdk.stream(name)`.

            Args:
                name: of the events; `"*"` gives pairs of name and payload of all.

            Returns:
                An async iterator, ended by its `close()`, by `async with`, or with the client.

            Raises:
                InvalidArgument: there is no such event.

            Example:
                async with sdk.stream("incoming_event") as stream:
                    async for payload in stream:
                        if payload.event.type == "file":
                            break
                        print(payload.event.type)
            """
            return self._emitter.stream(name)

    def off(
        self, name: EventName | Literal["*"] | None = None, handler: Callable[..., object] | None = None
    ) -> None:
        """Remove one registration of a handler, all handlers of a name, or all handlers.

        Args:
            name: of the event; all if left out.
            handler: the one to remove; all of that name if left out.

        Raises:
            Nothing, whatever is removed.

        Example:
            sdk.on("incoming_event", print)
            sdk.off("incoming_event", print)
        """
        self._emitter.off(name, handler)

    # Connection

    def connect(self) -> None:
        """Connect, or stop waiting for the next attempt and connect now.

        Nothing happens if connected, connecting, or destroyed. The event `connected` tells of success.

        Raises:
            ChatError: there is no running event loop.

        Example:
            sdk.connect()
        """
        require_loop()
        self._session.connect(self._driver.now())
        self._driver.pump()

    def disconnect(self) -> None:
        """Close the connection and stay away until `connect()`.

        Calls that were sent fail with `ConnectionLost`, those that waited with `NoConnection`. No event is emitted.

        Raises:
            Nothing, whatever the connection is doing.

        Example:
            sdk.disconnect()
        """
        self._session.disconnect()
        self._driver.pump()

    def destroy(self) -> None:
        """End this client for good: calls fail with `SdkDestroyed`, all handlers are removed, no event is emitted.

        Raises:
            Nothing, however often it is called.

        Example:
            sdk.destroy()
        """
        self._session.destroy()
        self._driver.pump()

    async def aclose(self) -> None:
        """`destroy()`, and wait until everything is put away. `async with` does this.

        Handlers that still run get half a second to end.

        Raises:
            Nothing, however often it is called.

        Example:
            await sdk.aclose()
        """
        self.destroy()
        for running in tuple(self._uploads):
            running.cancel()
        await asyncio.gather(*self._uploads, return_exceptions=True)
        await self._driver.aclose()
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

        Nothing happens unless connected and the chat has an open thread. Nobody waits for an answer.

        Args:
            chat_id: the chat.
            sneak_peek_text: the draft as it is now; empty clears it.

        Raises:
            InvalidArgument: `sneak_peek_text` is no text.

        Example:
            sdk.set_sneak_peek(chat_id="C1", sneak_peek_text="Hello, I wou")
        """
        call = actions.send_sneak_peek(chat_id, sneak_peek_text)
        if self._session.is_active(chat_id):
            self._session.note(call, self._driver.now())
            self._driver.pump()

    def update_customer_page(self, *, url: str | None = None, title: str | None = None) -> None:
        """Tell which page the customer is on (Customer Chat API: update_customer_page).

        While not connected it goes out with the next login. Nobody waits for an answer.

        Args:
            url: address of the page; left out, the last one stays.
            title: of the page; left out, the last one stays.

        Raises:
            InvalidArgument: one of them is no text.

        Example:
            sdk.update_customer_page(url="https://shop.example/cart", title="Cart")
        """
        self._session.update_page({"title": title, "url": url}, self._driver.now())
        self._driver.pump()

    def get_chat_history(self, *, chat_id: str) -> ChatHistory:
        """Read a chat's past page by page, from the latest threads back to the first.

        Args:
            chat_id: the chat.

        Returns:
            An async iterator of `HistoryPage`s, with `next()`.

        Raises:
            InvalidArgument: `chat_id` is no text. Reading a page raises what `list_threads` does.

        Example:
            async for page in sdk.get_chat_history(chat_id="C1"):
                for thread in page.threads:
                    print(len(thread.events))
        """
        return ChatHistory(self, chat_id)

    def upload_file(self, *, file: object, on_progress: ProgressCallback | None = None) -> Upload:
        """Upload a file of at most 10 MB (Customer Chat API: upload_file). Needs no connection.

        Args:
            file: a path, bytes, `(name, bytes)` or an open binary file; in the browser a JavaScript File or Blob.
            on_progress: called with the share that is sent, 0 to 1.

        Returns:
            An upload under way: await it for an `UploadedFile`, `cancel()` it to stop. It is given up when nothing
            moves for a minute.

        Raises:
            ChatError: there is no running event loop. All else is raised by awaiting the upload:
            InvalidArgument: this is nothing that can be uploaded, or `on_progress` is not callable.
            TooBigFile: nothing was sent.
            UploadFailed: the file cannot be read, or did not arrive.
            UploadCanceled: by `cancel()`.

        Example:
            upload = sdk.upload_file(file=("notes.txt", b"Hello"), on_progress=print)
            uploaded = await upload
            await sdk.send_event(chat_id="C1", event={"type": "file", "url": uploaded.url})
        """
        require_loop()

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
        value = await self._driver.ask(call, self._request_timeout, wait=self._wait_for_connection)
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

    def prefetch(self, group_id: int, page_url: str | None) -> None:
        """Learn who the customer is without connecting, and have the page checked for goals (used by `init`).

        Nothing happens outside an event loop.
        """
        if has_loop():
            self._driver.start(self._prefetch(group_id, page_url))

    async def _prefetch(self, group_id: int, page_url: str | None) -> None:
        try:
            token = await self.auth.get_token()
            self._session.identify(token.entity_id)
            self._driver.pump()
            if page_url and self._session.state is State.IDLE:  # a login that is under way announces it, too
                url = self._session.endpoints.action("check_goals")
                await self._credentials.announce(token, url, group_id, page_url)
        except Exception as error:  # nobody asked for this: nobody is told
            logger.info("the visit could not be announced: %s", error)
