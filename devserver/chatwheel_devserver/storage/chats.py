"""Chats, threads, events and members, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ..records import Chat, ChatFilter, Event, Member, Properties, Thread
from .database import Database, pack, unpack


class ChatTable:
    """Reads and writes chats with their threads, events and members."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # Chats

    def add_chat(self, chat: Chat) -> None:
        """Store a new chat."""
        self._db.execute(
            "INSERT INTO chats (id, customer_id, created_at, group_ids, properties) VALUES (?, ?, ?, ?, ?)",
            (chat.id, chat.customer_id, chat.created_at, pack(chat.group_ids), pack(chat.properties)),
        )

    def save_chat(self, chat: Chat) -> None:
        """Write a chat's groups and properties."""
        self._db.execute(
            "UPDATE chats SET group_ids = ?, properties = ? WHERE id = ?",
            (pack(chat.group_ids), pack(chat.properties), chat.id),
        )

    def chat(self, chat_id: str) -> Chat | None:
        """Return one chat."""
        row = self._db.row("SELECT * FROM chats WHERE id = ?", (chat_id,))
        return None if row is None else _chat(row)

    def count_chats(self, which: ChatFilter) -> int:
        """Count chats."""
        condition, parameters = _condition(which)
        return self._db.number(f"SELECT count(*) FROM chats WHERE {condition}", parameters)

    def chats_page(
        self, which: ChatFilter, *, descending: bool, beyond: int | None, limit: int
    ) -> list[tuple[Chat, int]]:
        """Return chats with the creation of their last thread, which orders them.

        ``beyond`` is the instant after which the page starts, in the direction of reading.
        """
        comparison, order = ("<", "DESC") if descending else (">", "ASC")
        condition, parameters = _condition(which)
        having = ""
        if beyond is not None:
            having = f"HAVING last_at {comparison} ?"
            parameters.append(beyond)
        rows = self._db.rows(
            f"""SELECT chats.*, coalesce(max(threads.created_at), chats.created_at) AS last_at
                FROM chats LEFT JOIN threads ON threads.chat_id = chats.id WHERE {condition}
                GROUP BY chats.id {having} ORDER BY last_at {order} LIMIT ?""",
            (*parameters, limit),
        )
        return [(_chat(row), int(row["last_at"])) for row in rows]

    def set_followed(self, chat_id: str, user_id: str, followed: bool) -> None:
        """Write whether an agent follows a chat."""
        if followed:
            self._db.execute("INSERT OR IGNORE INTO followers VALUES (?, ?)", (chat_id, user_id))
        else:
            self._db.execute("DELETE FROM followers WHERE chat_id = ? AND user_id = ?", (chat_id, user_id))

    def follower_ids(self, chat_id: str) -> frozenset[str]:
        """Return the agents who follow a chat."""
        rows = self._db.rows("SELECT user_id FROM followers WHERE chat_id = ?", (chat_id,))
        return frozenset(str(row[0]) for row in rows)

    # Threads

    def add_thread(self, thread: Thread) -> None:
        """Store a new thread and link it with the one before."""
        self._db.execute(
            """INSERT INTO threads (id, chat_id, created_at, active, group_ids, properties, previous_id, queued_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                thread.id,
                thread.chat_id,
                thread.created_at,
                thread.active,
                pack(thread.group_ids),
                pack(thread.properties),
                thread.previous_id,
                thread.queued_at,
            ),
        )
        if thread.previous_id is not None:
            self._db.execute("UPDATE threads SET next_id = ? WHERE id = ?", (thread.id, thread.previous_id))

    def save_thread(self, thread: Thread) -> None:
        """Write a thread's state, groups and properties."""
        self._db.execute(
            "UPDATE threads SET active = ?, group_ids = ?, properties = ?, queued_at = ? WHERE id = ?",
            (thread.active, pack(thread.group_ids), pack(thread.properties), thread.queued_at, thread.id),
        )

    def thread(self, thread_id: str) -> Thread | None:
        """Return one thread."""
        row = self._db.row("SELECT * FROM threads WHERE id = ?", (thread_id,))
        return None if row is None else _thread(row)

    def last_thread(self, chat_id: str) -> Thread | None:
        """Return a chat's newest thread, the only one that can be active."""
        row = self._db.row(
            "SELECT * FROM threads WHERE chat_id = ? ORDER BY created_at DESC LIMIT 1", (chat_id,)
        )
        return None if row is None else _thread(row)

    def count_threads(self, chat_id: str) -> int:
        """Count a chat's threads."""
        return self._db.number("SELECT count(*) FROM threads WHERE chat_id = ?", (chat_id,))

    def threads_page(self, chat_id: str, *, descending: bool, beyond: int | None, limit: int) -> list[Thread]:
        """Return threads in order of creation, starting after ``beyond``."""
        comparison, order = ("<", "DESC") if descending else (">", "ASC")
        bound, parameters = "", list[object]([chat_id])
        if beyond is not None:
            bound = f"AND created_at {comparison} ?"
            parameters.append(beyond)
        rows = self._db.rows(
            f"SELECT * FROM threads WHERE chat_id = ? {bound} ORDER BY created_at {order} LIMIT ?",
            (*parameters, limit),
        )
        return [_thread(row) for row in rows]

    def active_threads(self) -> list[Thread]:
        """Return every active thread."""
        return [_thread(row) for row in self._db.rows("SELECT * FROM threads WHERE active = 1")]

    def queued_threads(self, group_id: int) -> list[Thread]:
        """Return the threads that wait in a group's queue, the longest wait first."""
        rows = self._db.rows(
            """SELECT * FROM threads WHERE queued_at IS NOT NULL AND ? IN (SELECT value FROM json_each(group_ids))
               ORDER BY queued_at, created_at""",
            (group_id,),
        )
        return [_thread(row) for row in rows]

    def count_of_agent(self, email: str) -> int:
        """Count the active chats that an agent is in, without those that the agent only watches."""
        return self._db.number(
            """SELECT count(*) FROM chat_users JOIN threads ON threads.chat_id = chat_users.chat_id
               AND threads.active = 1 WHERE chat_users.user_id = ? AND chat_users.present = 1
               AND chat_users.visibility = 'all'""",
            (email,),
        )

    def threads_of_agent(self, email: str) -> list[Thread]:
        """Return the active threads that an agent is in, the oldest first."""
        rows = self._db.rows(
            """SELECT threads.* FROM chat_users JOIN threads ON threads.chat_id = chat_users.chat_id AND
               threads.active = 1 WHERE chat_users.user_id = ? AND chat_users.present = 1 ORDER BY created_at""",
            (email,),
        )
        return [_thread(row) for row in rows]

    def busy_agents(self) -> list[str]:
        """Return every agent who is in an active chat."""
        rows = self._db.rows(
            """SELECT DISTINCT user_id FROM chat_users JOIN threads ON threads.chat_id = chat_users.chat_id AND
               threads.active = 1 WHERE chat_users.type = 'agent' AND chat_users.present = 1"""
        )
        return [str(row[0]) for row in rows]

    def quiet_threads(self, before: int, *, is_marked: bool | None = None) -> list[Thread]:
        """Return active threads in which nobody has written since this instant, those marked as idle or the others."""
        return self._of_activity(f"{_IS_QUIET} AND {_MARKED[is_marked]}", before)

    def revived_threads(self, before: int) -> list[Thread]:
        """Return active threads that are marked as idle although somebody has written since this instant."""
        return self._of_activity(f"NOT ({_IS_QUIET}) AND {_MARKED[True]}", before)

    def unanswered_threads(self, before: int) -> list[Thread]:
        """Return active threads with an agent whose customer has waited for an answer since before this instant."""
        return self._of_activity(_IS_UNANSWERED, before)

    def abandoned_threads(self, before: int) -> list[Thread]:
        """Return active threads, but continuous ones, of customers who were last seen before this instant."""
        return self._of_activity(_IS_ABANDONED, before)

    def _of_activity(self, condition: str, before: int) -> list[Thread]:
        rows = self._db.rows(
            f"SELECT * FROM threads WHERE active = 1 AND {condition}",
            {"before": before},
        )
        return [_thread(row) for row in rows]

    # Events

    def add_event(self, event: Event) -> None:
        """Store a new event."""
        self._db.execute(
            """INSERT INTO events (id, thread_id, chat_id, number, created_at, type, author_id, custom_id, visibility,
               properties, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                event.id,
                event.thread_id,
                event.chat_id,
                event.number,
                event.created_at,
                event.type,
                event.author_id,
                event.custom_id,
                event.visibility,
                pack(event.properties),
                pack(event.body),
            ),
        )

    def next_event_number(self, thread_id: str) -> int:
        """Count a thread's events up by one and return the new count."""
        self._db.execute("UPDATE threads SET event_count = event_count + 1 WHERE id = ?", (thread_id,))
        return self._db.number("SELECT event_count FROM threads WHERE id = ?", (thread_id,))

    def save_event(self, event: Event) -> None:
        """Write what can change in an event."""
        self._db.execute(
            "UPDATE events SET properties = ?, body = ?, deleted = ? WHERE id = ?",
            (pack(event.properties), pack(event.body), event.deleted, event.id),
        )

    def event(self, event_id: str) -> Event | None:
        """Return one event."""
        row = self._db.row("SELECT * FROM events WHERE id = ?", (event_id,))
        return None if row is None else _event(row)

    def events_by_custom_id(self, chat_id: str, author_id: str, custom_id: str) -> list[Event]:
        """Return the events that this author has sent under this name, without those taken back, oldest first."""
        rows = self._db.rows(
            """SELECT * FROM events WHERE chat_id = ? AND author_id = ? AND custom_id = ? AND deleted = 0
               ORDER BY created_at""",
            (chat_id, author_id, custom_id),
        )
        return [_event(row) for row in rows]

    def events(self, thread_id: str) -> list[Event]:
        """Return a thread's events, oldest first."""
        rows = self._db.rows("SELECT * FROM events WHERE thread_id = ? ORDER BY number", (thread_id,))
        return [_event(row) for row in rows]

    def last_event_per_type(self, chat_id: str, *, for_customer: str | None) -> list[tuple[Event, int]]:
        """Return the newest event of each type with the creation of its thread."""
        hidden = "" if for_customer is None else _VISIBLE_TO_CUSTOMER
        parameters = (chat_id,) if for_customer is None else (chat_id, for_customer)
        rows = self._db.rows(
            f"""SELECT events.*, threads.created_at AS thread_created_at, max(events.created_at)
                FROM events JOIN threads ON threads.id = events.thread_id
                WHERE events.chat_id = ? {hidden} GROUP BY events.type""",
            parameters,
        )
        return [(_event(row), int(row["thread_created_at"])) for row in rows]

    def has_unread(self, chat_id: str, customer_id: str, seen_up_to: int) -> bool:
        """Tell whether others have written something that this customer has not seen."""
        return bool(
            self._db.number(
                f"""SELECT count(*) FROM events WHERE chat_id = ? {_VISIBLE_TO_CUSTOMER} AND created_at > ?
                    AND author_id IS NOT NULL AND author_id != ?""",
                (chat_id, customer_id, seen_up_to, customer_id),
            )
        )

    def last_instant(self) -> int:
        """Return the latest instant that any row carries."""
        newest = (
            "SELECT max(created_at) FROM threads",
            "SELECT max(created_at) FROM events",
            "SELECT max(created_at) FROM chats",
            "SELECT max(created_at) FROM greetings",
        )
        return max(self._db.number(sql) for sql in newest)

    # Members

    def members(self, chat_id: str) -> list[Member]:
        """Return a chat's users, in the order in which they came."""
        rows = self._db.rows("SELECT * FROM chat_users WHERE chat_id = ? ORDER BY rowid", (chat_id,))
        return [_member(row) for row in rows]

    def member(self, chat_id: str, user_id: str) -> Member | None:
        """Return one user's part in a chat."""
        row = self._db.row("SELECT * FROM chat_users WHERE chat_id = ? AND user_id = ?", (chat_id, user_id))
        return None if row is None else _member(row)

    def set_member(self, member: Member) -> None:
        """Write one user's part in a chat."""
        self._db.execute(
            """INSERT INTO chat_users (chat_id, user_id, type, present, seen_up_to, visibility)
               VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET present = excluded.present,
               seen_up_to = excluded.seen_up_to, visibility = excluded.visibility""",
            (
                member.chat_id,
                member.user_id,
                member.type,
                member.present,
                member.seen_up_to,
                member.visibility,
            ),
        )

    def add_thread_user(self, thread_id: str, user_id: str) -> None:
        """Remember that a user has taken part in a thread."""
        self._db.execute("INSERT OR IGNORE INTO thread_users VALUES (?, ?)", (thread_id, user_id))

    def thread_user_ids(self, thread_id: str) -> list[str]:
        """Return who has taken part in a thread."""
        rows = self._db.rows(
            "SELECT user_id FROM thread_users WHERE thread_id = ? ORDER BY rowid", (thread_id,)
        )
        return [str(row[0]) for row in rows]


_OPEN_THREAD = "EXISTS (SELECT 1 FROM threads a WHERE a.chat_id = chats.id AND a.active = 1)"


def _condition(which: ChatFilter) -> tuple[str, list[object]]:
    conditions, parameters = ["1 = 1"], list[object]()
    if which.customer_id is not None:
        conditions.append("chats.customer_id = ?")
        parameters.append(which.customer_id)
    if which.active is not None:
        conditions.append(_OPEN_THREAD if which.active else f"NOT {_OPEN_THREAD}")
    if which.with_threads_only:
        conditions.append("EXISTS (SELECT 1 FROM threads a WHERE a.chat_id = chats.id)")
    return " AND ".join(conditions), parameters


_IS_QUIET = """created_at < :before AND coalesce((SELECT events.created_at FROM events WHERE
    events.thread_id = threads.id AND events.author_id IS NOT NULL ORDER BY number DESC LIMIT 1), 0) < :before"""
# The first thing that the customer has said since an agent last spoke, or since the chat was last handed over.
_IS_UNANSWERED = """(SELECT min(asked.created_at) FROM events asked JOIN chats ON chats.id = asked.chat_id
    WHERE asked.thread_id = threads.id AND asked.author_id = chats.customer_id AND asked.number > coalesce(
    (SELECT max(said.number) FROM events said WHERE said.thread_id = threads.id AND (
      said.author_id != chats.customer_id OR json_extract(said.body, '$.system_message_type') LIKE 'routing.assigned_%'
    )), 0)) < :before
    AND EXISTS (SELECT 1 FROM chat_users WHERE chat_users.chat_id = threads.chat_id AND chat_users.type = 'agent'
      AND chat_users.present = 1 AND chat_users.visibility = 'all')"""
_IS_ABANDONED = """coalesce(json_extract(properties, '$.routing.continuous'), 0) != 1 AND created_at < :before
    AND (SELECT customers.last_seen_at FROM customers JOIN chats ON chats.customer_id = customers.id
      WHERE chats.id = threads.chat_id) < :before"""
_IDLE_MARK = "coalesce(json_extract(properties, '$.routing.idle'), 0)"
_MARKED = {None: "1 = 1", True: f"{_IDLE_MARK} = 1", False: f"{_IDLE_MARK} != 1"}

# A customer never sees what agents keep among themselves, nor what was deleted.
_VISIBLE_TO_CUSTOMER = "AND events.deleted = 0 AND (events.visibility = 'all' OR events.author_id = ?)"


def visible_to_customer(event: Event, customer_id: str) -> bool:
    """Tell whether a customer may read this event."""
    return not event.deleted and (event.visibility == "all" or event.author_id == customer_id)


def only_visible(events: Sequence[Event], customer_id: str) -> list[Event]:
    """Keep the events that a customer may read."""
    return [event for event in events if visible_to_customer(event, customer_id)]


def _properties(text: str) -> Properties:
    found: Properties = unpack(text)
    return found


def _chat(row: sqlite3.Row) -> Chat:
    return Chat(
        row["id"],
        row["customer_id"],
        row["created_at"],
        unpack(row["group_ids"]),
        _properties(row["properties"]),
    )


def _thread(row: sqlite3.Row) -> Thread:
    return Thread(
        id=row["id"],
        chat_id=row["chat_id"],
        created_at=row["created_at"],
        active=bool(row["active"]),
        group_ids=unpack(row["group_ids"]),
        properties=_properties(row["properties"]),
        previous_id=row["previous_id"],
        next_id=row["next_id"],
        event_count=row["event_count"],
        queued_at=row["queued_at"],
    )


def _event(row: sqlite3.Row) -> Event:
    return Event(
        id=row["id"],
        chat_id=row["chat_id"],
        thread_id=row["thread_id"],
        number=row["number"],
        created_at=row["created_at"],
        type=row["type"],
        author_id=row["author_id"],
        custom_id=row["custom_id"],
        visibility=row["visibility"],
        properties=_properties(row["properties"]),
        body=unpack(row["body"]),
        deleted=bool(row["deleted"]),
    )


def _member(row: sqlite3.Row) -> Member:
    return Member(
        row["chat_id"],
        row["user_id"],
        row["type"],
        bool(row["present"]),
        row["seen_up_to"],
        row["visibility"],
    )
