"""The agent's side: taking chats, typing, transfers, availability, visitors on the site."""

from __future__ import annotations

import base64
from typing import Any

import aiohttp
import pytest

from chatwheel_devserver import Agent, Config, DevServer, Group
from chatwheel_devserver.calls import Call
from chatwheel_devserver.clock import short_id
from chatwheel_devserver.desk import Opening
from chatwheel_devserver.lens import AgentLens
from chatwheel_devserver.records import Chat
from conformance.server.bare import Bare, Json, gone, message, start
from conformance.server.bare import agent as connect_agent
from conformance.server.bare import customer as connect_customer
from conformance.server.conftest import Connect

SAM = "sam@demo.example"
GRACE = "grace@demo.example"


def joining(chat_id: str, email: str = SAM) -> Json:
    return {"chat_id": chat_id, "user_id": email, "user_type": "agent", "visibility": "all"}


async def test_the_login_shows_the_open_chats_and_the_visitors(
    server: DevServer, customer: Connect, connect: Connect
) -> None:
    client = await customer(customer={"name": "Ada"}, customer_page={"url": "http://shop.example/"})
    chat_id, thread_id = await start(client, message())
    sam = await connect(server.socket_url("agent"))
    answer = await sam.request("login", {"token": f"Bearer {server.agent_token()}"})
    assert answer["license"]["organization_id"] == "demo-organization"
    profile = answer["my_profile"]
    assert (profile["id"], profile["name"], profile["routing_status"]) == (SAM, "Sam", "accepting_chats")
    [summary] = answer["chats_summary"]
    assert (summary["id"], summary["last_thread_summary"]["id"]) == (chat_id, thread_id)
    [visitor] = (await sam.push("incoming_customers"))["customers"]
    assert (visitor["id"], visitor["name"], visitor["online"]) == (client.customer_id, "Ada", True)
    assert visitor["last_visit"]["last_pages"][0]["url"] == "http://shop.example/"


async def test_the_login_shows_all_open_chats(server: DevServer, connect: Connect) -> None:
    desk = server.core.desk
    call = Call(desk, SAM, AgentLens(server.config, server.url, "3.5"))
    with server.core.database.transaction():
        for _ in range(101):
            _, customer_id = server.customer_token()
            chat = Chat(short_id(desk.clock.instant()), customer_id, desk.clock.instant(), [0], {})
            desk.chats.add_chat(chat)
            desk.open_thread(call, chat, (customer_id, "customer"), Opening([], {}, [0], active=True))
    sam = await connect(server.socket_url("agent"))
    answer = await sam.request("login", {"token": f"Bearer {server.agent_token()}"})
    assert len(answer["chats_summary"]) == 101


async def test_chats_are_listed_by_filters_and_followed(customer: Connect, agent: Connect) -> None:
    sam, grace, first, second = await agent(), await agent(email=GRACE), await customer(), await customer()
    over, _ = await start(first)
    active, _ = await start(second)
    await first.request("deactivate_chat", {"id": over})
    for filters, expected in (({}, [active, over]), ({"include_active": False}, [over])):
        answer = await sam.request("list_chats", {"filters": filters})
        assert [chat["id"] for chat in answer["chats_summary"]] == expected
        assert answer["found_chats"] == len(expected)
    for action, followed in (("follow_chat", True), ("follow_chat", True), ("unfollow_chat", False)):
        await sam.request(action, {"id": active})
        for listener, seen in ((sam, followed), (grace, False)):
            [summary, _] = (await listener.request("list_chats"))["chats_summary"]
            assert summary["is_followed"] is seen


async def test_an_agents_resume_says_what_becomes_of_the_chat(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client)
    await client.request("deactivate_chat", {"id": chat_id})
    chat = {"id": chat_id, "access": {"group_ids": [99]}}
    assert (await sam.refusal("resume_chat", {"chat": chat})).type == "group_not_found"
    chat = {"id": chat_id, "properties": {"no": {"such": True}}}
    assert (await sam.refusal("resume_chat", {"chat": chat})).type == "validation"
    chat = {"id": chat_id, "properties": {"routing": {"pinned": True}}}
    await sam.request("resume_chat", {"chat": chat, "continuous": True})
    shown = await sam.request("get_chat", {"chat_id": chat_id})
    assert shown["properties"]["routing"] == {"continuous": True, "pinned": True}


async def test_bad_tokens(server: DevServer, connect: Connect) -> None:
    client = await connect(server.socket_url("agent"))
    assert (await client.refusal("list_chats", {})).type == "authorization"
    token, _ = server.customer_token()
    for wrong in (token, "nonsense", ""):
        assert (await client.refusal("login", {"token": f"Bearer {wrong}"})).type == "authentication"


async def test_personal_access_tokens(http: aiohttp.ClientSession) -> None:
    lena, kim = Agent("lena@demo.example", "Lena", token="secret"), Agent("kim@demo.example", "Kim")
    sam = Agent(SAM, "Sam")

    def basic(credentials: str) -> str:
        return "Basic " + base64.b64encode(credentials.encode()).decode()

    async with DevServer(agents=(sam, lena, kim)) as server:
        client = await Bare.connect(http, server.socket_url("agent"))
        wrong = [
            basic(f"{lena.email}:"),
            basic(f"{kim.email}:"),
            basic(f"{kim.email}:None"),
            basic("x:secret"),
        ]
        for token in (*wrong, "Basic é", "Basic secret"):
            assert (await client.refusal("login", {"token": token})).type in ("authentication", "validation")
        token = basic(f"{lena.email}:secret")
        assert (await client.request("login", {"token": token}))["my_profile"]["id"] == lena.email
        # It makes no customers' tokens.
        body = {"grant_type": "agent_token", "client_id": server.config.client_ids[0]}
        headers = {"Authorization": token}
        async with http.post(f"{server.url}/v2/customer/token", json=body, headers=headers) as response:
            assert response.status == 401
        async with http.post(
            f"{server.url}/v3.5/agent/action/list_chats", json={}, headers=headers
        ) as response:
            assert response.status == 200
        await client.close()


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ({"type": "group", "ids": [0, "x"]}, "target.ids.1"),
        ({"type": "group", "ids": []}, "target.ids"),
        ({"type": "agent", "ids": [0]}, "target.ids.0"),
        ({"type": "team", "ids": [0]}, "target.type"),
        ({"ids": [0]}, "target.type"),
    ],
)
async def test_targets_of_the_wrong_kind(customer: Connect, agent: Connect, target: Json, field: str) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client)
    await sam.request("add_user_to_chat", joining(chat_id))
    refused = await sam.refusal("transfer_chat", {"id": chat_id, "target": target})
    assert (refused.type, refused.message.partition(":")[0]) == ("validation", field)


async def test_visitors_come_and_go(server: DevServer, customer: Connect, agent: Connect) -> None:
    sam = await agent()
    client = await customer(customer={"name": "Ada"})
    assert (await sam.push("incoming_customer"))["customer"]["name"] == "Ada"
    second = await customer(same_as=client)
    await second.close()
    await sam.settle()
    assert await sam.news() == []
    await client.close()
    left = await sam.push("customer_left")
    assert left["id"] == client.customer_id


async def test_taking_a_chat(customer: Connect, agent: Connect) -> None:
    client, sam, second = await customer(), await agent(), await agent()
    chat_id, _ = await start(client, message())
    await sam.news()
    await second.news()
    assert await sam.request("add_user_to_chat", joining(chat_id)) == {}
    transferred = await client.push("chat_transferred")
    assert (transferred["reason"], transferred["transferred_to"]["group_ids"]) == ("assigned", [0])
    added = await client.push("user_added_to_chat")
    user = added["user"]
    assert (user["type"], user["name"], user["present"]) == ("agent", "Sam", True)
    assert user["id"] == transferred["transferred_to"]["agent_ids"][0] and len(user["id"]) == 32
    assert user["job_title"] == "Support specialist" and user["avatar"].startswith("http://127.0.0.1:")
    line = (await client.push("incoming_event"))["event"]
    assert (line["system_message_type"], line["text_vars"]) == ("agent_joined", {"agent": "Sam"})
    names = ["chat_transferred", "user_added_to_chat", "incoming_event"]
    assert await sam.news() == names and await second.news() == names
    chat = await client.request("get_chat", {"chat_id": chat_id})
    assert [user["type"] for user in chat["users"]] == ["customer", "agent"]
    assert chat["thread"]["user_ids"] == [client.customer_id, user["id"]]
    assert SAM not in str(chat)
    # Once more changes nothing.
    await sam.request("add_user_to_chat", joining(chat_id))
    assert await client.news() == []


async def test_only_members_speak(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client, message())
    event = {"chat_id": chat_id, "event": message("Hello", "a-1")}
    typing = {"chat_id": chat_id, "is_typing": True}
    seen = {"chat_id": chat_id, "seen_up_to": "2030-01-01T00:00:00Z"}
    for action, payload in (
        ("send_event", event),
        ("send_typing_indicator", typing),
        ("mark_events_as_seen", seen),
        ("deactivate_chat", {"id": chat_id}),
        ("transfer_chat", {"id": chat_id}),
        ("add_user_to_chat", joining(chat_id, GRACE)),
    ):
        assert (await sam.refusal(action, payload)).type == "authorization", action
    await sam.request("add_user_to_chat", joining(chat_id))
    await client.news()
    first = await sam.request("send_event", event)
    assert await sam.request("send_event", event) == first
    assert await client.news() == ["incoming_event"]
    assert (await sam.refusal("send_event", event | {"chat_id": "NOSUCH"})).type == "not_found"


async def test_typing_is_seen_by_the_customer(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client, message())
    await sam.request("add_user_to_chat", joining(chat_id))
    await sam.request("send_typing_indicator", {"chat_id": chat_id, "is_typing": True})
    pushed = await client.push("incoming_typing_indicator")
    indicator = pushed["typing_indicator"]
    assert (pushed["thread_id"], indicator["is_typing"], indicator["recipients"]) == (thread_id, True, "all")
    assert isinstance(indicator["timestamp"], int) and len(indicator["author_id"]) == 32
    assert (await sam.push("incoming_typing_indicator"))["typing_indicator"]["author_id"] == SAM
    await client.news()
    hidden = {"chat_id": chat_id, "is_typing": True, "visibility": "agents"}
    await sam.request("send_typing_indicator", hidden)
    assert await client.news() == []


async def test_closing_and_reopening(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client, message())
    await sam.request("add_user_to_chat", joining(chat_id))
    await client.news()
    await sam.request("deactivate_chat", {"id": chat_id})
    line = (await client.push("incoming_event"))["event"]
    assert (line["system_message_type"], line["text_vars"]) == ("manual_archived_agent", {"agent": "Sam"})
    ended = await client.push("chat_deactivated")
    assert (ended["thread_id"], len(ended["user_id"])) == (thread_id, 32)
    assert (await sam.refusal("deactivate_chat", {"id": chat_id})).type == "chat_inactive"
    events = {"id": chat_id, "thread": {"events": [message("One more thing")]}}
    answer = await sam.request("resume_chat", {"chat": events})
    chat = (await client.push("incoming_chat"))["chat"]
    assert chat["thread"]["id"] == answer["thread_id"]
    assert [user["present"] for user in chat["users"]] == [True, True]
    assert (await sam.refusal("resume_chat", {"chat": {"id": chat_id}})).type == "chat_already_active"


async def test_starting_a_chat_with_a_visitor(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    users = [{"id": client.customer_id, "type": "customer"}]
    thread = {"events": [message("Can I help?")]}
    answer = await sam.request("start_chat", {"chat": {"users": users, "thread": thread}})
    chat = (await client.push("incoming_chat"))["chat"]
    assert (chat["id"], chat["thread"]["events"][0]["text"]) == (answer["chat_id"], "Can I help?")
    assert (await sam.refusal("start_chat", {"chat": {"users": users}})).type == "chat_limit_reached"
    assert (await sam.refusal("start_chat", {"chat": {}})).message.startswith("chat.users:")


ANN, BOB = Agent("ann@demo.example", "Ann", group_ids=(0, 3)), Agent("bob@demo.example", "Bob")
TEAM = Config(groups=(Group(0, "Everybody"), Group(3, "Sales")), agents=(ANN, BOB), console_agent=ANN.email)


async def crew(server: DevServer, http: aiohttp.ClientSession) -> tuple[Bare, Bare, Bare, str]:
    client = await connect_customer(server, http)
    ann, bob = await connect_agent(server, http), await connect_agent(server, http, BOB.email)
    chat_id, _ = await start(client, message())
    await ann.request("add_user_to_chat", joining(chat_id, ANN.email))
    for listener in (client, ann, bob):
        await listener.news()
    return client, ann, bob, chat_id


async def test_transfer_to_a_colleague(http: aiohttp.ClientSession) -> None:
    async with DevServer(config=TEAM) as server:
        client, ann, bob, chat_id = await crew(server, http)
        others: Any = await ann.request("list_agents_for_transfer", {"chat_id": chat_id})
        assert others == [{"agent_id": BOB.email, "name": "Bob", "active_chats": 0}]
        target = {"type": "agent", "ids": [BOB.email]}
        await ann.request("transfer_chat", {"id": chat_id, "target": target})
        moved = await client.push("chat_transferred")
        assert (moved["reason"], moved["transferred_to"]["agent_ids"]) == ("manual", [BOB.public_id])
        line = (await client.push("incoming_event"))["event"]
        assert line["text_vars"] == {"initiator": "Ann", "targets": "Bob"}
        assert (await client.push("user_removed_from_chat"))["user_id"] == ANN.public_id
        assert (await client.push("user_added_to_chat"))["user"]["name"] == "Bob"
        await bob.request("send_event", {"chat_id": chat_id, "event": message("Bob here")})
        assert (
            await ann.refusal("send_event", {"chat_id": chat_id, "event": message()})
        ).type == "authorization"
        for connection in (client, ann, bob):
            await connection.close()


async def test_transfer_to_a_group_and_to_nobody(http: aiohttp.ClientSession) -> None:
    async with DevServer(config=TEAM) as server:
        client, ann, bob, chat_id = await crew(server, http)
        await bob.request("set_routing_status", {"status": "not_accepting_chats"})
        to_bob = {"type": "agent", "ids": [BOB.email]}
        refused = await ann.refusal("transfer_chat", {"id": chat_id, "target": to_bob})
        assert refused.message.startswith("target.ids:")
        for wrong in ({"type": "agent", "ids": ["nobody@demo.example"]}, {"type": "group", "ids": [9]}):
            await ann.refusal("transfer_chat", {"id": chat_id, "target": wrong})
        await ann.request("transfer_chat", {"id": chat_id, "target": {"type": "group", "ids": [3]}})
        moved = await client.push("chat_transferred")
        assert moved["transferred_to"] == {"group_ids": [3]}
        chat = await client.request("get_chat", {"chat_id": chat_id})
        assert (chat["access"], [user["present"] for user in chat["users"]]) == (
            {"group_ids": [3]},
            [True, False],
        )
        for connection in (client, ann, bob):
            await connection.close()


async def test_bringing_a_colleague_in_and_taking_him_out(http: aiohttp.ClientSession) -> None:
    async with DevServer(config=TEAM) as server:
        client, ann, bob, chat_id = await crew(server, http)
        await ann.request("add_user_to_chat", joining(chat_id, BOB.email))
        added = await client.push("user_added_to_chat")
        assert (added["reason"], added["requester_id"]) == ("manual", ANN.public_id)
        line = (await client.push("incoming_event"))["event"]
        assert line["text_vars"] == {"initiator": "Ann", "agent": "Bob"}
        await ann.request("remove_user_from_chat", joining(chat_id, BOB.email))
        removed = await client.push("user_removed_from_chat")
        assert (removed["user_id"], removed["reason"]) == (BOB.public_id, "manual")
        line = (await client.push("incoming_event"))["event"]
        assert (line["system_message_type"], line["text_vars"]) == (
            "agent_removed",
            {"initiator": "Ann", "agent": "Bob"},
        )
        await ann.request("remove_user_from_chat", joining(chat_id, BOB.email))
        await ann.request("remove_user_from_chat", joining(chat_id, ANN.email))
        line = (await client.push("incoming_event"))["event"]
        assert (line["system_message_type"], line["text_vars"]) == ("agent_left", {"agent": "Ann"})
        for connection in (client, ann, bob):
            await connection.close()


@pytest.mark.parametrize(
    ("action", "payload", "field"),
    [
        ("add_user_to_chat", {"user_id": SAM, "user_type": "robot"}, "user_type"),
        ("add_user_to_chat", {"user_id": SAM, "user_type": "customer"}, "user_type"),
        ("add_user_to_chat", {"user_id": "nobody@demo.example", "user_type": "agent"}, "user_id"),
        ("send_typing_indicator", {"is_typing": 1}, "is_typing"),
        ("set_routing_status", {"status": "offline"}, "status"),
        ("set_routing_status", {"status": "accepting_chats", "agent_id": "nobody"}, "agent_id"),
        ("send_event", {"event": {"type": "form", "form_id": "f"}}, "event.fields"),
        ("list_chats", {"limit": 101}, "limit"),
        ("get_customer", {}, "id"),
        ("ban_customer", {"id": "x", "ban": {"days": 0}}, "ban.days"),
    ],
)
async def test_requests_that_are_refused(
    customer: Connect, agent: Connect, action: str, payload: Any, field: str
) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client, message())
    refused = await sam.refusal(action, {"chat_id": chat_id} | payload)
    assert (refused.type, refused.message.partition(":")[0]) == ("validation", field)


async def test_a_banned_customer_is_out(
    server: DevServer, customer: Connect, agent: Connect, connect: Connect
) -> None:
    client, sam = await customer(), await agent()
    await start(client)
    await sam.request("ban_customer", {"id": client.customer_id, "ban": {"days": 1}})
    line = (await sam.push("incoming_event"))["event"]
    assert (line["system_message_type"], line["text_vars"]) == (
        "customer_banned",
        {"agent": "Sam", "duration": "1"},
    )
    assert await client.push("customer_disconnected") == {"reason": "customer_banned"}
    again = await connect()
    login = {"token": f"Bearer {client.token}"}
    assert (await again.refusal("login", login)).type == "customer_banned"
    server.core.clock.advance(86_500)
    assert (await again.refusal("login", login)).type == "authentication"  # by now the token is too old


async def test_the_routing_status_ends_with_the_last_connection(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    sam = await agent(away=True)
    client = await customer()
    assert (await client.request("list_group_statuses", {"all": True}))["groups_status"] == {"0": "offline"}
    statuses = {
        item["agent_id"]: item["status"] for item in (await sam.request("list_routing_statuses", {}))["items"]
    }
    assert statuses == {SAM: "not_accepting_chats", GRACE: "offline"}
    await client.close()
    await sam.close()
    await gone(server)
    back = await agent()
    assert (await back.request("list_routing_statuses", {}))["items"][1]["status"] == "accepting_chats"


async def test_forms_of_agents(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client, message())
    await sam.request("add_user_to_chat", joining(chat_id))
    form = {
        "type": "form",
        "form_id": "F1",
        "form_type": "ask_for_email",
        "fields": [{"type": "email", "id": "1"}],
    }
    await sam.request("send_event", {"chat_id": chat_id, "event": form})
    await client.push("incoming_event")
    event = (await client.push("incoming_event"))["event"]
    assert (event["type"], event["form_id"], event["fields"]) == ("form", "F1", form["fields"])
