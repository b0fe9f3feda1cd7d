"""What the links of messages lead to: looked up once a message has gone out, and told as an update of it."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from .calls import Call
from .lens import AgentLens
from .link_preview import fetch_preview, may_fetch
from .properties import merge
from .records import Event

if TYPE_CHECKING:
    from .core import Core

_LINK: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_AFTER_LINKS: Final = ".,;:!?)]}'"
_AT_A_TIME: Final = 4
#: What the properties are called, and where their values are.
_PROPERTIES: Final = {
    **{name: name for name in ("title", "description", "image_width", "image_height")},
    "image_url": "image_original_url",
}


def first_link(text: str) -> str | None:
    """Return the first address in a text, without what only stands behind it."""
    found = _LINK.search(text)
    return None if found is None else found[0].rstrip(_AFTER_LINKS)


class LinkWatch:
    """Looks links of messages up, where the configuration allows their hosts."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._turns = asyncio.Semaphore(_AT_A_TIME)
        core.desk.on_message = self.note

    def note(self, event: Event) -> None:
        """Look at a message that has been committed and told."""
        link = first_link(str(event.body.get("text", ""))) if event.type == "message" else None
        if link is None or "url_details" in event.properties:
            return
        if may_fetch(self._core.config, self._core.desk.own_hosts, link):
            self._core.spawn(self._look_up(event.id, link))

    async def _look_up(self, event_id: str, link: str) -> None:
        core = self._core
        async with self._turns:
            info = await fetch_preview(core.config, core.desk.own_hosts, link)
        event = core.desk.chats.event(event_id)
        if not info or event is None or event.deleted:
            return
        details = {"url": link} | {name: info[key] for name, key in _PROPERTIES.items() if key in info}
        call = Call(core.desk, "", AgentLens(core.config, core.url, "3.6"))
        with core.database.transaction():
            event.properties = merge(event.properties, {"url_details": details})
            core.desk.chats.save_event(event)
            core.desk.tell_event(call, "event_updated", core.desk.chat(event.chat_id), event)
        core.hub.flush(call.outbox)
