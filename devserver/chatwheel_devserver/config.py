"""Who works here and what is allowed: the settings of one server.

Everything is a frozen dataclass with the demo's values as defaults, so that a test names only what it changes.
This module knows no sockets, no files and no clock.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .hours import OpeningHours

MEBIBYTE: Final = 1024 * 1024
SUPPORTED_VERSIONS: Final = ("3.4", "3.5", "3.6")
DEFAULT_VERSION: Final = "3.5"
#: Which header tells of a version's end.
VERSION_STATES: Final = {"3.4": "Deprecation", "3.5": "Legacy"}
VERSION_ENDS: Final = {"3.4": "2026-12-31", "3.5": "2027-12-31"}

FormType = Literal["prechat", "postchat", "ticket"]
Routing = Literal["manual", "automatic"]

_AGENT_NAMESPACE: Final = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


@dataclass(frozen=True, slots=True)
class Agent:
    """A person (or a script) who answers chats."""

    email: str
    name: str
    job_title: str = "Support"
    group_ids: tuple[int, ...] = (0,)
    is_bot: bool = False
    #: How many chats automatic routing gives this agent at a time.
    max_chats: int = 20
    #: A personal access token with which programs log in as this agent; without one none can.
    token: str | None = field(default=None, repr=False)
    #: Where the picture is, a path of this server's site or an address; None draws one.
    avatar: str | None = None

    @property
    def public_id(self) -> str:
        """The identifier customers see: opaque, never the e-mail address."""
        return uuid.uuid5(_AGENT_NAMESPACE, f"agent:{self.email}").hex

    @property
    def avatar_path(self) -> str:
        """Where this agent's picture is: the given one, or the one that the server draws."""
        return self.avatar or f"/avatars/{self.public_id}.svg"


@dataclass(frozen=True, slots=True)
class Group:
    """A group of agents; group 0 is everybody.

    With manual routing a chat waits until somebody takes it. Automatic routing gives it to the agent with the
    fewest chats, and puts it into the queue when all have as many as they may have.
    """

    id: int
    name: str
    routing: Routing = "manual"
    #: How many chats each agent may have while chats of this group are given out; the agent's own limit holds too.
    chats_per_agent: int | None = None
    #: How many chats may wait; when as many do, the group is offline.
    queue_limit: int | None = None


@dataclass(frozen=True, slots=True)
class GreetingRule:
    """A greeting that the server shows by itself to visitors of matching pages."""

    id: int
    text: str
    #: Part of the page's address; empty matches every page.
    url_contains: str = ""
    agent: str | None = None
    #: Texts of buttons, which turn the greeting into a rich message.
    buttons: tuple[str, ...] = ()
    #: Ask for something more than a click, such as ``email``.
    addon: str | None = None
    is_announcement: bool = False
    #: To be shown when the visitor is about to leave the page.
    is_exit_intent: bool = False


@dataclass(frozen=True, slots=True)
class CannedResponse:
    """A text that agents send again and again, with the shortcut that finds it."""

    shortcut: str
    text: str


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests of one action one user may make within some seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers that the protocol fixes, or that protect this process."""

    login_seconds: float = 30.0
    request_seconds: float = 15.0
    heartbeat_seconds: float = 20.0
    inactivity_seconds: float = 1800.0
    #: A customer's connection over which nothing was said for so long is closed; `inf` closes none.
    silence_seconds: float = 30.0
    #: How long an agent who has lost the connection keeps the chats.
    agent_grace_seconds: float = 30.0
    token_seconds: int = 28_800
    unused_file_seconds: float = 86_400.0
    #: After this long without a message a thread is marked as idle, and later archived.
    thread_idle_seconds: float = 900.0
    thread_archive_seconds: float = 1800.0
    #: A chat whose agent leaves a question without an answer for so long goes to a colleague who is free.
    agent_reply_seconds: float = float("inf")
    #: A chat whose customer has been off the site for so long is closed, unless it is a continuous one.
    customer_grace_seconds: float = float("inf")
    url_info_seconds: float = 3.0
    url_info_bytes: int = MEBIBYTE // 2
    users_online: int | None = None
    pending_requests: int = 10
    connections_per_customer: int = 50
    #: Sockets that have not logged in yet, of everybody together.
    unauthorized_connections: int = 1000
    file_bytes: int = 10 * MEBIBYTE
    frame_bytes: int = MEBIBYTE
    outgoing_bytes: int = 8 * MEBIBYTE
    recorded_frames: int = 20_000
    recorded_bytes: int = 64 * MEBIBYTE


SCRIPTED_AGENT: Final = Agent("grace@demo.example", "Grace", "Support", is_bot=True)
CONSOLE_AGENT: Final = Agent("sam@demo.example", "Sam", "Support specialist")
CANNED_RESPONSES: Final = (
    CannedResponse("hello", "Hello! How can I help you today?"),
    CannedResponse("moment", "One moment, please. I am looking into it."),
    CannedResponse("order", "Could you give me the number of your order?"),
    CannedResponse("more", "Is there anything else I can do for you?"),
    CannedResponse("bye", "Thank you for writing to us. Have a nice day!"),
)


@dataclass(frozen=True, slots=True)
class Config:
    """One organization with its groups, agents and rules."""

    name: str = "chatwheel demo"
    organization_id: str = "demo-organization"
    client_ids: tuple[str, ...] = ("demo-client",)
    groups: tuple[Group, ...] = (Group(0, "Everybody"),)
    agents: tuple[Agent, ...] = (SCRIPTED_AGENT, CONSOLE_AGENT)
    scripted_agent: str = SCRIPTED_AGENT.email
    console_agent: str = CONSOLE_AGENT.email
    #: May a visitor start a chat while no agent at all is connected? The chat then waits for one.
    queue_open: bool = True
    #: Origins that browsers may call from; ``*`` stands for any.
    origins: tuple[str, ...] = ("*",)
    forms: Mapping[tuple[int, FormType], Mapping[str, Any]] = field(default_factory=dict)
    greetings: tuple[GreetingRule, ...] = ()
    canned_responses: tuple[CannedResponse, ...] = CANNED_RESPONSES
    #: What a visitor is welcomed with before the chat starts; None for nothing.
    welcome_message: str | None = None
    opening_hours: OpeningHours | None = None
    #: From how long a chat lasts the waiting time in a queue is estimated.
    seconds_per_chat: int = 180
    #: Other hosts whose pages ``get_url_info`` may fetch, such as ``shop.example`` or ``shop.example:8080``.
    url_info_hosts: tuple[str, ...] = ()
    language: str = "en"
    #: Phrases of the widget by their keys, as ``get_localization`` gives them.
    phrases: Mapping[str, str] = field(default_factory=dict)
    license_properties: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group_properties: Mapping[int, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    #: By the action's name; ``*`` holds for every action that has no limit of its own.
    rate_limits: Mapping[str, RateLimit] = field(default_factory=dict)
    #: Until when versions that are not the newest are served; told with each connection.
    version_ends: Mapping[str, str] = field(default_factory=lambda: dict(VERSION_ENDS))
    limits: Limits = Limits()

    def agent(self, email: str) -> Agent | None:
        """Return the agent with this e-mail address."""
        return next((agent for agent in self.agents if agent.email == email), None)

    def agent_by_public_id(self, public_id: str) -> Agent | None:
        """Return the agent whom customers know by this identifier."""
        return next((agent for agent in self.agents if agent.public_id == public_id), None)

    def group(self, group_id: int) -> Group | None:
        """Return a group of the organization."""
        return next((group for group in self.groups if group.id == group_id), None)

    def has_group(self, group_id: int) -> bool:
        """Tell whether the organization has this group."""
        return any(group.id == group_id for group in self.groups)

    def allows_origin(self, origin: str) -> bool:
        """Tell whether a page of this origin may call the server."""
        return "*" in self.origins or origin in self.origins
