"""What all request models share: strict types, unknown fields accepted, faults that name the field."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from ..clock import parse_instant
from ..errors import ApiError

TEXT_BYTES: Final = 16 * 1024
MAX_ELEMENTS: Final = 10
MAX_BUTTONS: Final = 13
MAX_SESSION_FIELDS: Final = 100
INT32: Final = 2**31

Model = TypeVar("Model", bound="Request")


class Request(BaseModel):
    """A request's payload: types are not converted, fields that nobody knows are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Empty(Request):
    """A request without fields."""


def _short_enough(text: str) -> str:
    if len(text.encode()) > TEXT_BYTES:
        raise ValueError(f"must not be longer than {TEXT_BYTES} bytes of UTF-8")
    return text


def _is_instant(text: str) -> str:
    parse_instant(text)
    return text


def _is_int32(value: int) -> int:
    if not -INT32 <= value < INT32:
        raise ValueError("must fit into 32 bits")
    return value


def _one_key(field: dict[str, str]) -> dict[str, str]:
    if len(field) != 1:
        raise ValueError("must be an object with exactly one key")
    return field


def _none_if_empty(text: str | None) -> str | None:
    return text or None


Identifier = Annotated[str, Field(min_length=1, max_length=256)]
#: An empty one names nothing.
CustomId = Annotated[str | None, AfterValidator(_none_if_empty)]
MessageText = Annotated[str, AfterValidator(_short_enough)]
Instant = Annotated[str, AfterValidator(_is_instant)]
Int32 = Annotated[int, AfterValidator(_is_int32)]
GroupId = Annotated[int, Field(ge=0, lt=INT32)]
SessionField = Annotated[dict[str, str], AfterValidator(_one_key)]
SessionFields = list[SessionField]
PropertyValue = bool | Int32 | str
PropertiesUpdate = dict[str, dict[str, PropertyValue]]
PropertiesDeletion = dict[str, list[str]]
SortOrder = Literal["asc", "desc"]


def read_request(model: type[Model], payload: object) -> Model:
    """Check a payload; raise a ``validation`` error that names the first wrong field."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        raise ApiError("validation", _describe(error.errors()[0])) from error


def _describe(fault: ErrorDetails) -> str:
    place = ".".join(str(part) for part in _path(fault["loc"])) or "payload"
    context: dict[str, Any] = fault.get("ctx", {})
    if fault["type"] in ("union_tag_invalid", "union_tag_not_found"):
        place += ".type"
    match fault["type"]:
        case "missing" | "union_tag_not_found":
            problem = "is required"
        case "union_tag_invalid":
            problem = f"must be one of {context['expected_tags']}"
        case "value_error":
            problem = str(context["error"])
        case _:
            problem = fault["msg"][0].lower() + fault["msg"][1:]
    return f"{place}: {problem}"


def _path(location: tuple[int | str, ...]) -> list[int | str]:
    """Drop the names that pydantic puts into a location for the member of a union it has chosen."""
    path: list[int | str] = []
    for part in location:
        previous = path[-1] if path else None
        is_choice = isinstance(part, str) and (
            (part in _TAGS and (previous in ("event", "target") or isinstance(previous, int)))
            or part in ("bool", "int", "str", "float")
            or part.startswith(("function-", "constrained-"))
        )
        if not is_choice:
            path.append(part)
    return path


#: By which a member of a union is chosen: the types of events and of what a chat is transferred to.
_TAGS: Final = frozenset(
    {
        *("message", "file", "filled_form", "rich_message", "system_message", "custom", "form"),
        *("group", "agent"),
    }
)
