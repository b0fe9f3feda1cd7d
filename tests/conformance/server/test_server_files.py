"""Uploads and how they are served back: streamed, limited, recognized, harmless."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from chatwheel_devserver import DevServer
from conformance.server import bare
from conformance.server.bare import Bare, Json, message, start
from conformance.server.conftest import Connect

MEGABYTE = 1024 * 1024


def picture(format: str = "PNG", size: tuple[int, int] = (1200, 800), **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, format, **options)
    return buffer.getvalue()


async def upload(
    server: DevServer,
    http: aiohttp.ClientSession,
    client: Bare,
    content: Any,
    name: str = "a.bin",
    field: str = "file",
) -> tuple[int, Json]:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("note", "a part that nobody asked for")
    form.add_field(field, content, filename=name)
    url = f"{server.url}/v3.5/customer/action/upload_file?organization_id=demo-organization"
    headers = {"Authorization": f"Bearer {client.token}"}
    async with http.post(url, data=form, headers=headers) as response:
        return response.status, await response.json()


async def test_an_image_becomes_a_file_event(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect, agent: Connect
) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client, message())
    content = picture()
    status, answer = await upload(server, http, client, content, "boots.png")
    assert status == 200 and answer["url"].startswith(server.url + "/files/")
    event = {"type": "file", "url": answer["url"], "custom_id": "f-1", "alternative_text": "My boots"}
    await client.request("send_event", {"chat_id": chat_id, "event": event})
    shown = (await client.push("incoming_event"))["event"]
    assert {
        name: shown[name] for name in ("name", "content_type", "size", "width", "height", "alternative_text")
    } == {
        "name": "boots.png",
        "content_type": "image/png",
        "size": len(content),
        "width": 1200,
        "height": 800,
        "alternative_text": "My boots",
    }
    assert shown["url"] == answer["url"]
    for name, edge in (("thumbnail_url", 300), ("thumbnail2x_url", 600)):
        async with http.get(shown[name]) as response:
            assert response.headers["Content-Type"] == "image/jpeg"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert max(Image.open(io.BytesIO(await response.read())).size) == edge
    async with http.get(shown["url"]) as response:
        assert response.headers["Content-Disposition"].startswith("inline")
        assert await response.read() == content
    assert (await sam.push("incoming_event"))["event"]["url"] == answer["url"]


@pytest.mark.parametrize(
    ("content", "name", "content_type"),
    [
        (b"<script>alert(1)</script>", "page.html", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "drawing.svg", "image/svg+xml"),
        (b"not an image at all", "fake.png", "application/octet-stream"),
        (b"\x89PNG\r\n\x1a\n broken", "broken.png", "application/octet-stream"),
        (b"%PDF-1.7", "invoice 2026.pdf", "application/pdf"),
        (b"", "empty.txt", "text/plain"),
        (b"x", "no-suffix", "application/octet-stream"),
    ],
)
async def test_other_files_are_only_downloaded(
    server: DevServer,
    http: aiohttp.ClientSession,
    customer: Connect,
    content: bytes,
    name: str,
    content_type: str,
) -> None:
    client = await customer()
    _, answer = await upload(server, http, client, content, name)
    async with http.get(answer["url"]) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == content_type
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert await response.read() == content


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\a.txt", "a.txt"),
        ("photo\u202egnp.txt", "photognp.txt"),
        ("Übung 1 - 日本.txt", "Übung 1 - 日本.txt"),
        ("x" * 300 + ".txt", "x" * 146 + ".txt"),
        ("..", "file"),
    ],
)
async def test_names_are_cleaned(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect, name: str, kept: str
) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    _, answer = await upload(server, http, client, b"x", name)
    await client.request("send_event", {"chat_id": chat_id, "event": {"type": "file", "url": answer["url"]}})
    event = (await client.push("incoming_event"))["event"]
    assert event["name"] == kept
    async with http.get(event["url"]) as response:
        assert response.status == 200


async def test_ten_megabytes_and_not_one_byte_more(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    client = await customer()
    assert (await upload(server, http, client, io.BytesIO(bytes(10 * MEGABYTE))))[0] == 200
    status, answer = await upload(server, http, client, io.BytesIO(bytes(10 * MEGABYTE + 1)))
    assert (status, answer["error"]["type"]) == (413, "entity_too_large")
    assert not list(server.core.desk.files.folder.glob("*.part"))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"x", "setup.EXE"),
        (b"MZ\x90", "holiday.jpg"),
        (b"\x7fELF", "a"),
        (b"#!/bin/sh", "a.txt"),
        (b"x", "a.ps1"),
    ],
)
async def test_executables_are_refused(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect, content: bytes, name: str
) -> None:
    client = await customer()
    status, answer = await upload(server, http, client, content, name)
    assert (status, answer["error"]["message"]) == (400, "file: must not be executable")


async def test_requests_that_are_no_upload(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    client = await customer()
    status, answer = await upload(server, http, client, b"x", field="files")
    assert (status, answer["error"]["message"]) == (400, "file: is required")
    url = f"{server.url}/v3.5/customer/action/upload_file?organization_id=demo-organization"
    headers = {"Authorization": f"Bearer {client.token}"}
    async with http.post(url, json={}, headers=headers) as response:
        assert (await response.json())["error"]["type"] == "validation"
    broken = headers | {"Content-Type": "multipart/form-data; boundary=x"}
    async with http.post(url, data=b"--y\r\nnonsense", headers=broken) as response:
        assert (await response.json())["error"]["type"] == "validation"
    async with http.post(
        url, data=b"x", headers=headers | {"Content-Type": "multipart/form-data"}
    ) as response:
        assert (await response.json())["error"]["type"] == "validation"
    async with http.post(url, data={"file": io.BytesIO(b"x")}) as response:
        assert (response.status, (await response.json())["error"]["type"]) == (401, "authentication")


async def test_an_upload_that_breaks_off_leaves_nothing(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    client = await customer()
    hold = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield bytes(MEGABYTE)
        await hold.wait()

    task = asyncio.create_task(upload(server, http, client, half(), "half.bin"))
    folder = server.core.desk.files.folder
    while not list(folder.glob("*.part")):  # noqa: ASYNC110 - a file announces itself to nobody
        await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5):
        while list(folder.glob("*.part")):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    assert not list(folder.iterdir())


async def test_turned_photographs_have_the_size_that_is_seen(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    exif = Image.Exif()
    exif[0x0112] = 6
    _, answer = await upload(server, http, client, picture("JPEG", (400, 200), exif=exif), "turned.jpg")
    await client.request("send_event", {"chat_id": chat_id, "event": {"type": "file", "url": answer["url"]}})
    event = (await client.push("incoming_event"))["event"]
    assert (event["width"], event["height"]) == (200, 400)


async def test_unknown_files(server: DevServer, http: aiohttp.ClientSession, customer: Connect) -> None:
    client = await customer()
    _, answer = await upload(server, http, client, b"x", "a.txt")
    for wrong in (
        server.url + "/files/" + "0" * 32 + "/a.txt",
        server.url + "/files/nonsense/a.txt",
        answer["url"].replace("a.txt", "b.txt"),
        answer["url"].replace("a.txt", "thumbnail"),
        answer["url"].replace("a.txt", "..%2f..%2fchats.sqlite3"),
    ):
        async with http.get(wrong) as response:
            assert response.status == 404


async def test_what_nobody_used_is_gone_after_a_day(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    from chatwheel_devserver.supervisor import remove_unused_files

    client = await customer()
    chat_id, _ = await start(client)
    _, used = await upload(server, http, client, b"x", "used.txt")
    _, unused = await upload(server, http, client, b"x", "unused.txt")
    await client.request("send_event", {"chat_id": chat_id, "event": {"type": "file", "url": used["url"]}})
    server.core.clock.advance(90_000)
    remove_unused_files(server.core)
    for url, status in ((used["url"], 200), (unused["url"], 404)):
        async with http.get(url) as response:
            assert response.status == status


async def test_agents_upload_too(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect, agent: Connect
) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client)
    headers = {"Authorization": f"Bearer {server.agent_token()}"}
    async with http.post(
        f"{server.url}/v3.5/agent/action/upload_file", data={"file": io.BytesIO(b"x")}, headers=headers
    ) as response:
        url = (await response.json())["url"]
    await sam.request(
        "add_user_to_chat", {"chat_id": chat_id, "user_id": "sam@demo.example", "user_type": "agent"}
    )
    await sam.request("send_event", {"chat_id": chat_id, "event": {"type": "file", "url": url}})
    await client.push("incoming_event")
    assert (await client.push("incoming_event"))["event"]["url"] == url


async def test_bytes_that_a_killed_upload_has_left_are_swept_at_the_start(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    async with DevServer(data=tmp_path) as server:
        client = await bare.customer(server, http)
        await upload(server, http, client, picture(), "boots.png")
        await client.close()
    kept = {path.name for path in folder.iterdir()}
    assert len(kept) == 3
    orphan = "0123456789abcdef" * 2
    for name in (orphan, f"{orphan}.1x", f"{orphan}.2x", f"{orphan}.part", "notes of my own.txt"):
        (folder / name).write_bytes(b"x")
    async with DevServer(data=tmp_path):
        assert {path.name for path in folder.iterdir()} == kept | {"notes of my own.txt"}
