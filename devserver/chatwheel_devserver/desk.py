"""What can happen to chats, whoever causes it: threads open and close, events are written, people come and go.

Every method changes the database inside the caller's transaction and notes in the call what is to be told. It knows no
sockets and no spelling of the wire.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from .availability import Availability
from .calls import Call
from .clock import Clock, format_instant, short_id
from .config import Config
from .errors import not_found
from .hub import Hub
from .lens import is_newer, queue_fields
from .members import Members
from .records import (
    Chat,
    ChatFilter,
    ChatView,
    Customer,
    Event,
    Member,
    Properties,
    Thread,
    ThreadView,
    TransferReason,
    UserType,
    Visibility,
)
from .routing import Router
from .storage.chats import ChatTable, visible_to_customer
from .storage.customers import CustomerTable
from .storage.database import Database
from .storage.files import FileTable
from .transcripts import send_transcript


@dataclass(slots=True)
class Seed:
    """An event before it has a place in a thread."""

    type: str
    body: dict[str, Any]
    custom_id: str | None = None
    visibility: Visibility = "all"
    properties: Properties = field(default_factory=dict)


@dataclass(slots=True)
class Opening:
    """What a new thread starts with."""

    seeds: list[Seed]
    properties: Properties
    group_ids: list[int]
    active: bool
    #: Shown before the others, in the name of the agent who would answer.
    welcome: Seed | None = None


class Desk:
    """The records of one organization and the rules by which they change."""

    def __init__(self, config: Config, clock: Clock, database: Database, files: FileTable, hub: Hub) -> None:
        self.config = config
        self.clock = clock
        self.database = database
        self.chats = ChatTable(database)
        self.customers = CustomerTable(database)
        self.files = files
        self.hub = hub
        #: Called with every message of a user, once it is committed and told.
        self.on_message: Callable[[Event], None] = lambda _: None
        #: Hosts, with ports, under which this server serves its own site.
        self.own_hosts: frozenset[str] = frozenset()
        self.availability = Availability(config, clock, hub, self.chats)
        self.members = Members(self)
        self.router = Router(self)
        clock.start_after(self.chats.last_instant())

    # Looking things up

    def customer(self, customer_id: str) -> Customer:
        """Return a customer that must exist."""
        customer = self.customers.get(customer_id)
        if customer is None:
            raise not_found("Customer")
        return customer

    def chat(self, chat_id: str) -> Chat:
        """Return a chat that must exist."""
        chat = self.chats.chat(chat_id)
        if chat is None:
            raise not_found("Chat")
        return chat

    def thread(self, chat: Chat, thread_id: str) -> Thread:
        """Return a thread that must exist in this chat."""
        thread = self.chats.thread(thread_id)
        if thread is None or thread.chat_id != chat.id:
            raise not_found("Thread")
        return thread

    def active_thread(self, chat: Chat) -> Thread | None:
        """Return the open conversation of a chat."""
        thread = self.chats.last_thread(chat.id)
        return thread if thread is not None and thread.active else None

    def thread_view(self, thread: Thread) -> ThreadView:
        """Return a thread with its events."""
        user_ids = self.chats.thread_user_ids(thread.id)
        return ThreadView(thread, self.chats.events(thread.id), user_ids, self.router.place(thread))

    def chat_view(self, chat: Chat, thread: Thread | None) -> ChatView:
        """Return a chat with its members and this thread."""
        current = None if thread is None else self.thread_view(thread)
        members, followers = self.chats.members(chat.id), self.chats.follower_ids(chat.id)
        return ChatView(chat, self.customer(chat.customer_id), members, current, followers)

    def chat_of(self, customer_id: str) -> Chat | None:
        """Return a customer's one chat."""
        page = self.chats.chats_page(ChatFilter(customer_id), descending=True, beyond=None, limit=1)
        return page[0][0] if page else None

    def has_open_chat(self, customer_id: str) -> bool:
        """Tell whether a customer is in a conversation."""
        chat = self.chat_of(customer_id)
        return chat is not None and self.active_thread(chat) is not None

    def welcome_seed(self) -> Seed | None:
        """Return what visitors are welcomed with, if anything."""
        text = self.config.welcome_message
        properties: Properties = {"lc2": {"welcome_message": True}}
        return None if text is None else Seed("message", {"text": text}, properties=properties)

    # Threads

    def open_thread(
        self, call: Call, chat: Chat, author: tuple[str, UserType], opening: Opening
    ) -> list[str]:
        """Open a thread, write its first events, tell everybody; return the events' identifiers."""
        author_id, author_type = author
        previous = self.chats.last_thread(chat.id)
        instant = self.clock.instant()
        thread = Thread(
            id=short_id(instant),
            chat_id=chat.id,
            created_at=instant,
            active=opening.active,
            group_ids=opening.group_ids,
            properties=opening.properties,
            previous_id=None if previous is None else previous.id,
        )
        agent = author_id if author_type == "agent" else self._assign(thread)
        self.chats.add_thread(thread)
        customer_present = opening.active and (
            author_type == "customer" or self.hub.is_online(chat.customer_id)
        )
        self.members.set_present(chat.id, chat.customer_id, "customer", customer_present)
        self.chats.add_thread_user(thread.id, chat.customer_id)
        if agent is not None:
            self.members.set_present(chat.id, agent, "agent", opening.active)
            self.chats.add_thread_user(thread.id, agent)
        if opening.welcome is not None:
            instant = self._store(thread, opening.welcome, agent or self._host(thread)).created_at
        events = [self._store(thread, seed, author_id) for seed in opening.seeds]
        self._see(chat.id, author_id, author_type, events[-1].created_at if events else instant)
        view = self.chat_view(chat, self.chats.thread(thread.id))
        call.push(
            "incoming_chat",
            lambda lens: {"requester_id": lens.user_id(author_id), "chat": lens.chat(view)},
            customer_id=chat.customer_id,
        )
        self.hub.note_activity(chat.customer_id, self.clock.time())
        self.router.note(thread)
        call.afterwards.append(self.router.settle)
        call.afterwards += [partial(self.on_message, event) for event in events]
        return [event.id for event in events]

    def _host(self, thread: Thread) -> str:
        """Return in whose name a thread that nobody has taken welcomes the visitor."""
        candidates = (
            email for group_id in thread.group_ids for email in self.availability.candidates(group_id)
        )
        return next(candidates, self.config.agents[0].email)

    def _assign(self, thread: Thread) -> str | None:
        """Return the agent who gets a new thread, or note that it waits."""
        agent = self.router.choose(thread) if thread.active else None
        if thread.active and agent is None and self.router.queues(thread):
            thread.queued_at = thread.created_at
        return agent

    def close_thread(self, call: Call, chat: Chat, thread: Thread, user_id: str | None, seed: Seed) -> None:
        """Write why a thread ends, end it, tell everybody."""
        self.write(call, chat, thread, seed, None)
        thread.active = False
        thread.queued_at = None
        self.router.forget_leavers(thread)
        self.chats.save_thread(thread)
        for member in self.chats.members(chat.id):
            if member.present:
                member.present = False
                self.chats.set_member(member)

        def render(lens: Any) -> dict[str, Any]:
            payload = {"chat_id": chat.id, "thread_id": thread.id}
            return payload if user_id is None else payload | {"user_id": lens.user_id(user_id)}

        call.push("chat_deactivated", render, customer_id=chat.customer_id)
        send_transcript(self, call, chat, thread)
        call.afterwards.append(self.router.settle)

    # Events

    def write(
        self, call: Call, chat: Chat, thread: Thread, seed: Seed, author: tuple[str, UserType] | None
    ) -> Event:
        """Append an event to a thread and tell whoever may read it."""
        event = self._store(thread, seed, None if author is None else author[0])
        if author is not None:
            self.hub.note_activity(chat.customer_id, self.clock.time())
            self._see(chat.id, *author, event.created_at)
        self.tell_event(call, "incoming_event", chat, event)
        if author is not None:
            call.afterwards.append(lambda: self.on_message(event))
        return event

    def tell_event(self, call: Call, action: str, chat: Chat, event: Event) -> None:
        """Push an event to those who may read it."""
        call.push(
            action,
            lambda lens: event_payload(lens, event),
            customer_id=chat.customer_id if visible_to_customer(event, chat.customer_id) else None,
            since="3.6" if is_newer(event) else "",
        )

    def say(
        self,
        call: Call,
        chat: Chat,
        thread: Thread,
        type: str,
        text: str,
        text_vars: dict[str, str],
        *,
        visibility: Visibility = "all",
    ) -> Event:
        """Write a line of the service's own into a thread."""
        return self.write(call, chat, thread, system_seed(type, text, text_vars, visibility), None)

    def _store(self, thread: Thread, seed: Seed, author_id: str | None) -> Event:
        number = self.chats.next_event_number(thread.id)
        event = Event(
            id=f"{thread.id}_{number}",
            chat_id=thread.chat_id,
            thread_id=thread.id,
            number=number,
            created_at=self.clock.instant(),
            type=seed.type,
            author_id=author_id,
            custom_id=seed.custom_id,
            visibility=seed.visibility,
            properties=seed.properties,
            body=seed.body,
        )
        self.chats.add_event(event)
        return event

    # Places

    def tell_transferred(
        self,
        call: Call,
        chat: Chat,
        thread: Thread,
        reason: TransferReason,
        *,
        agent: str | None = None,
        requester_id: str | None = None,
    ) -> None:
        """Tell whose a chat is now: a group's, an agent's, or the queue's."""
        group_ids, queue = list(thread.group_ids), self.router.place(thread)
        self.router.note(thread)

        def render(lens: Any) -> dict[str, Any]:
            payload: dict[str, Any] = {"chat_id": chat.id, "thread_id": thread.id, "reason": reason}
            payload["transferred_to"] = {"group_ids": group_ids} | (
                {} if agent is None else {"agent_ids": [lens.user_id(agent)]}
            )
            if requester_id is not None:
                payload["requester_id"] = lens.user_id(requester_id)
            return payload if queue is None else payload | {"queue": queue_fields(queue)}

        call.push("chat_transferred", render, customer_id=chat.customer_id)

    def requeue(self, chat: Chat, thread: Thread) -> None:
        """Let a chat that its last agent has left wait again, if its group has a queue."""
        if not self.members.serving(chat) and self.router.queues(thread):
            thread.queued_at = self.clock.instant()
            self.chats.save_thread(thread)

    def mark_seen(self, call: Call, chat: Chat, user: tuple[str, UserType], instant: int) -> None:
        """Move a user's mark forward and tell everybody; an older mark changes nothing."""
        user_id, _ = user
        member = self.chats.member(chat.id, user_id)
        instant = min(instant, self.clock.instant())
        if member is not None and member.seen_up_to is not None and member.seen_up_to >= instant:
            return
        self._see(chat.id, *user, instant)
        call.push(
            "events_marked_as_seen",
            lambda lens: {
                "user_id": lens.user_id(user_id),
                "chat_id": chat.id,
                "seen_up_to": format_instant(instant),
            },
            customer_id=None if self.members.watches(chat, user_id) else chat.customer_id,
        )

    def agent_name(self, email: str) -> str:
        """Return what an agent is called."""
        agent = self.config.agent(email)
        return email if agent is None else agent.name

    def customer_name(self, customer_id: str) -> str:
        """Return what a customer is called."""
        return self.customer(customer_id).name or "Visitor"

    def _see(self, chat_id: str, user_id: str, type: UserType, instant: int) -> None:
        member = self.chats.member(chat_id, user_id) or Member(chat_id, user_id, type, False, None)
        member.seen_up_to = max(member.seen_up_to or 0, instant)
        self.chats.set_member(member)


def event_payload(lens: Any, event: Event) -> dict[str, Any]:
    """Build the payload of a push about an event."""
    return {"chat_id": event.chat_id, "thread_id": event.thread_id, "event": lens.event(event)}


def system_seed(type: str, text: str, text_vars: dict[str, str], visibility: Visibility = "all") -> Seed:
    """Prepare a line of the service's own."""
    body = {"system_message_type": type, "text": text, "text_vars": text_vars}
    return Seed("system_message", body, visibility=visibility)
