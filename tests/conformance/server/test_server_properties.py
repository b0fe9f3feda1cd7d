"""Properties of chats, threads and events, and what follows from a rating."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

import pytest

from chatwheel_devserver import DevServer
from conformance.server.bare import Json, message, start
from conformance.server.conftest import Connect

SAM = "sam@demo.example"
PLACES = ("chat", "thread", "event")


def place_of(place: str, chat_id: str, thread_id: str) -> Json:
    if place == "chat":
        return {"id": chat_id}
    where = {"chat_id": chat_id, "thread_id": thread_id}
    return where if place == "thread" else where | {"event_id": f"{thread_id}_1"}


def stored(chat: Json, place: str) -> Any:
    return {
        "chat": chat["properties"],
        "thread": chat["thread"]["properties"],
        "event": chat["thread"]["events"][0]["properties"],
    }[place]


@pytest.mark.parametrize("place", PLACES)
async def test_updates_merge_and_deletions_take_away(customer: Connect, agent: Connect, place: str) -> None:
    client, sam = await customer(), await agent()
    other = await customer(same_as=client)
    chat_id, thread_id = await start(client, message())
    where = place_of(place, chat_id, thread_id)
    for listener in (client, other, sam):
        await listener.news()
    one: Json = {"test": {"int_property": 1}, "demo-client": {"colour": "red", "size": 2}}
    await client.request(f"update_{place}_properties", where | {"properties": one})
    request_id = await client.send(
        f"update_{place}_properties", where | {"properties": {"demo-client": {"colour": "blue"}}}
    )
    assert await client.answer(request_id) == {}
    await client.push(f"{place}_properties_updated")
    frame = await client.push_frame(f"{place}_properties_updated")
    assert frame["request_id"] == request_id
    expected = {"chat_id": chat_id} | {name: value for name, value in where.items() if name != "id"}
    assert frame["payload"] == expected | {"properties": {"demo-client": {"colour": "blue"}}}
    assert await other.news() == await sam.news() == [f"{place}_properties_updated"] * 2
    chat = await client.request("get_chat", {"chat_id": chat_id})
    assert stored(chat, place)["demo-client"] == {"colour": "blue", "size": 2}
    gone = {"demo-client": ["colour", "nothing"], "test": ["int_property"]}
    await client.request(f"delete_{place}_properties", where | {"properties": gone})
    assert await client.push(f"{place}_properties_deleted") == expected | {"properties": gone}
    chat = await client.request("get_chat", {"chat_id": chat_id})
    assert stored(chat, place)["demo-client"] == {"size": 2}
    assert "test" not in stored(chat, place)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("properties", "type", "field"),
    [
        ({"rating": {"score": 2}}, "validation", "properties.rating.score"),
        ({"rating": {"score": True}}, "validation", "properties.rating.score"),
        ({"rating": {"stars": 5}}, "validation", "properties.rating.stars"),
        ({"nobody": {"x": 1}}, "validation", "properties.nobody.x"),
        ({"source": {"client_id": "x"}}, "authorization", "properties.source.client_id"),
        ({"routing": []}, "validation", "properties.routing"),
        ("x", "validation", "properties"),
    ],
)
async def test_updates_that_are_refused(
    customer: Connect, place: str, properties: Any, type: str, field: str
) -> None:
    client = await customer()
    where = place_of(place, *await start(client, message()))
    refused = await client.refusal(f"update_{place}_properties", where | {"properties": properties})
    assert (refused.type, refused.message.partition(":")[0]) == (type, field)


@pytest.mark.parametrize("place", PLACES)
async def test_deletions_that_are_refused(customer: Connect, place: str) -> None:
    client = await customer()
    where = place_of(place, *await start(client, message()))
    request = f"delete_{place}_properties"
    forbidden = where | {"properties": {"routing": ["continuous"]}}
    assert (await client.refusal(request, forbidden)).type == "authorization"
    assert (await client.refusal(request, where | {"properties": {"routing": {}}})).type == "validation"
    assert (await client.refusal(request, where)).message.startswith("properties: is required")
    nowhere = dict.fromkeys(where, "NOSUCHPLACE")
    assert (await client.refusal(request, nowhere | {"properties": {}})).type == "not_found"


async def test_a_rating_leaves_a_line(customer: Connect) -> None:
    client = await customer(customer={"name": "Ada"})
    chat_id, thread_id = await start(client, message())
    await client.request("deactivate_chat", {"id": chat_id})
    await client.news()
    where = {"chat_id": chat_id, "thread_id": thread_id}
    rating = {"properties": {"rating": {"score": 1, "comment": "Nice"}}}
    await client.request("update_thread_properties", where | rating)
    await client.push("thread_properties_updated")
    rated = (await client.push("incoming_event"))["event"]
    commented = (await client.push("incoming_event"))["event"]
    assert rated["system_message_type"] == "rating.chat_rated"
    assert rated["text_vars"] == {"customer": "Ada", "score": "good"}
    assert commented["text_vars"] == {"customer": "Ada", "comment": "Nice"}
    for name in ("score", "comment"):
        deletion = where | {"properties": {"rating": [name]}}
        await client.request("delete_thread_properties", deletion)
        canceled = (await client.push("incoming_event"))["event"]
        assert canceled["system_message_type"] == "rating.chat_rating_canceled"
        await client.news()
        await client.request("delete_thread_properties", deletion)
        assert await client.news() == ["thread_properties_deleted"]


async def test_asking_for_a_transcript_leaves_a_line(customer: Connect) -> None:
    client = await customer()
    chat_id, thread_id = await start(client, message())
    where = {"chat_id": chat_id, "thread_id": thread_id}
    wish = {"properties": {"routing": {"transcript_email": "ada@example.org"}}}
    await client.request("update_thread_properties", where | wish)
    line = (await client.push("incoming_event"))["event"]
    assert line["system_message_type"] == "transcript_requested"
    assert line["text_vars"]["email"] == "ada@example.org"


async def test_a_transcript_is_written_when_the_chat_is_over(
    server: DevServer, customer: Connect, agent: Connect
) -> None:
    """As a mail in the data's folder: what the customer saw, and nothing that agents keep to themselves."""
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client, message("Grüße"))
    where = {"chat_id": chat_id, "thread_id": thread_id}
    await sam.request("add_user_to_chat", {"chat_id": chat_id, "user_id": SAM, "user_type": "agent"})
    await sam.request("send_event", {"chat_id": chat_id, "event": message("Good morning")})
    secret = message("He is nice") | {"visibility": "agents"}
    await sam.request("send_event", {"chat_id": chat_id, "event": secret})
    wish = {"properties": {"routing": {"transcript_email": "ada@example.org"}}}
    await client.request("update_thread_properties", where | wish)
    folder = server.core.data / "transcripts"
    assert not folder.exists()
    await client.news()
    await client.request("deactivate_chat", {"id": chat_id})
    said = [(await client.push("incoming_event"))["event"]["system_message_type"] for _ in range(2)]
    assert said == ["manual_archived_customer", "transcript_sent"]
    [file] = folder.iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["To"] == "ada@example.org"
    text = mail.get_content()
    assert ": Grüße" in text and "Sam: Good morning" in text and "He is nice" not in text
    other = {"properties": {"routing": {"transcript_email": "grace@example.org"}}}
    await client.request("update_thread_properties", where | other)  # the chat is over: at once
    assert (await client.push("incoming_event"))["event"]["system_message_type"] == "transcript_requested"
    assert (await client.push("incoming_event"))["event"]["system_message_type"] == "transcript_sent"
    assert "grace@example.org" in file.read_text("utf-8")


async def test_agents_may_write_what_customers_may_not(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client, message())
    properties = {"properties": {"routing": {"continuous": True}}}
    await sam.request("update_chat_properties", {"id": chat_id} | properties)
    assert await client.push("chat_properties_updated") == {"chat_id": chat_id} | properties


async def test_what_agents_keep_to_themselves(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client, message())
    await sam.news()
    place = {"chat_id": chat_id, "thread_id": thread_id}
    mixed = {"routing": {"pinned": True, "start_url": "https://shop.example/"}}
    await sam.request("update_thread_properties", place | {"properties": mixed})
    assert (await sam.push("thread_properties_updated"))["properties"] == mixed
    seen = {"routing": {"start_url": "https://shop.example/"}}
    assert (await client.push("thread_properties_updated"))["properties"] == seen
    await sam.request("update_thread_properties", place | {"properties": {"routing": {"unassigned": True}}})
    await sam.request("delete_thread_properties", place | {"properties": {"routing": ["unassigned"]}})
    assert await client.news() == []
    thread = (await client.request("get_chat", {"chat_id": chat_id}))["thread"]
    assert thread["properties"]["routing"] == {"continuous": False} | seen["routing"]
    assert (await sam.request("get_chat", {"chat_id": chat_id}))["thread"]["properties"]["routing"]["pinned"]
    # What a customer may write but not read.
    await client.request(
        "update_thread_properties", place | {"properties": {"routing": {"ignore_bots": True}}}
    )
    assert await client.news() == []
    shown = (await sam.request("get_chat", {"chat_id": chat_id}))["thread"]["properties"]["routing"]
    assert shown["ignore_bots"] is True


async def test_translations_are_the_services_to_write(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client, message())
    event = {"chat_id": chat_id, "thread_id": thread_id, "event_id": f"{thread_id}_1"}
    properties = {"properties": {"translation": {"pl": "Cześć"}}}
    assert (await client.refusal("update_event_properties", event | properties)).type == "authorization"
    await sam.request("update_event_properties", event | properties)
    assert (await client.push("event_properties_updated"))["properties"] == properties["properties"]
