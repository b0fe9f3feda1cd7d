"""The payloads of the agent's requests that differ from the customer's."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import GroupId, Identifier, MessageText, PropertiesUpdate, Request
from .customer import Access, Application, ListChats
from .events import AgentDraft, MessageDraft


class AgentLogin(Request):
    """The first request of an agent's connection."""

    token: str
    application: Application | None = None
    away: bool = False
    pushes: dict[str, list[str]] | None = None


class ChatFilters(Request):
    """Which chats to list."""

    include_active: bool = True
    include_chats_without_threads: bool = True


class ListAgentChats(ListChats):
    """A page of the organization's chats."""

    limit: Annotated[int, Field(ge=1, le=100)] | None = None
    filters: ChatFilters | None = None


class AgentSendEvent(Request):
    """Say something in a chat."""

    chat_id: Identifier
    event: AgentDraft
    attach_to_last_thread: bool = False


class SendTypingIndicator(Request):
    """The agent has started or stopped typing."""

    chat_id: Identifier
    is_typing: bool
    visibility: Literal["all", "agents"] | None = None


class SendThinkingIndicator(Request):
    """The agent, a program, is working on an answer."""

    chat_id: Identifier
    title: str | None = None
    description: str | None = None
    visibility: Literal["all", "agents"] | None = None
    custom_id: Identifier | None = None


class SendEventPreview(Request):
    """Part of a long answer, shown before all of it is there."""

    chat_id: Identifier
    event: MessageDraft


class SendGreeting(Request):
    """Show a greeting to a visitor."""

    customer_id: Identifier
    text: Annotated[MessageText, Field(min_length=1)]


class AddUserToChat(Request):
    """Bring a user into a chat: oneself, to take it."""

    chat_id: Identifier
    user_id: Identifier
    user_type: Literal["agent", "customer"]
    visibility: Literal["all", "agents"] = "all"
    ignore_requester_presence: bool = False


class RemoveUserFromChat(Request):
    """Take a user out of a chat."""

    chat_id: Identifier
    user_id: Identifier
    user_type: Literal["agent", "customer"]
    ignore_requester_presence: bool = False


class DeactivateChat(Request):
    """Close the active thread."""

    id: Identifier
    ignore_requester_presence: bool = False


class AgentThread(Request):
    """The thread that an agent's start or resume opens."""

    events: list[AgentDraft] = Field(default_factory=list)
    properties: PropertiesUpdate = Field(default_factory=dict)


class ChatUser(Request):
    """A user to start a chat with."""

    id: Identifier
    type: Literal["agent", "customer"]


class AgentChat(Request):
    """The chat that an agent starts."""

    properties: PropertiesUpdate = Field(default_factory=dict)
    access: Access | None = None
    users: list[ChatUser] = Field(default_factory=list)
    thread: AgentThread = AgentThread()


class AgentResumedChat(AgentChat):
    """The chat that an agent reopens."""

    id: Identifier


class AgentStartChat(Request):
    """Start a chat with a visitor."""

    chat: AgentChat
    active: bool = True
    continuous: bool = False


class AgentResumeChat(Request):
    """Reopen a chat."""

    chat: AgentResumedChat
    active: bool = True
    continuous: bool | None = None


class GroupTarget(Request):
    """Groups that a chat goes to."""

    type: Literal["group"]
    ids: Annotated[list[GroupId], Field(min_length=1)]


class AgentTarget(Request):
    """Agents, by e-mail address, of whom the first who is free gets a chat."""

    type: Literal["agent"]
    ids: Annotated[list[Identifier], Field(min_length=1)]


TransferTarget = Annotated[GroupTarget | AgentTarget, Field(discriminator="type")]


class TransferChat(Request):
    """Hand a chat over."""

    id: Identifier
    target: TransferTarget | None = None
    ignore_agents_availability: bool = False
    ignore_requester_presence: bool = False


class ListAgentsForTransfer(Request):
    """Who could take a chat over."""

    chat_id: Identifier


class SetRoutingStatus(Request):
    """Take chats, or take none."""

    status: Literal["accepting_chats", "not_accepting_chats"]
    agent_id: Identifier | None = None


class GetCustomer(Request):
    """One customer."""

    id: Identifier


class BanCustomer(Request):
    """Keep a customer away for some days."""

    id: Identifier
    ban: BanTerms


class BanTerms(Request):
    """For how long."""

    days: Annotated[int, Field(ge=1, le=3650)]


BanCustomer.model_rebuild()
