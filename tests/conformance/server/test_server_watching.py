"""Agents who watch a chat unseen, and those who follow it from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatwheel_devserver import Agent, DevServer
from conformance.server.bare import Bare, Json, message, start
from conformance.server.conftest import Connect

SAM = Agent("sam@demo.example", "Sam")
LENA = Agent("lena@demo.example", "Lena")


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    async with DevServer(agents=(SAM, LENA)) as server:
        yield server


class Watch:
    """Sam answers a customer, and Lena looks on."""

    def __init__(self, client: Bare, sam: Bare, lena: Bare, chat_id: str) -> None:
        self.client, self.sam, self.lena, self.chat_id = client, sam, lena, chat_id

    def who(self, agent: Agent, **more: Any) -> Json:
        return {"chat_id": self.chat_id, "user_id": agent.email, "user_type": "agent", **more}

    async def users(self, seen_by: Bare) -> list[str]:
        chat = await seen_by.request("get_chat", {"chat_id": self.chat_id})
        return [user["name"] for user in chat["users"] if user["type"] == "agent"]


@pytest.fixture
async def watch(customer: Connect, agent: Connect) -> Watch:
    client, sam, lena = (
        await customer(version="3.6"),
        await agent(email=SAM.email),
        await agent(email=LENA.email),
    )
    watch = Watch(client, sam, lena, (await start(client, message()))[0])
    await sam.request("add_user_to_chat", watch.who(SAM))
    await lena.request("add_user_to_chat", watch.who(LENA, visibility="agents"))
    return watch


async def test_the_customer_learns_nothing_of_who_watches(watch: Watch) -> None:
    assert await watch.client.news() == ["chat_transferred", "user_added_to_chat", "incoming_event"]
    assert await watch.users(watch.client) == ["Sam"]
    thread = (await watch.client.request("get_chat", {"chat_id": watch.chat_id}))["thread"]
    assert set(thread["user_ids"]) == {watch.client.customer_id, SAM.public_id}
    lines = [event["text"] for event in thread["events"] if event["type"] == "system_message"]
    assert lines == ["Sam joined the chat"]
    assert [user["id"] for user in await summary_users(watch.client)] == [
        watch.client.customer_id,
        SAM.public_id,
    ]

    await watch.lena.request(
        "mark_events_as_seen", {"chat_id": watch.chat_id, "seen_up_to": "2100-01-01T00:00:00Z"}
    )
    await watch.lena.request("remove_user_from_chat", watch.who(LENA))
    assert await watch.client.news() == []
    assert await watch.users(watch.client) == ["Sam"]


async def summary_users(seen_by: Bare) -> list[Json]:
    users: list[Json] = (await seen_by.request("list_chats"))["chats_summary"][0]["users"]
    return users


async def test_agents_see_who_watches(watch: Watch) -> None:
    heard = ["user_added_to_chat", "incoming_event"]
    assert await watch.sam.news() == ["incoming_chat", "chat_transferred", *heard, *heard]
    chat = await watch.sam.request("get_chat", {"chat_id": watch.chat_id})
    assert {user["id"]: user["visibility"] for user in chat["users"] if user["type"] == "agent"} == {
        SAM.email: "all",
        LENA.email: "agents",
    }
    line = chat["thread"]["events"][-1]
    assert (line["text"], line["visibility"]) == ("Lena joined the chat", "agents")
    await watch.lena.request(
        "mark_events_as_seen", {"chat_id": watch.chat_id, "seen_up_to": "2100-01-01T00:00:00Z"}
    )
    assert (await watch.sam.push("events_marked_as_seen"))["user_id"] == LENA.email


async def test_who_watches_speaks_to_agents_only(watch: Watch) -> None:
    await watch.client.news()
    here = {"chat_id": watch.chat_id}
    await watch.lena.request("send_event", here | {"event": message("He wants the blue one")})
    await watch.lena.request("send_typing_indicator", here | {"is_typing": True})
    await watch.lena.request("send_thinking_indicator", here)
    assert await watch.client.news() == []
    event = (await watch.sam.push("incoming_event", chat_id=watch.chat_id))["event"]
    while event["type"] != "message":
        event = (await watch.sam.push("incoming_event"))["event"]
    assert (event["text"], event["visibility"]) == ("He wants the blue one", "agents")
    assert (await watch.sam.push("incoming_typing_indicator"))["typing_indicator"]["visibility"] == "agents"
    for action, payload in (
        ("send_event", {"event": message() | {"visibility": "all"}}),
        ("send_typing_indicator", {"is_typing": True, "visibility": "all"}),
        ("send_thinking_indicator", {"visibility": "all"}),
        ("send_event_preview", {"event": message()}),
    ):
        assert (await watch.lena.refusal(action, here | payload)).type == "not_allowed", action
    assert await watch.client.news() == []


async def test_who_watches_takes_no_chat_and_can_step_in(watch: Watch) -> None:
    free: Any = await watch.sam.request("list_agents_for_transfer", {"chat_id": watch.chat_id})
    assert free == [{"agent_id": LENA.email, "name": "Lena", "active_chats": 0}]
    await watch.client.news()
    await watch.lena.request("add_user_to_chat", watch.who(LENA))
    added = await watch.client.push("user_added_to_chat")
    assert (added["user"]["name"], added["reason"]) == ("Lena", "manual")
    assert await watch.users(watch.client) == ["Sam", "Lena"]
    # Who is seen does not become unseen by watching, too.
    await watch.lena.request("add_user_to_chat", watch.who(LENA, visibility="agents"))
    await watch.lena.request("send_event", {"chat_id": watch.chat_id, "event": message("Hello!")})
    assert (await watch.client.push("incoming_event"))["event"]["type"] == "system_message"
    assert (await watch.client.push("incoming_event"))["event"]["text"] == "Hello!"


async def test_a_chat_that_is_only_watched_waits_for_an_agent(customer: Connect, agent: Connect) -> None:
    client, lena, sam = await customer(), await agent(email=LENA.email), await agent(email=SAM.email)
    chat_id, _ = await start(client, message())
    who = {"chat_id": chat_id, "user_type": "agent"}
    await lena.request("add_user_to_chat", who | {"user_id": LENA.email, "visibility": "agents"})
    assert await client.news() == []
    await sam.request("add_user_to_chat", who | {"user_id": SAM.email})
    assert (await client.push("chat_transferred"))["transferred_to"]["agent_ids"] == [SAM.public_id]
    # The last one who is seen goes: that somebody watches changes nothing.
    await sam.request("remove_user_from_chat", who | {"user_id": SAM.email})
    assert (await client.push("chat_transferred"))["reason"] == "unassigned"


async def test_each_agent_reads_whether_he_follows_a_chat(customer: Connect, agent: Connect) -> None:
    client, sam, lena = await customer(), await agent(email=SAM.email), await agent(email=LENA.email)
    chat_id, _ = await start(client, message())
    await sam.request("follow_chat", {"id": chat_id})
    await client.request("deactivate_chat", {"id": chat_id})
    await client.request("resume_chat", {"chat": {"id": chat_id}})
    for one, follows in ((sam, True), (lena, False)):
        await one.push("chat_deactivated")
        await one.push("incoming_chat")
        assert (await one.push("incoming_chat"))["chat"]["is_followed"] is follows
        assert (await one.request("get_chat", {"chat_id": chat_id}))["is_followed"] is follows
        assert (await one.request("list_chats"))["chats_summary"][0]["is_followed"] is follows
    await sam.request("unfollow_chat", {"id": chat_id})
    assert (await sam.request("get_chat", {"chat_id": chat_id}))["is_followed"] is False
    assert "is_followed" not in await client.request("get_chat", {"chat_id": chat_id})
