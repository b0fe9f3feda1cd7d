"""Logging in: what is checked, what comes back, who is told."""

from __future__ import annotations

import pytest

from chatwheel_devserver import DevServer
from conformance.server.bare import gone, message, start
from conformance.server.conftest import Connect


async def test_the_answer_holds_all_that_clients_need(server: DevServer, connect: Connect) -> None:
    client = await connect()
    token, customer_id = server.customer_token()
    answer = await client.request(
        "login",
        {
            "token": f"Bearer {token}",
            "customer": {"name": "Ada", "email": "ada@example.org", "session_fields": [{"plan": "pro"}]},
            "customer_page": {"url": "http://shop.example/", "title": "Shop"},
            "customer_side_storage": {"visits_count": "7"},
            "is_mobile": False,
            "application": {"name": "customer_sdk", "version": "4.0.2"},
            "group_id": 0,
            "pushes": {"3.5": ["incoming_chat", "incoming_event"]},
            "an_unknown_field": [1, 2],
        },
        version="3.5",
    )
    assert answer["customer_id"] == customer_id
    assert answer["customer"] == {
        "id": customer_id,
        "type": "customer",
        "name": "Ada",
        "email": "ada@example.org",
        "email_verified": False,
        "session_fields": [{"plan": "pro"}],
        "statistics": {
            "chats_count": 0,
            "threads_count": 0,
            "visits_count": 1,
            "page_views_count": 1,
            "greetings_shown_count": 0,
            "greetings_accepted_count": 0,
        },
    }
    assert answer["chats"] == []
    assert answer["has_active_thread"] is False
    config = answer["__priv_dynamic_config"]
    assert config["online_groups_ids"] == [0]
    assert config["customer_groups"]["monitoring"]["id"] == 0
    assert "greeting" not in answer


async def test_counters_are_pushed_for_the_side_storage(server: DevServer, connect: Connect) -> None:
    client = await connect()
    token, _ = server.customer_token()
    await client.request("login", {"token": f"Bearer {token}"})
    storage = (await client.push("customer_side_storage_updated"))["customer_side_storage"]
    assert storage["visits_count"] == "1"
    assert all(isinstance(value, str) for value in storage.values())


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer nonsense", "nonsense", "undefined undefined"])
async def test_bad_tokens_are_refused(connect: Connect, token: str) -> None:
    client = await connect()
    refused = await client.refusal("login", {"token": token})
    assert (refused.type, refused.message) == ("authentication", "Invalid access token")
    # The connection stays, for another try.
    await client.settle()


async def test_expired_and_agents_tokens_are_refused(server: DevServer, connect: Connect) -> None:
    client = await connect()
    token, _ = server.customer_token(expires_in=60)
    server.advance(10)
    await client.request("ping")
    assert (
        await client.refusal("login", {"token": f"Bearer {server.agent_token()}"})
    ).type == "authentication"
    server.core.clock.advance(60)
    assert (await client.refusal("login", {"token": f"Bearer {token}"})).type == "authentication"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"token": 5}, "token"),
        ({}, "token"),
        ({"token": "t", "customer": []}, "customer"),
        ({"token": "t", "customer": {"name": 5}}, "customer.name"),
        ({"token": "t", "customer": {"session_fields": {"a": "b"}}}, "customer.session_fields"),
        ({"token": "t", "customer": {"session_fields": [{"a": "b", "c": "d"}]}}, "customer.session_fields.0"),
        ({"token": "t", "is_mobile": "no"}, "is_mobile"),
        ({"token": "t", "group_id": "0"}, "group_id"),
        ({"token": "t", "pushes": ["incoming_event"]}, "pushes"),
        ({"token": "t", "customer_side_storage": {"a": 1}}, "customer_side_storage.a"),
    ],
)
async def test_wrong_fields_are_named(connect: Connect, wrong: dict[str, object], field: str) -> None:
    client = await connect()
    refused = await client.refusal("login", wrong)
    assert refused.type == "validation"
    assert refused.message.startswith(f"{field}:")


async def test_a_second_login_and_an_unknown_group_are_refused(server: DevServer, connect: Connect) -> None:
    client = await connect()
    token, _ = server.customer_token()
    assert (
        await client.refusal("login", {"token": f"Bearer {token}", "group_id": 9})
    ).type == "group_not_found"
    await client.request("login", {"token": f"Bearer {token}"})
    assert (await client.refusal("login", {"token": f"Bearer {token}"})).type == "validation"


async def test_only_subscribed_pushes_arrive(server: DevServer, customer: Connect, agent: Connect) -> None:
    client = await customer(pushes={"3.5": ["incoming_chat", "chat_deactivated"]})
    other = await customer(same_as=client, pushes={"3.5": ["all"]})
    chat_id, _ = await start(client, message())
    await other.news()
    await client.request("send_event", {"chat_id": chat_id, "event": message()})
    assert await client.news() == []
    assert await other.news() == ["incoming_event"]
    server.disconnect("connection_evicted", client.customer_id)
    await client.push("customer_disconnected")


async def test_returning_customers_find_their_chats(
    customer: Connect, agent: Connect, connect: Connect
) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client, message())
    await sam.request(
        "add_user_to_chat", {"chat_id": chat_id, "user_id": "sam@demo.example", "user_type": "agent"}
    )
    await sam.request("send_event", {"chat_id": chat_id, "event": message("Hello")})
    again = await connect()
    answer = await again.request("login", {"token": f"Bearer {client.token}"})
    assert answer["has_active_thread"] is True
    assert answer["chats"] == [{"chat_id": chat_id, "has_unread_events": True, "has_active_thread": True}]
    assert answer["customer"]["statistics"]["chats_count"] == 1
    await client.request("deactivate_chat", {"id": chat_id})
    third = await connect()
    answer = await third.request("login", {"token": f"Bearer {client.token}"})
    assert answer["chats"][0]["has_active_thread"] is False


async def test_a_visit_ends_after_half_an_hour_of_absence(server: DevServer, customer: Connect) -> None:
    client = await customer(customer_page={"url": "http://shop.example/"})
    await client.close()
    await gone(server)
    again = await customer(same_as=client, customer_page={"url": "http://shop.example/"})
    statistics = (await again.request("get_customer", {}))["statistics"]
    assert (statistics["visits_count"], statistics["page_views_count"]) == (1, 1)
    await again.close()
    await gone(server)
    server.advance(1900)
    third = await customer(same_as=client, customer_page={"url": "http://shop.example/"})
    statistics = (await third.request("get_customer", {}))["statistics"]
    assert (statistics["visits_count"], statistics["page_views_count"]) == (2, 2)


async def test_an_open_greeting_comes_with_the_login(
    server: DevServer, customer: Connect, connect: Connect
) -> None:
    client = await customer()
    unique_id = server.greet(client.customer_id, "Need a hand?", greeting_id=7)
    pushed = await client.push("incoming_greeting")
    assert (pushed["id"], pushed["unique_id"], pushed["displayed_first_time"]) == (7, unique_id, True)
    assert pushed["event"]["text"] == "Need a hand?"
    again = await connect()
    answer = await again.request("login", {"token": f"Bearer {client.token}"})
    assert answer["greeting"]["unique_id"] == unique_id
    assert answer["greeting"]["accepted"] is False
    assert answer["greeting"]["displayed_first_time"] is False


async def test_a_greeting_is_over_when_a_chat_begins(
    server: DevServer, customer: Connect, connect: Connect
) -> None:
    client = await customer()
    unique_id = server.greet(client.customer_id, "Need a hand?")
    await client.request("accept_greeting", {"greeting_id": 1, "unique_id": unique_id})
    chat_id, _ = await start(client, message())
    again = await connect()
    assert "greeting" not in await again.request("login", {"token": f"Bearer {client.token}"})
    await client.request("deactivate_chat", {"id": chat_id})
    once_more = await connect()
    assert "greeting" not in await once_more.request("login", {"token": f"Bearer {client.token}"})


async def test_a_greeting_belongs_to_the_visit_in_which_it_was_shown(
    server: DevServer, customer: Connect, connect: Connect
) -> None:
    client = await customer()
    server.greet(client.customer_id, "Need a hand?")
    await client.close()
    await gone(server)
    # What nobody has seen yet waits for the next visit.
    server.advance(3 * 3600)
    unseen, customer_id = server.customer_token()
    server.greet(customer_id, "Welcome")
    for token, shown in ((client.token, False), (unseen, True)):
        again = await connect()
        answer = await again.request("login", {"token": f"Bearer {token}"})
        assert ("greeting" in answer) is shown
    assert answer["greeting"]["displayed_first_time"] is True
