"""Uploading files, with progress and a way out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ..transport.base import Clock, HttpResponse, Transport, TransportError, UploadFile
from .auth import joined
from .errors import InvalidArgument, TooBigFile, UploadCanceled, UploadFailed, error_for
from .models import Token, UploadedFile

logger = logging.getLogger("chatwheel.sdk")

MAX_FILE_SIZE = 10 * 1024 * 1024
"""Bytes; a file of exactly this size is allowed."""

T = TypeVar("T")
ProgressCallback = Callable[[float], object]
STALL_LIMIT = 60.0
"""Seconds without any progress after which an upload is given up."""
_OBJECT: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


class Upload(Awaitable[UploadedFile]):
    """An upload under way: await it for the result, `cancel()` it to stop. Made by `upload_file`.

    It runs whether or not anybody awaits it.
    """

    def __init__(self, work: Callable[[], Awaitable[UploadedFile]]) -> None:
        self._work = work
        self._task = asyncio.ensure_future(self._run())
        self._task.add_done_callback(_note_result)

    async def _run(self) -> UploadedFile:
        try:
            return await self._work()
        except asyncio.CancelledError:
            raise UploadCanceled() from None

    def __await__(self) -> Generator[Any, Any, UploadedFile]:
        return self._wait().__await__()

    async def _wait(self) -> UploadedFile:
        try:
            return await joined(self._task)
        except asyncio.CancelledError:
            if self._task.cancelled():
                raise UploadCanceled() from None
            raise

    def cancel(self) -> None:
        """Stop; whoever awaits it gets `UploadCanceled`.

        Raises:
            Nothing, even if it has ended.

        Example:
            upload = sdk.upload_file(file=("film.mp4", b"..."))
            upload.cancel()
        """
        self._task.cancel()

    def on_done(self, callback: Callable[[Upload], object]) -> None:
        """Call `callback(upload)` when it has ended."""
        self._task.add_done_callback(lambda task: callback(self))

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._task.done()


def _note_result(task: asyncio.Task[UploadedFile]) -> None:
    if not task.cancelled():
        task.exception()


async def upload(
    transport: Transport,
    url: Callable[[], str],
    get_token: Callable[[], Awaitable[Token]],
    source: object,
    on_progress: ProgressCallback | None,
) -> UploadedFile:
    """Upload a file; every failure is a `ChatError`."""
    if on_progress is not None and not callable(on_progress):
        raise InvalidArgument("on_progress", f"is not callable: {on_progress!r}")
    try:
        file = transport.as_file(source)
    except TypeError as error:
        raise InvalidArgument("file", str(error)) from error
    except OSError as error:
        raise UploadFailed(f"The file cannot be read: {error}") from error
    if file.size is not None and file.size > MAX_FILE_SIZE:
        raise TooBigFile()
    progress = _Progress(transport.clock, file, on_progress)

    async def work() -> HttpResponse:
        token = await _token(get_token)
        headers = {"Authorization": f"{token.token_type} {token.access_token}"}
        return await transport.upload(url(), headers=headers, file=file, on_progress=progress)

    try:
        response = await _unless_stalled(transport.clock, progress, work())
    except (TransportError, OSError) as error:
        raise UploadFailed(f"The upload failed: {error}") from error
    return _read(response)


async def _token(get_token: Callable[[], Awaitable[Token]]) -> Token:
    try:
        return await get_token()
    except Exception as error:  # an identity provider of the page's own may raise anything
        raise UploadFailed(f"The upload failed for want of a token: {error}") from error


class _Progress:
    """Notes when something moved last, and tells the listener the share that is sent."""

    def __init__(self, clock: Clock, file: UploadFile, listener: ProgressCallback | None) -> None:
        self.moved_at = clock.monotonic()
        self._clock = clock
        self._file = file
        self._listener = listener

    def __call__(self, sent: int, total: int) -> None:
        self.moved_at = self._clock.monotonic()
        if self._listener is not None:
            try:
                self._listener(min(sent / total, 1.0) if total > 0 else 1.0)
            except Exception:  # a listener's mistake must not stop the upload
                logger.exception("the progress handler of %r failed", self._file.name)


async def _unless_stalled(clock: Clock, progress: _Progress, work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            left = progress.moved_at + STALL_LIMIT - clock.monotonic()
            if left <= 0:
                raise UploadFailed(f"The upload failed: nothing moved for {STALL_LIMIT:.0f} s.")
            timer = asyncio.ensure_future(clock.sleep(left))
            try:
                await asyncio.wait((task, timer), return_when=asyncio.FIRST_COMPLETED)
            finally:
                timer.cancel()
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))


def _read(response: HttpResponse) -> UploadedFile:
    try:
        data = _OBJECT.validate_json(response.text)
    except (ValidationError, UnicodeError):
        data = {}
    if 200 <= response.status < 300:
        try:
            return UploadedFile.model_validate(data)
        except ValidationError:
            raise UploadFailed("The server took the file but did not say where it is.") from None
    error = data.get("error")
    if isinstance(error, dict) and isinstance(error.get("type"), str) and error["type"]:
        raise error_for(error["type"], str(error.get("message") or ""), error.get("data"))
    raise UploadFailed(f"The upload failed with HTTP status {response.status}.")
