"""A client that follows the protocol by hand: no SDK, no models, only frames."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import suppress
from typing import Any, Self

import aiohttp

from chatwheel_devserver import DevServer

Json = dict[str, Any]
TIMEOUT = 5.0


class Refused(Exception):
    """An error response."""

    def __init__(self, error: Json) -> None:
        super().__init__(f"{error['type']}: {error['message']}")
        self.type: str = error["type"]
        self.message: str = error["message"]
        self.error = error


class Bare:
    """One WebSocket; remembers every frame that comes in."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[Json] = []
        self.is_closed = False
        self.customer_id = ""
        self.email = ""
        self.token = ""
        self._numbers = itertools.count(1)
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, http: aiohttp.ClientSession, url: str) -> Self:
        return cls(await http.ws_connect(url, max_msg_size=0))

    async def _read(self) -> None:
        with suppress(aiohttp.ClientError, ConnectionError):
            async for message in self.socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    async with self._news:
                        self.frames.append(json.loads(message.data))
                        self._news.notify_all()
        async with self._news:
            self.is_closed = True
            self._news.notify_all()

    async def close(self) -> None:
        await self.socket.close()
        await self._reader

    async def closed(self) -> None:
        """Wait until the server has ended the connection."""
        async with asyncio.timeout(TIMEOUT), self._news:
            await self._news.wait_for(lambda: self.is_closed)

    # Requests

    async def send(self, action: str, payload: Json | None = None, **more: Any) -> str:
        request_id = f"r{next(self._numbers)}"
        frame = {"request_id": request_id, "action": action, **more}
        if payload is not None:
            frame["payload"] = payload
        await self.socket.send_str(json.dumps(frame))
        return request_id

    async def request(self, action: str, payload: Json | None = None, **more: Any) -> Json:
        """Return the payload of the response; raise what the server refuses."""
        return await self.answer(await self.send(action, payload, **more))

    async def answer(self, request_id: str | None) -> Json:
        response = await self.frame(lambda f: f["type"] == "response" and f.get("request_id") == request_id)
        if not response["success"]:
            raise Refused(response["payload"]["error"])
        payload: Json = response["payload"]
        return payload

    async def refusal(self, action: str, payload: Json | None = None, **more: Any) -> Refused:
        """Return the error that a request is answered with."""
        try:
            answer = await self.request(action, payload, **more)
        except Refused as refused:
            return refused
        raise AssertionError(f"{action} was not refused: {answer}")

    # Frames

    async def frame(self, matches: Any) -> Json:
        """Wait for the first frame that matches, among those that have come already too."""
        async with asyncio.timeout(TIMEOUT), self._news:
            while True:
                for frame in self.frames:
                    if matches(frame):
                        return frame
                if self.is_closed:
                    raise ConnectionError("the server has closed the connection")
                await self._news.wait()

    async def push(self, action: str, **wanted: Any) -> Json:
        """Wait for a push and take it; return its payload."""
        frame = await self.push_frame(action, **wanted)
        payload: Json = frame["payload"]
        return payload

    async def push_frame(self, action: str, **wanted: Any) -> Json:
        def matches(frame: Json) -> bool:
            return (
                frame["type"] == "push"
                and frame["action"] == action
                and all(frame["payload"].get(name) == value for name, value in wanted.items())
            )

        frame = await self.frame(matches)
        self.frames.remove(frame)
        return frame

    async def settle(self) -> None:
        """Wait until everything that the server has sent so far is here."""
        await self.request("ping", {})

    async def news(self) -> list[str]:
        """Name what has been pushed since the last time, in order."""
        await self.settle()
        names = [frame["action"] for frame in self.frames if frame["type"] == "push"]
        self.frames.clear()
        return names


async def customer(
    server: DevServer,
    http: aiohttp.ClientSession,
    *,
    same_as: Bare | None = None,
    version: str = "3.5",
    **login: Any,
) -> Bare:
    """Log a customer in: a new one, or one more connection of the same."""
    token, customer_id = (same_as.token, same_as.customer_id) if same_as else server.customer_token()
    client = await Bare.connect(http, server.socket_url(version=version))
    client.token, client.customer_id = token, customer_id
    await client.request("login", {"token": f"Bearer {token}", **login})
    await client.settle()
    client.frames.clear()
    return client


async def agent(
    server: DevServer, http: aiohttp.ClientSession, email: str | None = None, **login: Any
) -> Bare:
    """Log an agent in."""
    client = await Bare.connect(http, server.socket_url("agent"))
    client.email = email or server.config.console_agent
    await client.request("login", {"token": f"Bearer {server.agent_token(email)}", **login})
    await client.settle()
    client.frames.clear()
    return client


def message(text: str = "Hi", custom_id: str | None = None) -> Json:
    event = {"type": "message", "text": text}
    return event if custom_id is None else event | {"custom_id": custom_id}


async def start(client: Bare, *events: Json) -> tuple[str, str]:
    """Start a chat; return its id and its thread's."""
    thread = {"events": list(events)} if events else {}
    answer = await client.request("start_chat", {"chat": {"thread": thread}})
    await client.settle()
    client.frames.clear()
    return answer["chat_id"], answer["thread_id"]


async def agent_gone(server: DevServer, email: str) -> None:
    """Wait until the server has noticed that an agent's connection has ended."""
    async with asyncio.timeout(TIMEOUT):
        while any(session.user_id == email for session in server.core.hub.agents):  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def gone(server: DevServer) -> None:
    """Wait until the server has noticed that all connections have ended."""
    async with asyncio.timeout(TIMEOUT):
        while server.connection_count:  # noqa: ASYNC110 - the server announces it to nobody
            await asyncio.sleep(0.005)
