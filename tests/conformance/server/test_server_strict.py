"""Rules that hold in the corners: who may upload, how long things last, what belongs to what."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from chatwheel_devserver import Agent, DevServer, Group, Limits, RateLimit
from conformance.server import bare
from conformance.server.bare import Bare, Json, message, start
from conformance.server.conftest import Connect

SAM = "sam@demo.example"


async def upload(
    server: DevServer, http: aiohttp.ClientSession, client: Bare, *, version: str = "/v3.5", **headers: str
) -> tuple[int, Json]:
    form = aiohttp.FormData()
    form.add_field("file", b"hello", filename="notes.txt")
    url = f"{server.url}{version}/customer/action/upload_file?organization_id=demo-organization"
    headers = {"Authorization": f"Bearer {client.token}", **headers}
    async with http.post(url, data=form, headers=headers) as response:
        return response.status, await response.json()


async def test_the_version_of_an_upload_may_be_in_a_header(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    client = await customer()
    status, answer = await upload(server, http, client, version="", **{"X-API-Version": "3.6"})
    assert (status, set(answer)) == (200, {"url"})
    status, answer = await upload(server, http, client, version="", **{"X-API-Version": "2.0"})
    assert answer["error"]["type"] == "unsupported_version"


async def test_who_is_banned_uploads_nothing(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect, agent: Connect
) -> None:
    client, sam = await customer(), await agent()
    await sam.request("ban_customer", {"id": client.customer_id, "ban": {"days": 1}})
    status, answer = await upload(server, http, client)
    assert (status, answer["error"]["type"]) == (403, "customer_banned")


async def test_uploads_have_a_rate_like_everything_else(http: aiohttp.ClientSession) -> None:
    async with DevServer(rate_limits={"upload_file": RateLimit(1, 60.0)}) as server:
        client = await bare.customer(server, http)
        assert (await upload(server, http, client))[0] == 200
        status, answer = await upload(server, http, client)
        assert (status, answer["error"]["type"]) == (429, "too_many_requests")
        await client.close()


async def test_a_revoked_token_ends_only_its_own_connections(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect, connect: Connect
) -> None:
    client = await customer()
    other_token, _ = server.customer_token(client.customer_id)
    other = await connect()
    await other.request("login", {"token": f"Bearer {other_token}"})
    headers = {"Authorization": f"Bearer {other_token}"}
    async with http.delete(f"{server.url}/v2/customer/token", headers=headers) as response:
        assert response.status == 200
    assert (await other.push("customer_disconnected"))["reason"] == "access_token_revoked"
    await client.settle()
    assert not client.is_closed


async def test_session_fields_last_as_long_as_the_visit(server: DevServer, customer: Connect) -> None:
    client = await customer(customer={"session_fields": [{"cart": "42"}]})
    await client.close()
    await bare.gone(server)
    server.advance(60)
    again = await customer(same_as=client)
    assert (await again.request("get_customer"))["session_fields"] == [{"cart": "42"}]
    await again.close()
    await bare.gone(server)
    server.advance(3 * 3600)
    later = await customer(same_as=client)
    assert (await later.request("get_customer"))["session_fields"] == []


async def test_the_login_s_group_gets_the_chats_that_name_none(http: aiohttp.ClientSession) -> None:
    groups = (Group(0, "Everybody"), Group(2, "Sales"))
    agents = (Agent(SAM, "Sam", group_ids=(0, 2)), Agent("lena@demo.example", "Lena"))
    async with DevServer(groups=groups, agents=agents) as server:
        lena = await bare.agent(server, http, "lena@demo.example")
        sam = await bare.agent(server, http)
        client = await bare.customer(server, http, group_id=2)
        assert (await client.request("get_predicted_agent"))["agent"]["name"] == "Sam"
        await client.request("start_chat")
        assert (await client.push("incoming_chat"))["chat"]["access"] == {"group_ids": [2]}
        other = await bare.customer(server, http, group_id=2)
        await other.request("start_chat", {"chat": {"access": {"group_ids": [0]}}})
        assert (await other.push("incoming_chat"))["chat"]["access"] == {"group_ids": [0]}
        for connection in (lena, sam, client, other):
            await connection.close()


@pytest.mark.parametrize("pushes", [{}, {"3.6": ["incoming_chat"]}, {"3.5": ["all"]}])
async def test_who_names_no_pushes_of_its_version_gets_all(customer: Connect, pushes: Any) -> None:
    client = await customer(pushes=pushes)
    await client.request("update_customer", {"name": "Ada"})
    assert await client.news() == ["customer_updated"]


async def test_only_the_list_of_one_s_own_version_counts(customer: Connect) -> None:
    client = await customer(pushes={"3.6": ["customer_updated"], "3.5": ["incoming_chat"]})
    await client.request("update_customer", {"name": "Ada"})
    await client.request("start_chat")
    assert await client.news() == ["incoming_chat"]


async def test_a_welcome_message_must_have_been_asked_for(http: aiohttp.ClientSession) -> None:
    async with DevServer(welcome_message="Hello!") as server:
        sam = await bare.agent(server, http)
        client = await bare.customer(server, http, version="3.6")
        refused = await client.refusal("start_chat", {"welcome_message_id": "WM1"})
        assert (refused.type, refused.message.partition(":")[0]) == ("validation", "welcome_message_id")
        other = await bare.customer(server, http, version="3.6")
        welcome = (await other.request("request_welcome_message"))["id"]
        assert (await client.refusal("start_chat", {"welcome_message_id": welcome})).type == "validation"
        # The welcome was on the screen before the chat began: it is not unread.
        await other.request("start_chat", {"welcome_message_id": welcome})
        again = await Bare.connect(http, server.socket_url(version="3.6"))
        answer = await again.request("login", {"token": f"Bearer {other.token}"})
        assert [chat["has_unread_events"] for chat in answer["chats"]] == [False]
        for connection in (sam, client, other, again):
            await connection.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("http://", "ftp://"),
        lambda url: url.replace("notes.txt", "other.txt"),
        lambda url: url.replace("http:", ""),
    ],
)
async def test_a_file_s_address_is_whole(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect, change: Any
) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    _, answer = await upload(server, http, client)
    wrong = {"type": "file", "url": change(answer["url"])}
    refused = await client.refusal("send_event", {"chat_id": chat_id, "event": wrong})
    assert (refused.type, refused.message.partition(":")[0]) == ("validation", "event.url")
    await client.request("send_event", {"chat_id": chat_id, "event": {"type": "file", "url": answer["url"]}})


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "checkbox", "answer": "Billing"},
        {"type": "checkbox", "answer": {"id": "0", "label": "Billing"}},
        {"type": "rating", "answer": {"stars": 5}},
        {"type": "rating", "answer": True},
        {"type": "group_chooser", "answer": {"id": "0", "label": "Sales"}},
    ],
)
async def test_a_form_s_answer_fits_its_field(customer: Connect, answer: Json) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    fields = [{"id": "1", "label": "What?", **answer}]
    event = {"type": "filled_form", "form_id": "f", "fields": fields}
    refused = await client.refusal("send_event", {"chat_id": chat_id, "event": event})
    assert (refused.type, refused.message.split(":")[0]) == ("validation", "event.fields.0")


async def test_the_oldest_mark_there_can_be_is_told_in_rfc_3339(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client, message())
    await sam.request("add_user_to_chat", {"chat_id": chat_id, "user_id": SAM, "user_type": "agent"})
    mark = {"chat_id": chat_id, "seen_up_to": "0001-01-01T00:00:00Z"}
    await sam.request("mark_events_as_seen", mark)
    told = await client.push("events_marked_as_seen")
    assert told["seen_up_to"] == "0001-01-01T00:00:00.000000Z"
    earlier = mark | {"seen_up_to": "0001-01-01T00:00:00+01:00"}
    assert (await sam.refusal("mark_events_as_seen", earlier)).message.startswith("seen_up_to:")


async def test_who_is_not_in_a_chat_takes_nobody_out(http: aiohttp.ClientSession) -> None:
    async with DevServer(agents=(Agent(SAM, "Sam"), Agent("lena@demo.example", "Lena"))) as server:
        sam, lena = await bare.agent(server, http), await bare.agent(server, http, "lena@demo.example")
        client = await bare.customer(server, http)
        chat_id, _ = await start(client)
        who = {"chat_id": chat_id, "user_id": SAM, "user_type": "agent"}
        await sam.request("add_user_to_chat", who)
        assert (await lena.refusal("remove_user_from_chat", who)).type == "authorization"
        await lena.request("remove_user_from_chat", who | {"ignore_requester_presence": True})
        assert (await client.push("user_removed_from_chat"))["requester_id"] != SAM
        for connection in (sam, lena, client):
            await connection.close()


async def test_a_cursor_is_good_for_its_own_list_only(customer: Connect, agent: Connect) -> None:
    sam, clients = await agent(), [await customer() for _ in range(3)]
    chats = [(await start(client, message()))[0] for client in clients]
    for chat_id, client in zip(chats, clients, strict=True):
        await client.request("deactivate_chat", {"id": chat_id})
        await client.request("resume_chat", {"chat": {"id": chat_id}})
    of_chats = (await sam.request("list_chats", {"limit": 1}))["next_page_id"]
    of_threads = (await sam.request("list_threads", {"chat_id": chats[0], "limit": 1}))["next_page_id"]
    assert (await sam.request("list_chats", {"page_id": of_chats}))["chats_summary"]
    assert (await sam.request("list_threads", {"chat_id": chats[0], "page_id": of_threads}))["threads"]
    for action, payload in (
        ("list_chats", {"page_id": of_threads}),
        ("list_threads", {"chat_id": chats[0], "page_id": of_chats}),
        ("list_threads", {"chat_id": chats[1], "page_id": of_threads}),
    ):
        refused = await sam.refusal(action, payload)
        assert refused.message == "page_id: is a cursor of another list"


async def test_what_waits_for_a_slow_reader_is_counted_in_bytes(http: aiohttp.ClientSession) -> None:
    limits = Limits(outgoing_bytes=100_000, heartbeat_seconds=3600)
    async with DevServer(limits=limits) as server:
        client = await bare.customer(server, http)
        connection = next(iter(server.core.connections))
        # Nothing goes out between the two: the loop has no turn.
        connection.deliver_text("€" * 30_000)
        assert connection in server.core.connections
        connection.deliver_text("€" * 30_000)
        async with asyncio.timeout(5):
            await client.closed()
        await client.close()


async def test_a_greeting_s_event_has_an_id_and_a_time(server: DevServer, customer: Connect) -> None:
    client = await customer()
    unique_id = server.greet(client.customer_id, "Need a hand?")
    event = (await client.push("incoming_greeting"))["event"]
    assert event["id"] == f"{unique_id}_1" and event["created_at"].endswith("Z")
