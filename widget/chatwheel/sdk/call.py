"""A request that can be made: what is sent, how its answer is read, and what arguments must be to be sent at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from pydantic.alias_generators import to_snake

from .errors import InvalidArgument
from .models import Model, User

T = TypeVar("T")
Data = Model | Mapping[str, Any]


def _no_users(result: Any) -> Iterable[User]:
    return ()


def _no_chats(result: Any) -> Mapping[str, bool]:
    return {}


def no_times(result: Any) -> Mapping[str, str]:
    return {}


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is(*kinds: type) -> Callable[[Any], bool]:
    """Whether a value is of one of these kinds; a truth value is no number."""
    return lambda value: isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


_ID = (_is_id, "must be a text that is not empty")
_TEXT = (_is(str), "must be a text")
_NUMBER = (_is(int), "must be a whole number")
_FLAG = (_is(bool), "must be True or False")

_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("id", "chat_id", "thread_id", "event_id", "page_id", "unique_id"), _ID),
    **dict.fromkeys(("seen_up_to", "sneak_peek_text", "url", "type", "name", "email", "avatar"), _TEXT),
    **dict.fromkeys(("group_id", "limit", "min_events_count"), _NUMBER),
    **dict.fromkeys(("active", "continuous", "attach_to_last_thread"), _FLAG),
    "greeting_id": (_is(int, str), "must be a number"),
    "sort_order": (lambda value: value in ("asc", "desc"), "must be asc or desc"),
    "properties": (_is(Mapping, Model), "must be a mapping"),
}
"""What members of a payload must be. They are called as the arguments are."""


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request that can be made.

    Attributes:
        action: name on the wire.
        payload: payload on the wire.
        parse: makes the result from the answer's payload.
        settled_by: the push that answers it; `None` if the response does.
        users: whom the result tells of (`user_data` is emitted for each).
        activity: which chats the result tells to be active.
        known: up to which time the result tells the events of a chat.
    """

    action: str
    payload: dict[str, Any]
    parse: Callable[[Any], T]
    settled_by: Literal["incoming_chat", "incoming_event"] | None = None
    users: Callable[[Any], Iterable[User]] = field(default=_no_users)
    activity: Callable[[Any], Mapping[str, bool]] = field(default=_no_chats)
    known: Callable[[Any], Mapping[str, str]] = field(default=no_times)

    def __post_init__(self) -> None:
        for name, value in self.payload.items():
            is_valid, problem = _RULES.get(name, (None, ""))
            if is_valid is not None and not is_valid(value):
                raise InvalidArgument(name, f"{problem}, not {value!r}")


def unchanged(data: Data, argument: str) -> dict[str, Any]:
    """An argument object as a plain mapping, a mapping's names as they are; `argument` is named if it is neither."""
    if isinstance(data, Model):
        return data.model_dump(mode="json", exclude_unset=True)
    if isinstance(data, Mapping):
        return dict(data)
    raise InvalidArgument(argument, f"must be a model or a mapping, not {data!r}")


def plain(data: Data | None, argument: str) -> dict[str, Any]:
    """An argument object as a plain mapping under the wire's snake_case names (its own level only)."""
    if data is None:
        return {}
    return {to_snake(str(key)): value for key, value in unchanged(data, argument).items()}


def several(value: Any, argument: str, kind: type = object) -> list[Any]:
    """An argument that is a list, its items of one kind; `argument` is named if not. Nothing given is an empty one."""
    if value is not None and (
        not isinstance(value, Iterable) or isinstance(value, str | bytes | Mapping | Model)
    ):
        raise InvalidArgument(argument, f"must be a list, not {value!r}")
    items = list(value or ())
    is_right = _is(kind) if kind is not object else lambda item: True
    for item in items:
        if not is_right(item):
            raise InvalidArgument(argument, f"holds {item!r}, which is no {kind.__name__}")
    return items
