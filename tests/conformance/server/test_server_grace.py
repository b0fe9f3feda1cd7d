"""The scripted agent: answers like a person, and makes way for people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from chatwheel_devserver import DevServer
from chatwheel_devserver.scripted.replies import reply_to, topic_of
from conformance.server.bare import Bare, customer, message, start
from conformance.server.bare import agent as connect_agent


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    async with DevServer(bot=True, bot_delay=0.0) as server:
        yield server


@pytest.fixture
async def client(server: DevServer, http: aiohttp.ClientSession) -> AsyncIterator[Bare]:
    client = await customer(server, http)
    yield client
    await client.close()


async def begin(client: Bare, text: str) -> str:
    """Start a chat, and keep every frame: she may be quicker than this test."""
    started = await client.request("start_chat", {"chat": {"thread": {"events": [message(text)]}}})
    return str(started["chat_id"])


async def answer(client: Bare) -> str:
    """Wait for the next message that is not the customer's own."""
    while True:
        event = (await client.push("incoming_event"))["event"]
        if event["type"] == "message" and event["author_id"] != client.customer_id:
            return str(event["text"])


async def test_she_joins_reads_types_and_answers(client: Bare) -> None:
    thread = {"events": [message("Hello")]}
    await client.request("start_chat", {"chat": {"thread": thread}})
    await client.push("incoming_chat")
    assert (await client.push("user_added_to_chat"))["user"]["name"] == "Grace"
    await client.push("events_marked_as_seen")
    assert (await client.push("incoming_typing_indicator"))["typing_indicator"]["is_typing"] is True
    assert "Grace" in await answer(client)
    assert (await client.push("incoming_typing_indicator"))["typing_indicator"]["is_typing"] is False


async def test_she_reacts_to_a_file(server: DevServer, http: aiohttp.ClientSession, client: Bare) -> None:
    chat_id = await begin(client, "Hello")
    await answer(client)
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", b"text", filename="receipt 7.txt")
    url = f"{server.url}/v3.5/customer/action/upload_file?organization_id=demo-organization"
    async with http.post(url, data=form, headers={"Authorization": f"Bearer {client.token}"}) as response:
        uploaded = await response.json()
    await client.request(
        "send_event", {"chat_id": chat_id, "event": {"type": "file", "url": uploaded["url"]}}
    )
    assert (await answer(client)).startswith("Thanks, I have got receipt 7.txt.")


async def test_her_group_is_online_and_she_is_predicted(client: Bare) -> None:
    assert (await client.request("list_group_statuses", {"all": True}))["groups_status"] == {"0": "online"}
    agent = (await client.request("get_predicted_agent", {}))["agent"]
    assert (agent["name"], agent["is_bot"]) == ("Grace", True)


async def test_she_leaves_quietly_when_a_person_comes_and_returns_later(
    server: DevServer, http: aiohttp.ClientSession, client: Bare
) -> None:
    chat_id = await begin(client, "Hello")
    await answer(client)
    sam = await connect_agent(server, http)
    removed = await client.push("user_removed_from_chat")
    assert removed["reason"] == "manual"
    await client.news()
    await client.request("send_event", {"chat_id": chat_id, "event": message("Where is my order?")})
    assert await client.news() == ["incoming_event"]
    assert len((await sam.request("list_chats", {}))["chats_summary"]) == 1
    await sam.close()
    # The visitor has had the last word, so she takes it up.
    assert "order" in await answer(client)


async def test_she_does_not_come_while_a_person_is_there(
    server: DevServer, http: aiohttp.ClientSession
) -> None:
    sam = await connect_agent(server, http)
    client = await customer(server, http)
    await start(client, message("Hello"))
    assert await client.news() == []
    await client.close()
    await sam.close()


async def test_she_stops_when_the_visitor_ends_the_chat(http: aiohttp.ClientSession) -> None:
    async with DevServer(bot=True, bot_delay=5.0) as server:
        client = await customer(server, http)
        chat_id, _ = await start(client, message("Hello"))
        await client.request("deactivate_chat", {"id": chat_id})
        assert await client.news() == ["incoming_event", "chat_deactivated"]
        await client.close()


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Hi there", "greeting"),
        ("thanks a lot!", "thanks"),
        ("I want to return the boots", "returns"),
        ("When will my parcel arrive?", "delivery"),
        ("Can I change my order CW-1234?", "order"),
        ("The zip is broken", "damage"),
        ("How much is it?", "payment"),
        ("Are you a robot?", "human"),
        ("Why?", "question"),
        ("Mmh", "other"),
    ],
)
def test_topics(text: str, topic: str) -> None:
    assert topic_of(text) == topic


def test_answers_vary_and_have_limits() -> None:
    said = {reply_to({"type": "message", "text": "hello"}, turn) for turn in range(3)}
    assert len(said) == 3
    assert (
        reply_to({"type": "message", "text": "My name is Ada"}, 0)
        == "Nice to meet you, Ada! What can I do for you?"
    )
    assert reply_to({"type": "rich_message"}, 0) is None
    picture = {"type": "file", "name": "a.png", "content_type": "image/png"}
    assert str(reply_to(picture, 0)).startswith("Thanks, I have got a.png.")
