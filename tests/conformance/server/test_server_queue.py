"""Automatic routing: who gets a chat, who waits, where, and how long."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chatwheel_devserver import Agent, DevServer, Group
from conformance.server.bare import Bare, Json, message
from conformance.server.conftest import Connect

ADA = Agent("ada@demo.example", "Ada", group_ids=(0, 1), max_chats=1)
BEN = Agent("ben@demo.example", "Ben", group_ids=(0, 2), max_chats=3)


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    groups = (
        Group(0, "Everybody"),
        Group(1, "Sales", routing="automatic", queue_limit=2),
        Group(2, "Support", routing="automatic", chats_per_agent=2),
    )
    async with DevServer(groups=groups, agents=(ADA, BEN), queue_open=False, seconds_per_chat=60) as server:
        yield server


async def start_in(client: Bare, *group_ids: int) -> Json:
    """Start a chat in groups; return it as it was pushed."""
    chat = {"access": {"group_ids": group_ids}, "thread": {"events": [message()]}}
    await client.request("start_chat", {"chat": chat})
    pushed: Json = (await client.push("incoming_chat"))["chat"]
    return pushed


async def test_a_free_agent_gets_the_chat_at_once(customer: Connect, agent: Connect) -> None:
    await agent(email=ADA.email)
    chat = await start_in(await customer(), 1)
    assert [user["name"] for user in chat["users"] if user["type"] == "agent"] == ["Ada"]
    assert "queue" not in chat["thread"]


async def test_who_comes_later_waits_in_order_and_moves_up(customer: Connect, agent: Connect) -> None:
    ada = await agent(email=ADA.email)
    first, second, third = await customer(), await customer(), await customer()
    chat = await start_in(first, 1)
    one, two = await start_in(second, 1), await start_in(third, 1)
    places = [(c["thread"]["queue"]["position"], c["thread"]["queue"]["wait_time"]) for c in (one, two)]
    assert places == [(1, 60), (2, 120)]
    assert one["thread"]["queue"]["queued_at"] == one["thread"]["created_at"]

    await ada.request("deactivate_chat", {"id": chat["id"]})
    assigned = await second.push("chat_transferred", chat_id=one["id"])
    assert assigned["reason"] == "assigned" and "requester_id" not in assigned
    assert (await second.push("user_added_to_chat"))["user"]["name"] == "Ada"
    moved = await third.push("queue_position_updated")
    place = {"position": 1, "wait_time": 60}
    assert moved == {"chat_id": two["id"], "thread_id": two["thread"]["id"], "queue": place}
    told = await ada.push_frame("queue_positions_updated")
    assert told["payload"] == [moved]
    shown = (await third.request("get_chat", {"chat_id": two["id"]}))["thread"]
    assert shown["queue"] == place | {"queued_at": two["thread"]["queue"]["queued_at"]}
    assert "queue" not in (await second.request("get_chat", {"chat_id": one["id"]}))["thread"]


async def test_a_full_group_is_online_for_its_queue_and_a_full_queue_offline(
    customer: Connect, agent: Connect
) -> None:
    await agent(email=ADA.email)
    clients = [await customer() for _ in range(4)]
    statuses = []
    for client in clients[:3]:
        statuses.append(
            (await clients[3].request("list_group_statuses", {"group_ids": [1]}))["groups_status"]
        )
        await start_in(client, 1)
    assert statuses == [{"1": "online"}, {"1": "online_for_queue"}, {"1": "online_for_queue"}]
    told = [await clients[3].push("groups_status_updated") for _ in range(2)]
    assert [entry["groups"][0]["status"] for entry in told] == ["online_for_queue", "offline"]
    refused = await clients[3].refusal("start_chat", {"chat": {"access": {"group_ids": [1]}}})
    assert refused.type == "groups_offline"


async def test_the_predicted_agent_says_whether_there_is_a_queue(customer: Connect, agent: Connect) -> None:
    await agent(email=ADA.email)
    client = await customer()
    assert (await client.request("get_predicted_agent", {"group_id": 1}))["queue"] is False
    await start_in(client, 1)
    predicted = await client.request("get_predicted_agent", {"group_id": 1})
    assert (predicted["agent"]["name"], predicted["queue"]) == ("Ada", True)


async def test_the_groups_own_limit_holds_and_manual_groups_have_none(
    customer: Connect, agent: Connect
) -> None:
    await agent(email=BEN.email)
    chats = [await start_in(await customer(), 2) for _ in range(3)]
    assert ["queue" in chat["thread"] for chat in chats] == [False, False, True]
    by_hand = await start_in(await customer(), 0)
    assert "queue" not in by_hand["thread"]
    assert not any(user["type"] == "agent" for user in by_hand["users"])


async def test_the_queue_is_served_when_an_agent_comes_or_accepts_again(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    ben = await agent(email=BEN.email)
    clients = [await customer() for _ in range(3)]
    chats = [await start_in(client, 2) for client in clients]
    await ben.request("set_routing_status", {"status": "not_accepting_chats"})
    await ben.request("deactivate_chat", {"id": chats[0]["id"]})
    await clients[2].settle()
    assert "chat_transferred" not in await clients[2].news()
    await ben.request("set_routing_status", {"status": "accepting_chats"})
    await clients[2].push("user_added_to_chat")


async def test_a_waiting_chat_can_be_taken_by_hand_ended_and_left(customer: Connect, agent: Connect) -> None:
    ada, ben = await agent(email=ADA.email), await agent(email=BEN.email)
    clients = [await customer() for _ in range(3)]
    chats = [await start_in(client, 1) for client in clients]
    take = {"chat_id": chats[1]["id"], "user_id": BEN.email, "user_type": "agent"}
    await ben.request("add_user_to_chat", take)
    assert (await clients[2].push("queue_position_updated"))["queue"]["position"] == 1
    await ben.request("remove_user_from_chat", take)
    back = await clients[1].push("chat_transferred", reason="unassigned")
    assert back["queue"]["position"] == 2
    await clients[2].request("deactivate_chat", {"id": chats[2]["id"]})
    assert (await clients[1].push("queue_position_updated"))["queue"]["position"] == 1
    assert (await ada.request("list_chats"))["found_chats"] == 3


async def test_a_transfer_to_a_full_group_queues_the_chat(customer: Connect, agent: Connect) -> None:
    await agent(email=ADA.email)
    ben = await agent(email=BEN.email)
    await start_in(await customer(), 1)
    client = await customer()
    chat = await start_in(client, 2)
    target = {"type": "group", "ids": [1]}
    await ben.request("transfer_chat", {"id": chat["id"], "target": target})
    moved = await client.push("chat_transferred")
    assert moved["transferred_to"] == {"group_ids": [1]} and moved["reason"] == "manual"
    assert (moved["queue"]["position"], moved["queue"]["wait_time"]) == (1, 60)
    assert (await client.push("user_removed_from_chat"))["reason"] == "manual"


async def test_a_transfer_to_a_free_group_finds_its_agent(customer: Connect, agent: Connect) -> None:
    await agent(email=ADA.email)
    ben = await agent(email=BEN.email)
    client = await customer()
    chat = await start_in(client, 2)
    await ben.request("transfer_chat", {"id": chat["id"], "target": {"type": "group", "ids": [1]}})
    assert (await client.push("chat_transferred"))["transferred_to"]["agent_ids"] == [ADA.public_id]
    assert (await client.push("user_added_to_chat"))["user"]["name"] == "Ada"


async def test_places_survive_a_restart(customer: Connect, agent: Connect, server: DevServer) -> None:
    await agent(email=ADA.email)
    await start_in(await customer(), 1)
    chat = await start_in(await customer(), 1)
    thread = server.core.desk.chats.thread(chat["thread"]["id"])
    assert thread is not None
    fresh = type(server.core.desk.router)(server.core.desk)
    place = fresh.place(thread)
    assert place is not None and place.position == 1


def agents_of(chat: Json) -> list[str]:
    return [user["name"] for user in chat["users"] if user["type"] == "agent" and user["present"]]


async def test_a_chat_of_several_groups_goes_to_whichever_has_an_agent(
    customer: Connect, agent: Connect
) -> None:
    ben = await agent(email=BEN.email)
    first = await customer()
    assert agents_of(await start_in(first, 1, 2)) == ["Ben"]
    second = await customer()
    chat = await start_in(second, 2)
    transfer = {"id": chat["id"], "target": {"type": "group", "ids": [1, 2]}}
    await ben.request("transfer_chat", transfer)
    assert agents_of(await second.request("get_chat", {"chat_id": chat["id"]})) == ["Ben"]
    assert (await customer_status(second)) == {0: "online", 1: "offline", 2: "online_for_queue"}


async def test_a_chat_of_several_groups_waits_in_each_queue_and_is_told_the_best_place(
    customer: Connect, agent: Connect
) -> None:
    ada, ben = await agent(email=ADA.email), await agent(email=BEN.email)
    assert agents_of(await start_in(await customer(), 1)) == ["Ada"]
    chats = [await start_in(await customer(), 2) for _ in range(2)]
    assert (await start_in(await customer(), 1))["thread"]["queue"]["position"] == 1
    client = await customer()
    both = await start_in(client, 1, 2)
    assert both["thread"]["queue"]["position"] == 1
    queued = (await ada.request("list_groups"))["groups"]
    assert {group["id"]: group["queued_chats"] for group in queued} == {0: 0, 1: 2, 2: 1}
    await ada.news()
    await ben.request("deactivate_chat", {"id": chats[0]["id"]})
    assert agents_of(await client.request("get_chat", {"chat_id": both["id"]})) == ["Ben"]
    # Who had waited before it in the other queue keeps its place: nothing has changed there.
    assert "queue_positions_updated" not in await ada.news()


async def customer_status(client: Bare) -> dict[int, str]:
    answer = await client.request("list_group_statuses", {"all": True})
    return {int(group_id): status for group_id, status in answer["groups_status"].items()}
