"""Faults on demand over HTTP, and what protects the server's own memory."""

from __future__ import annotations

import asyncio
from typing import get_args

import aiohttp
import pytest

from chatwheel_devserver import Config, DevServer, Limits
from chatwheel_devserver.errors import ErrorType
from conformance.server.bare import Bare, Json, customer, message, start
from conformance.server.conftest import Connect
from conformance.server.test_server_tokens import BODY


async def ask_for_token(server: DevServer, http: aiohttp.ClientSession) -> tuple[int, Json]:
    async with http.post(server.url + "/v2/customer/token", json=BODY) as response:
        return response.status, await response.json()


async def act(server: DevServer, http: aiohttp.ClientSession, client: Bare, action: str, body: Json) -> Json:
    url = f"{server.url}/v3.6/customer/action/{action}?organization_id=demo-organization"
    headers = {"Authorization": f"Bearer {client.token}"}
    async with http.post(url, json=body, headers=headers) as response:
        answer: Json = await response.json()
        return answer


async def test_tokens_are_refused_in_both_shapes(server: DevServer, http: aiohttp.ClientSession) -> None:
    server.faults.refuse_token("access_denied", "Not today")
    server.faults.refuse_token("unauthorized", is_identity=True)
    server.faults.refuse_token("server_error", status=500)
    refused = (401, {"oauth_exception": "access_denied", "exception_description": "Not today"})
    assert await ask_for_token(server, http) == refused
    assert (await ask_for_token(server, http))[1]["identity_exception"] == "unauthorized"
    assert (await ask_for_token(server, http))[0] == 500
    assert (await ask_for_token(server, http))[0] == 200


@pytest.mark.parametrize("kind", ["ignore", "lose_answer"])
async def test_a_connection_is_cut_without_an_answer(
    server: DevServer, http: aiohttp.ClientSession, kind: str
) -> None:
    getattr(server.faults, kind)("token")
    with pytest.raises(aiohttp.ClientError):
        await ask_for_token(server, http)
    assert (await ask_for_token(server, http))[0] == 200
    customers = server.core.database.number("SELECT count(*) FROM customers")
    assert customers == (2 if kind == "lose_answer" else 1)


async def test_errors_and_delays_over_http(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    client = await customer()
    server.faults.error("get_customer", "misdirected_request", "Wrong region", data={"region": "fra"})
    wrong = {"type": "misdirected_request", "message": "Wrong region", "data": {"region": "fra"}}
    assert await act(server, http, client, "get_customer", {}) == {"error": wrong}
    server.faults.error("upload_file", "internal")
    assert (await act(server, http, client, "upload_file", {}))["error"]["type"] == "internal"
    server.faults.delay("get_customer", 0.05)
    begun = asyncio.get_running_loop().time()
    assert (await act(server, http, client, "get_customer", {}))["id"] == client.customer_id
    assert asyncio.get_running_loop().time() - begun >= 0.05
    chat_id, _ = await start(client)
    server.faults.lose_answer("send_event")
    with pytest.raises(aiohttp.ClientError):
        await act(server, http, client, "send_event", {"chat_id": chat_id, "event": message("Once", "c")})
    threads = await client.request("list_threads", {"chat_id": chat_id})
    assert [event["text"] for event in threads["threads"][0]["events"]] == ["Once"]


async def test_recorded_frames_are_bounded_by_their_size(http: aiohttp.ClientSession) -> None:
    config = Config(limits=Limits(recorded_bytes=100_000, recorded_frames=50))
    async with DevServer(config=config) as server:
        client = await customer(server, http)
        for number in range(30):
            await client.request("update_customer", {"name": str(number) * 10_000})
        assert 3 <= len(server.frames) < 12
        assert sum(len(frame.text) for frame in server.frames) <= 100_000
        for _ in range(60):
            await client.request("ping", {})
        assert len(server.frames) == 50
        await client.close()


async def test_who_does_not_log_in_fills_only_so_many_places(http: aiohttp.ClientSession) -> None:
    async with DevServer(config=Config(limits=Limits(unauthorized_connections=2))) as server:
        known = await customer(server, http)
        strangers = [await Bare.connect(http, server.socket_url()) for _ in range(3)]
        reason = await strangers[2].push("customer_disconnected")
        assert reason == {"reason": "too_many_unauthorized_connections"}
        await strangers[2].closed()
        await strangers[1].request("ping", {})
        for client in (known, *strangers):
            await client.close()


async def test_a_token_for_a_customer_who_is_known(server: DevServer, customer: Connect) -> None:
    client = await customer()
    client.token, customer_id = server.customer_token(client.customer_id)
    again = await customer(same_as=client)
    assert (await again.request("get_customer"))["id"] == customer_id == client.customer_id
    with pytest.raises(LookupError):
        server.customer_token("nobody")


async def test_pages_of_other_origins_get_no_token(http: aiohttp.ClientSession) -> None:
    async with DevServer(origins=("http://shop.example",)) as server:
        url = server.url + "/v2/customer/token"
        refusal = {
            "oauth_exception": "unauthorized_client",
            "exception_description": "redirect_uri is not registered",
        }
        for origin, redirect, allowed in (
            ("http://shop.example", None, True),
            ("http://shop.example", "http://shop.example/basket", True),
            ("http://evil.example", None, False),
            ("http://shop.example", "http://evil.example/", False),
        ):
            body = BODY | ({} if redirect is None else {"redirect_uri": redirect})
            async with http.post(url, json=body, headers={"Origin": origin}) as response:
                answer = await response.json()
            assert response.status == (200 if allowed else 401)
            assert allowed or answer == refusal
        assert server.core.database.number("SELECT count(*) FROM customers") == 2


async def test_agents_see_from_where_a_visitor_comes(customer: Connect, agent: Connect) -> None:
    sam = await agent()
    client = await customer(referrer="https://search.example/?q=bikes")
    visit = (await sam.push("incoming_customer"))["customer"]["last_visit"]
    assert visit["referrer"] == "https://search.example/?q=bikes"
    assert visit["ip"] == "127.0.0.1" and "aiohttp" in visit["user_agent"]
    assert not {"visit", "last_visit", "ip"} & (await client.request("get_customer")).keys()


async def test_faults_happen_to_logins_and_pings_too(server: DevServer, connect: Connect) -> None:
    token, _ = server.customer_token()
    login = {"token": f"Bearer {token}"}
    server.faults.lose_answer("login")
    lost = await connect()
    await lost.send("login", login)
    await lost.closed()
    assert [frame for frame in lost.frames if frame["action"] == "login"] == []
    server.faults.duplicate("login")
    client = await connect()
    await client.request("login", login)
    await client.settle()
    assert [frame["action"] for frame in client.frames].count("login") == 2
    client.frames.clear()
    server.faults.delay("ping", 0.02)
    slow, quick = await client.send("ping"), await client.send("get_customer")
    await client.answer(slow)
    assert [frame["request_id"] for frame in client.frames] == [quick, slow]


async def test_what_is_ignored_waits_for_an_answer(server: DevServer, customer: Connect) -> None:
    client = await customer()
    server.faults.ignore("get_customer", times=12)
    for _ in range(10):
        await client.send("get_customer")
    assert (await client.refusal("get_customer")).type == "pending_requests_limit_reached"
    assert (await client.refusal("list_chats")).type == "pending_requests_limit_reached"
    await client.settle()


async def test_a_half_open_connection_outlives_the_heartbeat_and_a_dead_one_does_not(
    http: aiohttp.ClientSession,
) -> None:
    async with DevServer(limits=Limits(heartbeat_seconds=0.02)) as server:
        half_open = await customer(server, http)
        assert server.half_open() == 1
        async with http.ws_connect(server.socket_url(), autoping=False):
            # It answers no ping, and is cut; the other one, which is as mute, is still there.
            async with asyncio.timeout(5):
                while server.connection_count < 2:  # noqa: ASYNC110 - the server announces it to nobody
                    await asyncio.sleep(0.001)
                while server.connection_count > 1:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
        [connection] = server.core.connections
        assert connection.user_id == half_open.customer_id
    await half_open.close()  # while there is a server, it would be waited for whether it says goodbye


async def test_moving_the_clock_removes_unused_files(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    client = await customer()
    form = aiohttp.FormData()
    form.add_field("file", b"abc", filename="a.txt")
    url = f"{server.url}/v3.5/customer/action/upload_file?organization_id=demo-organization"
    headers = {"Authorization": f"Bearer {client.token}"}
    async with http.post(url, data=form, headers=headers) as response:
        link = (await response.json())["url"]
    for seconds, status in ((3600, 200), (86_400, 404)):
        server.advance(seconds)
        async with http.get(link) as response:
            assert response.status == status


@pytest.mark.parametrize("kind", get_args(ErrorType))
async def test_every_documented_error_can_be_ordered(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect, kind: ErrorType
) -> None:
    client = await customer()
    server.faults.error("get_customer", kind, "No", data={"why": "so"}, times=2)
    refused = await client.refusal("get_customer")
    assert (refused.type, refused.message) == (kind, "No")
    shown = {"error": {"type": kind, "message": "No", "data": {"why": "so"}}}
    assert await act(server, http, client, "get_customer", {}) == shown
    assert (await client.request("get_customer"))["id"] == client.customer_id


async def test_requests_over_http_are_recorded_with_their_answers(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    status, token = await ask_for_token(server, http)
    asked = server.exchanges[-1]
    assert (asked.method, asked.path, asked.action) == ("POST", "/v2/customer/token", "token")
    assert (asked.role, asked.user_id, asked.status) == ("customer", token["entity_id"], status)
    assert (asked.body, asked.answer) == (BODY, token)

    client = await customer()
    answer = await act(server, http, client, "update_customer", {"name": 5})
    refused = await server.wait_for_exchange(lambda exchange: exchange.action == "update_customer")
    assert (refused.user_id, refused.status, refused.body) == (client.customer_id, 400, {"name": 5})
    assert refused.answer == answer and "organization_id=demo-organization" in refused.path

    form = aiohttp.FormData()
    form.add_field("file", b"hello", filename="notes.txt")
    url = f"{server.url}/v3.5/customer/action/upload_file?organization_id=demo-organization"
    headers = {"Authorization": f"Bearer {client.token}"}
    async with http.post(url, data=form, headers=headers) as response:
        uploaded = await response.json()
    assert server.exchanges[-1].body == {"name": "notes.txt", "size": 5}
    assert server.exchanges[-1].answer == uploaded

    server.faults.ignore("token")
    with pytest.raises(aiohttp.ClientError):
        await ask_for_token(server, http)
    cut = await server.wait_for_exchange(lambda exchange: exchange.status is None)
    assert (cut.action, cut.answer) == ("token", None)
    assert len(server.exchanges) == 4


async def test_recorded_requests_are_limited_like_frames(http: aiohttp.ClientSession) -> None:
    async with DevServer(limits=Limits(recorded_frames=3)) as server:
        for _ in range(5):
            await ask_for_token(server, http)
        assert len(server.exchanges) == 3
