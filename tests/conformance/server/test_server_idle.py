"""Threads in which nobody writes, and connections that are dead without anybody saying so."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from chatwheel_devserver import DevServer
from chatwheel_devserver.idle import look_after_threads
from conformance.server.bare import message, start
from conformance.server.conftest import Connect


async def test_a_quiet_thread_is_marked_then_archived(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client, message())
    await sam.news()
    server.advance(901)
    marked = await sam.push("thread_properties_updated")
    assert marked["properties"] == {"routing": {"idle": True}}
    line = (await sam.push("incoming_event"))["event"]
    assert (line["system_message_type"], line["text_vars"]) == ("routing.idle", {"duration": "15"})
    assert await client.news() == []
    server.advance(890)
    assert await client.news() == []
    await client.request("get_customer")
    server.advance(20)
    event = (await client.push("incoming_event"))["event"]
    assert (event["system_message_type"], event["text_vars"]) == (
        "routing.archived_inactive",
        {"duration": "30"},
    )
    assert await client.push("chat_deactivated") == {"chat_id": chat_id, "thread_id": thread_id}


async def test_a_message_keeps_a_thread_open(server: DevServer, customer: Connect) -> None:
    client = await customer()
    chat_id, thread_id = await start(client, message())
    server.advance(901)
    await client.request("send_event", {"chat_id": chat_id, "event": message("Still here")})
    server.advance(901)
    await client.request("send_event", {"chat_id": chat_id, "event": message("And now")})
    server.advance(1)
    thread = server.core.desk.chats.thread(thread_id)
    assert thread is not None and thread.active and "idle" not in thread.properties["routing"]


async def test_agents_hear_that_a_thread_is_idle_no_more(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client, message())
    server.advance(901)
    await sam.push("thread_properties_updated")
    await client.request("send_event", {"chat_id": chat_id, "event": message("Still here")})
    server.advance(1)
    place = {"chat_id": chat_id, "thread_id": thread_id}
    assert await sam.push("thread_properties_deleted") == place | {"properties": {"routing": ["idle"]}}
    assert "thread_properties_deleted" not in await client.news()


async def test_looking_after_quiet_threads_costs_no_more_statements_when_there_are_many(
    server: DevServer, customer: Connect
) -> None:
    async def statements_of_one_round() -> int:
        await start(await customer(), message())
        server.advance(901)
        seen: list[str] = []
        connection = server.core.database._connection
        connection.set_trace_callback(seen.append)
        look_after_threads(server.core)
        connection.set_trace_callback(None)
        return len(seen)

    server.core.config = replace(
        server.config, limits=replace(server.config.limits, thread_archive_seconds=1e6)
    )
    counts = [await statements_of_one_round() for _ in range(5)]
    assert len(set(counts)) == 1 and counts[0] <= 3, counts


async def test_a_half_open_connection_says_nothing_until_it_is_cut(
    server: DevServer, customer: Connect
) -> None:
    client = await customer()
    assert server.half_open("customer") == 1
    request_id = await client.send("get_customer")
    server.push("incoming_multicast", {"content": "x"})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.frame(lambda frame: frame.get("request_id") == request_id or True)
    assert server.connection_count == 1 and not client.is_closed
    server.drop_connections("customer")
    await client.closed()
    assert client.frames == []
