"""What was sent and is not confirmed lives on in the stage, over a reload, and comes back from there.

The stage keeps a record of each such message: what the visitor wrote, and what has become of it since.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from chatwheel.transport.base import Clock
from chatwheel.ui import reduce
from chatwheel.ui.conversation import Conversation
from chatwheel.ui.entries import Attachment, Delivery, Entry
from chatwheel.ui.i18n import Strings
from chatwheel.ui.outbox import Outbox
from chatwheel.ui.stage import Stage
from chatwheel.ui.state import State
from chatwheel.ui.store import Store
from chatwheel.ui.text import one_line

TOO_OLD = 24 * 3600.0
"""Seconds: an older message is not sent without asking, and an uploaded file's address is good no longer."""
CLOCK_SKEW = 3600.0
"""Seconds by which the visitor's clock may be ahead of the server's."""

Record = Mapping[str, Any]
"""`key`, `at` (ms), `customer` (whose it is, once that is known), and `text`, perhaps with `postback`, or `file`, with
its `url` when it was uploaded; `error` is why it was not sent, in words; `cleared` tells that the site's own Python has
changed it."""


class Send(Protocol):
    """Sends a text in the visitor's name; `at` in seconds, `postback` names the button that it answers."""

    def __call__(
        self, text: str, key: str, at: float, *, postback: Mapping[str, str] | None = None
    ) -> object: ...


class Unsent:
    def __init__(
        self,
        store: Store,
        stage: Stage,
        conversation: Conversation,
        outbox: Outbox,
        strings: Strings,
        clock: Clock,
        send: Send,
    ) -> None:
        """`send` sends a text as if the visitor had just written it."""
        self._store = store
        self._stage = stage
        self._conversation = conversation
        self._outbox = outbox
        self._t = strings
        self._clock = clock
        self._send = send
        self._kept: dict[str, Record] = {}
        store.listen(self._changed)

    def watch(self, record: Record) -> None:
        """Have a message kept until it is confirmed or discarded; its entry is in the timeline."""
        key = str(record["key"])
        self._kept[key] = {}
        self._look(key, record)

    def restore(self, record: Record) -> None:
        """A record came back. Perhaps the message had arrived: the conversation is read before it is sent."""
        key, at = str(record["key"]), float(record["at"]) / 1000
        customer, here = record.get("customer"), self._store.state.customer_id
        if customer and here and customer != here:
            self._stage.do("forget", key=key)
            return
        if not self._store.state.timeline.find(key):
            self._conversation.read_back_to(at - CLOCK_SKEW)
            self._put_back(record, key, at)
        if key not in self._kept:
            self.watch(record)
        elif customer:
            self._look(key, {**self._kept[key], "customer": customer})  # sent again, but still whose it was

    def _put_back(self, record: Record, key: str, at: float) -> None:
        file = _attachment(record) if "file" in record else None
        error = str(record.get("error", ""))
        if file and not file.url:
            error = self._t("upload.lost", name=file.name)
        elif self._clock.time() - at > TOO_OLD:
            error = error or self._t("failure.left")
        text, postback, is_cleared = str(record.get("text", "")), record.get("postback"), "cleared" in record
        if not file and not error and not is_cleared:
            self._send(text, key, at, postback=postback)
            return
        entry = Entry(
            key=key,
            kind="file" if file else "message",
            at=at,
            text=text,
            attachment=file,
            delivery=Delivery.FAILED if error else Delivery.SENDING,
            error=error,
            lost=bool(file and not file.url),
        )
        self._store.apply(reduce.queued, entry)
        event = {"type": "file", "url": file.url} if file else text_event(text, postback)
        if not error:
            self._outbox.put(key, event, is_cleared=is_cleared)
        elif not entry.lost:
            self._outbox.hold(key, event, is_cleared=is_cleared)

    def _changed(self, new: State, old: State) -> None:
        if self._kept and (new.timeline is not old.timeline or new.customer_id != old.customer_id):
            for key in tuple(self._kept):
                if key in self._kept:  # one that goes may take itself away already
                    self._look(key, self._kept[key])

    def _look(self, key: str, record: Record) -> None:
        """Tell the stage what has become of a message, if it does not know."""
        entry = self._store.state.timeline.find(key)
        if not entry or entry.event_id or entry.local or entry.delivery in (Delivery.SENT, Delivery.SEEN):
            del self._kept[key]
            self._stage.do("forget", key=key)
            return
        record = {name: value for name, value in record.items() if name != "error"}
        customer = self._store.state.customer_id
        if customer and record.setdefault("customer", customer) != customer:
            self._outbox.discard(key)  # whoever is here now neither sees nor sends it
            return
        if entry.attachment and entry.attachment.url:
            record["url"] = entry.attachment.url
        if record.get("text", entry.text) != entry.text:
            record |= {"text": entry.text, "cleared": True}  # what was masked must not be kept in clear
        if entry.delivery is Delivery.FAILED:
            record["error"] = entry.error
        if record != self._kept[key]:
            self._kept[key] = record
            self._stage.do("keep", message=record)


def text_event(text: str, postback: Mapping[str, str] | None) -> dict[str, Any]:
    """A message as it goes on the wire."""
    return {"type": "message", "text": text, **({"postback": postback} if postback else {})}


def _attachment(record: Record) -> Attachment:
    file = record["file"]
    return Attachment(
        name=one_line(str(file["name"])),
        content_type=str(file.get("type", "")),
        size=int(file["size"]),
        url=str(record.get("url", "")),
        width=file.get("width"),
        height=file.get("height"),
    )
