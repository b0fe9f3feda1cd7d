"""A server in a thread of its own, for tests that are not asynchronous, such as Playwright's.

Every method does its work in the server's thread and returns when it is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar

from .errors import DisconnectReason
from .faults import Faults
from .lens import Json
from .recorder import Exchange, Frame, Role
from .scripted.client import TIMEOUT, AgentChat, AgentClient
from .server import DevServer

T = TypeVar("T")
_MARGIN = 10.0


class _Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="chat-server", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], within: float = TIMEOUT) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within + _MARGIN)

    def call(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        async def wrapped() -> T:
            return function(*arguments, **options)

        return self.run(wrapped())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class ThreadedServer:
    """A ``DevServer`` that runs beside the test; ``with ThreadedServer() as server:``."""

    def __init__(self, **settings: Any) -> None:
        self._loop = _Loop()
        #: The server itself, to be used in its own thread only (``call`` and ``run`` go there).
        self.server = DevServer(**settings)

    def start(self) -> None:
        """Open the port."""
        self.run(self.server.start())

    def stop(self) -> None:
        """Close everything; raise what scripted agents have failed with."""
        try:
            self.run(self.server.stop())
        finally:
            self._loop.close()
        self.server.raise_script_errors()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def run(self, work: Coroutine[Any, Any, T], within: float = TIMEOUT) -> T:
        """Return the result of a coroutine that runs in the server's thread."""
        return self._loop.run(work, within)

    def call(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Return the result of a function that is called in the server's thread."""
        return self._loop.call(function, *arguments, **options)

    # Where it is

    @property
    def url(self) -> str:
        """The server's origin; both the API and the token endpoint are there."""
        return self.server.url

    @property
    def organization_id(self) -> str:
        """The organization that clients name."""
        return self.server.config.organization_id

    @property
    def client_id(self) -> str:
        """The client that clients name."""
        return self.server.config.client_ids[0]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self.server.port

    def socket_url(self, role: Role = "customer", version: str = "3.5") -> str:
        """Return the WebSocket's address."""
        return self.server.socket_url(role, version)

    def customer_token(
        self, customer_id: str | None = None, *, expires_in: int | None = None
    ) -> tuple[str, str]:
        """Make a token without the token endpoint, for a new customer or a known one; return it with the id."""
        return self.call(self.server.customer_token, customer_id, expires_in=expires_in)

    def agent_token(self, email: str | None = None) -> str:
        """Make a token for an agent; for the console's agent by default."""
        return self.call(self.server.agent_token, email)

    @property
    def console_url(self) -> str:
        """The agents' console."""
        return f"{self.url}/agent/"

    # Looking and meddling

    @property
    def frames(self) -> list[Frame]:
        """Recorded frames, oldest first."""
        return self.call(lambda: self.server.frames)

    @property
    def exchanges(self) -> list[Exchange]:
        """Recorded requests over HTTP with their answers, oldest first."""
        return self.call(lambda: self.server.exchanges)

    def wait_for_exchange(self, matches: Callable[[Exchange], bool], *, within: float = TIMEOUT) -> Exchange:
        """Return the first request over HTTP that matches, answered already or still to come."""
        return self.run(self.server.wait_for_exchange(matches, within=within), within)

    @property
    def connection_count(self) -> int:
        """How many sockets are open, logged in or not."""
        return self.call(lambda: self.server.connection_count)

    @property
    def customer_ids(self) -> list[str]:
        """Which customers are connected."""
        return self.call(lambda: self.server.customer_ids)

    @property
    def faults(self) -> Faults:
        """Faults on demand."""
        return self.server.faults

    def requests(self, action: str) -> list[Json]:
        """Return the payloads of what customers have asked for under this name."""
        return [
            frame.json.get("payload", {})
            for frame in self.frames
            if frame.direction == "in"
            and frame.role == "customer"
            and isinstance(frame.json, dict)
            and frame.json.get("action") == action
        ]

    def wait_for_frame(self, matches: Callable[[Frame], bool], *, within: float = TIMEOUT) -> Frame:
        """Return the first frame that matches, recorded already or still to come."""
        return self.run(self.server.wait_for_frame(matches, within=within), within)

    def wait_for_request(self, action: str, *, within: float = TIMEOUT) -> Json:
        """Return the payload of the first request of this name, made already or still to come."""

        def matches(frame: Frame) -> bool:
            known = frame.direction == "in" and frame.role == "customer" and isinstance(frame.json, dict)
            return known and frame.json.get("action") == action

        payload: Json = self.wait_for_frame(matches, within=within).json.get("payload", {})
        return payload

    def drop_connections(self, role: Role | None = None) -> int:
        """Cut connections as a lost network would; return how many."""
        return self.call(self.server.drop_connections, role)

    def half_open(self, role: Role | None = None) -> int:
        """Leave connections open but dead; return how many."""
        return self.call(self.server.half_open, role)

    def disconnect(
        self, reason: DisconnectReason, customer_id: str | None = None, data: dict[str, str] | None = None
    ) -> None:
        """End customers' connections with a documented reason."""
        self.call(self.server.disconnect, reason, customer_id, data)

    def push(self, action: str, payload: Json, customer_id: str | None = None) -> None:
        """Send a well-formed push to a customer's connections, or to everybody's."""
        self.call(self.server.push, action, payload, customer_id)

    def push_raw(self, frame: Json | str, customer_id: str | None = None) -> int:
        """Send a frame, or any text at all, to a customer's connections or to everybody's; return how many got it."""
        return self.call(self.server.push_raw, frame, customer_id)

    def greet(self, customer_id: str, text: str, *, greeting_id: int = 1) -> str:
        """Show a greeting to a customer; return its unique id."""
        return self.call(self.server.greet, customer_id, text, greeting_id=greeting_id)

    def system_event(self, chat_id: str, source: str, subtype: str, details: Json) -> str:
        """Write an event of the type ``system`` into an open chat; return its id."""
        return self.call(self.server.system_event, chat_id, source, subtype, details)

    def advance(self, seconds: float) -> None:
        """Move the server's clock forward."""
        self.call(self.server.advance, seconds)

    # Agents

    def agent(self, script_or_email: Any = None) -> Any:
        """Let a coroutine function answer chats; see ``DevServer.agent``."""
        if callable(script_or_email):
            return self.call(self.server.agent, script_or_email)
        return lambda script: self.call(self.server.agent(script_or_email), script)

    def connect_agent(self, email: str | None = None) -> ChatAgent:
        """Bring an agent to work whom the test plays; the console's agent by default."""
        return ChatAgent(self, self.run(self.server.connect_agent(email)))


class ChatAgent:
    """An agent whom a test plays step by step."""

    def __init__(self, server: ThreadedServer, client: AgentClient) -> None:
        self._server = server
        self._client = client
        self.email = client.email

    def next_chat(self, *, within: float = TIMEOUT) -> Chat:
        """Return the next chat that was started or resumed; wait for it if need be."""
        return Chat(self._server, self._server.run(self._client.next_chat(within=within), within))

    def accept_chats(self, accepting: bool = True) -> None:
        """Take chats, or take none, which takes the groups offline."""
        self._server.run(self._client.accept_chats(accepting))

    def request(self, action: str, payload: Json | None = None) -> Any:
        """Make any request of the agents' API; raise ``ApiError`` if it is refused."""
        return self._server.run(self._client.request(action, payload))

    def leave(self) -> None:
        """Go home."""
        self._server.call(self._client.leave)


class Chat:
    """One chat, from the side of the agent whom a test plays."""

    def __init__(self, server: ThreadedServer, chat: AgentChat) -> None:
        self._server = server
        self._chat = chat
        self.id = chat.id
        self.customer_id = chat.customer_id

    def _run(self, work: Awaitable[T], within: float = TIMEOUT) -> T:
        async def wrapped() -> T:
            return await work

        return self._server.run(wrapped(), within)

    @property
    def draft(self) -> str:
        """What the customer has written and not sent yet."""
        return self._chat.draft

    @property
    def is_active(self) -> bool:
        """Whether the chat is still open."""
        return self._chat.is_active

    def next_message(self, *, within: float = TIMEOUT) -> str:
        """Return the text of the customer's next message; wait for it if need be."""
        return self._run(self._chat.next_message(within=within), within)

    def next_event(self, *, within: float = TIMEOUT) -> Json:
        """Return the customer's next event of any type."""
        return self._run(self._chat.next_event(within=within), within)

    def wait_for_draft(self, text: str, *, within: float = TIMEOUT) -> None:
        """Wait until the customer has written this without sending it."""
        self._run(self._chat.wait_for_draft(text, within=within), within)

    def wait_until_closed(self, *, within: float = TIMEOUT) -> None:
        """Wait for the end of the chat."""
        self._run(self._chat.wait_until_closed(within=within), within)

    def say(self, text: str) -> str:
        """Send a message; return its id."""
        return self._run(self._chat.say(text))

    def send(self, event: Json) -> str:
        """Send an event of any type; return its id."""
        return self._run(self._chat.send(event))

    def typing(self, is_typing: bool = True) -> None:
        """Show the customer that the agent types, or has stopped."""
        self._run(self._chat.typing(is_typing))

    def mark_as_seen(self) -> None:
        """Tell the customer that everything so far was read."""
        self._run(self._chat.mark_as_seen())

    def transfer(self, *, agent: str | None = None, group: int | None = None) -> None:
        """Hand the chat over to a colleague or to a group."""
        self._run(self._chat.transfer(agent=agent, group=group))

    def close(self) -> None:
        """End the chat."""
        self._run(self._chat.close())
