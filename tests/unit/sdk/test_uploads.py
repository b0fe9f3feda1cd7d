"""Uploads: what goes out, progress, and every way to fail."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import chatwheel
from chatwheel.sdk.errors import (
    ChatError,
    EntityTooLarge,
    InvalidArgument,
    TooBigFile,
    UploadCanceled,
    UploadFailed,
)
from chatwheel.sdk.models import UploadedFile
from chatwheel.transport.base import HttpResponse, ProgressHandler, TransportError
from chatwheel.transport.memory import HttpRequest, MemoryFile, MemoryTransport

from .conftest import MakeWorld, World

LIMIT = 10_485_760


async def test_an_upload(world: World) -> None:
    shares: list[float] = []
    result = await world.sdk.upload_file(file=MemoryFile("a.txt", 10), on_progress=shares.append)
    assert result == UploadedFile(url="https://files.example/a.txt")
    assert shares == [0.5, 1.0]
    request = world.transport.requests[-1]
    assert request.url == "https://api.livechatinc.com/v3.5/customer/action/upload_file?organization_id=org"
    assert request.headers == {"Authorization": "Bearer token-1"}
    assert request.file == MemoryFile("a.txt", 10)


@pytest.mark.parametrize("size", [0, 1, LIMIT, None])
async def test_sizes_that_are_allowed(world: World, size: int | None) -> None:
    await world.sdk.upload_file(file=MemoryFile(size=size), on_progress=lambda share: None)


async def test_a_file_that_is_too_big_sends_nothing(world: World) -> None:
    before = len(world.transport.requests)
    with pytest.raises(TooBigFile):
        await world.sdk.upload_file(file=MemoryFile(size=LIMIT + 1))
    assert len(world.transport.requests) == before


async def test_uploads_need_no_connection(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.refuse_sockets = True
    world = await make_world(transport)
    assert (await world.sdk.upload_file(file=b"abc")).url == "https://files.example/file"


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (HttpResponse(500, ""), UploadFailed),
        (HttpResponse(502, "<html>"), UploadFailed),
        (HttpResponse(400, '{"error": 5}'), UploadFailed),
        (HttpResponse(413, '{"error": {"type": "entity_too_large", "message": "10 MB"}}'), EntityTooLarge),
        (HttpResponse(422, '{"error": {"type": "no_executables"}}'), ChatError),
        (HttpResponse(200, "nonsense"), UploadFailed),
        (HttpResponse(200, "{}"), UploadFailed),
    ],
)
async def test_refusals(world: World, response: HttpResponse, error: type[ChatError]) -> None:
    world.transport.on_upload = lambda request, on_progress: response
    with pytest.raises(error):
        await world.sdk.upload_file(file=MemoryFile())


@pytest.mark.parametrize("problem", [TransportError("no network"), OSError("the file is gone")])
async def test_a_lost_network_or_file(world: World, problem: Exception) -> None:
    def fail(request: HttpRequest, on_progress: ProgressHandler) -> HttpResponse:
        raise problem

    world.transport.on_upload = fail
    with pytest.raises(UploadFailed, match=str(problem)):
        await world.sdk.upload_file(file=MemoryFile())


async def test_a_file_that_cannot_be_opened(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanish(source: object) -> Any:
        raise FileNotFoundError("gone.txt")

    monkeypatch.setattr(world.transport, "as_file", vanish)
    with pytest.raises(UploadFailed, match=r"gone\.txt"):
        await world.sdk.upload_file(file="gone.txt")


async def test_something_that_is_no_file(world: World) -> None:
    with pytest.raises(InvalidArgument, match="file"):
        await world.sdk.upload_file(file=5)


async def test_no_token(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.on_http = lambda request: HttpResponse(200, json.dumps({"oauth_exception": "server_error"}))
    world = await make_world(transport)
    with pytest.raises(UploadFailed, match="server_error"):
        await world.sdk.upload_file(file=b"abc")


async def test_a_failing_progress_handler_stops_nothing(world: World) -> None:
    def fail(share: float) -> None:
        raise ValueError

    await world.sdk.upload_file(file=b"abc", on_progress=fail)


@pytest.mark.parametrize("moment", ["at once", "under way"])
async def test_cancelling(world: World, moment: str) -> None:
    aborted = asyncio.Event()

    async def hang(request: HttpRequest, on_progress: ProgressHandler) -> HttpResponse:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            aborted.set()
            raise
        raise AssertionError

    world.transport.on_upload = lambda request, on_progress: hang(request, on_progress)
    upload = world.sdk.upload_file(file=b"abc")
    if moment == "under way":
        await world.transport.settle()
        assert not upload.done
    upload.cancel()
    with pytest.raises(UploadCanceled):
        await upload
    assert upload.done and aborted.is_set() == (moment == "under way")
    upload.cancel()
    with pytest.raises(UploadCanceled):
        await upload


async def test_cancelling_who_waits_does_not_stop_the_upload(world: World) -> None:
    gate: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
    world.transport.on_upload = lambda request, on_progress: gate
    upload = world.sdk.upload_file(file=b"abc")

    async def wait() -> UploadedFile:
        return await upload

    waiting = asyncio.ensure_future(wait())
    await world.transport.settle()
    waiting.cancel()
    await world.transport.settle()
    assert waiting.cancelled()
    gate.set_result(HttpResponse(200, '{"url": "u"}'))
    assert (await upload).url == "u"


async def test_an_upload_that_stalls_is_given_up(world: World) -> None:
    stopped: list[str] = []
    moves: list[ProgressHandler] = []

    async def stall(request: HttpRequest, on_progress: ProgressHandler) -> HttpResponse:
        moves.append(on_progress)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            stopped.append("upload")
        raise AssertionError

    world.transport.on_upload = stall
    upload = world.sdk.upload_file(file=b"abc")
    await world.pass_time(59)
    moves[0](1, 3)
    await world.pass_time(59)
    assert not upload.done
    await world.pass_time(2)
    with pytest.raises(UploadFailed, match="60 s"):
        await upload
    assert stopped == ["upload"]


async def test_a_token_that_never_comes(make_world: MakeWorld) -> None:
    def fail() -> Any:
        raise ValueError("no identity today")

    provider = type("Provider", (), dict.fromkeys(("get_fresh_token", "has_token", "invalidate"), fail))()
    provider.get_token = fail
    world = await make_world(identity_provider=lambda: provider)
    with pytest.raises(UploadFailed, match="no identity today"):
        await world.sdk.upload_file(file=b"abc")


def test_an_upload_needs_a_loop() -> None:
    sdk = chatwheel.init(organization_id="o", client_id="c", auto_connect=False, transport=MemoryTransport())
    with pytest.raises(ChatError, match="event loop"):
        sdk.upload_file(file=b"abc")
