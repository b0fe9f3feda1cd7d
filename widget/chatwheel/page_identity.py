"""Who the visitor is, as the host page says: an identity provider whose functions are the page's own.

A question goes to the page as `["ask", {"id", "method"}]`, by way of the stage, and comes back as an `answer` with
`id` and `ok` or `error` (see `docs/architecture.md`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from chatwheel.sdk import ChatError
from chatwheel.sdk.models import Token
from chatwheel.transport.base import Clock

logger = logging.getLogger("chatwheel.ui")

PATIENCE = 20.0
"""Seconds that the page's function may take: it may have to ask the site's own server."""


class PageIdentity:
    """An `Auth` of the host page's.

    Every question ends: with what the page gave, or with `ChatError` of code `IDENTITY_FAILED`, which the page is told,
    too, as the event `identity_failed`.
    """

    def __init__(self, post: Callable[[str, object], None], clock: Clock) -> None:
        """`post(kind, body)` speaks to the stage."""
        self._post = post
        self._clock = clock
        self._asked: dict[str, asyncio.Future[Any]] = {}

    async def get_token(self) -> Token:
        """See `Auth`."""
        return self._token(await self._ask("getToken"))

    async def get_fresh_token(self) -> Token:
        """See `Auth`."""
        return self._token(await self._ask("getFreshToken"))

    async def has_token(self) -> bool:
        """See `Auth`."""
        return bool(await self._ask("hasToken"))

    async def invalidate(self) -> None:
        """See `Auth`."""
        await self._ask("invalidate")

    def answered(self, answer: Mapping[str, Any]) -> None:
        """The page has said something; what comes too late, or to nobody's question, changes nothing."""
        asked = self._asked.get(str(answer.get("id")))
        if asked is None or asked.done():
            return
        error = answer.get("error")
        if error is None:
            asked.set_result(answer.get("ok"))
        else:
            asked.set_exception(self._failure(str(error["message"])))

    async def _ask(self, method: str) -> Any:
        id = uuid4().hex
        answer = self._asked[id] = asyncio.get_running_loop().create_future()
        timer = asyncio.ensure_future(self._clock.sleep(PATIENCE))
        try:
            self._post("ask", {"id": id, "method": method})
            await asyncio.wait((answer, timer), return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise self._failure(f"{method} did not answer within {PATIENCE:.0f} seconds")
            return answer.result()
        finally:
            timer.cancel()
            answer.cancel()
            del self._asked[id]

    def _token(self, given: Any) -> Token:
        try:
            return Token.model_validate(given)
        except ValidationError:
            raise self._failure("what it gave is no token") from None

    def _failure(self, what: str) -> ChatError:
        message = (
            f"The function given to chatwheel('identity', …) failed: {what[:500]}. "
            "Without a token there is no connection; it is asked again, later and later."
        )
        logger.error("%s", message)
        self._post("event", {"name": "identity_failed", "payload": {"message": message}})
        return ChatError(message, code="IDENTITY_FAILED")
