"""Customers, their tokens and their greetings, in SQLite."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict

from ..records import Customer, Greeting, Page
from .database import Database, pack, unpack

_COUNTS = """
    (SELECT count(*) FROM chats WHERE customer_id = customers.id) AS chats_count,
    (SELECT count(*) FROM threads JOIN chats ON chats.id = threads.chat_id
      WHERE chats.customer_id = customers.id) AS threads_count
"""


class CustomerTable:
    """Reads and writes customers."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(self, customer: Customer, secret_hash: str) -> None:
        """Store a new customer with the hash of the secret that proves who it is."""
        self._db.execute(
            "INSERT INTO customers (id, organization_id, secret_hash, created_at) VALUES (?, ?, ?, ?)",
            (customer.id, customer.organization_id, secret_hash, customer.created_at),
        )

    def get(self, customer_id: str) -> Customer | None:
        """Return a customer with its statistics."""
        row = self._db.row(f"SELECT customers.*, {_COUNTS} FROM customers WHERE id = ?", (customer_id,))
        return None if row is None else _customer(row)

    def secret_hash(self, customer_id: str) -> str | None:
        """Return the hash of a customer's secret."""
        row = self._db.row("SELECT secret_hash FROM customers WHERE id = ?", (customer_id,))
        return None if row is None else str(row[0])

    def save(self, customer: Customer) -> None:
        """Write a customer's changed fields."""
        self._db.execute(
            """UPDATE customers SET name = ?, email = ?, avatar = ?, profile = ?, session_fields = ?, visits = ?,
               page_views = ?, greetings_shown = ?, greetings_accepted = ?, last_visit_at = ?, last_seen_at = ?,
               last_pages = ?, banned_until = ?, visit = ? WHERE id = ?""",
            (
                customer.name,
                customer.email,
                customer.avatar,
                pack(customer.profile),
                pack(customer.session_fields),
                customer.visits,
                customer.page_views,
                customer.greetings_shown,
                customer.greetings_accepted,
                customer.last_visit_at,
                customer.last_seen_at,
                pack([asdict(page) for page in customer.last_pages]),
                customer.banned_until,
                pack(customer.visit),
                customer.id,
            ),
        )

    def add_token(
        self, token_hash: str, customer_id: str, client_id: str, group_id: int | None, expires_at: int
    ) -> None:
        """Store a token's hash until it expires."""
        self._db.execute(
            "INSERT INTO tokens (hash, customer_id, client_id, group_id, expires_at) VALUES (?, ?, ?, ?, ?)",
            (token_hash, customer_id, client_id, group_id, expires_at),
        )

    def token(self, token_hash: str) -> tuple[str, int] | None:
        """Return whose token it is and when it expires."""
        row = self._db.row("SELECT customer_id, expires_at FROM tokens WHERE hash = ?", (token_hash,))
        return None if row is None else (str(row[0]), int(row[1]))

    def remove_token(self, token_hash: str) -> bool:
        """Forget one token; tell whether there was one."""
        return self._db.execute("DELETE FROM tokens WHERE hash = ?", (token_hash,)) > 0

    def forget_expired_tokens(self, now: int) -> None:
        """Forget tokens that are no longer good for anything."""
        self._db.execute("DELETE FROM tokens WHERE expires_at < ?", (now,))

    def add_greeting(self, greeting: Greeting) -> None:
        """Store the showing of a greeting."""
        self._db.execute(
            """INSERT INTO greetings (unique_id, customer_id, greeting_id, state, body, created_at)
               VALUES (?, ?, ?, ?, ?, ?)""",
            (
                greeting.unique_id,
                greeting.customer_id,
                greeting.greeting_id,
                greeting.state,
                pack(greeting.body),
                greeting.created_at,
            ),
        )

    def greeting(self, unique_id: str) -> Greeting | None:
        """Return one showing of a greeting."""
        row = self._db.row("SELECT * FROM greetings WHERE unique_id = ?", (unique_id,))
        return None if row is None else _greeting(row)

    def open_greeting(self, customer_id: str) -> Greeting | None:
        """Return the greeting that a customer sees at present.

        It belongs to the visit in which it was shown, and is over when a chat begins.
        """
        row = self._db.row(
            """SELECT greetings.* FROM greetings JOIN customers ON customers.id = greetings.customer_id
               WHERE customer_id = ? AND state != 'canceled'
               AND (delivered = 0 OR greetings.created_at >= customers.last_visit_at)
               AND NOT EXISTS (SELECT 1 FROM threads JOIN chats ON chats.id = threads.chat_id
                 WHERE chats.customer_id = greetings.customer_id AND threads.created_at > greetings.created_at)
               ORDER BY greetings.created_at DESC LIMIT 1""",
            (customer_id,),
        )
        return None if row is None else _greeting(row)

    def was_greeted(self, customer_id: str, greeting_id: int, since: int) -> bool:
        """Tell whether a customer has been shown this greeting since an instant."""
        sql = "SELECT count(*) FROM greetings WHERE customer_id = ? AND greeting_id = ? AND created_at >= ?"
        return bool(self._db.number(sql, (customer_id, greeting_id, since)))

    def add_verification(self, customer_id: str, callback_uri: str, instant: int) -> None:
        """Record that a customer wants its e-mail address verified; only the newest ten stay."""
        self._db.execute(
            "INSERT INTO email_verifications VALUES (?, ?, ?)", (customer_id, callback_uri, instant)
        )
        self._db.execute(
            """DELETE FROM email_verifications WHERE customer_id = ?1 AND created_at NOT IN (SELECT created_at
               FROM email_verifications WHERE customer_id = ?1 ORDER BY created_at DESC LIMIT 10)""",
            (customer_id,),
        )

    def verifications(self, customer_id: str) -> list[str]:
        """Return the addresses that recorded verifications are to be sent to, oldest first."""
        rows = self._db.rows(
            "SELECT callback_uri FROM email_verifications WHERE customer_id = ? ORDER BY created_at",
            (customer_id,),
        )
        return [str(row[0]) for row in rows]

    def add_welcome(self, customer_id: str, welcome_id: str) -> None:
        """Remember that a customer has asked for a welcome message; the newest twenty stay."""
        self._db.execute("INSERT OR REPLACE INTO welcomes VALUES (?, ?)", (customer_id, welcome_id))
        self._db.execute(
            """DELETE FROM welcomes WHERE customer_id = ?1 AND rowid NOT IN (SELECT rowid FROM welcomes
               WHERE customer_id = ?1 ORDER BY rowid DESC LIMIT 20)""",
            (customer_id,),
        )

    def was_welcomed(self, customer_id: str, welcome_id: str) -> bool:
        """Tell whether a customer has asked for this welcome message."""
        sql = "SELECT count(*) FROM welcomes WHERE customer_id = ? AND id = ?"
        return bool(self._db.number(sql, (customer_id, welcome_id)))

    def note_delivery(self, unique_id: str) -> None:
        """Remember that a greeting has reached the customer."""
        self._db.execute("UPDATE greetings SET delivered = 1 WHERE unique_id = ?", (unique_id,))

    def set_greeting_state(self, unique_id: str, state: str) -> None:
        """Remember that a greeting was accepted or cancelled."""
        self._db.execute("UPDATE greetings SET state = ? WHERE unique_id = ?", (state, unique_id))


def _greeting(row: sqlite3.Row) -> Greeting:
    return Greeting(
        unique_id=row["unique_id"],
        customer_id=row["customer_id"],
        greeting_id=row["greeting_id"],
        state=row["state"],
        body=unpack(row["body"]),
        created_at=row["created_at"],
        is_delivered=bool(row["delivered"]),
    )


def _customer(row: sqlite3.Row) -> Customer:
    return Customer(
        id=row["id"],
        organization_id=row["organization_id"],
        created_at=row["created_at"],
        name=row["name"],
        email=row["email"],
        avatar=row["avatar"],
        profile=unpack(row["profile"]),
        visit=unpack(row["visit"]),
        session_fields=unpack(row["session_fields"]),
        visits=row["visits"],
        page_views=row["page_views"],
        greetings_shown=row["greetings_shown"],
        greetings_accepted=row["greetings_accepted"],
        last_visit_at=row["last_visit_at"],
        last_seen_at=row["last_seen_at"],
        last_pages=[Page(**page) for page in unpack(row["last_pages"])],
        banned_until=row["banned_until"],
        chats_count=row["chats_count"],
        threads_count=row["threads_count"],
    )
