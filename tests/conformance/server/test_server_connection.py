"""Connections: frames good and bad, versions, deadlines, the ways in which they end."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from typing import get_args

import aiohttp
import pytest

from chatwheel_devserver import Config, DevServer, Limits
from chatwheel_devserver.errors import DisconnectReason
from conformance.server.bare import Bare, Json, agent, customer, message, start
from conformance.server.conftest import Connect


async def test_ping_is_answered_before_and_after_the_login(server: DevServer, connect: Connect) -> None:
    client = await connect()
    assert await client.request("ping") == {}
    token, _ = server.customer_token()
    await client.request("login", {"token": f"Bearer {token}"})
    assert await client.request("ping", {}) == {}


async def test_other_requests_need_a_login(connect: Connect) -> None:
    client = await connect()
    assert (await client.refusal("list_chats", {})).type == "authorization"


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "",
        "[]",
        "42",
        "null",
        '"text"',
        '{"action": 5}',
        "{}",
        '{"action": "no_such_thing"}',
        '{"request_id": 5, "action": "ping"}',
        '{"action": "list_chats", "payload": []}',
        '{"action": "list_chats", "payload": null}',
        '{"action": "update_customer", "payload": {"name": "\\ud800"}}',
        '{"action": "list_chats", "payload": {"limit": NaN}}',
        '{"action": "get_chat", "payload": {"chat_id": "' + "x" * 100_000 + '"}}',
        "[" * 100_000,
        '{"action": "list_chats", "payload": {"limit": 1' + "0" * 5000 + "}}",
    ],
)
async def test_bad_frames_are_refused_and_the_connection_goes_on(customer: Connect, text: str) -> None:
    client = await customer()
    await client.socket.send_str(text)
    response = await client.frame(lambda frame: frame["type"] == "response" and not frame["success"])
    assert response["payload"]["error"]["type"] == "validation"
    await client.settle()


async def test_binary_frames_are_refused(customer: Connect) -> None:
    client = await customer()
    await client.socket.send_bytes(b"\x00\x01")
    response = await client.frame(lambda frame: frame["type"] == "response")
    assert response["payload"]["error"]["message"].startswith("frame:")


async def test_a_frame_that_is_too_large_ends_the_connection(customer: Connect) -> None:
    client = await customer()
    await client.socket.send_str("x" * (1024 * 1024 + 1))
    await client.closed()
    assert client.socket.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_errors_name_action_and_request(customer: Connect) -> None:
    client = await customer()
    request_id = await client.send("get_chat", {"chat_id": 5})
    frame = await client.frame(lambda frame: frame.get("request_id") == request_id)
    assert frame == {
        "request_id": request_id,
        "action": "get_chat",
        "type": "response",
        "success": False,
        "payload": {"error": {"type": "validation", "message": "chat_id: input should be a valid string"}},
    }


async def test_without_a_request_id_the_answer_has_none_either(customer: Connect) -> None:
    client = await customer()
    await client.socket.send_str(json.dumps({"action": "get_customer"}))
    frame = await client.frame(lambda frame: frame["action"] == "get_customer")
    assert "request_id" not in frame


async def test_a_request_may_not_ask_for_an_older_version(customer: Connect) -> None:
    client = await customer()
    assert (await client.refusal("ping", {}, version="3.4")).type == "unsupported_version"
    assert (await client.refusal("ping", {}, version="x")).type == "validation"
    assert await client.request("ping", {}, version="3.6") == {}


@pytest.mark.parametrize("version", ["3.3", "4.0", "3.50"])
async def test_unknown_versions_are_turned_away(server: DevServer, connect: Connect, version: str) -> None:
    client = await connect(server.socket_url(version=version))
    assert await client.push("customer_disconnected") == {"reason": "unsupported_version"}
    await client.closed()


@pytest.mark.parametrize("query", ["?organization_id=other", "", "?license_id=1"])
async def test_unknown_organizations_are_turned_away(server: DevServer, connect: Connect, query: str) -> None:
    client = await connect(server.socket_url().partition("?")[0] + query)
    assert await client.push("customer_disconnected") == {"reason": "license_not_found"}
    await client.closed()
    assert client.socket.close_code == 1000


async def test_who_does_not_log_in_is_closed_after_thirty_seconds(
    server: DevServer, connect: Connect
) -> None:
    client = await connect()
    await client.settle()
    server.advance(29)
    await client.settle()
    server.advance(2)
    await client.closed()


async def test_an_expired_token_ends_the_connection(server: DevServer, connect: Connect) -> None:
    client = await connect()
    token, _ = server.customer_token(expires_in=60)
    await client.request("login", {"token": f"Bearer {token}"})
    server.advance(61)
    assert await client.push("customer_disconnected") == {"reason": "access_token_expired"}
    await client.closed()


async def test_who_does_nothing_for_half_an_hour_is_disconnected(
    server: DevServer, customer: Connect
) -> None:
    idle, busy = await customer(), await customer()
    server.advance(1700)
    await busy.request("update_customer_page", {"url": "http://shop.example/"})
    server.advance(200)
    assert await idle.push("customer_disconnected") == {"reason": "inactivity_timeout"}
    await busy.settle()


async def test_activity_is_what_happens_in_the_chat_and_over_http_too(
    server: DevServer, customer: Connect, agent: Connect, http: aiohttp.ClientSession
) -> None:
    reader, caller, quiet, sam = await customer(), await customer(), await customer(), await agent()
    chat_id, _ = await start(reader, message())
    await start(quiet, message())
    server.advance(1200)
    await sam.request("add_user_to_chat", {"chat_id": chat_id, "user_id": sam.email, "user_type": "agent"})
    await sam.request("send_event", {"chat_id": chat_id, "event": message("Let me see …")})
    url = f"{server.url}/v3.5/customer/action/list_chats?organization_id=demo-organization"
    async with http.post(url, json={}, headers={"Authorization": f"Bearer {caller.token}"}) as response:
        assert response.status == 200
    server.advance(700)
    assert await quiet.push("customer_disconnected") == {"reason": "inactivity_timeout"}
    await reader.settle()
    await caller.settle()


async def test_a_customer_who_says_nothing_is_disconnected() -> None:
    limits = Limits(silence_seconds=2.0)
    async with DevServer(limits=limits) as server, aiohttp.ClientSession() as http:
        silent, pinging, control = [await customer(server, http) for _ in range(3)]
        listening = await agent(server, http)

        async def ping_until_the_end() -> None:
            while not silent.is_closed:
                await pinging.request("ping")
                await control.socket.ping()
                await asyncio.sleep(0.1)

        pings = asyncio.create_task(ping_until_the_end())
        assert await silent.push("customer_disconnected") == {"reason": "connection_timeout"}
        await silent.closed()
        await pings
        for client in (pinging, control, listening):
            await client.settle()
            await client.close()


async def test_a_tenth_waiting_request_is_the_last(server: DevServer, customer: Connect) -> None:
    client = await customer()
    server.faults.delay("get_customer", 0.2, times=20)
    sent = [await client.send("get_customer", {}) for _ in range(11)]
    frame = await client.frame(lambda frame: frame["type"] == "response")
    assert frame["request_id"] == sent[10]
    assert frame["payload"]["error"]["type"] == "pending_requests_limit_reached"
    for request_id in sent[:10]:
        await client.answer(request_id)


async def test_a_request_that_takes_too_long_is_given_up(http: aiohttp.ClientSession) -> None:
    config = Config(limits=Limits(request_seconds=0.05))
    async with DevServer(config=config) as server:
        client = await customer(server, http)
        server.faults.delay("list_chats", 5)
        assert (await client.refusal("list_chats", {})).type == "request_timeout"
        await client.close()


async def test_a_customer_may_have_only_so_many_connections(http: aiohttp.ClientSession) -> None:
    async with DevServer(config=Config(limits=Limits(connections_per_customer=2))) as server:
        first = await customer(server, http)
        second = await customer(server, http, same_as=first)
        third = await Bare.connect(http, server.socket_url())
        await third.send("login", {"token": f"Bearer {first.token}"})
        assert await third.push("customer_disconnected") == {"reason": "too_many_connections"}
        await third.closed()
        await first.settle()
        for client in (first, second):
            await client.close()


def queued(server: DevServer) -> int:
    """How much waits for the connection for which most waits, in characters."""
    return max((connection._queued for connection in server.core.connections), default=0)


async def test_who_stops_reading_is_cut_off(http: aiohttp.ClientSession) -> None:
    config = Config(limits=Limits(outgoing_bytes=200_000))
    async with DevServer(config=config) as server:
        healthy = await customer(server, http)
        chat_id, _ = await start(healthy, message())
        _, writer = await deaf_customer(server, healthy.token)
        most = 0
        for _ in range(2000):
            await healthy.request("send_event", {"chat_id": chat_id, "event": message("x" * 16_000)})
            healthy.frames.clear()
            most = max(most, queued(server))
            if server.connection_count == 1:
                break
        assert server.connection_count == 1
        # No more was kept than the limit; what the frame that went beyond it added is gone at once.
        assert 100_000 < most <= 200_000
        writer.close()
        await healthy.close()


async def test_who_asks_without_reading_is_read_no_further(http: aiohttp.ClientSession) -> None:
    config = Config(limits=Limits(outgoing_bytes=200_000))
    async with DevServer(config=config) as server:
        healthy = await customer(server, http, customer={"name": "x" * 2_000})
        reader, writer = await deaf_customer(server, healthy.token)
        asked = 5_000
        for _ in range(asked):
            writer.write(masked({"action": "get_customer"}))
        most = 0
        for _ in range(200):
            await healthy.request("ping", {})
            most = max(most, queued(server))
        assert server.connection_count == 2
        assert 40_000 < most < 60_000
        # It was only made to wait: when it reads again, every question is answered.
        writer.transport.resume_reading()  # type: ignore[attr-defined]
        sign, answered, rest = b'"action":"get_customer"', 0, b""
        async with asyncio.timeout(30):
            while answered < asked:
                heard = rest + await reader.read(1_000_000)
                answered += heard.count(sign)
                rest = heard[1 - len(sign) :]
        writer.close()
        await healthy.close()


def masked(frame: Json) -> bytes:
    """A client's frames are masked; a mask of zeros leaves them readable."""
    text = json.dumps(frame).encode()
    length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + text


async def deaf_customer(server: DevServer, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Log in over a raw socket and then read nothing any more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    path = server.socket_url().partition(str(server.port))[2]
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(masked({"action": "login", "payload": {"token": f"Bearer {token}"}}))
    await reader.readexactly(2)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    return reader, writer


@pytest.mark.parametrize("turns", range(6))
async def test_who_is_being_let_in_as_the_server_stops_is_closed(turns: int) -> None:
    server = DevServer()
    await server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as visitor:
        visitor.setblocking(False)
        for _ in range(turns):
            await asyncio.sleep(0)
        await server.stop()
        async with asyncio.timeout(5):
            with suppress(ConnectionResetError):
                assert await asyncio.get_running_loop().sock_recv(visitor, 1) == b""


async def test_each_reason_reaches_the_client(server: DevServer, customer: Connect) -> None:
    other = await customer()
    for reason in get_args(DisconnectReason):
        client = await customer()
        server.disconnect(reason, client.customer_id, {"region": "fra"})
        told = await client.push("customer_disconnected")
        assert told == {"reason": reason, "data": {"region": "fra"}}
        await client.closed()
        assert client.socket.close_code == aiohttp.WSCloseCode.OK
    assert len(get_args(DisconnectReason)) == 17
    await other.settle()


async def test_dropped_connections_end_without_a_word(server: DevServer, customer: Connect) -> None:
    client = await customer()
    assert server.drop_connections() == 1
    await client.closed()
    assert client.frames == []


async def test_a_lost_answer_is_repeated_for_who_asks_again(server: DevServer, customer: Connect) -> None:
    client = await customer()
    chat_id, thread_id = await start(client, message())
    server.faults.lose_answer("send_event")
    await client.send("send_event", {"chat_id": chat_id, "event": message("Once", "c-1")})
    await client.closed()
    again = await customer(same_as=client)
    answer = await again.request("send_event", {"chat_id": chat_id, "event": message("Once", "c-1")})
    threads = await again.request("list_threads", {"chat_id": chat_id})
    events = threads["threads"][0]["events"]
    assert [event["text"] for event in events] == ["Hi", "Once"]
    assert events[1]["id"] == answer["event_id"] == f"{thread_id}_2"


async def test_faults_on_demand(server: DevServer, customer: Connect) -> None:
    client = await customer()
    server.faults.error("get_customer", "internal", "Out of order")
    assert (await client.refusal("get_customer", {})).message == "Out of order"
    server.faults.ignore("get_customer")
    silent = await client.send("get_customer", {})
    await client.settle()
    assert not any(frame.get("request_id") == silent for frame in client.frames)
    # One of them is answered at once, the other waits for something outside first.
    for action, payload in (("get_customer", {}), ("get_url_info", {"url": "https://elsewhere.example/"})):
        server.faults.duplicate(action)
        twice = await client.send(action, payload)
        await client.answer(twice)
        await client.settle()
        assert sum(frame.get("request_id") == twice for frame in client.frames) == 2


async def test_raw_pushes_and_recorded_frames(server: DevServer, customer: Connect) -> None:
    client = await customer()
    assert server.push_raw({"type": "push", "action": "surprise", "payload": {}}, client.customer_id) == 1
    assert await client.push("surprise") == {}
    frame = await server.wait_for_frame(
        lambda frame: frame.direction == "in" and frame.json["action"] == "login"
    )
    assert frame.role == "customer"


async def test_foreign_origins_can_be_kept_out(http: aiohttp.ClientSession) -> None:
    async with DevServer(origins=("http://shop.example",)) as server:
        url = server.socket_url()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url, headers={"Origin": "http://evil.example"})
        async with http.ws_connect(url, headers={"Origin": "http://shop.example"}):
            pass
