"""The transport of CPython over real sockets on this machine."""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import WSMsgType, web

import chatwheel
from chatwheel.sdk.errors import TooBigFile, UploadCanceled, UploadFailed
from chatwheel.transport import cpython
from chatwheel.transport.base import SocketClosed, TransportError
from chatwheel.transport.cpython import CPythonFile, CPythonTransport
from chatwheel.transport.memory import DEFAULT_LOGIN, DEFAULT_TOKEN


class Server:
    """A small server of its own for each test."""

    def __init__(self) -> None:
        self.origin = ""
        self.cookies: list[dict[str, str]] = []
        self.bodies: list[tuple[str | None, bytes]] = []
        self.uploads: list[tuple[str | None, str | None, bytes]] = []
        self.gate: asyncio.Event | None = None

    async def token(self, request: web.Request) -> web.Response:
        self.cookies.append(dict(request.cookies))
        self.bodies.append((request.headers.get("Content-Type"), await request.read()))
        response = web.json_response(DEFAULT_TOKEN)
        response.set_cookie("__lc_cid", "customer-1", secure=True, httponly=True, path="/v2/customer")
        return response

    async def upload(self, request: web.Request) -> web.Response:
        if self.gate is not None:
            await self.gate.wait()
        reader = await request.multipart()
        part = await reader.next()
        assert part is not None and not isinstance(part, type(reader))
        data: bytes = await part.read()  # type: ignore[union-attr]
        self.uploads.append((part.name, part.filename, data))  # type: ignore[union-attr]
        return web.json_response({"url": "https://files.example/x"})

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                frame: dict[str, Any] = message.json()
                answer = {"request_id": frame["request_id"], "action": frame["action"], "type": "response"}
                if frame["action"] == "login":
                    await socket.send_json({**answer, "success": True, "payload": DEFAULT_LOGIN})
                elif frame["action"] == "get_url_info":
                    await socket.send_bytes(b"ignored")
                    await socket.send_json({**answer, "success": True, "payload": frame["payload"]})
                else:
                    await socket.close()
        return socket


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application(client_max_size=20_000_000)
    app.router.add_post("/v2/customer/token", server.token)
    app.router.add_post("/v3.5/customer/action/upload_file", server.upload)
    app.router.add_get("/v3.5/customer/rtm/ws", server.socket)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def transport() -> AsyncIterator[CPythonTransport]:
    transport = CPythonTransport()
    yield transport
    await transport.aclose()


async def test_a_client_from_end_to_end(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "a file.txt"
    path.write_bytes(b"x" * 200_000)
    shares: list[float] = []
    async with chatwheel.init(
        organization_id="o", client_id="c", api_url=server.origin, accounts_url=server.origin
    ) as sdk:
        await sdk.wait_for("connected", timeout=5)
        long = "\U0001f600" * 100_000
        assert (await sdk.get_url_info(url=long)).url == long
        uploaded = await sdk.upload_file(file=path, on_progress=shares.append)
        assert uploaded.url == "https://files.example/x"
        lost = asyncio.ensure_future(sdk.wait_for("disconnected", timeout=5))
        with pytest.raises(chatwheel.sdk.errors.ConnectionLost):
            await sdk.get_customer()
        assert (await lost).reason == "connection_lost"
    assert server.uploads == [("file", "a file.txt", b"x" * 200_000)]
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) > 2
    assert server.bodies[0][0] == "text/plain;charset=UTF-8"


async def test_cookies_are_kept_and_sent_where_they_belong(
    server: Server, transport: CPythonTransport
) -> None:
    url = f"{server.origin}/v2/customer/token"
    for credentials in (True, True, False, False):
        await transport.request("POST", url, body="{}", credentials=credentials)
    assert server.cookies == [{}, {"__lc_cid": "customer-1"}, {}, {}]


async def test_a_closed_socket(server: Server, transport: CPythonTransport) -> None:
    url = f"ws{server.origin[4:]}/v3.5/customer/rtm/ws"
    socket = await transport.open_socket(url)
    socket.close()
    socket.close()
    await socket.listen(pytest.fail)
    socket.send("dropped")


@pytest.mark.parametrize("url", ["ws://127.0.0.1:9/", "ws://127.0.0.1:9", "nonsense"])
async def test_a_socket_that_does_not_open(transport: CPythonTransport, url: str) -> None:
    with pytest.raises(SocketClosed):
        await transport.open_socket(url)


async def test_a_socket_where_there_is_none(server: Server, transport: CPythonTransport) -> None:
    with pytest.raises(SocketClosed):
        await transport.open_socket(f"ws{server.origin[4:]}/v2/customer/token")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "nonsense"])
async def test_requests_that_nobody_answers(transport: CPythonTransport, url: str) -> None:
    with pytest.raises(TransportError):
        await transport.request("POST", url)
    with pytest.raises(TransportError):
        await transport.upload(url, headers={}, file=transport.as_file(b"abc"))


async def test_what_can_be_uploaded(server: Server, transport: CPythonTransport, tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    path.write_bytes(b"png")
    url = f"{server.origin}/v3.5/customer/action/upload_file"

    class Endless(io.RawIOBase):
        """Something to read whose end is not known beforehand."""

        def __init__(self) -> None:
            self._pieces = [b"str", b"eam", b""]

        def read(self, size: int = -1) -> bytes:
            return b"".join(self._pieces) if size < 0 else self._pieces.pop(0)

    with path.open("rb") as opened:
        for source in (str(path), path, opened, b"png", ("n.txt", b"png"), io.BytesIO(b"png"), Endless()):
            await transport.upload(url, headers={}, file=transport.as_file(source))
    names = [name for _, name, _ in server.uploads]
    assert names == ["p.png", "p.png", "p.png", "file", "n.txt", "file", "file"]
    assert [data for _, _, data in server.uploads] == [b"png"] * 6 + [b"stream"]
    file = transport.as_file(path)
    assert (file.size, file.content_type) == (3, "image/png") and transport.as_file(file) is file
    with pytest.raises(TypeError):
        transport.as_file(5)
    with pytest.raises(FileNotFoundError):
        transport.as_file(tmp_path / "none")
    with pytest.raises(TransportError):
        await transport.upload(url, headers={}, file=object())  # type: ignore[arg-type]


async def test_file_names_cannot_break_the_form(server: Server, transport: CPythonTransport) -> None:
    name = 'a"; filename="b\r\n\r\n.txt'
    url = f"{server.origin}/v3.5/customer/action/upload_file"
    await transport.upload(url, headers={}, file=transport.as_file((name, b"x")))
    assert server.uploads[0][2] == b"x"


async def test_files_that_change_or_vanish(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 300_000)
    async with chatwheel.init(
        organization_id="o",
        client_id="c",
        api_url=server.origin,
        accounts_url=server.origin,
        auto_connect=False,
    ) as sdk:
        with pytest.raises(UploadFailed, match="none"):
            await sdk.upload_file(file=tmp_path / "none")
        shorter = CPythonFile("a.bin", 400_000, "application/octet-stream", lambda: path.open("rb"))
        with pytest.raises(UploadFailed, match="became shorter"):
            await sdk.upload_file(file=shorter)
        with pytest.raises(TooBigFile):
            await sdk.upload_file(file=b"x" * 10_485_761)
        server.gate = asyncio.Event()
        upload = sdk.upload_file(file=path)
        await asyncio.sleep(0.05)
        upload.cancel()
        with pytest.raises(UploadCanceled):
            await upload
        server.gate.set()
    assert not server.uploads


async def test_many_clients_read_the_certificates_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[ssl.SSLContext] = []
    make = httpx.create_ssl_context

    def counting() -> ssl.SSLContext:
        read.append(make())
        return read[-1]

    monkeypatch.setattr(httpx, "create_ssl_context", counting)
    cpython._http_tls.cache_clear()
    transports = [CPythonTransport() for _ in range(3)]
    for transport in transports:
        for credentials in (False, True):
            with pytest.raises(TransportError):
                await transport.request("GET", "https://127.0.0.1:1/", credentials=credentials)
        await transport.aclose()
    assert len(read) == 1
