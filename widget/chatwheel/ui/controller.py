"""Between the client and the state: what the server says changes the state, what the visitor does calls the client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from chatwheel.sdk import ChatError, CustomerSDK, events
from chatwheel.sdk.models import Agent, FilledFormEvent
from chatwheel.transport.base import Clock
from chatwheel.ui import convert, reduce
from chatwheel.ui.attention import Attention
from chatwheel.ui.conversation import Conversation, queue_of
from chatwheel.ui.drafts import Drafts
from chatwheel.ui.entries import Attachment, Delivery, Entry
from chatwheel.ui.files import Files
from chatwheel.ui.forms import Forms
from chatwheel.ui.greeter import Greeter
from chatwheel.ui.hooks import Hooks, NoHooks
from chatwheel.ui.i18n import Strings
from chatwheel.ui.known import Known
from chatwheel.ui.links import Links
from chatwheel.ui.live import Live
from chatwheel.ui.outbox import Outbox
from chatwheel.ui.predictor import Predictor
from chatwheel.ui.presser import Presser
from chatwheel.ui.rater import Rater
from chatwheel.ui.rest import Rest
from chatwheel.ui.stage import Stage
from chatwheel.ui.state import Connection, Notice, State
from chatwheel.ui.store import Store
from chatwheel.ui.text import one_line
from chatwheel.ui.transcript import Transcripts
from chatwheel.ui.unsent import Unsent, text_event
from chatwheel.ui.voice import Voice
from chatwheel.ui.waiting import Waiting

logger = logging.getLogger("chatwheel.ui")

TYPING_SECONDS = 12.0
"""An agent whose typing is not confirmed for so long has stopped."""
SLOW_SECONDS = 12.0
"""A first connection that takes longer is worth a word."""

OTHER_CUSTOMER = ("identity_mismatch", "identity_changed")
"""Whoever is here now must see nothing of who was here before: all begins anew."""

Intent = Mapping[str, Any]


class _OfChat(Protocol):
    @property
    def chat_id(self) -> str: ...


OfChat = TypeVar("OfChat", bound=_OfChat)


class Controller:
    """Wires everything to one client, before the client has emitted anything."""

    _page = ("", "")

    def __init__(
        self,
        sdk: CustomerSDK,
        store: Store,
        stage: Stage,
        strings: Strings,
        clock: Clock,
        *,
        group_id: int = 0,
        hooks: Hooks | None = None,
        accepted: str = "",
    ) -> None:
        """`accepted` says which files can be sent, see `AcceptedFiles`."""
        self._sdk = sdk
        self._store = store
        self._stage = stage
        self._t = strings
        self._clock = clock
        self._hooks = hooks = hooks or NoHooks()
        self._tasks: set[asyncio.Task[None]] = set()
        self._conversation = Conversation(sdk, store, clock, hooks)
        self.rest = Rest(sdk, store)
        self._voice = Voice(stage, strings, clock, self._spawn)
        known = Known(sdk, store)
        self._forms = Forms(
            sdk, store, self._conversation, strings, group_id, self._tell, hooks, known, self._voice
        )
        self._greeter = greeter = Greeter(sdk, store, clock)
        self._outbox = Outbox(sdk, store, self._conversation, self._forms, greeter.properties, strings, hooks)
        self._unsent = Unsent(store, stage, self._conversation, self._outbox, strings, clock, self.send)
        self.restore = self._unsent.restore
        self._files = Files(sdk, store, stage, self._outbox, strings, hooks, self._conversation, accepted)
        self._drafts = Drafts(sdk, store, clock, hooks)
        self._attention = Attention(sdk, store, stage, self._voice, strings, clock)
        self._rater = Rater(sdk, store, hooks)
        self._live = Live(sdk, store, self._voice, strings, clock)
        self._presser = Presser(sdk, store, stage, clock, self.send, greeter.dismiss, self._spawn)
        self._transcripts = Transcripts(sdk, store, stage, self._voice, strings, known)
        self._waiting = Waiting(store, self._voice, strings, clock)
        self._links = Links(sdk, store)
        Predictor(sdk, store, group_id)
        self._typing: dict[str, asyncio.Task[None]] = {}
        self._under_way: set[str] = set()
        self._intents = self._acts()
        self._wire()
        self._listen()

    def _wire(self) -> None:
        """What one part tells another."""
        self._conversation.on_thread = lambda thread: self._rater.known(thread.properties)
        self._conversation.on_missed = self._attention.announce
        self._conversation.on_step = self._caught_up
        self._greeter.on_shown = self._attention.say
        self._forms.on_late = self._answer_late
        self._hooks.attach(self._attention.announce)
        self._store.listen(self._changed)

    def begin(self) -> None:
        """Connect."""
        self._sdk.connect()
        self._spawn(self._watch_start())

    async def aclose(self) -> None:
        """Stop whatever is under way; the client is not ended."""
        tasks = [*self._tasks, *self._live.tasks, *self._links.tasks, *self._waiting.tasks, self._outbox.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, self._hooks.aclose(), return_exceptions=True)

    def _acts(self) -> dict[str, Callable[[Intent], object]]:
        """What each intent of the stage does."""
        store = self._store
        return {
            "send": lambda i: self.send(str(i["text"]), str(i["key"]), float(i["at"]) / 1000),
            "draft": lambda i: self._drafts.typed(str(i["text"])),
            "restore": lambda i: self.restore(i["message"]),
            "retry": lambda i: self._retry(str(i["key"])),
            "discard": lambda i: self._discard(str(i["key"])),
            "cancel-upload": lambda i: self._files.cancel(str(i["key"])),
            "older": lambda i: self._spawn(self._conversation.load_older()),
            "menu": lambda i: store.apply(reduce.menu, not store.state.menu_open),
            "menu-close": lambda i: store.apply(reduce.menu, False),
            "alerts": lambda i: self.choose_alerts(i),
            "end-chat": lambda i: self._spawn_once("end", self._end),
            "start-chat": lambda i: self._spawn_once("start", self._start),
            "dismiss": lambda i: store.apply(reduce.notice_dismissed, str(i["key"])),
            "press": lambda i: self._presser.press(str(i["key"]), int(i["card"]), int(i["button"])),
            "seen": lambda i: store.apply(reduce.looked_at, str(i["key"])),
            "unfold": lambda i: store.apply(reduce.unfolded, str(i["key"])),
            "preview-close": lambda i: self._dismiss(),
            "extension": self._hooks.intent,
            "form": lambda i: self._spawn(self._forms.submit(i["fields"])),
            "form-typed": lambda i: self._forms.typed(i["fields"]),
            "form-skip": lambda i: self._forms.skip(),
            "transcript": lambda i: self._transcripts.ask(),
            "transcript-close": lambda i: self._transcripts.close(),
            "transcript-send": lambda i: self._spawn(self._transcripts.send(str(i["fields"]["email"][0]))),
            "rating": lambda i: store.apply(reduce.rating_asked, True),
            "rate": lambda i: self._spawn(self._rate(self._rater.rate(int(i["score"])))),
            "rate-comment": lambda i: self._spawn_once(
                "comment", lambda: self._rate(self._rater.comment(str(i["fields"]["comment"][0])))
            ),
            "connect": lambda i: self._reconnect(),
        }

    # -- what the visitor does -------------------------------------------------------------------------------------

    def intent(self, name: str, intent: Intent) -> None:
        """What the stage reports. Unknown ones and broken ones are logged: they must not stop a chat."""
        act = self._intents.get(name)
        if not act:
            logger.warning("unknown intent %r", name)
            return
        self.rest.heard(name, intent)
        try:
            act(intent)
        except (KeyError, TypeError, ValueError):
            logger.exception("intent %r failed", name)

    def send(self, text: str, key: str, at: float, *, postback: Mapping[str, str] | None = None) -> None:
        """Show a message of the visitor's at once and send it when its turn comes.

        `at` in seconds; `postback` names the button of a rich message that it answers.
        """
        self._drafts.sent()
        entry = Entry(key=key, kind="message", at=at, text=text, delivery=Delivery.SENDING)
        self._store.apply(reduce.queued, entry)
        self._outbox.put(key, text_event(text, postback))
        record = {"key": key, "at": at * 1000, "text": text}
        self._unsent.watch({**record, "postback": postback} if postback else record)

    def _answer_late(self, key: str, event: dict[str, Any]) -> None:
        """Answers to a form go into a chat that has begun without them, in their turn."""
        text = convert.answers(FilledFormEvent.model_validate(event))
        at = self._clock.time()
        entry = Entry(key=key, kind="message", at=at, text=text, delivery=Delivery.SENDING)
        self._store.apply(reduce.queued, entry)
        self._outbox.put(key, event)

    def add_file(self, about: Mapping[str, Any], source: object) -> None:
        """A file was chosen: `key`, `at` (ms), `name`, `size`, `type`, perhaps `width`, `height`, `preview`."""
        self.rest.ends()
        attachment = Attachment(
            name=one_line(str(about["name"])),
            content_type=str(about.get("type", "")),
            size=int(about["size"]),
            width=about.get("width"),
            height=about.get("height"),
            preview=str(about.get("preview", "")),
        )
        self._files.add(str(about["key"]), float(about["at"]) / 1000, attachment, source)
        file = {name: value for name, value in about.items() if name not in ("key", "at", "preview")}
        self._unsent.watch({"key": about["key"], "at": about["at"], "file": file})

    def choose_alerts(self, choices: Mapping[str, Any]) -> None:
        """What the visitor wants to be told by: `sound`, `notify`, perhaps `refused` if the browser is against it."""
        notify = choices["notify"]
        chosen = None if notify is None else bool(notify)
        self._store.apply(reduce.alerts_chosen, sound=bool(choices["sound"]), notify=chosen)
        if choices.get("refused"):
            self._store.apply(reduce.noticed, Notice("notify", self._t("notify.refused")))

    def page(self, url: str, title: str, *, open: bool, visible: bool) -> None:
        """Where the visitor is, and whether the panel is open and in the foreground."""
        if open and visible and not self._store.state.attentive:
            self.rest.ends()
        self._store.apply(reduce.shown, open=open, visible=visible)
        if url and (url, title) != self._page:
            self._page = (url, title)
            self._hooks.moved(url, title)
            self._sdk.update_customer_page(url=url, title=title)

    def _dismiss(self) -> None:
        self._hooks.dismissed()
        self._spawn(self._greeter.dismiss())

    def _retry(self, key: str) -> None:
        if not self._files.retry(key):
            self._outbox.retry(key)

    def _discard(self, key: str) -> None:
        self._files.cancel(key)
        self._outbox.discard(key)

    def _spawn_once(self, name: str, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Nothing, while the same is under way: buttons are pressed twice."""

        async def run() -> None:
            try:
                await act()
            finally:
                self._under_way.discard(name)

        if name not in self._under_way:
            self._under_way.add(name)
            self._spawn(run())

    async def _end(self) -> None:
        state = self._store.apply(reduce.menu, False)
        try:
            await self._sdk.deactivate_chat(id=state.chat_id)
        except ChatError as error:
            self._tell("failure.end", error)

    async def _start(self) -> None:
        self._store.apply(reduce.menu, False)
        if await self._forms.admit():
            return
        state = self._store.state
        try:
            if state.chat_id:
                begun = await self._sdk.resume_chat(chat={"id": state.chat_id})
            else:
                begun = await self._sdk.start_chat()
        except ChatError as error:
            self._tell("failure.start", error)
        else:
            self._conversation.take_chat(begun.chat)
            self._stage.do("focus")

    async def _rate(self, rating: Awaitable[None]) -> None:
        try:
            await rating
        except ChatError as error:
            self._tell("failure.rating", error)  # the service says itself what was done

    def _reconnect(self) -> None:
        """A client that was ended for good is replaced by a new one, with Python and all."""
        if self._sdk.status == "destroyed":
            self._stage.do("restart")
        else:
            self._store.apply(reduce.connection_lost)
            self._sdk.connect()

    def _tell(self, words: str, error: ChatError) -> None:
        logger.info("%s: %r", words, error)
        self._store.apply(reduce.noticed, Notice(uuid4().hex, self._t(words, reason=error.message)))

    def _caught_up(self) -> None:
        self._hooks.caught_up()
        self._spawn(self._forms.before())

    def _changed(self, new: State, old: State) -> None:
        if new.active and not old.active:
            self._forms.begun()
            self._greeter.begun()
        if new.seen_up_to > old.seen_up_to:
            self._spawn(self._greeter.seen())

    # -- what the server says --------------------------------------------------------------------------------------

    def _listen(self) -> None:
        on = self._sdk.on
        on("customer_id", self._on_customer_id)
        on("connected", self._on_connected)
        on("disconnected", self._on_disconnected)
        on("connection_unstable", self._on_offline)
        on("connection_recovered", self._on_back_online)
        on("availability_updated", self._on_availability)
        on("incoming_chat", self._on_chat)
        on("incoming_event", self._ours(self._on_event))
        on("event_updated", self._ours(self._on_event_updated))
        on("chat_deactivated", self._ours(self._on_deactivated))
        on("user_added_to_chat", self._ours(self._on_user_added))
        on("user_removed_from_chat", self._ours(self._on_user_removed))
        on("incoming_typing_indicator", self._ours(self._on_typing))
        on("events_marked_as_seen", self._ours(self._on_seen))
        on("incoming_rich_message_postback", self._ours(self._on_postback))
        on("queue_position_updated", self._ours(self._on_queue))
        on("chat_transferred", self._ours(self._on_queue))

    def _ours(self, handler: Callable[[OfChat], object]) -> Callable[[OfChat], None]:
        """A customer has one chat: what is said of another is not for this conversation."""

        def handle(payload: OfChat) -> None:
            if payload.chat_id == self._store.state.chat_id:
                handler(payload)

        return handle

    def _on_chat(self, payload: events.IncomingChat) -> None:
        if self._store.state.chat_id in ("", payload.chat.id):
            self._conversation.take_chat(payload.chat)

    def _on_customer_id(self, customer_id: str) -> None:
        self._store.apply(reduce.customer_known, customer_id)

    def _on_connected(self, payload: events.Connected) -> None:
        self._store.apply(reduce.connected, available=payload.availability == "online")
        self._conversation.connected()
        if payload.greeting:
            self._greeter.show(payload.greeting)

    def _on_disconnected(self, payload: events.Disconnected) -> None:
        self._conversation.disconnected()
        if payload.reason in OTHER_CUSTOMER:
            self._stage.do("renew")
        elif self.rest.begins(payload.reason):
            pass
        elif self._sdk.status in ("destroyed", "paused"):
            self._store.apply(reduce.stopped, payload.reason)
        else:
            self._store.apply(reduce.connection_lost)

    def _on_offline(self, _payload: None) -> None:
        """The browser says so: nothing is sent into a connection that may be dead."""
        self._conversation.disconnected()
        self._store.apply(reduce.connection_lost)

    def _on_back_online(self, _payload: None) -> None:
        self._store.apply(reduce.connection_back)
        self._conversation.connected()

    def _on_availability(self, payload: events.AvailabilityUpdated) -> None:
        self._store.apply(reduce.availability, payload.availability == "online")
        if self._conversation.in_step.is_set():  # else all is asked when it is
            self._spawn(self._forms.availability_changed())

    def _on_event(self, payload: events.IncomingEvent) -> None:
        known = self._store.state.timeline.find(payload.event.id)
        self._conversation.take_event(payload.event)
        shown = self._store.state.timeline.find(payload.event.id)
        if shown and not known:
            self._attention.announce(shown)

    def _on_event_updated(self, payload: events.EventUpdated) -> None:
        self._conversation.take_event(payload.event)

    def _on_deactivated(self, _payload: events.ChatDeactivated) -> None:
        self._store.apply(reduce.chat_closed)
        self._spawn(self._forms.after())
        if self._store.state.open:
            self._voice.say(self._t("ended.announce"))

    def _on_user_added(self, payload: events.UserAddedToChat) -> None:
        if isinstance(payload.user, Agent):
            user = convert.person(payload.user)
            self._store.apply(reduce.people_known, [user])

    def _on_user_removed(self, payload: events.UserRemovedFromChat) -> None:
        self._store.apply(reduce.person_left, payload.user_id)

    def _on_typing(self, payload: events.IncomingTypingIndicator) -> None:
        author, is_typing = payload.typing_indicator.author_id, payload.typing_indicator.is_typing
        task = self._typing.pop(author, None)
        if task:
            task.cancel()
        self._store.apply(reduce.typing, author, is_typing)
        if is_typing:
            self._typing[author] = self._spawn(self._forget_typing(author))

    async def _forget_typing(self, author: str) -> None:
        await self._clock.sleep(TYPING_SECONDS)
        self._store.apply(reduce.typing, author, False)

    def _on_seen(self, payload: events.EventsMarkedAsSeen) -> None:
        up_to = convert.seconds(payload.seen_up_to)
        if payload.user_id == self._store.state.customer_id:
            self._store.apply(reduce.marked, up_to)
        else:
            self._store.apply(reduce.seen_by_agents, up_to)

    def _on_postback(self, payload: events.IncomingRichMessagePostback) -> None:
        if payload.user_id == self._store.state.customer_id:
            self._store.apply(reduce.pressed, payload.event_id, payload.postback.id, payload.postback.toggled)

    def _on_queue(self, payload: events.QueuePositionUpdated | events.ChatTransferred) -> None:
        queue = payload.queue
        self._store.apply(reduce.queue_moved, queue_of(queue.position, queue.wait_time) if queue else None)

    # -- time --------------------------------------------------------------------------------------------------------

    async def _watch_start(self) -> None:
        await self._clock.sleep(SLOW_SECONDS)
        if self._store.state.connection is Connection.STARTING:
            self._store.apply(reduce.connection_slow)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        """Tasks are kept until they are done: the loop itself holds them but weakly."""
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
