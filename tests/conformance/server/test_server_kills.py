"""Killed a hundred times in the middle of its work, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp

from conformance.server.bare import Bare
from conformance.server.killable import serving
from conformance.server.test_server_cli import Load, check, socket_of

KILLS = 100


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
