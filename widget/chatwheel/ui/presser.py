"""What the buttons of rich messages do: each is posted back, and some answer, open a page in a sheet, or do no more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

from chatwheel.sdk import ChatError, CustomerSDK
from chatwheel.transport.base import Clock
from chatwheel.ui import reduce
from chatwheel.ui.entries import Button, Entry
from chatwheel.ui.stage import Stage
from chatwheel.ui.store import Store
from chatwheel.ui.unsent import Send

logger = logging.getLogger("chatwheel.ui")


class Presser:
    def __init__(
        self,
        sdk: CustomerSDK,
        store: Store,
        stage: Stage,
        clock: Clock,
        send: Send,
        dismiss: Callable[[], Coroutine[Any, Any, None]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """`send` says something in the visitor's name, `dismiss` takes the greeting away, `spawn` runs what nobody
        waits for.
        """
        self._sdk = sdk
        self._store = store
        self._stage = stage
        self._clock = clock
        self._send = send
        self._dismiss = dismiss
        self._spawn = spawn

    def press(self, key: str, card: int, button: int) -> None:
        """A button was pressed; links are opened by the browser itself."""
        entry = self._store.state.timeline.find(key)
        if not entry or not entry.rich:
            return
        chosen = entry.rich.cards[card].buttons[button]
        if entry.rich.answered and chosen.kind in ("message", "cancel"):
            return  # pressed twice, before it was seen that once is enough
        is_pressed = chosen.kind != "" or entry.local or not chosen.pressed
        if is_pressed is not chosen.pressed:
            self._store.apply(reduce.pressed, key, chosen.postback_id, is_pressed)
            if _is_in_chat(entry):
                self._spawn(self._post_back(entry, chosen.postback_id, is_pressed))
            elif not entry.local:  # of a greeting no server tells that it was pressed
                about = {"eventId": key, "postbackId": chosen.postback_id, "toggled": is_pressed}
                self._stage.do("tell", name="button", payload=about)
        if chosen.kind == "message" or (entry.local and not chosen.kind):
            self._answer(entry, chosen)
        elif chosen.kind == "cancel" and not entry.local and not _is_in_chat(entry):
            self._spawn(self._dismiss())
        elif chosen.kind == "webview":
            self._stage.do("webview", url=chosen.value, title=chosen.text, height=chosen.height)
        if chosen.kind in ("message", "cancel"):
            self._stage.do("focus")

    def _answer(self, entry: Entry, chosen: Button) -> None:
        postback = {
            "id": chosen.postback_id,
            "thread_id": entry.thread_id,
            "event_id": entry.event_id,
            "type": chosen.kind,
            "value": chosen.value,
        }
        self._send(
            chosen.text, str(uuid4()), self._clock.time(), postback=postback if _is_in_chat(entry) else None
        )

    async def _post_back(self, entry: Entry, postback_id: str, toggled: bool) -> None:
        try:
            await self._sdk.send_rich_message_postback(
                chat_id=self._store.state.chat_id,
                thread_id=entry.thread_id,
                event_id=entry.event_id,
                postback={"id": postback_id, "toggled": toggled},
            )
        except ChatError as error:
            logger.info("not posted back: %r", error)  # the message says it, too


def _is_in_chat(entry: Entry) -> bool:
    """Greetings and what was said here are in no chat: there is nothing to post back to."""
    return bool(entry.thread_id) and not entry.local
