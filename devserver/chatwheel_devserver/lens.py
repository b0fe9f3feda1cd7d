"""How the same records look to a customer and to an agent.

A lens belongs to one connection: it knows whose it is, which version it speaks and under which address it
reached the server (links to files and pictures are made absolute with it).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal

from .clock import format_instant
from .config import Config
from .properties import Place, for_customers
from .records import ChatView, Customer, Event, Greeting, Member, Queue, ThreadView
from .storage.chats import only_visible

Json = dict[str, Any]
LastEvents = Sequence[tuple[Event, int]]

_LINKS = ("url", "thumbnail_url", "thumbnail2x_url")


def is_newer(event: Event) -> bool:
    """Tell whether customers know this type of event only from version 3.6 on."""
    return event.type == "system"


def queue_fields(queue: Queue) -> Json:
    """Show a place in a queue."""
    queued_at = format_instant(queue.queued_at)
    return {"position": queue.position, "wait_time": queue.wait_time, "queued_at": queued_at}


class Lens(ABC):
    """What both sides see alike."""

    role: Literal["customer", "agent"]
    #: Whose view it is, where two of one side see different things.
    viewer = ""

    def __init__(self, config: Config, base_url: str, version: str) -> None:
        self.config = config
        self.base_url = base_url
        self.version = version

    @property
    def is_36(self) -> bool:
        """Whether the connection knows what version 3.6 has added."""
        return self.version >= "3.6"

    @property
    def is_35(self) -> bool:
        """Whether the connection knows what version 3.5 has added."""
        return self.version >= "3.5"

    def link(self, path: str) -> str:
        """Make one of the server's own paths absolute; leave other addresses alone."""
        return self.base_url + path if path.startswith("/") and not path.startswith("//") else path

    @abstractmethod
    def user_id(self, user_id: str) -> str:
        """Spell the identifier of a user."""

    @abstractmethod
    def visible(self, events: Sequence[Event]) -> list[Event]:
        """Keep what this side may read."""

    @abstractmethod
    def user(self, member: Member, customer: Customer) -> Json:
        """Show a member of a chat."""

    def properties(self, place: Place, properties: Json) -> Json:
        """Show properties, or the names of deleted ones."""
        return properties

    def event(self, event: Event) -> Json:
        """Show one event."""
        shown: Json = {"id": event.id, "type": event.type, "created_at": format_instant(event.created_at)}
        # Nobody is the author of a system message, whoever caused it.
        if event.author_id is not None and event.type != "system_message":
            shown["author_id"] = self.user_id(event.author_id)
        if event.custom_id is not None:
            shown["custom_id"] = event.custom_id
        shown["properties"] = self.properties("event", event.properties)
        shown |= event.body
        if event.type == "file":
            shown |= {key: self.link(event.body[key]) for key in _LINKS if key in event.body}
        if event.type == "rich_message":
            self._spell_button_users(shown)
        return shown

    def _spell_button_users(self, shown: Json) -> None:
        shown["elements"] = [
            element
            | {
                "buttons": [
                    button | {"user_ids": [self.user_id(user) for user in button.get("user_ids", [])]}
                    for button in element["buttons"]
                ]
            }
            if element.get("buttons")
            else element
            for element in shown.get("elements", [])
        ]

    def thread(self, view: ThreadView) -> Json:
        """Show a thread with its events, oldest first."""
        thread = view.thread
        shown: Json = {
            "id": thread.id,
            "active": thread.active,
            "created_at": format_instant(thread.created_at),
            "user_ids": [self.user_id(user_id) for user_id in view.user_ids],
            "events": [self.event(event) for event in self.visible(view.events)],
            "access": {"group_ids": thread.group_ids},
            "properties": self.properties("thread", thread.properties),
        }
        if thread.previous_id is not None:
            shown["previous_thread_id"] = thread.previous_id
        if thread.next_id is not None:
            shown["next_thread_id"] = thread.next_id
        if view.queue is not None:
            shown["queue"] = queue_fields(view.queue)
        return shown

    def users(self, view: ChatView) -> list[Json]:
        """Show the members of a chat whom this side knows of."""
        return [self.user(member, view.customer) for member in view.members if self.knows(member)]

    def knows(self, member: Member) -> bool:
        """Tell whether this side sees a member."""
        return True

    def chat(self, view: ChatView) -> Json:
        """Show a chat with the thread of this view."""
        shown: Json = {
            "id": view.chat.id,
            "users": self.users(view),
            "access": {"group_ids": view.chat.group_ids},
            "properties": self.properties("chat", view.chat.properties),
        }
        if view.current is not None:
            shown["thread"] = self.thread(view.current)
        return shown

    def last_events(self, last: LastEvents) -> Json:
        """Show the newest event of each type."""
        return {
            event.type: {
                "thread_id": event.thread_id,
                "thread_created_at": format_instant(thread_created_at),
                "event": self.event(event),
            }
            for event, thread_created_at in last
            if self.visible([event])
        }

    def statistics(self, customer: Customer) -> dict[str, int]:
        """Count what a customer has done."""
        return {
            "chats_count": customer.chats_count,
            "threads_count": customer.threads_count,
            "visits_count": customer.visits,
            "page_views_count": customer.page_views,
            "greetings_shown_count": customer.greetings_shown,
            "greetings_accepted_count": customer.greetings_accepted,
        }

    def customer_fields(self, customer: Customer) -> Json:
        """Show what is known of a customer, without its numbers."""
        shown: Json = {"id": customer.id, "type": "customer"}
        for name in ("name", "email", "avatar"):
            if (value := getattr(customer, name)) is not None:
                shown[name] = value
        if customer.email is not None:
            shown["email_verified"] = False
        shown["session_fields"] = customer.session_fields
        if self.is_36:
            shown |= customer.profile
        return shown

    def _membership(self, member: Member) -> Json:
        shown: Json = {"present": member.present}
        if member.seen_up_to is not None:
            shown["events_seen_up_to"] = format_instant(member.seen_up_to)
        return shown

    def _agent(self, email: str) -> Json:
        agent = self.config.agent(email)
        shown: Json = {"id": self.user_id(email), "type": "agent"}
        if agent is not None:
            shown |= {
                "name": agent.name,
                "avatar": self.link(agent.avatar_path),
                "job_title": agent.job_title,
            }
        return shown


class CustomerLens(Lens):
    """What one customer sees: agents under opaque identifiers, nothing that agents keep to themselves."""

    role = "customer"

    def __init__(self, config: Config, base_url: str, version: str, customer_id: str) -> None:
        super().__init__(config, base_url, version)
        self.customer_id = customer_id

    def user_id(self, user_id: str) -> str:
        agent = self.config.agent(user_id)
        return user_id if agent is None else agent.public_id

    def visible(self, events: Sequence[Event]) -> list[Event]:
        return [
            event for event in only_visible(events, self.customer_id) if self.is_36 or not is_newer(event)
        ]

    def properties(self, place: Place, properties: Json) -> Json:
        return for_customers(place, properties)

    def event(self, event: Event) -> Json:
        shown = super().event(event)
        if event.visibility == "agents":
            shown["recipients"] = "agents"
        return shown

    def knows(self, member: Member) -> bool:
        return member.visibility == "all"

    def user(self, member: Member, customer: Customer) -> Json:
        shown = self.customer_fields(customer) if member.type == "customer" else self._agent(member.user_id)
        return shown | self._membership(member)

    def greeting(self, greeting: Greeting) -> Json:
        """Show a greeting as it is pushed."""
        body = {
            name: value for name, value in greeting.body.items() if name != "is_exit_intent" or self.is_35
        }
        agent = body["agent"]
        ids = {"id": f"{greeting.unique_id}_1", "created_at": format_instant(greeting.created_at)}
        return {
            "id": greeting.greeting_id,
            "unique_id": greeting.unique_id,
            "displayed_first_time": not greeting.is_delivered,
            **body,
            "event": ids | body["event"],
            "agent": agent | {"avatar": self.link(agent["avatar"])},
        }

    def predicted_agent(self, email: str) -> Json:
        """Show who would answer."""
        agent = self.config.agent(email)
        return self._agent(email) | {"is_bot": agent is not None and agent.is_bot}


class AgentLens(Lens):
    """What agents see: e-mail addresses, visibility, and where the visitor is."""

    role = "agent"

    def __init__(self, config: Config, base_url: str, version: str, email: str = "") -> None:
        super().__init__(config, base_url, version)
        self.viewer = email

    def chat(self, view: ChatView) -> Json:
        return super().chat(view) | {"is_followed": self.viewer in view.follower_ids}

    def user_id(self, user_id: str) -> str:
        return user_id

    def visible(self, events: Sequence[Event]) -> list[Event]:
        return list(events)

    def event(self, event: Event) -> Json:
        if event.deleted:
            return {
                "id": event.id,
                "type": event.type,
                "created_at": format_instant(event.created_at),
                "author_id": event.author_id,
                "visibility": event.visibility,
                "deleted": True,
            }
        return super().event(event) | {"visibility": event.visibility}

    def user(self, member: Member, customer: Customer) -> Json:
        if member.type == "customer":
            return self.customer(customer) | self._membership(member) | {"visibility": "all"}
        return self._agent(member.user_id) | self._membership(member) | {"visibility": member.visibility}

    def customer(self, customer: Customer, *, online: bool | None = None) -> Json:
        """Show a customer with numbers and visit."""
        pages = [
            {"opened_at": format_instant(page.opened_at), "url": page.url, "title": page.title}
            for page in customer.last_pages
        ]
        started_at = format_instant(customer.last_visit_at)
        visit: Json = {"started_at": started_at, "last_pages": pages, **customer.visit}
        shown = self.customer_fields(customer) | {
            "statistics": self.statistics(customer),
            "created_at": format_instant(customer.created_at),
            "group_ids": [0],
            "visit" if self.is_36 else "last_visit": visit,
        }
        if online is not None:
            shown |= {"online": online, "state": "browsing" if online else "offline"}
        return shown
