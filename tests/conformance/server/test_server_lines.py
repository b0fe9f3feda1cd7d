"""Lines that the service writes when somebody goes, changes or does not answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from chatwheel_devserver import Agent, DevServer, Group, Limits
from conformance.server import bare
from conformance.server.bare import Bare, Json, message, start
from conformance.server.conftest import Connect
from conformance.server.test_server_queue import start_in

ADA = Agent("ada@demo.example", "Ada", group_ids=(0, 1))
BEN = Agent("ben@demo.example", "Ben", group_ids=(0, 1))
LIMITS = Limits(agent_reply_seconds=120, customer_grace_seconds=600)


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    groups = (Group(0, "Everybody"), Group(1, "Sales", routing="automatic"))
    async with DevServer(groups=groups, agents=(ADA, BEN), limits=LIMITS, queue_open=False) as server:
        yield server


async def line(client: Bare) -> Json:
    """Return the next line of the service's own."""
    while True:
        event: Json = (await client.push("incoming_event"))["event"]
        if event["type"] == "system_message":
            return event


async def test_who_does_not_answer_loses_the_chat_to_a_colleague(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    ada, ben, client = await agent(email=ADA.email), await agent(email=BEN.email), await customer()
    chat = await start_in(client, 1)
    await ada.request("send_event", {"chat_id": chat["id"], "event": message("Hello")})
    server.advance(600)
    await client.request("send_event", {"chat_id": chat["id"], "event": message("Do you have pumps?")})
    await client.news()
    server.advance(100)
    assert await client.news() == []
    server.advance(21)
    assert (await client.push("user_removed_from_chat"))["reason"] == "inactive"
    moved = await client.push("chat_transferred")
    assert (moved["reason"], moved["transferred_to"]["agent_ids"]) == ("inactive", [BEN.public_id])
    assert (await client.push("user_added_to_chat"))["user"]["name"] == "Ben"
    said = await line(client)
    assert said["system_message_type"] == "routing.assigned_inactive"
    assert said["text_vars"] == {"agent_added": "Ben", "agent_removed": "Ada", "duration": "2"}
    # The colleague has as long from now on for what is asked from now on.
    server.advance(119)
    await ben.request("send_event", {"chat_id": chat["id"], "event": message("Yes")})
    server.advance(121)
    assert await client.news() == ["incoming_event"]


async def test_without_a_colleague_the_chat_stays(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    await agent(email=ADA.email)
    client = await customer()
    await start_in(client, 1)
    server.advance(121)
    assert await client.news() == []


async def test_who_is_taken_out_is_followed_by_a_colleague_or_by_nobody(
    customer: Connect, agent: Connect
) -> None:
    ada, client = await agent(email=ADA.email), await customer()
    chat = await start_in(client, 1)
    who = {"chat_id": chat["id"], "user_id": ADA.email, "user_type": "agent"}
    await ada.request("remove_user_from_chat", who)
    assert (await line(client))["system_message_type"] == "agent_left"
    moved = await client.push("chat_transferred")
    assert (moved["reason"], moved["queue"]["position"]) == ("unassigned", 1)
    assert (await line(client))["system_message_type"] == "routing.unassigned_other"
    # Routing does not give it back to who has just left it …
    assert await client.news() == ["user_removed_from_chat"]
    ben = await agent(email=BEN.email)
    assert (await client.push("user_added_to_chat"))["user"]["name"] == "Ben"
    # … unless that is what the agent's colleague does, too.
    await client.news()
    await ben.request("remove_user_from_chat", who | {"user_id": BEN.email})
    moved = await client.push("chat_transferred")
    assert (moved["reason"], moved["transferred_to"]["agent_ids"]) == ("other", [ADA.public_id])
    assert (await line(client))["system_message_type"] == "agent_left"
    said = await line(client)
    assert said["system_message_type"] == "routing.assigned_other"
    assert said["text_vars"] == {"agent_added": "Ada", "agent_removed": "Ben"}


async def test_a_customer_who_leaves_the_site_ends_the_chat(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    ada = await agent(email=ADA.email)
    gone, here, kept = [await customer(customer={"name": name}) for name in ("Gus", "Hera", "Kim")]
    for client in (gone, here):
        await start(client, message())
    await kept.request("start_chat", {"continuous": True})
    for client in (gone, kept):
        await client.close()
    for client in (gone, kept):
        await ada.push("customer_left", id=client.customer_id)
    await ada.news()
    server.advance(500)
    assert await ada.news() == []
    server.advance(101)
    said = await line(ada)
    assert said["system_message_type"] == "archived_customer_disconnected"
    assert said["text_vars"] == {"customer": "Gus"}
    assert "user_id" not in await ada.push("chat_deactivated")
    assert await ada.news() == []


async def test_a_new_name_is_a_line_for_the_agents(customer: Connect, agent: Connect) -> None:
    client, ada = await customer(), await agent(email=ADA.email)
    await start(client, message())
    await ada.news()
    await client.request("update_customer", {"name": "Zoe", "email": "zoe@shop.example"})
    said = await line(ada)
    assert (said["system_message_type"], said["visibility"]) == ("customer_updated", "agents")
    assert said["text_vars"] == {"customer_name": "Zoe", "customer_email": "zoe@shop.example"}
    assert await client.news() == ["customer_updated"]
    await client.request("update_customer", {"session_fields": [{"a": "b"}]})
    assert await ada.news() == ["customer_updated", "customer_updated"]


async def test_an_agent_whom_nobody_knows_any_more_is_followed_by_another(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    groups = (Group(0, "Everybody"), Group(1, "Sales", routing="automatic"))
    async with DevServer(data=tmp_path, groups=groups, agents=(ADA, BEN)) as server:
        ada = await bare.agent(server, http, ADA.email)
        client = await bare.customer(server, http)
        await start_in(client, 1)
        await ada.close()
        await client.close()
    async with DevServer(data=tmp_path, groups=groups, agents=(BEN,)) as server:
        ben = await bare.agent(server, http, BEN.email)
        server.advance(31)
        assert (await ben.push("user_removed_from_chat"))["reason"] == "deleted"
        assert (await line(ben))["system_message_type"] == "routing.assigned_deleted"
        await ben.close()
