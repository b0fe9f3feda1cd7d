"""What a link leads to: title, description and picture of the first page that a message names.

Each page is asked for once. The service answers what it has read there, and a picture from its own store: this browser
asks the page itself for nothing. What cannot be read has no card, and nothing is said about it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from urllib.parse import urlsplit

from chatwheel.sdk import ChatError, CustomerSDK
from chatwheel.sdk.models import UrlInfo
from chatwheel.ui import reduce
from chatwheel.ui.entries import Entry, Link
from chatwheel.ui.state import State
from chatwheel.ui.store import Store
from chatwheel.ui.text import first_link, one_line

logger = logging.getLogger("chatwheel.ui")

RECENT = 30
"""So many of the newest messages are looked at when a conversation is read."""


class Links:
    def __init__(self, sdk: CustomerSDK, store: Store) -> None:
        self._sdk = sdk
        self._store = store
        self._looked: set[str] = set()
        self._pages: dict[str, Link | None] = {}
        self._waiting: deque[tuple[str, str]] = deque()
        self._task: asyncio.Task[None] | None = None
        store.listen(self._changed)

    def _changed(self, new: State, old: State) -> None:
        if new.timeline is old.timeline:
            return
        for count, entry in enumerate(reversed(new.timeline)):
            if count >= RECENT or entry.event_id in self._looked:
                break
            if entry.event_id:
                self._looked.add(entry.event_id)
                self._look(entry)
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.ensure_future(self._ask())

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """To be cancelled at the end."""
        return [self._task] if self._task else []

    def _look(self, entry: Entry) -> None:
        address = (
            first_link(entry.text) if entry.kind == "message" and not (entry.link or entry.local) else ""
        )
        if address:
            self._waiting.append((entry.event_id, address))

    async def _ask(self) -> None:
        """One after the other: nobody waits for them."""
        while self._waiting:
            event_id, address = self._waiting.popleft()
            if address not in self._pages:
                try:
                    self._pages[address] = link(address, await self._sdk.get_url_info(url=address))
                except ChatError as error:
                    logger.info("nothing is known of a page: %r", error)
                    self._pages[address] = None
            known = self._pages[address]
            if known:
                self._store.apply(reduce.linked, event_id, known)


def link(address: str, info: UrlInfo) -> Link | None:
    """What there is to show of a page; `None` for nothing."""
    title, description = one_line(info.title or ""), one_line(info.description or "")
    if not title:
        return None
    return Link(address, title, description, _picture(info))


def _picture(info: UrlInfo) -> str:
    """The service's own copy; of a page on this very machine (local development), the original."""
    original = info.image_original_url or ""
    try:
        is_local = urlsplit(original).hostname in ("127.0.0.1", "localhost", "::1")
    except ValueError:
        is_local = False
    return original if is_local else info.image_url or ""
