"""What the SDK asks of the world around it, as protocols: clock, storage, socket, HTTP and uploads.

This module knows nothing of any particular world; `memory`, `cpython` and `browser` implement it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


class SocketClosed(Exception):
    """The socket is gone: closed by the other side, lost, or never opened."""


class TransportError(Exception):
    """An HTTP request or an upload got no answer: no network, refused, blocked by the browser, unreadable file."""


@dataclass(frozen=True)
class HttpResponse:
    """The answer to an HTTP request, whatever its status.

    Attributes:
        status: HTTP status code.
        text: the body, decoded.
    """

    status: int
    text: str


class Clock(Protocol):
    """Time. `monotonic` orders things, `time` is the wall clock; both in seconds."""

    def monotonic(self) -> float: ...

    def time(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class Storage(Protocol):
    """Small strings kept between visits. Never raises: a store that refuses behaves like an empty one."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str) -> None: ...

    async def remove(self, key: str) -> None: ...


TextHandler = Callable[[str], None]
"""Called with each text that comes over a socket, in the order in which they come; never raises."""


class Socket(Protocol):
    """An open WebSocket carrying texts."""

    async def listen(self, hear: TextHandler) -> None:
        """Call `hear` with each text as it comes, and return once nothing more will. Called once."""
        ...

    def send(self, text: str) -> None:
        """Queue a text. Never raises: on a closed socket the text is dropped."""
        ...

    def close(self) -> None:
        """Close the socket; harmless when closed already."""
        ...


@runtime_checkable
class UploadFile(Protocol):
    """A file about to be uploaded. `size` is in bytes, `None` if it cannot be known beforehand."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int | None: ...

    @property
    def content_type(self) -> str: ...


ProgressHandler = Callable[[int, int], None]
"""Called with the bytes sent so far and the bytes there are in all."""

NetworkHandler = Callable[[bool], None]
"""Called with `True` when the machine comes online, `False` when it goes offline."""


class Transport(Protocol):
    """Everything the SDK needs from the outside."""

    @property
    def clock(self) -> Clock: ...

    @property
    def storage(self) -> Storage: ...

    async def open_socket(self, url: str) -> Socket:
        """Open a WebSocket; raises `SocketClosed` if that fails."""
        ...

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        credentials: bool = False,
    ) -> HttpResponse:
        """Make an HTTP request; `credentials` sends and keeps cookies. Raises `TransportError` if unanswered."""
        ...

    async def upload(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        file: UploadFile,
        on_progress: ProgressHandler | None = None,
    ) -> HttpResponse:
        """Send a file as the form part `file`; cancelling the task aborts. Raises `TransportError` if unanswered."""
        ...

    def as_file(self, source: object) -> UploadFile:
        """Turn what the caller has (path, bytes, file object, JavaScript File) into an upload.

        Raises `TypeError` if this world cannot upload such a thing and `OSError` if the file cannot be read.
        """
        ...

    def on_network(self, handler: NetworkHandler) -> Callable[[], None]:
        """Report coming online and going offline; returns what unsubscribes."""
        ...

    def page_url(self) -> str | None:
        """The address of the page, or `None` outside a browser."""
        ...

    async def aclose(self) -> None:
        """Free what the transport holds."""
        ...
