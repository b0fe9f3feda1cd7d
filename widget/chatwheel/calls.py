"""Calls and events for the host page: the SDK's methods under their documented JavaScript names."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from pydantic.alias_generators import to_snake

from chatwheel.sdk import ChatError, ChatHistory, CustomerSDK, Upload
from chatwheel.sdk.models import Model

logger = logging.getLogger("chatwheel.ui")

METHODS = frozenset(
    [
        "acceptGreeting",
        "cancelGreeting",
        "cancelRate",
        "connect",
        "deactivateChat",
        "deleteChatProperties",
        "deleteEventProperties",
        "deleteThreadProperties",
        "disconnect",
        "getChat",
        "getChatHistory",
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
        "uploadFile",
    ]
)
"""What the page may call: all of the SDK but `auth` (the token never leaves the worker) and `destroy`, `on`, `once` and
`off`, which are verbs of the host page's own."""


class Calls:
    """Answers the page's calls with `["result", {"id", "ok" or "error"}]`; an upload tells `call-progress` before."""

    def __init__(self, sdk: CustomerSDK, post: Callable[[str, object], None]) -> None:
        self._sdk = sdk
        self._post = post
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard: set[str] = set()
        self._histories: dict[int, ChatHistory] = {}
        self._numbers = count(1)
        self._uploads: dict[int, Upload] = {}

    def call(self, id: int, method: str, args: Sequence[Any], files: Sequence[object] = ()) -> None:
        """`files` holds the file of `uploadFile`, which no JSON can carry."""
        task = asyncio.ensure_future(self._call(id, method, args, files))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def listen(self, name: str) -> None:
        """The page wants this event from now on; those of the site's own Python are told without being asked for."""
        if name in self._heard or name.startswith("extension:"):
            return
        self._heard.add(name)
        try:
            self._sdk.on(name, lambda payload: self._post("event", {"name": name, "payload": plain(payload)}))  # type: ignore[call-overload]
        except ChatError as error:
            logger.warning("chatwheel(%r, …): %s", "on", error.message)

    async def _call(self, id: int, method: str, args: Sequence[Any], files: Sequence[object]) -> None:
        try:
            self._post("result", {"id": id, "ok": plain(await self._result(id, method, args, files))})
        except ChatError as error:
            self._post("result", {"id": id, "error": {"code": error.code, "message": error.message}})
        except Exception as error:  # whatever was given, the page waits for an answer
            logger.debug("%s cannot be called like that", method, exc_info=True)
            message = _without_python(str(error), method)
            self._post("result", {"id": id, "error": {"code": "INVALID_ARGUMENT", "message": message}})

    async def _result(self, id: int, method: str, args: Sequence[Any], files: Sequence[object]) -> object:
        if method == "nextOfHistory":
            return await self._next_of_history(args)
        if method == "cancelUpload":
            if args[0] in self._uploads:
                self._uploads[args[0]].cancel()
            return None
        if method not in METHODS:
            raise ChatError(f"There is no verb or method {method!r}.", code="UNKNOWN_METHOD")
        if args and args[0] is not None and not isinstance(args[0], dict):
            raise TypeError(f"{method} takes one object with named arguments.")
        given: dict[str, Any] = {
            to_snake(name): value for name, value in ((args[0] if args else None) or {}).items()
        }
        if method == "uploadFile":
            return await self._upload(id, files)
        result = getattr(self._sdk, to_snake(method))(**given)
        if isinstance(result, ChatHistory):
            number = next(self._numbers)
            self._histories[number] = result
            return {"history": number}
        return await result if inspect.isawaitable(result) else result

    async def _upload(self, id: int, files: Sequence[object]) -> object:
        if not files:
            raise TypeError("uploadFile takes an object whose file is a File or a Blob.")
        upload = self._sdk.upload_file(
            file=files[0], on_progress=lambda share: self._post("call-progress", {"id": id, "share": share})
        )
        self._uploads[id] = upload
        try:
            return await upload
        finally:
            del self._uploads[id]

    async def _next_of_history(self, args: Sequence[Any]) -> object:
        page = await self._histories[args[0]].next()
        value = {"threads": [thread.to_js() for thread in page.threads]}
        return {"value": value, "done": page.done}


def plain(value: object) -> object:
    """What the JavaScript SDK would hand over."""
    return value.to_js() if isinstance(value, Model) else value


def _without_python(message: str, method: str) -> str:
    """Python's own words on wrong arguments name a class and spell names its way."""
    _, found, rest = message.partition("() ")
    return f"{method} {rest}" if found else message
