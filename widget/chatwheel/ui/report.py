"""What the host page is told without asking: how things stand, and the widget's own events (see `docs/embed.md`)."""

from __future__ import annotations

from chatwheel.sdk import CustomerSDK, events
from chatwheel.sdk.models import Greeting
from chatwheel.ui import convert
from chatwheel.ui.entries import Entry
from chatwheel.ui.stage import Stage
from chatwheel.ui.state import Connection, State
from chatwheel.ui.store import Store

CONNECTIONS = {
    Connection.STARTING: "connecting",
    Connection.SLOW: "connecting",
    Connection.ONLINE: "connected",
    Connection.RECONNECTING: "reconnecting",
    Connection.RESTING: "resting",
    Connection.STOPPED: "stopped",
}


class Report:
    """Tells the stage `state` (how things stand, whenever that changes) and `tell` (`name` and `payload` of an event).

    Made after the controller, so that what an event brings is in the store when this hears of it.
    """

    def __init__(self, sdk: CustomerSDK, store: Store, stage: Stage) -> None:
        self._store = store
        self._stage = stage
        self._told: dict[str, object] = {}
        self._greeting: dict[str, object] | None = None
        self._pending: set[str] = set()
        self._known: set[str] = set()
        store.listen(self._changed)
        sdk.on("connected", self._connected)
        sdk.on("incoming_greeting", self._greeted)
        sdk.on("greeting_canceled", self._canceled)
        sdk.on("incoming_event", lambda payload: self._arrived(payload.event.id))
        sdk.on("incoming_chat", self._chat)
        sdk.on("incoming_rich_message_postback", self._pressed)
        sdk.on("thread_properties_updated", self._rated)
        sdk.on("thread_properties_deleted", self._rated)
        self._tell_state()

    def _tell(self, name: str, payload: dict[str, object]) -> None:
        self._stage.do("tell", name=name, payload=payload)

    # -- how things stand ------------------------------------------------------------------------------------------

    def _tell_state(self) -> None:
        state = self._store.state
        now: dict[str, object] = {
            "connection": CONNECTIONS[state.connection],
            "availability": "online" if state.available else "offline",
            "customerId": state.customer_id or None,
            "customerStatus": self._status(state),
            "chatId": state.chat_id or None,
            "threadId": state.thread_id or None,
            "queuePosition": state.queue.position if state.queue else None,
        }
        if now != self._told:
            self._told = now
            self._stage.do("state", **now)

    def _status(self, state: State) -> str:
        if state.active:
            return "queued" if state.queue else "chatting"
        return "invited" if self._greeting else "browsing"

    def _changed(self, new: State, old: State) -> None:
        if new.active and not old.active:
            self._greeting = None  # it became a part of the chat
        if new.timeline is not old.timeline:
            self._watch_sending(new)
        if old.form and old.form.busy and not new.form:
            self._tell("form", {"type": old.form.kind})
        self._tell_state()

    # -- messages --------------------------------------------------------------------------------------------------

    def _watch_sending(self, state: State) -> None:
        """The SDK tells no event of what it sent itself: a message is out when the server has given it an id."""
        last = state.timeline.last
        if last and last.mine and not last.event_id:
            self._pending.add(last.key)
        for key in tuple(self._pending):
            entry = state.timeline.find(key)
            if entry is None or entry.event_id:
                self._pending.discard(key)
            if entry and entry.event_id:
                self._message(entry)

    def _arrived(self, event_id: str) -> None:
        entry = self._store.state.timeline.find(event_id)
        if entry and entry.kind != "notice":
            self._message(entry)

    def _message(self, entry: Entry) -> None:
        """Once, though the server may push what it has confirmed already."""
        if entry.event_id not in self._known:
            self._known.add(entry.event_id)
            self._tell("message", message(entry, self._store.state))

    def _chat(self, payload: events.IncomingChat) -> None:
        for event in payload.chat.thread.events if payload.chat.thread else ():
            self._arrived(event.id)

    # -- greetings, buttons, ratings -------------------------------------------------------------------------------

    def _connected(self, payload: events.Connected) -> None:
        if payload.greeting:
            self._greeted(payload.greeting)

    def _greeted(self, greeting: Greeting) -> None:
        shown = self._store.state.timeline.find(greeting.unique_id or "")
        if self._store.state.active or not shown:
            return
        about = {"id": greeting.id, "uniqueId": greeting.unique_id}
        if about == self._greeting:
            return  # each login names it again
        if self._greeting:
            self._tell("greeting", {**self._greeting, "shown": False})
        self._greeting = about
        author = {"type": "agent", "id": greeting.agent.id, "name": greeting.agent.name or ""}
        self._tell("greeting", {**self._greeting, "shown": True, "author": author, "text": shown.text})
        self._tell_state()

    def _canceled(self, payload: events.GreetingReference) -> None:
        if self._greeting and self._greeting["uniqueId"] == payload.unique_id:
            self._tell("greeting", {**self._greeting, "shown": False})
            self._greeting = None
            self._tell_state()

    def _pressed(self, payload: events.IncomingRichMessagePostback) -> None:
        if payload.user_id == self._store.state.customer_id:
            about = {"eventId": payload.event_id, "postbackId": payload.postback.id}
            self._tell("button", {**about, "toggled": payload.postback.toggled})

    def _rated(self, payload: events.ThreadPropertiesChanged) -> None:
        if "rating" in payload.properties and payload.thread_id == self._store.state.thread_id:
            rating = self._store.state.rating
            value = {1: "good", 0: "bad"}.get(rating.score, "none") if rating.score is not None else "none"
            self._tell("rating", {"value": value, "comment": rating.comment})


def message(entry: Entry, state: State) -> dict[str, object]:
    """A message, a file or a rich message as the host page sees it."""
    author = entry.author
    kind = "rich_message" if entry.rich else entry.kind
    text = entry.attachment.name if entry.attachment else entry.text
    return {
        "id": entry.event_id or entry.key,
        "chatId": state.chat_id or None,
        "threadId": entry.thread_id or None,
        "type": kind,
        "text": text,
        "author": {"type": "agent", "id": author.id, "name": author.name}
        if author
        else {"type": "customer", "id": state.customer_id, "name": ""},
        "createdAt": convert.timestamp(entry.at),
    }
