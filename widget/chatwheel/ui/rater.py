"""The rating of the last thread: given, changed, commented on, taken back; and what other tabs say of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from chatwheel.sdk import ChatError, CustomerSDK, events
from chatwheel.ui import reduce
from chatwheel.ui.hooks import Answer, Hooks, Outgoing
from chatwheel.ui.store import Store
from chatwheel.ui.text import plain

logger = logging.getLogger("chatwheel.ui")


class Rater:
    def __init__(self, sdk: CustomerSDK, store: Store, hooks: Hooks) -> None:
        self._sdk = sdk
        self._store = store
        self._hooks = hooks
        sdk.on("thread_properties_updated", self._updated)
        sdk.on("thread_properties_deleted", self._deleted)

    async def rate(self, score: int) -> None:
        """Give a score; the same once more takes it back. Raises `ChatError` when the server does not take it."""
        before = self._store.state.rating
        if before.score == score:
            await self._take_back()
            return
        self._store.apply(reduce.rated, score, before.comment)
        await self._tell(before.score, before.comment, {"score": score})

    async def comment(self, comment: str) -> None:
        """Say more. Raises `ChatError` when the server, or the site's own Python, does not take it."""
        before = self._store.state.rating
        if not comment.strip():
            return
        verdict = await self._hooks.clear(Outgoing("answer", comment.strip(), field="rating"))
        if not isinstance(verdict, Outgoing):
            said = verdict.text if isinstance(verdict, Answer) else verdict.reason
            raise ChatError(said or "The site does not let this out.", code="HELD")
        self._store.apply(reduce.rated, before.score, plain(verdict.text))
        await self._tell(before.score, before.comment, {"score": before.score, "comment": verdict.text})

    async def _tell(self, score: int | None, comment: str, rating: Mapping[str, Any]) -> None:
        try:
            await self._sdk.rate_chat(chat_id=self._store.state.chat_id, rating=rating)
        except ChatError:
            self._store.apply(reduce.rated, score, comment)
            raise

    async def _take_back(self) -> None:
        before = self._store.state.rating
        self._store.apply(reduce.rated, None, "")
        names = ["score", "comment"] if before.comment else ["score"]
        try:
            await self._sdk.cancel_rate(chat_id=self._store.state.chat_id, properties=names)
        except ChatError:
            self._store.apply(reduce.rated, before.score, before.comment)
            raise

    def known(self, properties: Mapping[str, Any]) -> None:
        """What the properties of the last thread say."""
        rating = properties.get("rating")
        if isinstance(rating, dict):
            before = self._store.state.rating
            score = rating.get("score", before.score)
            comment = rating.get("comment", before.comment)
            self._store.apply(reduce.rated, score if score in (0, 1) else None, plain(str(comment or "")))

    def _updated(self, payload: events.ThreadPropertiesChanged) -> None:
        if payload.thread_id == self._store.state.thread_id:
            self.known(payload.properties)

    def _deleted(self, payload: events.ThreadPropertiesChanged) -> None:
        gone = payload.properties.get("rating", ())
        if payload.thread_id == self._store.state.thread_id and gone:
            before = self._store.state.rating
            self._store.apply(
                reduce.rated,
                None if "score" in gone else before.score,
                "" if "comment" in gone else before.comment,
            )
