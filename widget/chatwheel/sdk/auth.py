"""The customer's token. (Being filled in.)"""

from __future__ import annotations

from typing import Protocol

from .models import Token


class Auth(Protocol):
    """What knows the customer's token; also what an `identity_provider` returns."""

    async def get_token(self) -> Token: ...

    async def get_fresh_token(self) -> Token: ...

    async def has_token(self) -> bool: ...

    async def invalidate(self) -> None: ...
