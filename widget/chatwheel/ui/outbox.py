"""Sends what the visitor wrote: in order, one at a time, each once.

A message is known by its key, which is its `custom_id` on the wire. When the connection is lost while one is on its
way, nobody knows whether it arrived; so the conversation is read again first, and it is sent again only if it is not
there.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chatwheel.sdk import ChatError, CustomerSDK
from chatwheel.sdk.models import Event
from chatwheel.ui import reduce
from chatwheel.ui.conversation import STALE, UNDECIDED, Conversation
from chatwheel.ui.entries import Delivery
from chatwheel.ui.forms import Forms
from chatwheel.ui.hooks import Answer, Hold, Hooks, Outgoing
from chatwheel.ui.i18n import Strings
from chatwheel.ui.store import Store

logger = logging.getLogger("chatwheel.ui")

ATTEMPTS = 3
WORDS = {
    "REQUEST_TIMEOUT": "failure.timeout",
    "ENTITY_TOO_LARGE": "failure.too_large",
    "GROUPS_OFFLINE": "failure.offline",
}


@dataclass
class Item:
    """Something to be sent: the event as it goes on the wire."""

    key: str
    event: dict[str, Any]
    attempts: int = 0
    cleared: bool = False
    """Whether the site's own Python has had its say."""


class Outbox:
    def __init__(
        self,
        sdk: CustomerSDK,
        store: Store,
        conversation: Conversation,
        forms: Forms,
        thread_properties: Callable[[], Mapping[str, Any]],
        strings: Strings,
        hooks: Hooks,
    ) -> None:
        """`thread_properties` tells what a new chat's thread says of itself."""
        self._sdk = sdk
        self._store = store
        self._conversation = conversation
        self._t = strings
        self._hooks = hooks
        self._items: deque[Item] = deque()
        self._failed: dict[str, Item] = {}
        self._wake = asyncio.Event()
        self._examine = asyncio.Event()
        self._forms = forms
        self._thread_properties = thread_properties
        self.task = asyncio.ensure_future(self._work())

    def put(self, key: str, event: dict[str, Any], *, is_cleared: bool = False) -> None:
        """Send this event when its turn comes; its entry is in the timeline already.

        `is_cleared` tells that the site's own Python has had its say.
        """
        is_cleared = is_cleared or event["type"] != "message" or not self._hooks.examines
        self._items.append(Item(key, {**event, "custom_id": key}, cleared=is_cleared))
        if not self._conversation.in_step.is_set():
            self._store.apply(reduce.delivery, key, Delivery.WAITING)
        self._wake.set()
        self._examine.set()

    def hold(self, key: str, event: dict[str, Any], *, is_cleared: bool) -> None:
        """Keep what has failed, so that it can be tried again."""
        self._failed[key] = Item(key, {**event, "custom_id": key}, cleared=is_cleared)

    def retry(self, key: str) -> bool:
        """Once more, at the end of the line; whether there was something to retry."""
        item = self._failed.pop(key, None)
        if not item:
            return False
        self._store.apply(reduce.delivery, key, Delivery.SENDING)
        self.put(key, item.event, is_cleared=item.cleared)
        return True

    def discard(self, key: str) -> None:
        self._failed.pop(key, None)
        self._items = deque(item for item in self._items if item.key != key)
        self._store.apply(reduce.discarded, key)

    async def _work(self) -> None:
        await asyncio.gather(self._run(), self._clear())

    async def _clear(self) -> None:
        """What waits for a connection is examined while it waits: it may be answered without one."""
        while True:
            item = next((item for item in self._items if not item.cleared), None)
            if item is None:
                self._examine.clear()
                await self._examine.wait()
                continue
            verdict = await self._hooks.clear(Outgoing("message", item.event["text"]))
            item.cleared = True
            self._wake.set()
            if item not in self._items:  # discarded meanwhile
                continue
            self._judged(item, verdict)

    def _judged(self, item: Item, verdict: Outgoing | Hold | Answer) -> None:
        if isinstance(verdict, Outgoing):
            if verdict.text != item.event["text"]:
                item.event["text"] = verdict.text
                self._store.apply(reduce.reworded, item.key, verdict.text)
            return
        self._items.remove(item)
        if isinstance(verdict, Hold):
            words = verdict.reason or self._t("failure.held")
            self._store.apply(reduce.delivery, item.key, Delivery.FAILED, words)
            item.cleared = False  # it is asked again
            self._failed[item.key] = item
        else:
            self._store.apply(reduce.kept_here, item.key)

    async def _run(self) -> None:
        while True:
            if not self._items or not self._items[0].cleared:
                self._wake.clear()
                await self._wake.wait()
                continue
            item = self._items[0]
            if not self._conversation.in_step.is_set():
                self._all_wait()
                await self._conversation.in_step.wait()
            if not self._store.state.active and not self._forms.may_start.is_set():
                self._store.apply(reduce.delivery, item.key, Delivery.WAITING)
                await self._forms.admit()
                continue
            await self._send(item)

    async def _send(self, item: Item) -> None:
        known = self._store.state.timeline.find(item.key)
        if known is None or known.event_id:  # discarded, or it had arrived after all
            self._done(item)
            return
        self._store.apply(reduce.delivery, item.key, Delivery.SENDING)
        try:
            await self._deliver(item)
        except ChatError as error:
            await self._failure(item, error)
        else:
            self._store.apply(reduce.delivery, item.key, Delivery.SENT)  # if the answer did not name it
            self._done(item)

    async def _deliver(self, item: Item) -> None:
        state = self._store.state
        if state.active:
            event: Event = await self._sdk.send_event(chat_id=state.chat_id, event=item.event)
            self._conversation.take_event(event)
            return
        thread: dict[str, Any] = {"events": [item.event]}
        properties = self._thread_properties()
        chat: dict[str, Any] = {"thread": {**thread, "properties": properties} if properties else thread}
        if state.chat_id:
            begun = await self._sdk.resume_chat(chat={"id": state.chat_id, **chat})
        else:
            begun = await self._sdk.start_chat(chat=chat)
        self._conversation.take_chat(begun.chat)

    async def _failure(self, item: Item, error: ChatError) -> None:
        logger.info("not sent: %r", error)
        if error.code in UNDECIDED:
            self._all_wait()
            await self._conversation.resynchronize()
            return
        item.attempts += 1
        if error.code in STALE and item.attempts < ATTEMPTS:
            await self._conversation.resynchronize()
            return
        item.attempts = 0
        words = WORDS.get(error.code, "failure.refused")
        self._store.apply(reduce.delivery, item.key, Delivery.FAILED, self._t(words, reason=error.message))
        self._failed[item.key] = item
        self._done(item)

    def _all_wait(self) -> None:
        for item in self._items:
            self._store.apply(reduce.delivery, item.key, Delivery.WAITING)

    def _done(self, item: Item) -> None:
        if self._items and self._items[0] is item:
            self._items.popleft()
