"""Reading a chat's past, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from . import actions
from .caller import Caller
from .models import HistoryPage, ThreadsPage


class ChatHistory:
    """The threads of a chat from the latest back to the first; made by `get_chat_history`.

    An async iterator of `HistoryPage`s, and `next()` for a page when it is wanted. Pages asked for at once are read one
    after the other. A page that fails can be asked for again.
    """

    def __init__(self, caller: Caller, chat_id: str) -> None:
        self._caller = caller
        self._chat_id = chat_id
        # made here, so that a wrong id is refused where it is given, not where the first page is read
        self._latest = actions.list_threads(chat_id, min_events_count=actions.HISTORY_EVENTS_PER_PAGE)
        self._page_id: str | None = None
        self._done = False
        self._turn = asyncio.Lock()

    async def next(self) -> HistoryPage:
        """Read the next older page.

        Returns:
            `threads`, oldest first, and `done` on the last page; after that no threads and `done`.

        Raises:
            ChatError: as `list_threads`; the same page can be asked for again.

        Example:
            history = sdk.get_chat_history(chat_id="C1")
            page = await history.next()
            print(len(page.threads), page.done)
        """
        async with self._turn:
            if self._done:
                return HistoryPage(threads=[], done=True)
            page = await self._read()
            self._page_id = page.next_page_id
            self._done = not page.next_page_id
            return HistoryPage(threads=page.threads[::-1], done=self._done)

    async def _read(self) -> ThreadsPage:
        if self._page_id:
            return await self._caller._call(actions.list_threads(self._chat_id, self._page_id))
        return await self._caller._call(self._latest)

    def __aiter__(self) -> AsyncIterator[HistoryPage]:
        return self

    async def __anext__(self) -> HistoryPage:
        if self._done:
            raise StopAsyncIteration
        page = await self.next()
        if page.done and not page.threads:
            raise StopAsyncIteration
        return page
