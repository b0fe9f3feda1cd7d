"""One SQLite file, one writer.

The server calls SQLite from the event loop's own thread: statements take microseconds, and nothing can come between
the parts of one request. A request's changes are one transaction, committed before anybody is told about them.

The journal is a write-ahead log with ``synchronous=NORMAL``: at COMMIT every page is in the operating system's
hands, so a process that is killed at any moment loses nothing it has acknowledged. ``FULL`` would add an fsync
for each message, tens of milliseconds on ordinary discs, and protect only against the loss of power; a server
for development does not need that.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

SCHEMA_VERSION: Final = 7
#: As a ``LIMIT``, none.
ALL_ROWS: Final = -1

Parameters = Sequence[object] | Mapping[str, object]

_SCHEMA: Final = """
CREATE TABLE customers (
    id TEXT PRIMARY KEY, organization_id TEXT NOT NULL, secret_hash TEXT NOT NULL, created_at INTEGER NOT NULL,
    name TEXT, email TEXT, avatar TEXT, profile TEXT NOT NULL DEFAULT '{}',
    session_fields TEXT NOT NULL DEFAULT '[]', visits INTEGER NOT NULL DEFAULT 0,
    page_views INTEGER NOT NULL DEFAULT 0, greetings_shown INTEGER NOT NULL DEFAULT 0,
    greetings_accepted INTEGER NOT NULL DEFAULT 0, last_visit_at INTEGER NOT NULL DEFAULT 0,
    last_seen_at INTEGER NOT NULL DEFAULT 0, last_pages TEXT NOT NULL DEFAULT '[]',
    banned_until INTEGER NOT NULL DEFAULT 0);
CREATE TABLE tokens (
    hash TEXT PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customers(id), client_id TEXT NOT NULL,
    group_id INTEGER, expires_at INTEGER NOT NULL);
CREATE TABLE chats (
    id TEXT PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customers(id), created_at INTEGER NOT NULL,
    group_ids TEXT NOT NULL, properties TEXT NOT NULL);
CREATE INDEX chats_by_customer ON chats(customer_id);
CREATE TABLE threads (
    id TEXT PRIMARY KEY, chat_id TEXT NOT NULL REFERENCES chats(id), created_at INTEGER NOT NULL,
    active INTEGER NOT NULL, group_ids TEXT NOT NULL, properties TEXT NOT NULL, previous_id TEXT, next_id TEXT,
    event_count INTEGER NOT NULL DEFAULT 0);
CREATE INDEX threads_by_chat ON threads(chat_id, created_at);
CREATE UNIQUE INDEX one_active_thread ON threads(chat_id) WHERE active = 1;
CREATE TABLE events (
    id TEXT PRIMARY KEY, thread_id TEXT NOT NULL REFERENCES threads(id), chat_id TEXT NOT NULL, number INTEGER NOT NULL,
    created_at INTEGER NOT NULL, type TEXT NOT NULL, author_id TEXT, custom_id TEXT, visibility TEXT NOT NULL,
    properties TEXT NOT NULL, body TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX events_by_thread ON events(thread_id, number);
CREATE INDEX events_by_chat ON events(chat_id, created_at);
CREATE UNIQUE INDEX events_by_custom_id ON events(chat_id, author_id, custom_id) WHERE custom_id IS NOT NULL;
CREATE TABLE chat_users (
    chat_id TEXT NOT NULL REFERENCES chats(id), user_id TEXT NOT NULL, type TEXT NOT NULL, present INTEGER NOT NULL,
    seen_up_to INTEGER, PRIMARY KEY (chat_id, user_id));
CREATE TABLE thread_users (
    thread_id TEXT NOT NULL REFERENCES threads(id), user_id TEXT NOT NULL, PRIMARY KEY (thread_id, user_id));
CREATE TABLE files (
    id TEXT PRIMARY KEY, owner_id TEXT NOT NULL, name TEXT NOT NULL, content_type TEXT NOT NULL,
    size INTEGER NOT NULL, width INTEGER, height INTEGER, has_thumbnail INTEGER NOT NULL DEFAULT 0,
    host TEXT NOT NULL, created_at INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE greetings (
    unique_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customers(id), greeting_id INTEGER NOT NULL,
    state TEXT NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL);
"""


# What leads from each version to the next; a new file goes through all of them.
_UPGRADES: Final = (
    _SCHEMA,
    """ALTER TABLE threads ADD COLUMN queued_at INTEGER;
    CREATE INDEX queued_threads ON threads(queued_at) WHERE queued_at IS NOT NULL;
    CREATE INDEX chat_users_by_user ON chat_users(user_id) WHERE present = 1;
    CREATE TABLE email_verifications (
        customer_id TEXT NOT NULL REFERENCES customers(id), callback_uri TEXT NOT NULL, created_at INTEGER NOT NULL);
    """,
    "ALTER TABLE customers ADD COLUMN visit TEXT NOT NULL DEFAULT '{}';",
    """DROP INDEX events_by_custom_id;
    CREATE INDEX events_by_custom_id ON events(chat_id, author_id, custom_id) WHERE custom_id IS NOT NULL;
    """,
    "ALTER TABLE greetings ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0;",
    """CREATE TABLE followers (
        chat_id TEXT NOT NULL REFERENCES chats(id), user_id TEXT NOT NULL, PRIMARY KEY (chat_id, user_id));
    """,
    """CREATE TABLE welcomes (
        customer_id TEXT NOT NULL REFERENCES customers(id), id TEXT NOT NULL, PRIMARY KEY (customer_id, id));
    ALTER TABLE chat_users ADD COLUMN visibility TEXT NOT NULL DEFAULT 'all';
    """,
)


class DatabaseBusyError(Exception):
    """Another server is using the same data folder."""


class Database:
    """The connection to SQLite, with transactions that nest into the outermost one."""

    def __init__(self, path: Path, *, is_lasting: bool = True) -> None:
        self._is_lasting = is_lasting
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=1.0)
        self._connection.row_factory = sqlite3.Row
        self._depth = 0
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            self._connection.close()
            if "locked" in str(error):
                raise DatabaseBusyError(f"another server is using {path.parent}") from error
            raise
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        # The exclusive lock keeps a second server away from this file; it vanishes with the process.
        self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        # A folder that vanishes with the server need not survive the machine: nothing waits for the disc.
        self._connection.execute(f"PRAGMA synchronous={'NORMAL' if self._is_lasting else 'OFF'}")
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if version > SCHEMA_VERSION:
            raise RuntimeError("the data folder was written by a newer version of this server")
        if version < SCHEMA_VERSION:
            upgrades = "".join(_UPGRADES[version:])
            self._connection.executescript(f"BEGIN;{upgrades}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything at the end of the outermost block, or nothing if it raises."""
        if self._depth == 0:
            self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute("COMMIT")

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Change rows; return how many."""
        return self._connection.execute(sql, parameters).rowcount

    def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """Return the first row, or None."""
        found: sqlite3.Row | None = self._connection.execute(sql, parameters).fetchone()
        return found

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Return all rows."""
        return self._connection.execute(sql, parameters).fetchall()

    def number(self, sql: str, parameters: Parameters = ()) -> int:
        """Return the single number that a query gives, 0 for nothing."""
        row = self.row(sql, parameters)
        return 0 if row is None or row[0] is None else int(row[0])

    def close(self) -> None:
        """Write the log back into the file and let go of it."""
        self._connection.close()


def pack(value: object) -> str:
    """Write a value for a column that holds JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> Any:
    """Read a column that holds JSON."""
    return json.loads(text)
