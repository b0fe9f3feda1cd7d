"""The login: what is said, and what the answer tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import ValidationError

from . import events
from .actions import customer_argument
from .endpoints import Endpoints
from .errors import MalformedResponse
from .models import Customer, Statistics, Token
from .protocol import push_names


@dataclass(frozen=True)
class Settings:
    """What a session is told once."""

    endpoints: Endpoints
    application: Mapping[str, Any]
    group_id: int | None = None
    referrer: str | None = None
    mobile: bool = False
    ping_interval: float = 15.0
    silence_limit: float = 30.0
    catch_up: bool = True


@dataclass(frozen=True)
class Credentials:
    """What a login needs: token, what the server asked to keep, and data about the customer."""

    token: Token
    side_storage: Mapping[str, Any] = field(default_factory=dict)
    customer: Mapping[str, Any] = field(default_factory=dict)


def write_login(
    settings: Settings, credentials: Credentials, page: Mapping[str, Any] | None, version: str
) -> dict[str, Any]:
    """The payload of a login."""
    token = credentials.token
    payload: dict[str, Any] = {
        "token": f"{token.token_type} {token.access_token}",
        "customer": customer_argument(credentials.customer),
        "customer_side_storage": dict(credentials.side_storage),
        "is_mobile": settings.mobile,
        "application": dict(settings.application),
    }
    if settings.group_id is not None:
        payload["group_id"] = settings.group_id
    if page is not None:
        payload["customer_page"] = page
    if settings.referrer is not None:
        payload["referrer"] = settings.referrer
    payload["pushes"] = {version: push_names(version)}
    return payload


class Welcome(NamedTuple):
    """The answer to a login."""

    connected: events.Connected
    group_id: Any
    activity: dict[str, bool]


def read_login(payload: Any, customer_id: str) -> Welcome:
    """Read the answer to a login; whatever is missing takes its default. Raises if it is no object at all."""
    if not isinstance(payload, dict):
        raise MalformedResponse("The answer to the login is not an object.")
    try:
        customer = Customer.model_validate({"id": customer_id, **payload["customer"]})
    except (KeyError, TypeError, ValidationError):
        customer = Customer(id=customer_id)
    if customer.statistics is None:
        customer = customer.model_copy(update={"statistics": Statistics()})
    config = payload.get("__priv_dynamic_config")
    group_id, availability = _availability(config)
    default = payload.get("has_active_thread")
    chats = [
        events.LoginChat(
            id=str(item["chat_id"]),
            active=bool(item.get("has_active_thread", default)),
            has_unread_events=bool(item.get("has_unread_events")),
        )
        for item in _mappings(payload.get("chats"))
        if item.get("chat_id")
    ]
    members: dict[str, Any] = {"customer": customer, "availability": availability}
    if isinstance(payload.get("greeting"), dict):
        members["greeting"] = payload["greeting"]
    connected = events.Connected(**members, chats=chats, dynamic_config=config)
    return Welcome(connected, group_id, {chat.id: chat.active for chat in chats})


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _availability(config: Any) -> tuple[Any, events.Availability]:
    if not isinstance(config, dict):
        return None, "offline"
    try:
        group_id = config["customer_groups"]["monitoring"]["id"]
    except (KeyError, TypeError):
        group_id = None
    online = config.get("online_groups_ids")
    is_online = isinstance(online, list) and group_id in online
    return group_id, "online" if is_online else "offline"
