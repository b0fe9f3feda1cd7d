"""Agents who go: their chats find others, after the time in which they may come back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from chatwheel_devserver import Agent, Config, DevServer, Group
from conformance.server.bare import Bare, agent_gone, message, start
from conformance.server.bare import agent as log_agent_in
from conformance.server.bare import customer as log_customer_in
from conformance.server.conftest import Connect
from conformance.server.test_server_queue import ADA, BEN, start_in

GRACE = 30
BOTH = (0, 1)


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    groups = (Group(0, "Everybody"), Group(1, "Sales", routing="automatic"))
    agents = tuple(Agent(one.email, one.name, group_ids=BOTH) for one in (ADA, BEN))
    async with DevServer(groups=groups, agents=agents, queue_open=False) as server:
        yield server


async def lose(server: DevServer, agent: Bare) -> None:
    """Cut an agent's connection as a lost network would."""
    connection = next(c for c in server.core.connections if c.role == "agent" and c.user_id == agent.email)
    connection.abort()
    await agent_gone(server, agent.email)


async def test_a_colleague_takes_over(server: DevServer, customer: Connect, agent: Connect) -> None:
    ada, ben = await agent(email=ADA.email), await agent(email=BEN.email)
    client = await customer()
    chat = await start_in(client, 1)
    assert [user["name"] for user in chat["users"] if user["type"] == "agent"] == ["Ada"]
    await lose(server, ada)
    server.advance(GRACE - 2)
    assert "user_removed_from_chat" not in await client.news()
    await ben.news()

    server.advance(3)
    removed = await client.push("user_removed_from_chat")
    place = {"chat_id": chat["id"], "thread_id": chat["thread"]["id"]}
    public = {one.email: one.public_id for one in server.config.agents}
    assert removed == place | {"user_id": public[ADA.email], "reason": "disconnected"}
    moved = await client.push("chat_transferred")
    target = {"group_ids": [1], "agent_ids": [public[BEN.email]]}
    assert moved == place | {"reason": "assigned", "transferred_to": target}
    added = await client.push("user_added_to_chat")
    assert (added["user"]["name"], added["reason"]) == ("Ben", "assigned")
    said = (await client.push("incoming_event"))["event"]
    assert said["system_message_type"] == "routing.assigned_disconnected"
    assert said["text_vars"] == {"agent_added": "Ben", "agent_removed": "Ada"}
    assert await client.news() == []
    expected = ["user_removed_from_chat", "chat_transferred", "user_added_to_chat", "incoming_event"]
    assert await ben.news() == expected
    await ben.request("send_event", {"chat_id": chat["id"], "event": message("I go on")})
    assert (await client.push("incoming_event"))["event"]["author_id"] == public[BEN.email]


async def test_with_nobody_free_it_waits_in_the_queue(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    ada = await agent(email=ADA.email)
    client = await customer()
    chat = await start_in(client, 1)
    await lose(server, ada)
    server.advance(GRACE + 1)
    assert (await client.push("user_removed_from_chat"))["reason"] == "disconnected"
    moved = await client.push("chat_transferred")
    assert moved["reason"] == "unassigned" and moved["transferred_to"] == {"group_ids": [1]}
    assert moved["queue"]["position"] == 1
    said = (await client.push("incoming_event"))["event"]
    assert said["system_message_type"] == "routing.unassigned_disconnected"
    assert said["text_vars"] == {"agent": "Ada"}
    # The place has been told with the transfer.
    assert "queue_position_updated" not in await client.news()
    await agent(email=BEN.email)
    assert (await client.push("user_added_to_chat"))["user"]["name"] == "Ben"
    assert "queue" not in (await client.request("get_chat", {"chat_id": chat["id"]}))["thread"]


async def test_who_comes_back_in_time_keeps_the_chat(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    ada, client = await agent(email=ADA.email), await customer()
    await agent(email=BEN.email)
    chat = await start_in(client, 1)
    await lose(server, ada)
    server.advance(GRACE - 2)
    again = await agent(email=ADA.email)
    server.advance(GRACE + 1)
    assert "user_removed_from_chat" not in await client.news()
    await again.request("send_event", {"chat_id": chat["id"], "event": message("Here I am")})


async def test_one_of_two_connections_is_no_loss(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    await agent(email=ADA.email)
    first, client = await agent(email=ADA.email), await customer()
    await start_in(client, 1)
    await first.request("logout")
    await first.closed()
    server.advance(GRACE + 1)
    assert len(server.core.hub.agents) == 1
    assert "user_removed_from_chat" not in await client.news()


async def test_without_automatic_routing_it_waits_to_be_taken(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    ada, ben, client = await agent(email=ADA.email), await agent(email=BEN.email), await customer()
    chat_id, _ = await start(client, message())
    user = {"chat_id": chat_id, "user_type": "agent"}
    await ada.request("add_user_to_chat", user | {"user_id": ADA.email})
    await client.news()
    await lose(server, ada)
    server.advance(GRACE + 1)
    moved = await client.push("chat_transferred")
    assert moved["reason"] == "unassigned" and "queue" not in moved
    await client.news()
    await ben.request("add_user_to_chat", user | {"user_id": BEN.email})
    assert (await client.news())[:2] == ["chat_transferred", "user_added_to_chat"]


async def test_a_colleague_who_is_there_already_goes_on(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    ada, ben, client = await agent(email=ADA.email), await agent(email=BEN.email), await customer()
    chat_id = (await start_in(client, 1))["id"]
    user = {"chat_id": chat_id, "user_id": BEN.email, "user_type": "agent"}
    await ben.request("add_user_to_chat", user)
    await client.news()
    await lose(server, ada)
    server.advance(GRACE + 1)
    assert (await client.push("user_removed_from_chat"))["reason"] == "disconnected"
    assert (await client.push("incoming_event"))["event"]["system_message_type"] == "agent_left"
    assert "chat_transferred" not in await client.news()


async def test_who_signs_out_goes_at_once(server: DevServer, customer: Connect, agent: Connect) -> None:
    ada, client = await agent(email=ADA.email), await customer()
    await agent(email=BEN.email)
    await start_in(client, 1)
    await ada.request("logout")
    await ada.closed()
    assert (await client.push("user_removed_from_chat"))["reason"] == "signed_out"
    assert (await client.push("chat_transferred"))["reason"] == "assigned"
    said = (await client.push("incoming_event"))["event"]
    assert said["system_message_type"] == "routing.assigned_signed_out"


async def test_after_a_restart_agents_have_the_same_time(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    def opening() -> DevServer:
        return DevServer(data=tmp_path, config=Config(agents=(ADA, BEN)))

    async with opening() as server:
        client, ada = await log_customer_in(server, http), await log_agent_in(server, http, ADA.email)
        chat_id, _ = await start(client, message())
        user = {"chat_id": chat_id, "user_id": ADA.email, "user_type": "agent"}
        await ada.request("add_user_to_chat", user)
        token = client.token
        await client.close()
        await ada.close()
    async with opening() as server:
        again = await Bare.connect(http, server.socket_url())
        await again.request("login", {"token": f"Bearer {token}"})
        server.advance(GRACE - 2)
        assert "user_removed_from_chat" not in await again.news()
        server.advance(3)
        assert (await again.push("user_removed_from_chat"))["reason"] == "disconnected"
        await again.close()
