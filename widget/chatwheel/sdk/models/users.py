"""Users: agents and customers, as members of a chat and on their own."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from .base import Flag, Full, Lenient, MaybeFlag, MaybeNumber, MaybeText, Model, no_members, nothing


def join_session_fields(value: Any) -> Any:
    """The wire's list of one-key objects as one mapping; of each item the first key counts, the last duplicate wins."""
    if isinstance(value, list):
        joined: dict[str, Any] = {}
        for item in value:
            if isinstance(item, dict) and item:
                key = next(iter(item))
                joined[key] = item[key]
        return joined
    return value


def split_session_fields(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """A mapping as the wire's list of one-key objects, in order."""
    return [{key: value} for key, value in fields.items()]


SessionFields = Annotated[dict[str, Any], BeforeValidator(join_session_fields), Lenient(dict)]


class Statistics(Model):
    """How often a customer has been here."""

    chats_count: MaybeNumber = None
    threads_count: MaybeNumber = None
    visits_count: MaybeNumber = None
    page_views_count: MaybeNumber = None
    greetings_shown_count: MaybeNumber = None
    greetings_accepted_count: MaybeNumber = None


class Agent(Full):
    """An agent or a bot, as a customer sees them."""

    always: ClassVar[tuple[str, ...]] = ("type",)

    id: str
    type: Annotated[Literal["agent"], Lenient(lambda: "agent")] = "agent"
    name: MaybeText = None
    avatar: MaybeText = None
    job_title: MaybeText = None
    present: MaybeFlag = None
    is_bot: MaybeFlag = None
    bot_type: MaybeText = None
    events_seen_up_to: MaybeText = None


class Customer(Full):
    """A customer. `statistics` is there in `get_customer` and `connected` only, `present` in chats only.

    `phone_number`, `address` and `omnichannel` come with version 3.6.
    """

    always: ClassVar[tuple[str, ...]] = ("type", "session_fields")

    id: str
    type: Literal["customer"] = "customer"
    name: MaybeText = None
    email: MaybeText = None
    email_verified: MaybeFlag = None
    avatar: MaybeText = None
    phone_number: MaybeText = None
    address: Any = None
    omnichannel: Any = None
    session_fields: SessionFields = Field(default_factory=no_members)
    statistics: Annotated[Statistics | None, Lenient(nothing)] = None
    present: MaybeFlag = None
    events_seen_up_to: MaybeText = None


def _user_kind(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return "customer" if kind == "customer" else "agent"


User = Annotated[
    Annotated[Customer, Tag("customer")] | Annotated[Agent, Tag("agent")], Discriminator(_user_kind)
]
"""A member of a chat: whoever is not a customer counts as an agent."""


class PredictedAgent(Full):
    """Who would answer a chat started now (`get_predicted_agent`)."""

    always: ClassVar[tuple[str, ...]] = ("queue",)

    agent: Agent
    queue: Flag = False
