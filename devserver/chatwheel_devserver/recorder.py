"""What tests look at afterwards: the newest frames of sockets, and the newest requests over HTTP."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar

Role = Literal["customer", "agent"]
T = TypeVar("T")
_UNREAD: Final = object()


class Recorder(Generic[T]):
    """The newest of something, within limits of number and size."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self.items: deque[T] = deque()
        #: Called with everything that is recorded.
        self.watchers: list[Callable[[T], None]] = []
        self._sizes: deque[int] = deque()
        self._most, self._most_bytes = most, most_bytes
        self._bytes = 0

    def add(self, item: T, size: int) -> None:
        """Remember one more, and forget the oldest if there are too many."""
        self.items.append(item)
        self._sizes.append(size)
        self._bytes += size
        while len(self.items) > self._most or self._bytes > self._most_bytes:
            self.items.popleft()
            self._bytes -= self._sizes.popleft()
        for callback in list(self.watchers):
            callback(item)


@dataclass(slots=True)
class Frame:
    """One recorded frame of a WebSocket."""

    direction: Literal["in", "out"]
    role: Role
    connection: int
    user_id: str | None
    text: str
    # Read when somebody asks: thousands of frames as objects would make every garbage collection a pause.
    _json: Any = field(default=_UNREAD, repr=False, compare=False)

    @property
    def json(self) -> Any:
        """The frame as an object; None if it is not JSON."""
        if self._json is _UNREAD:
            self._json = json_or_none(self.text)
        return self._json


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded request over HTTP with its answer: of the Web API, an upload, or one for a token."""

    method: str
    #: With the query.
    path: str
    #: The last part of the path, ``send_event``, ``upload_file``, ``token``.
    action: str
    role: Role
    #: Whose token it was, or who has got one.
    user_id: str | None
    request_text: str
    #: None if the connection was cut without an answer.
    status: int | None
    answer_text: str

    @property
    def body(self) -> Any:
        """What was sent, as an object; of an upload ``name`` and ``size`` of the file; None if it is not JSON."""
        return json_or_none(self.request_text)

    @property
    def answer(self) -> Any:
        """What was answered, as an object; None if it is not JSON."""
        return json_or_none(self.answer_text)


def json_or_none(text: str) -> Any:
    """Read JSON leniently; None for what is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def size_of(text: str) -> int:
    """Return how many bytes a text is on the wire."""
    return len(text) if text.isascii() else len(text.encode(errors="replace"))
