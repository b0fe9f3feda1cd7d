"""What links lead to: the site's own pages and those of allowed hosts, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from chatwheel_devserver import Config, DevServer, Limits
from chatwheel_devserver.link_preview import fetch_preview, read_metadata
from conformance.server.conftest import Connect

PAGE = """<!doctype html><html><head><title> Pumps &amp;
 more </title><meta name="description" content="All our pumps">
<meta property="og:image" content="/pump.png"><meta property="og:image:width" content="640">
<meta property="og:image:height" content="many"></head><body><title>No</title>
<meta name="description" content="Neither"></body></html>"""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[DevServer]:
    (tmp_path / "pumps.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "plain.txt").write_text(PAGE, encoding="utf-8")
    async with DevServer(site=tmp_path) as server:
        yield server


@pytest.fixture
async def other() -> AsyncIterator[str]:
    """Another host's pages: one that redirects elsewhere, one that never ends, one that hangs."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def away(request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])

    async def long(request: web.Request) -> web.Response:
        return web.Response(text="<!--" + "x" * 5000 + "-->" + PAGE, content_type="text/html")

    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    app = web.Application()
    for name, handler in (("page", page), ("away", away), ("long", long), ("slow", slow)):
        app.router.add_get(f"/{name}", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_the_sites_own_page_tells_what_it_is(server: DevServer, customer: Connect) -> None:
    client = await customer()
    url = f"{server.url}/pumps.html"
    host = server.url.removeprefix("http://")
    assert await client.request("get_url_info", {"url": url}) == {
        "url": url,
        "title": "Pumps & more",
        "description": "All our pumps",
        "image_url": f"{host}/pump.png",
        "image_original_url": f"{server.url}/pump.png",
        "image_width": 640,
    }


@pytest.mark.parametrize("path", ["plain.txt", "none.html"])
async def test_what_is_no_page_has_only_its_address(server: DevServer, customer: Connect, path: str) -> None:
    client = await customer()
    assert await client.request("get_url_info", {"url": f"{server.url}/{path}"}) == {
        "url": f"{server.url}/{path}"
    }


async def test_other_hosts_are_not_asked_unless_allowed(customer: Connect, other: str) -> None:
    client = await customer()
    assert await client.request("get_url_info", {"url": f"http://{other}/page"}) == {
        "url": f"http://{other}/page"
    }
    config = Config(url_info_hosts=(other,))
    assert (await fetch_preview(config, frozenset(), f"http://{other}/page"))["title"] == "Pumps & more"
    assert await fetch_preview(config, frozenset(), f"http://user@{other}/page") == {}


async def test_redirects_stay_on_allowed_hosts(server: DevServer, other: str) -> None:
    config = Config(url_info_hosts=(other,))
    inside = await fetch_preview(config, frozenset(), f"http://{other}/away?to=/page")
    assert inside["title"] == "Pumps & more"
    outside = f"http://{other}/away?to={server.url}/pumps.html"
    assert await fetch_preview(config, frozenset(), outside) == {}
    assert not server.frames
    ring = "/away?to=%2Faway%3Fto%3D%252Faway%253Fto%253D%25252Fpage"
    assert await fetch_preview(config, frozenset(), f"http://{other}{ring}") == {}


async def test_size_and_time_are_limited(other: str) -> None:
    limits = Limits(url_info_bytes=2000, url_info_seconds=0.2)
    config = Config(url_info_hosts=(other,), limits=limits)
    assert await fetch_preview(config, frozenset(), f"http://{other}/long") == {}
    assert await fetch_preview(config, frozenset(), f"http://{other}/slow") == {}
    assert await fetch_preview(config, frozenset(), "http://127.0.0.1:1/") == {}


def test_metadata_of_open_graph_comes_before_the_title() -> None:
    image = '<meta property="og:image" content="data:x">'
    html = f'<title>Long title</title><meta property="og:title" content="Short">{image}'
    assert read_metadata(html, "http://shop.example/") == {"title": "Short"}
    assert read_metadata("<p>", "http://shop.example/") == {}
