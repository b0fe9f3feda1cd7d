"""What version 3.6 has added: welcome messages, previews, thinking; older connections hear nothing of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from chatwheel_devserver import DevServer, GreetingRule
from conformance.server import bare
from conformance.server.bare import message, start
from conformance.server.conftest import Connect


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    greetings = (
        GreetingRule(1, "Need a size?", "/bicycles", buttons=("Yes", "No")),
        GreetingRule(2, "Welcome to our sale", "/sale"),
    )
    async with DevServer(welcome_message="Hello! How can we help?", greetings=greetings) as server:
        yield server


async def test_a_welcome_message_is_pushed_and_becomes_the_first_event(
    customer: Connect, agent: Connect
) -> None:
    sam, client = await agent(), await customer(version="3.6")
    answer = await client.request("request_welcome_message", {"group_id": 0})
    pushed = await client.push_frame("incoming_welcome_message")
    assert pushed["request_id"] == "r3" and pushed["payload"]["id"] == answer["id"]
    assert answer["predicted_agent"]["name"] == "Sam" and answer["queue"] is False
    event = pushed["payload"]["event"]
    assert (event["text"], "id" in event) == ("Hello! How can we help?", False)
    again = await client.request("request_welcome_message", {"id": answer["id"]})
    assert again["id"] == answer["id"]
    chat = {"thread": {"events": [message("Hi")]}}
    started = await client.request("start_chat", {"chat": chat, "welcome_message_id": answer["id"]})
    assert len(started["event_ids"]) == 1
    events = (await client.push("incoming_chat"))["chat"]["thread"]["events"]
    assert [event["text"] for event in events] == ["Hello! How can we help?", "Hi"]
    assert events[0]["properties"] == {"lc2": {"welcome_message": True}}
    assert events[0]["author_id"] == answer["predicted_agent"]["id"]
    assert (await sam.push("incoming_chat"))["chat"]["thread"]["events"][0]["author_id"] == "sam@demo.example"


async def test_a_bot_says_what_kind_it_is_and_errors_are_those_of_the_prediction() -> None:
    async with DevServer(bot=True, queue_open=False) as server, aiohttp.ClientSession() as http:
        client = await bare.customer(server, http, version="3.6")
        answer = await client.request("request_welcome_message")
        assert answer["predicted_agent"]["bot_type"] == "chatbot"
        assert (await client.refusal("request_welcome_message", {"group_id": 9})).type == "group_not_found"
        assert "incoming_welcome_message" not in await client.news()
        await client.close()


async def test_previews_and_thinking_reach_newer_customers_only(customer: Connect, agent: Connect) -> None:
    old = await customer()
    new, sam = await customer(same_as=old, version="3.6"), await agent()
    chat_id, thread_id = await start(old, message())
    for client in (new, sam):
        await client.news()
    thinking = {"chat_id": chat_id, "title": "Looking it up", "custom_id": "a1"}
    assert (await sam.refusal("send_thinking_indicator", thinking)).type == "authorization"
    await sam.request(
        "add_user_to_chat", {"chat_id": chat_id, "user_id": "sam@demo.example", "user_type": "agent"}
    )
    await sam.request("send_thinking_indicator", thinking)
    shown = await new.push("incoming_thinking_indicator")
    assert shown.items() >= {"thread_id": thread_id, "title": "Looking it up", "custom_id": "a1"}.items()
    assert shown["author_id"] != "sam@demo.example" and shown["sent_at"].endswith("Z")
    for text in ("It", "It is", "It is here"):
        event = message(text, "a1")
        await sam.request("send_event_preview", {"chat_id": chat_id, "event": event})
        preview = await new.push("incoming_event_preview")
        assert preview["event"]["text"] == text and preview["event"]["custom_id"] == "a1"
        assert "id" not in preview["event"]
    await sam.request("send_event", {"chat_id": chat_id, "event": message("It is here", "a1")})
    news = await old.news()
    assert "incoming_event" in news
    assert not {"incoming_event_preview", "incoming_thinking_indicator"} & set(news)
    for_agents = {"chat_id": chat_id, "event": message("x") | {"visibility": "agents"}}
    assert (await sam.refusal("send_event_preview", for_agents)).message.startswith("event.visibility")
    await sam.request("send_thinking_indicator", thinking | {"visibility": "agents"})
    assert "incoming_thinking_indicator" not in await new.news()


async def test_greetings_are_shown_by_page_once_a_visit(customer: Connect, server: DevServer) -> None:
    client = await customer(version="3.6")
    await client.request("update_customer_page", {"url": "http://shop.example/bicycles/7"})
    greeting = await client.push("incoming_greeting")
    buttons = greeting["event"]["elements"][0]["buttons"]
    assert [button["text"] for button in buttons] == ["Yes", "No"]
    assert greeting["agent"]["avatar"].startswith("http://")
    pressed = {"greeting_unique_id": greeting["unique_id"], "button_id": buttons[0]["button_id"]}
    assert await client.request("send_greeting_button_clicked", pressed) == {}
    await client.request("update_customer_page", {"url": "http://shop.example/bicycles/8"})
    assert "incoming_greeting" not in await client.news()
    await client.request("update_customer_page", {"url": "http://shop.example/sale"})
    assert await client.push("greeting_canceled") == {"unique_id": greeting["unique_id"]}
    assert (await client.push("incoming_greeting"))["event"]["text"] == "Welcome to our sale"
    for action in ("activate_customer_page", "deactivate_customer_page"):
        assert await client.request(action) == {}
    old = await customer(customer_page={"url": "http://shop.example/sale", "title": "Sale"})
    assert (await old.refusal("activate_customer_page")).type == "validation"


async def test_a_greeting_fires_with_the_login_and_not_during_a_chat(
    server: DevServer, connect: Connect, customer: Connect
) -> None:
    client = await connect()
    token, _ = server.customer_token()
    page = {"url": "http://shop.example/sale", "title": "Sale"}
    await client.request("login", {"token": f"Bearer {token}", "customer_page": page})
    assert (await client.push("incoming_greeting"))["id"] == 2
    busy = await customer()
    await start(busy, message())
    await busy.request("update_customer_page", page)
    assert "incoming_greeting" not in await busy.news()


async def test_an_agent_greets_a_visitor(customer: Connect, agent: Connect, server: DevServer) -> None:
    sam, client = await agent(), await customer()
    answer = await sam.request("send_greeting", {"customer_id": client.customer_id, "text": "Can I help?"})
    shown = await client.push("incoming_greeting")
    assert (shown["unique_id"], shown["event"]["text"]) == (answer["unique_id"], "Can I help?")
    assert shown["agent"]["name"] == "Sam"
    await start(client, message())
    for payload in (
        {"customer_id": client.customer_id, "text": "Again"},
        {"customer_id": server.customer_token()[1], "text": "Nobody"},
    ):
        assert (await sam.refusal("send_greeting", payload)).message.startswith("customer_id")


async def test_canned_responses_and_groups_are_listed(agent: Connect) -> None:
    sam = await agent()
    canned = (await sam.request("list_canned_responses"))["canned_responses"]
    assert canned[0] == {"shortcut": "hello", "text": "Hello! How can I help you today?"}
    groups = (await sam.request("list_groups"))["groups"]
    assert groups == [{"id": 0, "name": "Everybody", "routing_status": "online", "queued_chats": 0}]


async def test_older_versions_tell_of_their_end(http: aiohttp.ClientSession) -> None:
    async with DevServer(version_ends={"3.4": "2030-01-31", "3.5": "2031-01-31"}) as server:
        shown = {}
        for version in ("3.4", "3.5", "3.6"):
            socket = await http.ws_connect(server.socket_url(version=version))
            response = socket._response
            shown[version] = response.headers.get("Deprecation"), response.headers.get("Legacy")
            await socket.close()
    assert shown == {"3.4": ("2030-01-31", None), "3.5": (None, "2031-01-31"), "3.6": (None, None)}


async def test_before_35_group_changes_come_as_multicast(customer: Connect, agent: Connect) -> None:
    oldest, old, sam = await customer(version="3.4"), await customer(version="3.5"), await agent()
    await sam.request("set_routing_status", {"status": "not_accepting_chats"})
    groups = {"groups": [{"id": 0, "status": "offline"}]}
    assert await old.push("groups_status_updated") == groups
    assert await old.news() == []
    assert await oldest.push("incoming_multicast") == {"type": "groups_status", "content": groups}
    assert await oldest.news() == []


async def test_what_is_new_of_a_customer(customer: Connect) -> None:
    newer = await customer(version="3.6")
    older = await customer(same_as=newer)
    channels = {"fbmessenger": {"id": "42", "name": "Ada"}, "twilio": {"phone_number": "+4812"}}
    await newer.request("update_customer", {"omnichannel": channels, "phone_number": "+481"})
    shown = {"fb_messenger": [{"ID": "42", "Name": "Ada"}], "twilio": [{"PhoneNumber": "+4812"}]}
    assert (await newer.push("customer_updated"))["omnichannel"] == shown
    mine = await newer.request("get_customer")
    assert (mine["omnichannel"], mine["phone_number"]) == (shown, "+481")
    refused = await newer.refusal("update_customer", {"omnichannel": {"fbmessenger": {"name": "Ada"}}})
    assert refused.message == "omnichannel.fbmessenger.id: is required"
    refused = await newer.refusal("update_customer", {"omnichannel": {"twilio": {}}})
    assert refused.message == "omnichannel.twilio.phone_number: is required"
    # Older versions do not know these fields: nothing that is known was given.
    assert (await older.refusal("update_customer", {"phone_number": "+482"})).type == "validation"
    assert (await newer.request("get_customer"))["phone_number"] == "+481"


async def test_a_system_event_is_for_newer_customers(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    newer, sam = await customer(version="3.6"), await agent()
    older = await customer(same_as=newer)
    chat_id, thread_id = await start(newer, message())
    await older.news()
    event_id = server.system_event(chat_id, "shop", "order_placed", {"order": 7})
    event = (await newer.push("incoming_event"))["event"]
    assert event["id"] == event_id and "author_id" not in event
    fields = {"source": "shop", "subtype": "order_placed", "version": 1, "details": '{"order": 7}'}
    assert event.items() >= fields.items()
    assert (await sam.push("incoming_event", thread_id=thread_id))["event"]["type"] == "system"
    assert await older.news() == []
    for client, number in ((newer, 2), (older, 1)):
        thread = (await client.request("get_chat", {"chat_id": chat_id}))["thread"]
        assert len(thread["events"]) == number
        summary = (await client.request("list_chats", {}))["chats_summary"][0]
        assert ("system" in summary["last_event_per_type"]) is (client is newer)


async def test_what_kind_a_greeting_is(http: aiohttp.ClientSession) -> None:
    rule = GreetingRule(1, "Sale!", addon="email", is_announcement=True, is_exit_intent=True)
    async with DevServer(greetings=(rule,)) as server:
        newer = await bare.customer(server, http, version="3.5")
        oldest = await bare.customer(server, http, version="3.4", same_as=newer)
        await newer.request("update_customer_page", {"url": "https://shop.example/"})
        greeting = await newer.push("incoming_greeting")
        kind = {"addon": "email", "subtype": "announcement", "is_exit_intent": True}
        assert greeting.items() >= kind.items()
        assert greeting.keys() - (await oldest.push("incoming_greeting")).keys() == {"is_exit_intent"}
        await newer.close()
        await oldest.close()
