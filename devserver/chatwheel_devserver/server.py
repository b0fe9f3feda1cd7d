"""Running the server, from a command line or inside a test."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from aiohttp import web

from .actions.common import need_active
from .app import make_app
from .calls import Call
from .clock import Clock
from .config import Config
from .core import Core
from .desk import Seed
from .errors import DisconnectReason
from .faults import Faults
from .greetings import show_greeting
from .hub import Push
from .idle import look_after_threads
from .lens import AgentLens
from .recorder import Exchange, Frame, Recorder, Role
from .scripted.client import AgentClient
from .scripted.grace import Grace
from .scripted.scripts import Script, ScriptedAgent
from .supervisor import remove_unused_files, supervise, sweep

T = TypeVar("T")

#: How many turns of the event loop asyncio takes at most between accepting a connection and handing it to aiohttp.
ACCEPT_TURNS = 5


class DevServer:
    """A Customer Chat API server on this machine.

    ``async with DevServer() as server:`` starts one on a free port, with its data in a folder that vanishes afterwards.
    """

    def __init__(
        self,
        *,
        data: str | Path | None = None,
        site: str | Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        bot: bool = False,
        bot_delay: float = 0.0,
        config: Config | None = None,
        clock: Clock | None = None,
        **settings: Any,
    ) -> None:
        self.config = replace(config or Config(), **settings)
        self._data = None if data is None else Path(data)
        self._site = None if site is None else Path(site)
        self._host = host
        self._port = port
        self._bot_delay = bot_delay if bot else None
        self._clock = clock
        self._temporary: str | None = None
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self._core: Core | None = None
        self._scripts: list[tuple[str | None, Script]] = []
        self._script_errors: list[Exception] = []

    # Life

    async def start(self) -> None:
        """Open the data and the port; raise ``OSError`` if the port is taken."""
        data = self._data
        if data is None:
            self._temporary = tempfile.mkdtemp(prefix="chatwheel-")
            data = Path(self._temporary)
        try:
            self._core = core = Core(self.config, data, self._clock, is_lasting=self._data is not None)
            await self._listen(core)
        except BaseException:
            await self.stop()
            raise
        core.spawn(supervise(core))
        if self._bot_delay is not None:
            Grace(core, self._bot_delay).start()
        for email, script in self._scripts:
            self._start_script(email, script)

    async def _listen(self, core: Core) -> None:
        self._runner = web.AppRunner(
            make_app(core, self._site), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
        )
        await self._runner.setup()
        assert self._runner.server is not None, "set up just now"
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._runner.server, self._host, self._port)
        # The same port again after stop() and start(): a client finds the server where it was.
        self._port = int(self._listening.sockets[0].getsockname()[1])
        host = "127.0.0.1" if self._host in ("0.0.0.0", "") else self._host.replace("::", "::1", 1)
        host = f"[{host}]" if ":" in host else host
        core.url = f"http://{host}:{self._port}"
        core.desk.own_hosts = frozenset(f"{name}:{self._port}" for name in (host, "localhost"))

    async def stop(self) -> None:
        """Close connections, port and data."""
        core, self._core = self._core, None
        runner, self._runner = self._runner, None
        if core is not None:
            for connection in list(core.connections):
                connection.abort()
        await self._stop_listening()
        if runner is not None:
            await runner.cleanup()
        if core is not None:
            await core.close()
        if self._temporary is not None:
            await asyncio.to_thread(shutil.rmtree, self._temporary, ignore_errors=True)
            self._temporary = None

    async def _stop_listening(self) -> None:
        """Close the port, but let those in first who are on the threshold: asyncio would forget them, open for ever."""
        listening, self._listening = self._listening, None
        if listening is None:
            return
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):  # by the proactor of Windows, which has no readers
            for socket in listening.sockets:
                loop.remove_reader(socket.fileno())
        for _ in range(ACCEPT_TURNS):
            await asyncio.sleep(0)
        listening.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
        if error is None:
            self.raise_script_errors()

    @property
    def core(self) -> Core:
        """The running parts."""
        if self._core is None:
            raise RuntimeError("the server is not running")
        return self._core

    # Addresses and keys

    @property
    def url(self) -> str:
        """The server's origin, ``http://127.0.0.1:PORT``."""
        return self.core.url

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    def socket_url(self, role: Role = "customer", version: str = "3.5") -> str:
        """Return the WebSocket's address."""
        organization = self.config.organization_id
        return f"ws{self.url[4:]}/v{version}/{role}/rtm/ws?organization_id={organization}"

    def customer_token(
        self, customer_id: str | None = None, *, expires_in: int | None = None
    ) -> tuple[str, str]:
        """Make a token without the token endpoint, for a new customer or a known one; return it with the id."""
        if customer_id is not None and not self.core.identity.knows(customer_id):
            raise LookupError(f"there is no customer {customer_id}")
        grant = self.core.identity.grant(
            self.config.client_ids[0],
            customer_id=customer_id,
            secret=None,
            expires_in=expires_in,
            is_proven=customer_id is not None,
        )
        return grant.access_token, grant.customer_id

    def agent_token(self, email: str | None = None) -> str:
        """Make a token for an agent; for the console's agent by default."""
        return self.core.identity.agent_token(email or self.config.console_agent)

    # Agents

    @overload
    def agent(self, script_or_email: Script) -> Script: ...

    @overload
    def agent(self, script_or_email: str | None = None) -> Callable[[Script], Script]: ...

    def agent(self, script_or_email: Script | str | None = None) -> Script | Callable[[Script], Script]:
        """Let the decorated coroutine function answer chats: it is called with each new one.

        Without brackets it speaks for the configuration's scripted agent, with them for the one of that e-mail address.
        """

        def register(script: Script) -> Script:
            email = None if callable(script_or_email) else script_or_email
            self._scripts.append((email, script))
            if self._core is not None:
                self._start_script(email, script)
            return script

        return register(script_or_email) if callable(script_or_email) else register

    def _start_script(self, email: str | None, script: Script) -> None:
        email = email or self.config.scripted_agent
        ScriptedAgent(self.core, email, script, self._script_errors).start()

    def raise_script_errors(self) -> None:
        """Raise what scripted agents have failed with, so that their tests fail too."""
        errors, self._script_errors = self._script_errors, []
        if errors:
            raise ExceptionGroup("scripted agents failed", errors)

    async def connect_agent(self, email: str | None = None) -> AgentClient:
        """Bring an agent to work whom the test plays; the console's agent by default."""
        client = AgentClient(self.core, email or self.config.console_agent)
        client.start()
        return client

    # Looking and meddling

    @property
    def faults(self) -> Faults:
        """Faults on demand."""
        return self.core.faults

    @property
    def frames(self) -> list[Frame]:
        """Recorded frames, oldest first."""
        return list(self.core.hub.frames.items)

    @property
    def exchanges(self) -> list[Exchange]:
        """Recorded requests over HTTP with their answers, oldest first."""
        return list(self.core.hub.exchanges.items)

    @property
    def connection_count(self) -> int:
        """How many sockets are open, logged in or not."""
        return len(self.core.connections)

    @property
    def customer_ids(self) -> list[str]:
        """Which customers are connected."""
        return self.core.hub.customer_ids

    async def wait_for_frame(self, matches: Callable[[Frame], bool], *, within: float = 5.0) -> Frame:
        """Return the first frame that matches, recorded already or still to come."""
        return await _wait_for(self.core.hub.frames, matches, within)

    async def wait_for_exchange(
        self, matches: Callable[[Exchange], bool], *, within: float = 5.0
    ) -> Exchange:
        """Return the first request over HTTP that matches, answered already or still to come."""
        return await _wait_for(self.core.hub.exchanges, matches, within)

    def drop_connections(self, role: Role | None = None) -> int:
        """Cut connections as a lost network would; return how many."""
        dropped = [c for c in self.core.connections if role is None or c.role == role]
        for connection in dropped:
            connection.abort()
        return len(dropped)

    def half_open(self, role: Role | None = None) -> int:
        """Leave connections open but dead: nothing is read or sent any more; return how many."""
        silent = [c for c in self.core.connections if role is None or c.role == role]
        for connection in silent:
            connection.fall_silent()
        return len(silent)

    def disconnect(
        self, reason: DisconnectReason, customer_id: str | None = None, data: dict[str, str] | None = None
    ) -> None:
        """End customers' connections with a documented reason."""
        for connection in list(self.core.connections):
            if connection.role == "customer" and customer_id in (None, connection.user_id):
                connection.disconnect(reason, data)

    def push_raw(self, frame: dict[str, Any] | str, customer_id: str | None = None) -> int:
        """Send a frame, or any text at all, to a customer's connections or to everybody's; return how many got it."""
        text = frame if isinstance(frame, str) else json.dumps(frame, ensure_ascii=False)
        targets = [
            connection
            for connection in self.core.connections
            if connection.role == "customer" and customer_id in (None, connection.user_id)
        ]
        for connection in targets:
            connection.deliver_text(text)
        return len(targets)

    def push(self, action: str, payload: dict[str, Any], customer_id: str | None = None) -> None:
        """Send a well-formed push to a customer's connections, or to everybody's."""
        everybody = customer_id is None
        push = Push(action, lambda _: payload, customer_id=customer_id, to_all_customers=everybody)
        self.core.hub.flush([push])

    def greet(self, customer_id: str, text: str, *, greeting_id: int = 1) -> str:
        """Show a greeting to a customer; return its unique id."""
        core = self.core
        call = Call(core.desk, "", AgentLens(core.config, core.url, "3.6"))
        with core.database.transaction():
            customer = core.desk.customer(customer_id)
            greeting = show_greeting(call, customer, core.config.agents[0], text, greeting_id=greeting_id)
        core.hub.flush(call.outbox)
        return greeting.unique_id

    def system_event(self, chat_id: str, source: str, subtype: str, details: dict[str, Any]) -> str:
        """Write an event of the type ``system``, which only the service can, into an open chat; return its id.

        Customers see it from version 3.6 on.
        """
        core = self.core
        call = Call(core.desk, "", AgentLens(core.config, core.url, "3.6"))
        body = {"source": source, "subtype": subtype, "version": 1, "details": json.dumps(details)}
        with core.database.transaction():
            chat = core.desk.chat(chat_id)
            event = core.desk.write(call, chat, need_active(call, chat), Seed("system", body), None)
        core.hub.flush(call.outbox)
        return event.id

    def advance(self, seconds: float) -> None:
        """Move the server's clock forward and enforce every deadline that has thereby passed."""
        self.core.clock.advance(seconds)
        look_after_threads(self.core)
        sweep(self.core)
        remove_unused_files(self.core)


async def _wait_for(recorder: Recorder[T], matches: Callable[[T], bool], within: float) -> T:
    for item in recorder.items:
        if matches(item):
            return item
    found: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def look(item: T) -> None:
        if not found.done() and matches(item):
            found.set_result(item)

    recorder.watchers.append(look)
    try:
        async with asyncio.timeout(within):
            return await found
    finally:
        recorder.watchers.remove(look)
