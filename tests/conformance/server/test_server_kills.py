"""Killed a hundred times in the middle of its work, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp

from conformance.server.bare import Bare, Json, Refused, message
from conformance.server.killable import serving, socket_of, token_of

KILLS = 100


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


async def test_killed_a_hundred_times_it_has_lost_nothing(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    loads = [Load(f"v{number}") for number in range(3)]
    moments = random.Random(4)
    for _ in range(KILLS):
        with serving(tmp_path) as (process, url):
            tasks = [asyncio.create_task(load.send(http, url)) for load in loads]
            goal = sum(load.sent for load in loads) + moments.randint(1, 25)
            async with asyncio.timeout(30):
                while sum(load.sent for load in loads) < goal or not all(load.chat_id for load in loads):  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            # Not always just after an answer: somewhere in the work on one, too.
            await asyncio.sleep(moments.random() / 500)
            process.kill()
            await asyncio.gather(*tasks)
    with serving(tmp_path) as (_, url):
        for load in loads:
            client = await Bare.connect(http, socket_of(url))
            await client.request("login", {"token": f"Bearer {load.token}"})
            await check(client, load)
            await client.close()
    with closing(sqlite3.connect(tmp_path / "chats.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        # Each customer's one thread is there, active, and its counter fits its events.
        threads = database.execute("SELECT id, active, event_count FROM threads").fetchall()
        counts = dict(database.execute("SELECT thread_id, max(number) FROM events GROUP BY thread_id"))
        assert len(threads) == len(loads)
        assert all(active == 1 and count == counts[id] for id, active, count in threads)
