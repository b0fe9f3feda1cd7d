"""Calls and events for the host page: the SDK's methods under their documented JavaScript names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_snake

from chatwheel.sdk import ChatError, CustomerSDK
from chatwheel.sdk.models import Model

logger = logging.getLogger("chatwheel.ui")

METHODS = frozenset(
    [
        "acceptGreeting",
        "cancelGreeting",
        "cancelRate",
        "deactivateChat",
        "deleteChatProperties",
        "deleteEventProperties",
        "deleteThreadProperties",
        "getChat",
        "getCustomer",
        "getForm",
        "getPredictedAgent",
        "getUrlInfo",
        "listChats",
        "listGroupStatuses",
        "listThreads",
        "markEventsAsSeen",
        "rateChat",
        "resumeChat",
        "sendEvent",
        "sendRichMessagePostback",
        "setCustomerSessionFields",
        "setSneakPeek",
        "startChat",
        "updateChatProperties",
        "updateCustomer",
        "updateCustomerPage",
        "updateEventProperties",
        "updateThreadProperties",
        "connect",
        "disconnect",
    ]
)
"""What the page may call. The token is not among it: it never leaves the worker."""


class Calls:
    """Answers the page's calls with `["result", {"id", "ok" or "error"}]`."""

    def __init__(self, sdk: CustomerSDK, post: Callable[[str, object], None]) -> None:
        self._sdk = sdk
        self._post = post
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard: set[str] = set()

    def call(self, id: int, method: str, args: Sequence[Any]) -> None:
        task = asyncio.ensure_future(self._call(id, method, args))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def listen(self, name: str) -> None:
        """The page wants this event from now on; names nobody knows are never emitted."""
        if name in self._heard:
            return
        self._heard.add(name)
        try:
            self._sdk.on(name, lambda payload: self._post("event", {"name": name, "payload": plain(payload)}))  # type: ignore[call-overload]
        except ChatError as error:
            logger.info("%s", error)

    async def _call(self, id: int, method: str, args: Sequence[Any]) -> None:
        try:
            self._post("result", {"id": id, "ok": plain(await self._result(method, args))})
        except ChatError as error:
            self._post("result", {"id": id, "error": {"code": error.code, "message": error.message}})
        except (TypeError, ValueError) as error:
            self._post("result", {"id": id, "error": {"code": "INVALID_ARGUMENT", "message": str(error)}})

    async def _result(self, method: str, args: Sequence[Any]) -> object:
        if method not in METHODS:
            raise ChatError(f"There is no method {method!r}.", code="UNKNOWN_METHOD")
        given: Mapping[str, Any] = args[0] if args and isinstance(args[0], dict) else {}
        result = getattr(self._sdk, to_snake(method))(
            **{to_snake(name): value for name, value in given.items()}
        )
        return await result if asyncio.iscoroutine(result) else result


def plain(value: object) -> object:
    """What the JavaScript SDK would hand over."""
    return value.to_js() if isinstance(value, Model) else value
