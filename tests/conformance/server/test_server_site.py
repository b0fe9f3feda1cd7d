"""The static site and the console page: types, codings, validators, and nothing that is not meant to be seen."""

from __future__ import annotations

import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from chatwheel_devserver import DevServer
from conformance.server.conftest import Connect


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DevServer]:
    root = tmp_path / "site"
    (root / "docs").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "app.0123456789abcdef" / "runtime").mkdir(parents=True)
    for name, content in {
        "index.html": "<h1>Shop</h1>",
        "docs/index.html": "docs",
        "stage.mjs": "export {}",
        "embed.js": "1",
        "data.json": "{}",
        "chatwheel-0.1.0-py3-none-any.whl": "PK",
        "app-0123456789ab.js": "2",
        "app.0123456789abcdef/runtime/core.js": "2",
        "deadbeef.js": "3",
        ".secret": "no",
        "with space & ü.txt": "yes",
    }.items():
        (root / name).write_text(content)
    (root / "core.wasm").write_bytes(b"\0asm" * 500)
    (root / "core.wasm.gz").write_bytes(gzip.compress(b"\0asm" * 500))
    (root / "core.wasm.br").write_bytes(b"pretend")
    (tmp_path / "outside.txt").write_text("no")
    (root / "leak.txt").symlink_to(tmp_path / "outside.txt")
    async with DevServer(site=root) as server:
        yield server


@pytest.mark.parametrize(
    ("path", "content_type", "cache"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/docs/", "text/html; charset=utf-8", "no-cache"),
        ("/stage.mjs", "text/javascript; charset=utf-8", "no-cache"),
        ("/embed.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/data.json", "application/json; charset=utf-8", "no-cache"),
        ("/core.wasm", "application/wasm", "no-cache"),
        ("/chatwheel-0.1.0-py3-none-any.whl", "application/zip", "no-cache"),
        ("/app-0123456789ab.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        (
            "/app.0123456789abcdef/runtime/core.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        ("/deadbeef.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/with space & ü.txt", "text/plain; charset=utf-8", "no-cache"),
    ],
)
async def test_types_and_caching(
    site: DevServer, http: aiohttp.ClientSession, path: str, content_type: str, cache: str
) -> None:
    async with http.get(site.url + path) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == content_type
        assert response.headers["Cache-Control"] == cache
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        etag = response.headers["ETag"]
    async with http.get(site.url + path, headers={"If-None-Match": etag}) as response:
        assert (response.status, await response.read()) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None), ("", None)]
)
async def test_precompressed_siblings(site: DevServer, accepted: str, coding: str | None) -> None:
    headers = {"Accept-Encoding": accepted}
    async with (
        aiohttp.ClientSession(auto_decompress=False) as raw,
        raw.get(site.url + "/core.wasm", headers=headers) as response,
    ):
        assert response.headers.get("Content-Encoding") == coding
        assert response.headers["Content-Type"] == "application/wasm"
        assert response.headers["Vary"] == "Accept-Encoding"
        size = {"br": 7, "gzip": None, None: 2000}[coding]
        content = await response.read()
        assert size is None or len(content) == size


async def test_each_coding_has_a_validator_of_its_own(site: DevServer) -> None:
    etags = set()
    async with aiohttp.ClientSession(auto_decompress=False) as raw:
        for accepted in ("br", "gzip", "identity"):
            async with raw.head(site.url + "/core.wasm", headers={"Accept-Encoding": accepted}) as response:
                etags.add(response.headers["ETag"])
    assert len(etags) == 3


async def test_a_changed_file_has_another_validator(site: DevServer, http: aiohttp.ClientSession) -> None:
    async with http.get(site.url + "/embed.js") as response:
        etag = response.headers["ETag"]
    root = site._site
    assert root is not None
    (root / "embed.js").write_text("other content")
    os.utime(root / "embed.js", (1, 1))
    async with http.get(site.url + "/embed.js", headers={"If-None-Match": etag}) as response:
        assert (response.status, await response.text()) == (200, "other content")


async def test_folders_lead_to_their_page(site: DevServer, http: aiohttp.ClientSession) -> None:
    async with http.get(site.url + "/docs?a=1", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, "docs/?a=1")
    async with http.get(site.url + "/docs?a=1") as response:
        assert await response.text() == "docs"


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/docs/..%2f..%2foutside.txt",
        "/docs/%2e%2e/%2e%2e/outside.txt",
        "/..%5coutside.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/leak.txt",
        "/.secret",
        "/%00",
        "/a%00b",
        "/nothing",
        "/empty",
        "/empty/",
        "/embed.js/",
        "/" + "x" * 5000,
        "/v3.5/customer/rtm/nonsense",
    ],
)
async def test_nothing_else_is_served(site: DevServer, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(URL(site.url + path, encoded=True)) as response:
        assert response.status == 404
        assert await response.text() != "no"


async def test_without_a_site_there_is_a_word_about_the_server(
    server: DevServer, http: aiohttp.ClientSession
) -> None:
    async with http.get(server.url) as response:
        text = await response.text()
        assert "for development" in text and "/agent/" in text


async def test_the_console_s_page(server: DevServer, http: aiohttp.ClientSession) -> None:
    async with http.get(server.url + "/agent") as response:
        text = await response.text()
        assert response.url.path == "/agent/"
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "console.mjs" in text and "<script>" not in text
    for name in ("console.mjs", "console.css", "rtm.mjs", "icon.svg"):
        async with http.get(f"{server.url}/agent/{name}") as response:
            assert response.status == 200


def test_the_console_builds_no_html_and_evaluates_nothing() -> None:
    import chatwheel_devserver

    folder = Path(chatwheel_devserver.__file__).parent / "console"
    scripts = list(folder.glob("*.mjs"))
    assert len(scripts) > 5
    for script in scripts:
        text = script.read_text()
        for forbidden in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
        ):
            assert forbidden not in text, (script.name, forbidden)
        assert len(text.splitlines()) < 450


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "rebound.example"}, 403),
    ],
)
async def test_only_the_console_gets_its_token(
    server: DevServer, http: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    async with http.post(server.url + "/agent/token", headers=headers) as response:
        assert response.status == status
        assert "Access-Control-Allow-Origin" not in response.headers
    async with http.get(server.url + "/agent/token", headers=headers) as response:
        assert response.status == 404


async def test_the_console_opens_as_any_agent(
    server: DevServer, http: aiohttp.ClientSession, connect: Connect
) -> None:
    async with http.post(
        server.url + "/agent/token", params={"as": server.config.scripted_agent}
    ) as response:
        token = (await response.json())["access_token"]
    client = await connect(server.socket_url("agent"))
    answer = await client.request("login", {"token": f"Bearer {token}"})
    assert answer["my_profile"]["id"] == server.config.scripted_agent
    async with http.post(server.url + "/agent/token", params={"as": "nobody@demo.example"}) as response:
        assert response.status == 404


async def test_agents_have_pictures(server: DevServer, http: aiohttp.ClientSession) -> None:
    agent = server.config.agents[0]
    async with http.get(server.url + agent.avatar_path) as response:
        assert response.headers["Content-Type"] == "image/svg+xml"
        assert agent.name in await response.text()
    async with http.get(f"{server.url}/avatars/{'0' * 32}.svg") as response:
        assert response.status == 404
