"""Who a token belongs to: customers' identities with their cookies, tokens of customers and agents.

Secrets are kept as hashes. Agents' tokens live in memory only: they are for the console page that this server
itself hands out, and for tests.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from typing import Final

from .clock import Clock
from .config import Config
from .records import Customer
from .storage.customers import CustomerTable
from .storage.database import Database

_REGION: Final = "dal"
TRANSFER_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Grant:
    """A token just made, with what the client is told about it."""

    access_token: str
    customer_id: str
    expires_in: int
    secret: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """The owner of a valid token."""

    user_id: str
    expires_at: float
    #: Which of the owner's tokens it is.
    token_hash: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A customer's identity on its way to another client."""

    customer_id: str
    code_challenge: str | None
    expires_at: float


class Identity:
    """Makes tokens and recognizes them."""

    def __init__(self, config: Config, clock: Clock, database: Database) -> None:
        self._config = config
        self._clock = clock
        self._db = database
        self._customers = CustomerTable(database)
        self._agent_tokens: dict[str, str] = {}
        self._transfers: dict[str, Transfer] = {}

    def grant(
        self,
        client_id: str,
        *,
        customer_id: str | None,
        secret: str | None,
        group_id: int | None = None,
        expires_in: int | None = None,
        is_proven: bool = False,
    ) -> Grant:
        """Make a token for the customer whom the cookies prove, or for a new one.

        ``is_proven`` says that somebody trusted vouches for the customer.
        """
        seconds = expires_in or self._config.limits.token_seconds
        with self._db.transaction():
            known = customer_id is not None and secret is not None and self._proves(customer_id, secret)
            if is_proven and customer_id is not None:
                secret = ""
            elif not known or customer_id is None or secret is None:
                customer_id, secret = self._new_customer()
            token = f"{_REGION}:{secrets.token_urlsafe(32)}"
            now = self._clock.time()
            self._customers.forget_expired_tokens(int(now))
            self._customers.add_token(_hash(token), customer_id, client_id, group_id, int(now + seconds))
        return Grant(token, customer_id, seconds, secret)

    def _new_customer(self) -> tuple[str, str]:
        customer_id, secret = str(uuid.uuid4()), secrets.token_urlsafe(32)
        organization_id = self._config.organization_id
        self._customers.create(Customer(customer_id, organization_id, self._clock.instant()), _hash(secret))
        return customer_id, secret

    def _proves(self, customer_id: str, secret: str) -> bool:
        known = self._customers.secret_hash(customer_id)
        return known is not None and hmac.compare_digest(known, _hash(secret))

    def customer(self, authorization: str) -> Bearer | None:
        """Return the customer who bears this token, written as ``Bearer <token>``."""
        token = _strip_scheme(authorization)
        found = None if token is None else self._customers.token(_hash(token))
        if found is None or found[1] <= self._clock.time():
            return None
        return Bearer(*found, _hash(token or ""))

    def revoke(self, authorization: str) -> Bearer | None:
        """Make a customer's token worthless; return what it was."""
        token = _strip_scheme(authorization)
        found = None if token is None else self._customers.token(_hash(token))
        if token is None or found is None:
            return None
        with self._db.transaction():
            self._customers.remove_token(_hash(token))
        return Bearer(*found, _hash(token))

    def knows(self, customer_id: str) -> bool:
        """Tell whether there is such a customer."""
        return self._customers.secret_hash(customer_id) is not None

    def start_transfer(self, customer_id: str | None, code_challenge: str | None) -> str:
        """Make a code with which another client becomes this customer, or a new one; good for an hour, once."""
        if customer_id is None:
            with self._db.transaction():
                customer_id, _ = self._new_customer()
        code = secrets.token_urlsafe(32)
        expires_at = self._clock.time() + TRANSFER_SECONDS
        self._transfers[_hash(code)] = Transfer(customer_id, code_challenge, expires_at)
        while len(self._transfers) > 1000:
            del self._transfers[next(iter(self._transfers))]
        return code

    def finish_transfer(self, code: str, code_verifier: str | None) -> str | None:
        """Return whose code this is and forget it; None if it is worth nothing."""
        transfer = self._transfers.pop(_hash(code), None)
        if transfer is None or transfer.expires_at <= self._clock.time():
            return None
        if transfer.code_challenge is not None and not _verifies(transfer.code_challenge, code_verifier):
            return None
        return transfer.customer_id

    def agent_token(self, email: str) -> str:
        """Make a token for an agent, good until the server ends."""
        token = f"{_REGION}:agent_{secrets.token_urlsafe(32)}"
        self._agent_tokens[_hash(token)] = email
        while len(self._agent_tokens) > 1000:
            del self._agent_tokens[next(iter(self._agent_tokens))]
        return token

    def agent(self, authorization: str) -> Bearer | None:
        """Return the agent who bears this token, or whose personal access token it is."""
        token = _strip_scheme(authorization)
        email = self._personal(authorization) if token is None else self._agent_tokens.get(_hash(token))
        return None if email is None else Bearer(email, float("inf"))

    def _personal(self, authorization: str) -> str | None:
        """Return whose personal access token this is, written as ``Basic <base64 of e-mail address:token>``."""
        scheme, _, credentials = authorization.partition(" ")
        try:
            email, _, token = base64.b64decode(credentials, validate=True).decode().partition(":")
        except ValueError:
            return None
        agent = self._config.agent(email)
        if scheme.lower() != "basic" or agent is None or agent.token is None:
            return None
        return email if hmac.compare_digest(agent.token.encode(), token.encode()) else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _verifies(challenge: str, verifier: str | None) -> bool:
    """Check a verifier against its challenge, the way PKCE does with S256."""
    digest = hashlib.sha256((verifier or "").encode(errors="replace")).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return verifier is not None and hmac.compare_digest(expected, challenge)


def _strip_scheme(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
