"""What links lead to: the site's own pages and those of allowed hosts, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from chatwheel_devserver import Config, DevServer, Limits
from chatwheel_devserver.link_preview import fetch_preview, read_metadata
from chatwheel_devserver.link_watch import first_link
from conformance.server.bare import message, start
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


def test_a_link_ends_before_what_only_stands_behind_it() -> None:
    assert first_link("See (https://shop.example/a?b=c)!") == "https://shop.example/a?b=c"
    assert first_link("http://one.example. And https://two.example") == "http://one.example"
    assert first_link("shop.example, ftp://shop.example") is None


async def test_a_message_with_a_link_is_updated_with_what_the_page_says(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    client, sam = await customer(), await agent()
    url = f"{server.url}/pumps.html"
    chat_id, thread_id = await start(client, message(f"What about {url}?"))
    details = {
        "url": url,
        "title": "Pumps & more",
        "description": "All our pumps",
        "image_url": f"{server.url}/pump.png",
        "image_width": 640,
    }
    updated = await client.push_frame("event_updated")
    assert "request_id" not in updated
    event = updated["payload"].pop("event")
    assert updated["payload"] == {"chat_id": chat_id, "thread_id": thread_id}
    assert event["properties"] == {"url_details": details} and event["text"] == f"What about {url}?"
    assert (await sam.push("event_updated"))["event"]["properties"] == {"url_details": details}
    stored = (await client.request("get_chat", {"chat_id": chat_id}))["thread"]["events"]
    assert stored == [event]

    joining = {"chat_id": chat_id, "user_id": "sam@demo.example", "user_type": "agent"}
    await sam.request("add_user_to_chat", joining)
    await sam.request("send_event", {"chat_id": chat_id, "event": message(url)})
    assert (await client.push("event_updated"))["event"]["text"] == url


async def test_other_links_change_nothing(server: DevServer, customer: Connect, other: str) -> None:
    client = await customer(version="3.6")
    chat_id, thread_id = await start(client)
    page = f"{server.url}/pumps.html"
    own = message(page) | {"properties": {"url_details": {"title": "My own words"}}}
    for event in (message(f"http://{other}/page"), message(f"{server.url}/plain.txt"), own):
        await client.request("send_event", {"chat_id": chat_id, "event": event})
    gone = (await client.request("send_event", {"chat_id": chat_id, "event": message(page)}))["event_id"]
    await client.request("delete_event", {"chat_id": chat_id, "thread_id": thread_id, "event_id": gone})
    # Pages are looked up in the order in which they were named: this one comes last.
    await client.request("send_event", {"chat_id": chat_id, "event": message(f"{page}?last")})
    updated = await client.push("event_updated")
    assert updated["event"]["text"].endswith("?last")
    assert "event_updated" not in await client.news()
