"""Properties: who may write which, and how updates and deletions combine with what is there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from .config import Config
from .errors import ApiError, validation
from .records import Properties

Place = Literal["chat", "thread", "event"]


@dataclass(frozen=True, slots=True)
class _Builtin:
    """A property of the service's own: its type and where a customer may write and read it."""

    type: type
    writable: tuple[Place, ...]
    readable: tuple[Place, ...]
    values: tuple[object, ...] | None = None


_EVERYWHERE: Final[tuple[Place, ...]] = ("chat", "thread", "event")
_NOWHERE: Final[tuple[Place, ...]] = ()


def _both(kind: type, *places: Place, values: tuple[object, ...] | None = None) -> _Builtin:
    return _Builtin(kind, places, places, values)


def _readable(kind: type, *places: Place) -> _Builtin:
    return _Builtin(kind, _NOWHERE, places)


_BUILTIN: Final[dict[str, _Builtin]] = {
    "rating.score": _both(int, *_EVERYWHERE, values=(0, 1)),
    "rating.comment": _both(str, *_EVERYWHERE),
    "routing.continuous": _readable(bool, "chat", "thread"),
    "routing.start_url": _readable(str, "thread"),
    "routing.transcript_email": _both(str, "thread"),
    "routing.offline_message": _both(bool, "thread"),
    "routing.ignore_bots": _Builtin(bool, ("thread",), _NOWHERE),
    "routing.ignore_agents_routing": _both(bool, "chat"),
    "routing.email_follow_up": _both(bool, "chat"),
    # What agents keep to themselves.
    **{
        f"routing.{name}": _readable(bool)
        for name in ("idle", "unassigned", "unreplied", "pinned", "was_pinned")
    },
    **{f"routing.{name}": _readable(str) for name in ("referrer", "last_transfer_timestamp")},
    "supervising.agent_ids": _readable(str),
    "source.client_id": _readable(str, *_EVERYWHERE),
    "source.customer_client_id": _readable(str, "chat", "thread"),
    "lc2.form_type": _both(str, "event"),
    "lc2.greeting_id": _Builtin(int, ("thread",), ("thread", "event")),
    "lc2.greeting_unique_id": _Builtin(str, ("thread",), ("thread", "event")),
    "lc2.welcome_message": _readable(bool, "event"),
    "chats.welcome_message_source": _readable(str, "event"),
    "chats.formatting": _both(str, "event", values=("commonmark",)),
    **{f"url_details.{name}": _both(str, "event") for name in ("title", "description", "url", "image_url")},
    **{f"url_details.{name}": _both(int, "event") for name in ("image_width", "image_height")},
    "status.delivered": _both(bool, "event"),
    "test.bool_property": _both(bool, *_EVERYWHERE),
    "test.int_property": _both(int, *_EVERYWHERE),
    "test.string_property": _both(str, *_EVERYWHERE),
    "test.tokenized_string_property": _both(str, *_EVERYWHERE),
}
#: Its names are free; customers read them with events.
_TRANSLATION: Final = "translation"
_BUILTIN_NAMESPACES: Final = {name.partition(".")[0] for name in _BUILTIN}
_CLIENT_ID: Final = re.compile(r"[0-9a-f]{32}")


def check_update(config: Config, place: Place, update: Properties, *, by_customer: bool) -> None:
    """Refuse properties that nobody knows, of the wrong type, or not for this user to write."""
    for namespace, values in update.items():
        for name, value in values.items():
            builtin = _find(config, namespace, name)
            if builtin is None:
                continue
            if by_customer and place not in builtin.writable:
                raise _refused(place, namespace, name)
            field = f"properties.{namespace}.{name}"
            if type(value) is not builtin.type:
                raise validation(field, f"must be of type {builtin.type.__name__}")
            if builtin.values is not None and value not in builtin.values:
                raise validation(field, f"must be one of {', '.join(map(repr, builtin.values))}")


def check_deletion(
    config: Config, place: Place, deletion: dict[str, list[str]], *, by_customer: bool
) -> None:
    """Refuse to delete what nobody knows or what is not for this user to write."""
    for namespace, names in deletion.items():
        for name in names:
            builtin = _find(config, namespace, name)
            if builtin is not None and by_customer and place not in builtin.writable:
                raise _refused(place, namespace, name)


def merge(properties: Properties, update: Mapping[str, Mapping[str, Any]]) -> Properties:
    """Return the properties with the update's values; other names of a namespace stay."""
    merged = {namespace: dict(values) for namespace, values in properties.items()}
    for namespace, values in update.items():
        merged.setdefault(namespace, {}).update(values)
    return merged


def without(properties: Properties, deletion: dict[str, list[str]]) -> Properties:
    """Return the properties without the named ones; empty namespaces vanish."""
    kept = {
        namespace: {name: value for name, value in values.items() if name not in deletion.get(namespace, ())}
        for namespace, values in properties.items()
    }
    return {namespace: values for namespace, values in kept.items() if values}


def for_customers(place: Place, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what customers may read: of properties with their values, or of lists of their names."""
    kept: dict[str, Any] = {}
    for namespace, names in properties.items():
        readable = [name for name in names if _is_readable(place, namespace, name)]
        if readable or not names:
            is_list = isinstance(names, list)
            kept[namespace] = readable if is_list else {name: names[name] for name in readable}
    return kept


def _is_readable(place: Place, namespace: str, name: str) -> bool:
    builtin = _builtin(namespace, name)
    return builtin is None or place in builtin.readable


def _builtin(namespace: str, name: str) -> _Builtin | None:
    return _readable(str, "event") if namespace == _TRANSLATION else _BUILTIN.get(f"{namespace}.{name}")


def _find(config: Config, namespace: str, name: str) -> _Builtin | None:
    """Return a property of the service; None for one that a client application owns."""
    builtin = _builtin(namespace, name)
    if builtin is not None:
        return builtin
    is_client = namespace in config.client_ids or _CLIENT_ID.fullmatch(namespace)
    if namespace in _BUILTIN_NAMESPACES or not is_client:
        raise validation(f"properties.{namespace}.{name}", "is not a known property")
    return None


def _refused(place: Place, namespace: str, name: str) -> ApiError:
    return ApiError(
        "authorization", f"properties.{namespace}.{name}: not for customers to write in a {place}"
    )
