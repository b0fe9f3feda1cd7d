"""Who would answer: asked before a chat, so that the visitor sees a face before they write."""

from __future__ import annotations

import logging

from chatwheel.sdk import ChatError, CustomerSDK, events
from chatwheel.ui import convert, reduce
from chatwheel.ui.store import Store

logger = logging.getLogger("chatwheel.ui")


class Predictor:
    def __init__(self, sdk: CustomerSDK, store: Store, group_id: int) -> None:
        self._sdk = sdk
        self._store = store
        self._group_id = group_id
        sdk.on("connected", self._connected)
        sdk.on("availability_updated", lambda _payload: self._ask())
        sdk.on("chat_deactivated", lambda _payload: self._ask())

    async def _connected(self, payload: events.Connected) -> None:
        if not any(chat.active for chat in payload.chats):
            await self._ask()

    async def _ask(self) -> None:
        try:
            answer = await self._sdk.get_predicted_agent(group_id=self._group_id or None)
        except ChatError as error:
            logger.info("nobody is predicted: %r", error)
            self._store.apply(reduce.predicted, None)
        else:
            self._store.apply(reduce.predicted, convert.person(answer.agent))
