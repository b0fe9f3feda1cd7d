"""The client: drives the core over a transport. (Being filled in.)"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Literal

from .auth import Auth
from .chat_methods import ChatMethods
from .customer_methods import CustomerMethods
from .history import ChatHistory
from .property_methods import PropertyMethods
from .uploads import Upload

Status = Literal["disconnected", "connected", "reconnecting", "paused", "destroyed"]


class CustomerSDK(ChatMethods, CustomerMethods, PropertyMethods):
    """A customer's end of the chat. Made by `chatwheel.init`.

    Attributes:
        auth: the token of this customer: `get_token`, `get_fresh_token`, `has_token`, `invalidate`.
    """

    auth: Auth

    @property
    def status(self) -> Status:
        """Where the connection stands."""
        raise NotImplementedError

    @property
    def customer_id(self) -> str | None:
        """Id of this customer, once known."""
        raise NotImplementedError

    def on(self, name: Any, handler: Any = None) -> Any:
        """Call `handler(payload)` at each event `name`; `"*"` gets `handler(name, payload)`. See `events`."""
        raise NotImplementedError

    def once(self, name: Any, handler: Any = None) -> Any:
        """Like `on`, for the next such event only."""
        raise NotImplementedError

    def off(self, name: str | None = None, handler: Callable[..., object] | None = None) -> None:
        """Remove one handler, all of a name, or all."""
        raise NotImplementedError

    async def wait_for(self, name: Any, *, timeout: float | None = None, where: Any = None) -> Any:
        """Wait for the next event `name` (for which `where(payload)` is true); RequestTimeout after `timeout` s."""
        raise NotImplementedError

    def stream(self, name: Any) -> Any:
        """`async for payload in sdk.stream(name)`: all events of that name from now on."""
        raise NotImplementedError

    def connect(self) -> None:
        """Connect, or try again at once instead of waiting; nothing happens if connected or connecting."""
        raise NotImplementedError

    def disconnect(self) -> None:
        """Close the connection and stay away until `connect()`; calls under way fail with `ConnectionLost`."""
        raise NotImplementedError

    def destroy(self) -> None:
        """End this client for good; calls under way fail with `SdkDestroyed`, all handlers are removed."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """`destroy()`, and wait until everything is put away."""
        raise NotImplementedError

    async def __aenter__(self) -> CustomerSDK:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def set_sneak_peek(self, *, chat_id: str, sneak_peek_text: str) -> None:
        """Show agents what is being typed; nothing happens unless connected and the chat is active."""
        raise NotImplementedError

    def update_customer_page(self, *, url: str | None = None, title: str | None = None) -> None:
        """Tell which page the customer is on; while not connected it goes out with the next login."""
        raise NotImplementedError

    def get_chat_history(self, *, chat_id: str) -> ChatHistory:
        """Read a chat's past page by page, from the latest threads to the first."""
        return ChatHistory(self, chat_id)

    def upload_file(self, *, file: object, on_progress: Callable[[float], object] | None = None) -> Upload:
        """Upload a file of at most 10 MB (Customer Chat API: upload_file).

        Args:
            file: a path, an open binary file, `(name, bytes)` or bytes; in the browser a JavaScript File, too.
            on_progress: called with the share that is sent, 0 to 1.

        Returns:
            Awaitable; gives an `UploadedFile` with the `url`. It has `cancel()`.

        Raises (when awaited):
            TooBigFile: nothing was sent.
            UploadFailed: it did not arrive.
            UploadCanceled: `cancel()` was called.
        """
        raise NotImplementedError


CustomerData = Mapping[str, Any]
