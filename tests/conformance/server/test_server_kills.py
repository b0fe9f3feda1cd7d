"""Killed a hundred times in the middle of its work, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import shutil
import sqlite3
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import aiohttp

from conformance.server.bare import Bare
from conformance.server.kill_load import CONFIG, Acknowledged, AgentAtWork, Customer
from conformance.server.killable import serving, socket_of

KILLS = 100


class Remains:
    """What a killed server has left, read from a copy so that the next one finds it as it is."""

    def __init__(self, data: Path, copy: Path) -> None:
        self._files = data / "files"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for path in data.glob("chats.sqlite3*"):
            shutil.copy(path, copy)
        self._path = copy / "chats.sqlite3"

    def check(self, done: Acknowledged) -> set[str]:
        """Everything acknowledged is there, and what is there fits together; return the files that it knows."""
        with closing(sqlite3.connect(self._path)) as database:
            database.row_factory = sqlite3.Row
            assert database.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            self._check_events(database, done)
            self._check_threads(database, done)
            self._check_members(database)
            hashes = {row[0] for row in database.execute("SELECT hash FROM tokens")}
            assert {hashlib.sha256(token.encode()).hexdigest() for token in done.tokens} <= hashes
            return self._check_files(database, done)

    def _check_events(self, database: sqlite3.Connection, done: Acknowledged) -> None:
        rows = database.execute("SELECT * FROM events ORDER BY thread_id, number").fetchall()
        named = [(row["custom_id"], row["id"]) for row in rows if row["custom_id"] is not None]
        # Said again after each loss, and there once.
        assert len(dict(named)) == len(named)
        assert done.events.items() <= dict(named).items()
        counts = {row["id"]: row["event_count"] for row in database.execute("SELECT * FROM threads")}
        by_thread: dict[str, list[sqlite3.Row]] = defaultdict(list)
        for row in rows:
            by_thread[row["thread_id"]].append(row)
        for thread_id, events in by_thread.items():
            assert [event["number"] for event in events] == list(range(1, counts[thread_id] + 1))
            created = [event["created_at"] for event in events]
            assert created == sorted(set(created))

    def _check_threads(self, database: sqlite3.Connection, done: Acknowledged) -> None:
        chats: dict[str, list[sqlite3.Row]] = defaultdict(list)
        for row in database.execute("SELECT * FROM threads ORDER BY created_at"):
            chats[row["chat_id"]].append(row)
        for threads in chats.values():
            ids = [thread["id"] for thread in threads]
            assert [thread["previous_id"] for thread in threads] == [None, *ids[:-1]]
            assert [thread["next_id"] for thread in threads] == [*ids[1:], None]
            # Only the newest can be open, and only an open one can wait.
            assert not any(thread["active"] for thread in threads[:-1])
            assert not any(thread["queued_at"] for thread in threads if not thread["active"])
        found = {thread["id"]: thread for threads in chats.values() for thread in threads}
        assert done.opened <= set(found)
        assert not any(found[thread_id]["active"] for thread_id in done.closed)
        for thread_id, (last, perhaps) in done.numbers.items():
            properties = json.loads(found[thread_id]["properties"])
            # Several were sent and not answered, each in another life; any of them can have arrived last.
            assert last <= properties.get("test", {}).get("int_property", 0) <= perhaps

    def _check_members(self, database: sqlite3.Connection) -> None:
        served = {
            row[0]
            for row in database.execute("SELECT chat_id FROM chat_users WHERE type = 'agent' AND present")
        }
        open_chats = {
            row["chat_id"]: row["queued_at"] for row in database.execute("SELECT * FROM threads WHERE active")
        }
        assert served <= set(open_chats)
        assert not any(open_chats[chat_id] for chat_id in served)

    def _check_files(self, database: sqlite3.Connection, done: Acknowledged) -> set[str]:
        rows = database.execute("SELECT * FROM files").fetchall()
        ids = {row["id"] for row in rows}
        assert set(done.files) <= ids
        for row in rows:
            assert (
                (self._files / row["id"]).stat().st_size
                == row["size"]
                == done.files.get(row["id"], row["size"])
            )
        shown = {
            json.loads(row["body"])["url"].split("/")[2]
            for row in database.execute("SELECT body FROM events WHERE type = 'file'")
        }
        assert shown == {row["id"] for row in rows if row["used"]}
        return ids


async def test_killed_a_hundred_times_it_has_lost_nothing(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    done = Acknowledged()
    customers = [Customer(f"v{number}", done) for number in range(3)]
    people = [*customers, AgentAtWork("sam", done, customers)]
    moments = random.Random(4)
    aside = ThreadPoolExecutor(1)
    checked = aside.submit(set[str])
    for _ in range(KILLS):
        with serving(data, CONFIG) as (process, url):
            known = checked.result()
            # What a killed upload had left without a row is gone before anybody comes.
            assert {path.name for path in (data / "files").iterdir()} == known
            tasks = [asyncio.create_task(person.act(http, url)) for person in people]
            goal = done.count + moments.randint(1, 16)
            async with asyncio.timeout(30):
                while done.count < goal:
                    await asyncio.sleep(0.001)
                    assert not any(task.done() for task in tasks), [task for task in tasks if task.done()]
            # Not always just after an answer: somewhere in the work on one, too.
            await asyncio.sleep(moments.random() / 500)
            process.kill()
            await asyncio.gather(*tasks)
        # While the next one starts, which costs the most time of all.
        checked = aside.submit(Remains(data, copy).check, done)
    checked.result()
    # All of it was under load: events, threads opened and ended, numbers, files and tokens.
    assert len(done.events) > 200 and min(len(done.opened), len(done.closed)) > 20, done
    assert min(len(done.numbers), len(done.tokens)) > 10 and len(done.files) > 2, done
    with serving(data, CONFIG) as (_, url):
        for person in customers:
            client = await Bare.connect(http, socket_of(url))
            token = await person.authorization(http, url)
            await client.request("login", {"token": token})
            threads = (await client.request("list_threads", {"chat_id": person.chat_id, "limit": 100}))[
                "threads"
            ]
            events = {event.get("custom_id"): event["id"] for thread in threads for event in thread["events"]}
            mine = {name: id for name, id in done.events.items() if name.startswith(f"{person.name}-")}
            assert mine.items() <= events.items()
            await client.close()
