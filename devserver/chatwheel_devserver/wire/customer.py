"""The payloads of the customer's requests."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import (
    MAX_SESSION_FIELDS,
    GroupId,
    Identifier,
    Instant,
    PropertiesDeletion,
    PropertiesUpdate,
    Request,
    SessionFields,
    SortOrder,
)
from .events import CustomerDraft, Ecommerce


class Access(Request):
    """Which groups handle a chat."""

    group_ids: list[GroupId]


class InitialThread(Request):
    """The thread that a start or resume opens."""

    events: list[CustomerDraft] = Field(default_factory=list)
    properties: PropertiesUpdate = Field(default_factory=dict)


class InitialUser(Request):
    """A user to start a chat with: only the customer itself."""

    id: Identifier
    type: Literal["customer"]


class InitialChat(Request):
    """The chat that a start creates."""

    properties: PropertiesUpdate = Field(default_factory=dict)
    access: Access | None = None
    users: Annotated[list[InitialUser], Field(max_length=1)] = Field(default_factory=list)
    thread: InitialThread = InitialThread()


class ResumedChat(InitialChat):
    """The chat that a resume continues."""

    id: Identifier


class StartChat(Request):
    """Open the customer's chat."""

    chat: InitialChat = InitialChat()
    active: bool = True
    continuous: bool = False
    #: From version 3.6 on: what the visitor was welcomed with becomes the thread's first event.
    welcome_message_id: Identifier | None = None


class ResumeChat(Request):
    """Open a new thread in a chat."""

    chat: ResumedChat
    active: bool = True
    continuous: bool | None = None
    welcome_message_id: Identifier | None = None


class ChatById(Request):
    """A request about one chat, spelled ``id``."""

    id: Identifier


class ListChats(Request):
    """A page of the customer's chats."""

    limit: Annotated[int, Field(ge=1, le=25)] | None = None
    sort_order: SortOrder | None = None
    page_id: Identifier | None = None

    @model_validator(mode="after")
    def _page_alone(self) -> Self:
        if self.page_id is not None and (self.limit is not None or self.sort_order is not None):
            raise ValueError("page_id excludes limit and sort_order")
        return self


class ListThreads(Request):
    """A page of a chat's threads."""

    chat_id: Identifier
    limit: Annotated[int, Field(ge=1, le=100)] | None = None
    min_events_count: Annotated[int, Field(ge=1, le=100)] | None = None
    sort_order: SortOrder | None = None
    page_id: Identifier | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        measured = self.limit is not None or self.min_events_count is not None
        if self.limit is not None and self.min_events_count is not None:
            raise ValueError("limit and min_events_count exclude each other")
        if self.page_id is not None and (measured or self.sort_order is not None):
            raise ValueError("page_id excludes limit, min_events_count and sort_order")
        return self


class GetChat(Request):
    """One chat with one of its threads."""

    chat_id: Identifier
    thread_id: Identifier | None = None


class SendEvent(Request):
    """Say something in a chat."""

    chat_id: Identifier
    event: CustomerDraft
    attach_to_last_thread: bool = False


class DeleteEvent(Request):
    """Take back an event."""

    chat_id: Identifier
    thread_id: Identifier
    event_id: Identifier


class Toggle(Request):
    """A button that was switched on or off."""

    id: str
    toggled: bool
    button_type: str | None = None
    button_value: str | None = None
    ecommerce: Ecommerce | None = None


class SendPostback(Request):
    """Press a button of a rich message."""

    chat_id: Identifier
    thread_id: Identifier
    event_id: Identifier
    postback: Toggle


class SendSneakPeek(Request):
    """Show the agents what is being written."""

    chat_id: Identifier
    sneak_peek_text: str


class UpdateChatProperties(Request):
    """Set properties of a chat."""

    id: Identifier
    properties: PropertiesUpdate


class DeleteChatProperties(Request):
    """Remove properties of a chat."""

    id: Identifier
    properties: PropertiesDeletion


class UpdateThreadProperties(Request):
    """Set properties of a thread."""

    chat_id: Identifier
    thread_id: Identifier
    properties: PropertiesUpdate


class DeleteThreadProperties(Request):
    """Remove properties of a thread."""

    chat_id: Identifier
    thread_id: Identifier
    properties: PropertiesDeletion


class UpdateEventProperties(UpdateThreadProperties):
    """Set properties of an event."""

    event_id: Identifier


class DeleteEventProperties(DeleteThreadProperties):
    """Remove properties of an event."""

    event_id: Identifier


class Address(Request):
    """Where a customer lives."""

    address: str | None = None
    city: str | None = None
    country: str | None = None
    state: str | None = None
    postal_code: str | None = None


class FbMessenger(Request):
    """A customer's account at Messenger."""

    id: Identifier
    name: str | None = None


class Twilio(Request):
    """A customer's number for text messages."""

    phone_number: Identifier
    name: str | None = None


class Omnichannel(Request):
    """Where else a customer can be reached."""

    fbmessenger: FbMessenger | None = None
    twilio: Twilio | None = None


class CustomerFields(Request):
    """What is known of a customer; given at login or updated later."""

    name: str | None = None
    email: str | None = None
    avatar: str | None = None
    session_fields: Annotated[SessionFields, Field(max_length=MAX_SESSION_FIELDS)] | None = None
    address: Address | None = None
    phone_number: str | None = None
    omnichannel: Omnichannel | None = None


class UpdateCustomer(CustomerFields):
    """Change what is known of the customer."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("at least one of name, email, avatar, session_fields is required")
        return self


class SetSessionFields(Request):
    """Change the session's fields."""

    # The number is checked by the action: it has an error type of its own.
    session_fields: SessionFields


class CustomerPage(Request):
    """The page that the visitor is on."""

    url: str | None = None
    title: str | None = None


class UpdateCustomerPage(Request):
    """The visitor has moved to another page."""

    url: str
    title: str | None = None


class ListGroupStatuses(Request):
    """Which groups are online."""

    all: bool | None = None
    group_ids: list[GroupId] | None = None

    @model_validator(mode="after")
    def _one_given(self) -> Self:
        if not self.all and self.group_ids is None:
            raise ValueError("all or group_ids is required")
        return self


class GetForm(Request):
    """The form that belongs to a group."""

    group_id: GroupId
    type: Literal["prechat", "postchat", "ticket"]


class GetPredictedAgent(Request):
    """Who would answer."""

    group_id: GroupId | None = None


class GetUrlInfo(Request):
    """What a link leads to."""

    url: Annotated[str, Field(min_length=1, max_length=4096)]


class MarkEventsAsSeen(Request):
    """Everything up to this instant has been read."""

    chat_id: Identifier
    seen_up_to: Instant


class AcceptGreeting(Request):
    """A greeting was seen."""

    greeting_id: int
    unique_id: Identifier


class CancelGreeting(Request):
    """A greeting was closed."""

    unique_id: Identifier


class GreetingButton(Request):
    """A greeting's button was pressed."""

    greeting_unique_id: Identifier
    button_id: str


class RequestEmailVerification(Request):
    """Where the verified address is to be sent to."""

    callback_uri: Annotated[str, Field(min_length=1, max_length=4096)]


class RequestWelcomeMessage(Request):
    """What a visitor is welcomed with before the chat."""

    id: Identifier | None = None
    group_id: GroupId | None = None


class CheckGoals(Request):
    """A page view of a visitor who is not connected."""

    session_fields: Annotated[SessionFields, Field(max_length=MAX_SESSION_FIELDS)] = Field(
        default_factory=list
    )
    group_id: GroupId = 0
    page_url: str


class Application(Request):
    """The program that speaks for the customer."""

    name: str | None = None
    version: str | None = None
    channel_type: str | None = None


class Login(Request):
    """The first request of a connection."""

    token: str
    customer: CustomerFields = CustomerFields()
    customer_page: CustomerPage | None = None
    customer_side_storage: dict[str, str] = Field(default_factory=dict)
    is_mobile: bool = False
    group_id: GroupId | None = None
    referrer: str | None = None
    application: Application | None = None
    pushes: dict[str, list[str]] | None = None
