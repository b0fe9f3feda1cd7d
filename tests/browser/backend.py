"""The other side of the widget: a server that a test can script, one that it can kill, an agent."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, Literal, Self, TypeVar, cast

from websockets.sync.client import ClientConnection, connect

from chatwheel_devserver import DevServer

T = TypeVar("T")
Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
CONSOLE_AGENT = "sam@demo.example"


def site() -> Path:
    """The built site."""
    return Path(os.environ.get("CHATWHEEL_SITE", ROOT / "dist" / "site"))


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


class Loop:
    """An event loop in a thread of its own, so that it runs while the test waits for the browser."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], within: float = 30.0) -> T:
        """The result of a coroutine."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within)

    def call(self, function: Callable[[], T]) -> T:
        """The result of a plain function that runs in the loop's thread."""

        async def wrapped() -> T:
            return function()

        return self.run(wrapped())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Backend:
    """A server in this process: its faults, its recorded frames and its pushes are at hand.

    One after another they have the same address, so that a browser finds there what it has kept.
    """

    _port = free_port()
    _is_taken = False

    def __init__(self, loop: Loop, **settings: Any) -> None:
        self.loop = loop
        self._is_at_home = not Backend._is_taken
        settings = {"site": site(), "port": self._port if self._is_at_home else 0, **settings}
        self.server = DevServer(**settings)
        loop.run(self.server.start())
        Backend._is_taken = True
        self.url = self.server.url
        self.origin = f"127.0.0.1:{self.server.port}"

    def close(self) -> None:
        self.loop.run(self.server.stop())
        if self._is_at_home:
            Backend._is_taken = False

    def push(self, frame: Json | str) -> int:
        """Send anything at all to every visitor."""
        return self.loop.call(lambda: self.server.push_raw(frame))

    def news(self, action: str, payload: Json) -> None:
        """Send a well-formed push to every visitor."""
        self.push({"version": "3.5", "action": action, "type": "push", "payload": payload})

    def set_form(self, kind: Literal["prechat", "postchat", "ticket"], form: Json) -> None:
        """From now on this is what visitors are asked."""
        config = self.server.config
        self.loop.call(lambda: cast(dict[Any, Json], config.forms).update({(0, kind): form}))

    def drop(self) -> int:
        """Cut the visitors' connections."""
        return self.loop.call(lambda: self.server.drop_connections("customer"))

    def requests(self, action: str) -> list[Json]:
        """What visitors have asked for under this name so far."""
        frames = self.loop.call(lambda: self.server.frames)
        found = [f.json for f in frames if f.direction == "in" and f.role == "customer" and f.json]
        return [frame for frame in found if frame.get("action") == action]

    def wait_for(self, action: str, within: float = 20.0, **payload: Any) -> Json:
        """The first request or push of this name, and with this in it, between a visitor and the server."""

        def is_it(frame: Any) -> bool:
            if frame.role != "customer" or not frame.json or frame.json.get("action") != action:
                return False
            return payload.items() <= frame.json.get("payload", {}).items() if payload else True

        frame = self.loop.run(self.server.wait_for_frame(is_it, within=within))
        found: Json = frame.json
        return found


class Agent:
    """An agent over the agents' own WebSocket, for what would take too long by hand in the console."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)

    @classmethod
    @contextmanager
    def at(cls, backend: Backend) -> Iterator[Self]:
        url = backend.loop.call(lambda: backend.server.socket_url("agent"))
        token = backend.loop.call(backend.server.agent_token)
        with connect(url, max_queue=None) as connection:
            agent = cls(connection)
            agent.request("login", {"token": f"Bearer {token}"})
            yield agent

    def request(self, action: str, payload: Json) -> Json:
        """The answer; what is pushed meanwhile is not looked at."""
        number = str(next(self._numbers))
        self._socket.send(json.dumps({"action": action, "request_id": number, "payload": payload}))
        while True:
            frame = json.loads(self._socket.recv(timeout=20))
            if frame.get("request_id") == number and frame["type"] == "response":
                assert frame["success"], frame
                answer: Json = frame.get("payload") or {}
                return answer

    @property
    def chat(self) -> Json:
        """The newest chat there is."""
        summary: Json = self.request("list_chats", {"limit": 1})["chats_summary"][0]
        return summary

    def join(self) -> str:
        """Take the newest chat; returns its id."""
        chat_id = str(self.chat["id"])
        user = {"chat_id": chat_id, "user_id": CONSOLE_AGENT, "user_type": "agent"}
        present = [user for user in self.chat["users"] if user["id"] == CONSOLE_AGENT and user["present"]]
        if not present:
            self.request("add_user_to_chat", user)
        return chat_id

    def say(self, chat_id: str, text: str, **more: Any) -> str:
        """Write a message; returns its event's id."""
        event = {"type": "message", "text": text, **more}
        return str(self.request("send_event", {"chat_id": chat_id, "event": event})["event_id"])

    def texts(self, chat_id: str) -> list[str]:
        """Every message of the chat's last thread, as the server has it."""
        thread = self.request("get_chat", {"chat_id": chat_id})["thread"]
        return [event["text"] for event in thread["events"] if event["type"] == "message"]


class Process:
    """A server in a process of its own, which can be killed and come back on the same port with the same data."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.origin = f"127.0.0.1:{self.port}"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it listens."""
        options = ["--no-bot", "--port", str(self.port), "--data", str(self._data), "--site", str(site())]
        path = os.pathsep.join(str(ROOT / name) for name in ("devserver", "widget"))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chatwheel_devserver", *options],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert self._process.stdout
        assert self.url in self._process.stdout.readline()

    def kill(self) -> None:
        """SIGKILL: it has no chance to say goodbye."""
        if self._process:
            assert self._process.stdout
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None
