"""The command: one line when ready, clear words when not, a clean end, and nothing lost when killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import chatwheel_devserver
from conformance.server.bare import Bare, Json, Refused, message

PACKAGE = Path(chatwheel_devserver.__file__).parent.parent
LOGIN = {"grant_type": "cookie", "client_id": "demo-client", "organization_id": "demo-organization"}


async def launch(*arguments: str) -> asyncio.subprocess.Process:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "PYTHONUNBUFFERED": ""}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chatwheel_devserver",
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Start the command and yield it with the address that it prints."""
    process = await launch(*arguments)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        assert line.endswith("/\n"), (line, await process.communicate())
        yield process, line.rpartition(": ")[2].strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
async def test_one_line_and_a_clean_end(name: signal.Signals, http: aiohttp.ClientSession) -> None:
    async with running("--port", "0", "--name", "my shop", "--no-bot") as (process, url):
        assert url.startswith("http://127.0.0.1:")
        async with http.get(url) as response:
            assert (await response.text()).startswith("my shop")
        token, _ = await token_of(http, url)
        client = await Bare.connect(http, socket_of(url))
        await client.request("login", {"token": f"Bearer {token}"})
        process.send_signal(name)
        async with asyncio.timeout(10):
            rest, errors = await process.communicate()
        await client.close()
        assert (process.returncode, rest, errors) == (0, b"", b"")


async def test_a_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = await launch("--port", str(port))
        out, errors = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert len(errors.splitlines()) == 1 and str(port).encode() in errors


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--site", "/no/such/folder"), b"/no/such/folder"),
        (("--port", "99999"), b"--port"),
        (("--bot-delay", "-1"), b"--bot-delay"),
        (("--data", "/proc/nonsense"), b"/proc/nonsense"),
    ],
)
async def test_bad_options_end_with_one_sentence(arguments: tuple[str, ...], word: bytes) -> None:
    process = await launch("--port", "0", *arguments)
    out, errors = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert len(errors.splitlines()) == 1 and word in errors


async def test_a_folder_in_use_is_not_shared(tmp_path: Path) -> None:
    async with running("--port", "0", "--data", str(tmp_path)):
        process = await launch("--port", "0", "--data", str(tmp_path))
        _, errors = await process.communicate()
        assert process.returncode == 1
        assert b"another server" in errors and len(errors.splitlines()) == 1


async def test_beyond_this_machine_it_says_what_it_is_for() -> None:
    async with running("--port", "0", "--host", "0.0.0.0") as (process, url):
        assert url.startswith("http://127.0.0.1:")
        assert process.stderr is not None
        assert b"for development" in await process.stderr.readline()


def socket_of(url: str) -> str:
    return f"ws{url[4:]}v3.5/customer/rtm/ws?organization_id=demo-organization"


async def token_of(http: aiohttp.ClientSession, url: str) -> tuple[str, str]:
    async with http.post(url + "v2/customer/token", json=LOGIN) as response:
        answer = await response.json()
        return answer["access_token"], answer["entity_id"]


class Load:
    """A customer who sends without pause and remembers what was acknowledged."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.token = ""
        self.chat_id = ""
        self.sent = 0
        self.acknowledged: dict[str, str] = {}

    async def send(self, http: aiohttp.ClientSession, url: str) -> None:
        """Log in and send until the connection is lost; repeat first what may have been lost."""
        self.token = self.token or (await token_of(http, url))[0]
        try:
            client = await Bare.connect(http, socket_of(url))
        except (aiohttp.ClientError, ConnectionError):
            return
        try:
            await client.request("login", {"token": f"Bearer {self.token}"})
            if not self.chat_id:
                self.chat_id = await self._chat(client)
            while True:
                custom_id = f"{self.name}-{self.sent}"
                request: Json = {"chat_id": self.chat_id, "event": message(custom_id, custom_id)}
                answer = await client.request("send_event", request)
                self.acknowledged[custom_id] = answer["event_id"]
                self.sent += 1
                client.frames.clear()
        except (ConnectionError, aiohttp.ClientError):
            pass
        finally:
            await client.close()

    async def _chat(self, client: Bare) -> str:
        try:
            return str((await client.request("start_chat", {}))["chat_id"])
        except Refused:
            # It was started, but the answer was lost.
            return str((await client.request("list_chats", {}))["chats_summary"][0]["id"])


async def events_of(client: Bare, chat_id: str) -> list[Json]:
    threads = await client.request("list_threads", {"chat_id": chat_id, "limit": 100})
    return [event for thread in threads["threads"] for event in thread["events"]]


async def test_killed_in_the_middle_it_has_lost_nothing(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    loads = [Load(f"v{number}") for number in range(4)]
    arguments = ("--port", "0", "--no-bot", "--data", str(tmp_path))
    for round in range(3):
        async with running(*arguments) as (process, url):
            tasks = [asyncio.create_task(load.send(http, url)) for load in loads]
            goal = sum(load.sent for load in loads) + 150 + 40 * round
            async with asyncio.timeout(30):
                while sum(load.sent for load in loads) < goal:  # noqa: ASYNC110 - the moment of death is arbitrary
                    await asyncio.sleep(0.001)
            process.send_signal(signal.SIGKILL)
            await asyncio.gather(*tasks)
    async with running(*arguments) as (_, url):
        for load in loads:
            client = await Bare.connect(http, socket_of(url))
            await client.request("login", {"token": f"Bearer {load.token}"})
            await check(client, load)
            await client.close()
    with closing(sqlite3.connect(tmp_path / "chats.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


async def check(client: Bare, load: Load) -> None:
    """Everything acknowledged is there, once, in order, under the identifier that was told."""
    events: list[Any] = await events_of(client, load.chat_id)
    stored = {event["custom_id"]: event["id"] for event in events}
    assert len(stored) == len(events)
    assert load.acknowledged.items() <= stored.items()
    # At most the one request that was under way when the server died may be there without an answer.
    assert len(events) - len(load.acknowledged) in (0, 1)
    assert [event["text"] for event in events] == [f"{load.name}-{number}" for number in range(len(events))]
    created = [event["created_at"] for event in events]
    assert created == sorted(created) and len(set(created)) == len(created)
    answer = await client.request("send_event", {"chat_id": load.chat_id, "event": message("after", "after")})
    assert answer["event_id"].endswith(f"_{len(events) + 1}")
