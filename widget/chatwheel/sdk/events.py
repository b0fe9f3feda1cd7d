"""The events of a client: their names and what each one carries. Three come with version 3.6 only."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from .models.base import (
    Flag,
    Full,
    Lenient,
    MaybeText,
    Model,
    Properties,
    Text,
    no_items,
    no_members,
    nothing,
)
from .models.chats import Chat, Queue
from .models.messages import Event, in_thread
from .models.results import Greeting
from .models.users import Customer, SessionFields, User

EventName = Literal[
    "availability_updated",
    "chat_deactivated",
    "chat_properties_deleted",
    "chat_properties_updated",
    "chat_transferred",
    "connected",
    "connection_recovered",
    "connection_unstable",
    "customer_id",
    "customer_page_updated",
    "customer_updated",
    "disconnected",
    "event_deleted",
    "event_properties_deleted",
    "event_properties_updated",
    "event_updated",
    "events_marked_as_seen",
    "greeting_accepted",
    "greeting_canceled",
    "incoming_chat",
    "incoming_event",
    "incoming_event_preview",
    "incoming_greeting",
    "incoming_multicast",
    "incoming_rich_message_postback",
    "incoming_thinking_indicator",
    "incoming_typing_indicator",
    "queue_position_updated",
    "thread_properties_deleted",
    "thread_properties_updated",
    "user_added_to_chat",
    "user_data",
    "user_removed_from_chat",
]

Availability = Literal["online", "offline"]


class LoginChat(Model):
    """A chat named in the answer to the login."""

    id: str
    active: bool = False
    has_unread_events: bool = False


class Connected(Model):
    """Logged in. `chats` and `dynamic_config` are extras which the JavaScript SDK keeps hidden."""

    customer: Customer
    availability: Availability
    greeting: Greeting | None = None
    chats: list[LoginChat] = Field(default_factory=no_items, exclude=True)
    dynamic_config: Any = Field(default=None, exclude=True)


class Disconnected(Model):
    """The connection is gone; `reason` is the server's, or `connection_lost`, `identity_mismatch`, …"""

    reason: Text = ""


class AvailabilityUpdated(Model):
    """Whether somebody can answer."""

    availability: Availability


class ChatDeactivated(Model):
    """The chat's thread was closed."""

    chat_id: str
    thread_id: MaybeText = None
    user_id: MaybeText = None


class ChatPropertiesChanged(Model):
    """Payload of `chat_properties_updated` and `chat_properties_deleted`."""

    chat_id: str
    properties: Properties = Field(default_factory=no_members)


class ThreadPropertiesChanged(Model):
    """Payload of `thread_properties_updated` and `thread_properties_deleted`."""

    chat_id: str
    thread_id: Text = ""
    properties: Properties = Field(default_factory=no_members)


class EventPropertiesChanged(Model):
    """Payload of `event_properties_updated` and `event_properties_deleted`."""

    chat_id: str
    thread_id: Text = ""
    event_id: Text = ""
    properties: Properties = Field(default_factory=no_members)


class TransferTarget(Model):
    """Whom a chat was given to."""

    agent_ids: Annotated[list[Any] | None, Lenient(nothing)] = None
    group_ids: Annotated[list[Any] | None, Lenient(nothing)] = None


class ChatTransferred(Full):
    """The chat went to another agent or group; `requester_id` only if somebody did it by hand."""

    always: ClassVar[tuple[str, ...]] = ("queue",)

    chat_id: str
    thread_id: MaybeText = None
    reason: MaybeText = None
    requester_id: MaybeText = None
    transferred_to: Annotated[TransferTarget, Lenient(TransferTarget)] = Field(default_factory=TransferTarget)
    queue: Annotated[Queue | None, Lenient(nothing)] = None


class CustomerPageUpdated(Model):
    """The customer moved to another page."""

    url: MaybeText = None
    title: MaybeText = None
    opened_at: MaybeText = None


class CustomerUpdated(Model):
    """The customer's data changed; only what changed is there."""

    id: MaybeText = None
    name: MaybeText = None
    email: MaybeText = None
    avatar: MaybeText = None
    session_fields: SessionFields = Field(default_factory=no_members)


class _OneEvent(Model):
    chat_id: str
    thread_id: MaybeText = None
    event: Event

    def model_post_init(self, context: Any, /) -> None:
        in_thread(self.event, self.thread_id)


class IncomingEvent(_OneEvent):
    """Somebody else, or another window of the same customer, sent an event."""


class EventUpdated(_OneEvent):
    """An event changed."""


class EventDeleted(Model):
    """An event was taken back (version 3.6)."""

    chat_id: str
    thread_id: MaybeText = None
    event_id: Text = ""


class IncomingEventPreview(_OneEvent):
    """The beginning of an answer that is still being written (version 3.6).

    The event has no `id` and is not kept. Its `custom_id` is that of the pieces that follow and of the answer itself.
    """


class IncomingThinkingIndicator(Model):
    """A bot works on an answer (version 3.6); `custom_id` is the answer's."""

    chat_id: str
    thread_id: MaybeText = None
    author_id: Text = ""
    sent_at: MaybeText = None
    title: MaybeText = None
    description: MaybeText = None
    custom_id: MaybeText = None


class EventsMarkedAsSeen(Model):
    """A user has seen everything up to `seen_up_to`."""

    chat_id: str
    user_id: Text = ""
    seen_up_to: MaybeText = None


class GreetingReference(Model):
    """Payload of `greeting_accepted` and `greeting_canceled`."""

    unique_id: Text = ""


class IncomingChat(Model):
    """A thread was opened; also what `start_chat` and `resume_chat` return."""

    chat: Chat


class IncomingMulticast(Model):
    """A message from an application to its clients."""

    type: MaybeText = None
    content: Any = None


class PostbackState(Model):
    """A button that was pressed or released."""

    id: Text = ""
    toggled: Flag = False


class IncomingRichMessagePostback(Model):
    """Somebody pressed a button of a rich message."""

    chat_id: str
    thread_id: Text = ""
    event_id: Text = ""
    user_id: Text = ""
    postback: Annotated[PostbackState, Lenient(PostbackState)] = Field(default_factory=PostbackState)


class TypingIndicator(Model):
    """Who types."""

    author_id: Text = ""
    is_typing: Flag = False


class IncomingTypingIndicator(Model):
    """An agent started or stopped typing."""

    chat_id: str
    thread_id: MaybeText = None
    typing_indicator: TypingIndicator


class QueuePositionUpdated(Model):
    """The chat moved in the queue."""

    chat_id: str
    thread_id: Text = ""
    queue: Queue


class UserAddedToChat(Model):
    """Somebody joined; without `present` they are there in name only."""

    chat_id: str
    thread_id: MaybeText = None
    user: User
    present: Flag = False


class UserRemovedFromChat(Model):
    """Somebody left."""

    chat_id: str
    thread_id: MaybeText = None
    user_id: Text = ""


__all__ = [
    "Availability",
    "AvailabilityUpdated",
    "ChatDeactivated",
    "ChatPropertiesChanged",
    "ChatTransferred",
    "Connected",
    "CustomerPageUpdated",
    "CustomerUpdated",
    "Disconnected",
    "EventDeleted",
    "EventName",
    "EventPropertiesChanged",
    "EventUpdated",
    "EventsMarkedAsSeen",
    "GreetingReference",
    "IncomingChat",
    "IncomingEvent",
    "IncomingEventPreview",
    "IncomingMulticast",
    "IncomingRichMessagePostback",
    "IncomingThinkingIndicator",
    "IncomingTypingIndicator",
    "LoginChat",
    "PostbackState",
    "QueuePositionUpdated",
    "ThreadPropertiesChanged",
    "TransferTarget",
    "TypingIndicator",
    "UserAddedToChat",
    "UserRemovedFromChat",
]
