"""The customer, groups, forms, greetings, and the same actions over the Web API."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from chatwheel_devserver import Agent, Config, DevServer, Group
from conformance.server.bare import agent as connect_agent
from conformance.server.bare import customer as connect_customer
from conformance.server.bare import message, start
from conformance.server.conftest import Connect


async def test_updates_reach_the_other_connections_and_the_agents(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    other = await customer(same_as=client)
    await sam.news()
    request_id = await client.send("update_customer", {"name": "Ada", "session_fields": [{"cart": "42"}]})
    assert await client.answer(request_id) == {}
    expected = {"id": client.customer_id, "name": "Ada", "session_fields": [{"cart": "42"}]}
    frame = await client.push_frame("customer_updated")
    assert (frame["request_id"], frame["payload"]) == (request_id, expected)
    assert await other.push("customer_updated") == expected
    assert await sam.push("customer_updated") == expected
    mine = await client.request("get_customer", {})
    assert (mine["name"], mine["session_fields"]) == ("Ada", [{"cart": "42"}])
    assert set(mine["statistics"]) >= {"chats_count", "visits_count", "page_views_count"}


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "payload"),
        ({"unknown": 1}, "payload"),
        ({"name": 5}, "name"),
        ({"session_fields": {"a": "b"}}, "session_fields"),
        ({"session_fields": [{"a": 1}]}, "session_fields.0.a"),
        ({"session_fields": [{}]}, "session_fields.0"),
        ({"session_fields": [{str(i): ""} for i in range(101)]}, "session_fields"),
    ],
)
async def test_updates_that_are_refused(customer: Connect, payload: Any, field: str) -> None:
    client = await customer()
    refused = await client.refusal("update_customer", payload)
    assert (refused.type, refused.message.partition(":")[0]) == ("validation", field)


async def test_newer_fields_are_for_newer_connections(customer: Connect) -> None:
    newer = await customer(version="3.6")
    older = await customer(same_as=newer)
    await newer.request("update_customer", {"name": "Ada", "address": {"city": "London"}})
    assert (await newer.push("customer_updated"))["address"] == {"city": "London"}
    assert await older.push("customer_updated") == {"id": newer.customer_id, "name": "Ada"}
    assert "address" in await newer.request("get_customer", {})
    assert "address" not in await older.request("get_customer", {})


async def test_session_fields_keep_their_order_and_their_limit(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    await sam.news()
    first = [{"b": "1"}, {"a": "2"}]
    assert await client.request("set_customer_session_fields", {"session_fields": first}) == {}
    await client.request("set_customer_session_fields", {"session_fields": [{"b": "3"}, {"c": "4"}]})
    mine = await client.request("get_customer", {})
    assert mine["session_fields"] == [{"b": "3"}, {"a": "2"}, {"c": "4"}]
    assert await client.news() == []
    assert await sam.news() == ["customer_updated"] * 2
    many = {"session_fields": [{f"k{i}": ""} for i in range(98)]}
    assert (
        await client.refusal("set_customer_session_fields", many)
    ).type == "customer_session_fields_limit_reached"


async def test_pages(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(customer_page={"url": "http://shop.example/"}), await agent()
    page = {"url": "http://shop.example/boots", "title": "Boots"}
    assert await client.request("update_customer_page", page) == {}
    pushed = await sam.push("customer_page_updated")
    assert (pushed["customer_id"], pushed["url"], pushed["title"]) == (client.customer_id, *page.values())
    assert await client.news() == []
    seen = await sam.request("get_customer", {"id": client.customer_id})
    assert [page["url"] for page in seen["last_visit"]["last_pages"]] == [
        "http://shop.example/",
        "http://shop.example/boots",
    ]
    assert (await client.refusal("update_customer_page", {"title": "x"})).message.startswith("url:")
    assert (await client.request("get_customer", {}))["statistics"]["page_views_count"] == 2


GROUPS = (Group(0, "Everybody"), Group(3, "Sales"), Group(7, "Night"))
AGENTS = (
    Agent("ann@demo.example", "Ann", group_ids=(0, 3)),
    Agent("bob@demo.example", "Bob", group_ids=(0, 7)),
)
CONFIG = Config(groups=GROUPS, agents=AGENTS, console_agent="ann@demo.example", queue_open=False)


async def test_groups_are_online_while_somebody_takes_chats(http: aiohttp.ClientSession) -> None:
    async with DevServer(config=CONFIG) as server:
        client = await connect_customer(server, http)
        offline = {"0": "offline", "3": "offline", "7": "offline"}
        assert await client.request("list_group_statuses", {"all": True}) == {"groups_status": offline}
        ann = await connect_agent(server, http)
        assert await client.push("groups_status_updated") == {
            "groups": [{"id": 0, "status": "online"}, {"id": 3, "status": "online"}]
        }
        some = await client.request("list_group_statuses", {"group_ids": [3, 7, 99]})
        assert some == {"groups_status": {"3": "online", "7": "offline"}}
        predicted = await client.request("get_predicted_agent", {"group_id": 3})
        assert predicted["queue"] is False
        assert (predicted["agent"]["name"], predicted["agent"]["is_bot"]) == ("Ann", False)
        assert len(predicted["agent"]["id"]) == 32
        assert (await client.refusal("get_predicted_agent", {"group_id": 7})).type == "group_offline"
        assert (await client.refusal("get_predicted_agent", {"group_id": 8})).type == "group_not_found"
        await ann.request("set_routing_status", {"status": "not_accepting_chats"})
        assert await client.push("groups_status_updated") == {
            "groups": [{"id": 0, "status": "offline"}, {"id": 3, "status": "offline"}]
        }
        assert (await client.refusal("start_chat", {})).type == "groups_offline"
        await ann.request("set_routing_status", {"status": "accepting_chats"})
        await client.push("groups_status_updated")
        await ann.close()
        assert (await client.push("groups_status_updated"))["groups"][0] == {"id": 0, "status": "offline"}
        await client.close()


async def test_an_open_queue_is_online_but_nobody_is_free(customer: Connect) -> None:
    client = await customer()
    assert (await client.request("list_group_statuses", {"all": True}))["groups_status"] == {"0": "online"}
    assert (await client.refusal("get_predicted_agent", {})).type == "group_unavailable"


@pytest.mark.parametrize("payload", [{}, {"all": False}, {"group_ids": ["0"]}, {"all": "yes"}])
async def test_statuses_of_which_groups(customer: Connect, payload: Any) -> None:
    client = await customer()
    assert (await client.refusal("list_group_statuses", payload)).type == "validation"


async def test_forms(http: aiohttp.ClientSession) -> None:
    form = {"id": "F1", "fields": [{"type": "header", "id": "0", "label": "Welcome"}]}
    async with DevServer(forms={(0, "prechat"): form}) as server:
        client = await connect_customer(server, http)
        answer = await client.request("get_form", {"group_id": 0, "type": "prechat"})
        assert answer == {"enabled": True, "form": form}
        assert await client.request("get_form", {"group_id": 0, "type": "ticket"}) == {"enabled": False}
        assert (await client.refusal("get_form", {"group_id": 5, "type": "ticket"})).type == "group_not_found"
        wrong = await client.refusal("get_form", {"group_id": 0, "type": "other"})
        assert wrong.message.startswith("type:")
        await client.close()


async def test_links(customer: Connect) -> None:
    client = await customer()
    url = {"url": "https://shop.example/"}
    assert await client.request("get_url_info", url) == url
    for wrong in ("http://[x", "javascript:alert(1)", "shop", "file:///etc/passwd", ""):
        assert (await client.refusal("get_url_info", {"url": wrong})).type == "validation"


async def test_greetings(server: DevServer, customer: Connect) -> None:
    client = await customer()
    other, stranger = await customer(same_as=client), await customer()
    unique_id = server.greet(client.customer_id, "Hello", greeting_id=7)
    await other.push("incoming_greeting")
    assert await stranger.news() == []
    accept = {"greeting_id": 7, "unique_id": unique_id}
    await client.request("accept_greeting", accept)
    assert await other.push("greeting_accepted") == {"unique_id": unique_id}
    statistics = (await client.request("get_customer", {}))["statistics"]
    assert (statistics["greetings_shown_count"], statistics["greetings_accepted_count"]) == (1, 1)
    assert (await stranger.refusal("accept_greeting", accept)).type == "greeting_not_found"
    assert (await client.refusal("accept_greeting", accept | {"greeting_id": 8})).type == "greeting_not_found"
    assert (await client.refusal("accept_greeting", accept | {"greeting_id": "7"})).type == "validation"
    await client.request("cancel_greeting", {"unique_id": unique_id})
    assert await client.push("greeting_canceled") == {"unique_id": unique_id}
    assert (await client.refusal("cancel_greeting", {"unique_id": unique_id})).type == "greeting_not_found"


async def web(
    server: DevServer, http: aiohttp.ClientSession, token: str, action: str, body: Any, **options: Any
) -> tuple[int, Any]:
    organization = options.pop("organization", "demo-organization")
    url = f"{server.url}/v3.5/customer/action/{action}?organization_id={organization}"
    headers = {"Authorization": f"Bearer {token}"}
    async with http.post(url, json=body, headers=headers, **options) as response:
        return response.status, await response.json()


async def test_the_web_api_does_the_same(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    client = await customer()
    status, answer = await web(server, http, client.token, "start_chat", {})
    assert status == 200
    frame = await client.push_frame("incoming_chat")
    assert "request_id" not in frame
    event = {"chat_id": answer["chat_id"], "event": message()}
    status, sent = await web(server, http, client.token, "send_event", event)
    assert (status, (await client.push("incoming_event"))["event"]["id"]) == (200, sent["event_id"])
    assert await web(server, http, client.token, "deactivate_chat", {"id": answer["chat_id"]}) == (200, {})


async def test_web_errors(server: DevServer, http: aiohttp.ClientSession, customer: Connect) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    await client.request("deactivate_chat", {"id": chat_id})
    event = {"chat_id": chat_id, "event": message()}
    for token, action, body, expected in (
        ("nonsense", "list_chats", {}, (401, "authentication")),
        (client.token, "get_chat", {"chat_id": "NOSUCH"}, (404, "not_found")),
        (client.token, "get_chat", {}, (400, "validation")),
        (client.token, "get_chat", [], (400, "validation")),
        (client.token, "send_event", event, (422, "chat_inactive")),
        (client.token, "update_customer_page", {"url": "http://a.example"}, (400, "validation")),
        (client.token, "login", {}, (400, "validation")),
        (client.token, "delete_event", {}, (400, "validation")),
    ):
        status, answer = await web(server, http, token, action, body)
        assert (status, answer["error"]["type"]) == expected
    status, answer = await web(server, http, client.token, "list_chats", {}, organization="other")
    assert (status, answer["error"]["type"]) == (404, "license_not_found")
    async with http.post(server.url + "/v9.9/customer/action/list_chats") as response:
        assert (await response.json())["error"]["type"] == "unsupported_version"


async def test_check_goals_is_for_who_is_not_connected(
    server: DevServer, http: aiohttp.ClientSession
) -> None:
    token, _ = server.customer_token()
    body = {"session_fields": [{"plan": "pro"}], "group_id": 0, "page_url": "http://shop.example/"}
    assert await web(server, http, token, "check_goals", body) == (200, {})
    _, answer = await web(server, http, token, "get_customer", {})
    assert (answer["session_fields"], answer["statistics"]["page_views_count"]) == ([{"plan": "pro"}], 1)
