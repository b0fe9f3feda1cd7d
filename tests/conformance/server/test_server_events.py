"""Events: every type, its limits, who hears of it, drafts and marks."""

from __future__ import annotations

from typing import Any

import pytest

from chatwheel_devserver import DevServer
from conformance.server.bare import Json, message, start
from conformance.server.conftest import Connect

SAM = "sam@demo.example"

CARDS: Json = {
    "type": "rich_message",
    "template_id": "cards",
    "elements": [
        {
            "title": "Which size?",
            "image": {"url": "https://cdn.example/a.png", "alternative_text": "A boot"},
            "buttons": [
                {"type": "message", "text": "Small", "value": "S", "postback_id": "small"},
                {"type": "url", "text": "Table", "value": "https://shop.example", "postback_id": "table"},
                {"text": "None", "postback_id": "small", "user_ids": []},
            ],
        }
    ],
}


async def test_a_message_reaches_everybody_concerned(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    other, stranger = await customer(same_as=client), await customer()
    chat_id, thread_id = await start(client, message())
    for listener in (other, stranger, sam):
        await listener.news()
    request_id = await client.send("send_event", {"chat_id": chat_id, "event": message("Ahoy", "c-9")})
    answer = await client.answer(request_id)
    pushed = await client.push_frame("incoming_event")
    assert pushed["request_id"] == request_id
    event = pushed["payload"]["event"]
    assert pushed["payload"] == {"chat_id": chat_id, "thread_id": thread_id, "event": event}
    assert event == {
        "id": answer["event_id"],
        "type": "message",
        "text": "Ahoy",
        "custom_id": "c-9",
        "author_id": client.customer_id,
        "created_at": event["created_at"],
        "properties": {},
    }
    frame = await other.push_frame("incoming_event")
    assert "request_id" not in frame and frame["payload"]["event"] == event
    assert (await sam.push("incoming_event"))["event"] == event | {"visibility": "all"}
    assert await stranger.news() == []


async def test_the_response_comes_first_and_the_mark_moves(customer: Connect) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    await client.request("send_event", {"chat_id": chat_id, "event": message()})
    await client.settle()
    assert [frame["type"] for frame in client.frames[:2]] == ["response", "push"]
    created_at = client.frames[1]["payload"]["event"]["created_at"]
    chat = await client.request("get_chat", {"chat_id": chat_id})
    assert chat["users"][0]["events_seen_up_to"] == created_at


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "text": "x", "postback": {"id": "p", "thread_id": "T", "event_id": "E"}},
        {"type": "filled_form", "form_id": "f", "fields": [{"type": "name", "id": "1", "label": "Name"}]},
        {
            "type": "filled_form",
            "form_id": "f",
            "fields": [
                {"type": "email", "id": "1", "label": "Mail", "answer": "a@b.example"},
                {"type": "select", "id": "2", "label": "Pick", "answer": {"id": "0", "label": "One"}},
                {"type": "checkbox", "id": "3", "label": "Many", "answers": [{"id": "0", "label": "One"}]},
                {"type": "checkbox_for_email", "id": "4", "label": "Mail me", "answer": True},
            ],
        },
        {
            "type": "system_message",
            "text": "Somebody came",
            "system_message_type": "came",
            "text_vars": {"a": "b"},
        },
        {"type": "custom", "content": {"any": ["thing", 1, None]}},
        {"type": "custom"},
        CARDS,
        {
            "type": "rich_message",
            "template_id": "sticker",
            "elements": [{"image": {"url": "https://a.example"}}],
        },
        {"type": "message", "text": "<script>alert(1)</script> \u202e 👩‍👩‍👧 \x00", "visibility": "all"},
        {"type": "message", "text": "é" * 8192},
        {
            "type": "message",
            "text": "rated",
            "properties": {"rating": {"score": 1}, "demo-client": {"any": "x"}},
        },
    ],
)
async def test_events_come_back_as_they_were_sent(customer: Connect, event: Json) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    await client.request("send_event", {"chat_id": chat_id, "event": event})
    pushed = (await client.push("incoming_event"))["event"]
    threads = await client.request("list_threads", {"chat_id": chat_id})
    assert threads["threads"][0]["events"][-1] == pushed
    for name, value in event.items():
        if name not in ("elements", "visibility", "fields"):
            assert pushed[name] == value
    assert ("author_id" in pushed) == (event["type"] != "system_message")


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({}, "event.type"),
        ({"type": "form", "form_id": "f", "fields": []}, "event.type"),
        ({"type": "system"}, "event.type"),
        ({"type": 5}, "event.type"),
        ("text", "event"),
        (None, "event"),
        ({"type": "message"}, "event.text"),
        ({"type": "message", "text": ""}, "event.text"),
        ({"type": "message", "text": None}, "event.text"),
        ({"type": "message", "text": "é" * 8193}, "event.text"),
        ({"type": "message", "text": "x" * 100_000}, "event.text"),
        ({"type": "message", "text": "x", "custom_id": 5}, "event.custom_id"),
        ({"type": "message", "text": "x", "recipients": "me"}, "event.recipients"),
        ({"type": "message", "text": "x", "properties": []}, "event.properties"),
        ({"type": "message", "text": "x", "properties": {"rating": {"score": 2}}}, "properties.rating.score"),
        (
            {"type": "message", "text": "x", "properties": {"rating": {"score": "1"}}},
            "properties.rating.score",
        ),
        ({"type": "message", "text": "x", "properties": {"a": {"b": 1.5}}}, "event.properties.a.b"),
        ({"type": "message", "text": "x", "properties": {"a": {"b": 2**31}}}, "event.properties.a.b"),
        (
            {
                "type": "message",
                "text": "x",
                "postback": {"id": "p", "thread_id": "T", "event_id": "E", "type": "m"},
            },
            "event.postback",
        ),
        ({"type": "file"}, "event.url"),
        ({"type": "file", "url": "https://elsewhere.example/a.png"}, "event.url"),
        ({"type": "file", "url": "not an address"}, "event.url"),
        ({"type": "file", "url": "http://[bad"}, "event.url"),
        ({"type": "filled_form", "fields": []}, "event.form_id"),
        ({"type": "filled_form", "form_id": "f", "fields": [{"type": "x"}]}, "event.fields.0.type"),
        (
            {
                "type": "filled_form",
                "form_id": "f",
                "fields": [{"type": "name", "id": "1", "label": "N", "answer": 5}],
            },
            "event.fields.0.answer",
        ),
        ({"type": "system_message", "text": "x"}, "event.system_message_type"),
        ({"type": "custom", "content": "x"}, "event.content"),
        ({"type": "rich_message", "template_id": "poster"}, "event.template_id"),
        ({"type": "rich_message", "template_id": "cards", "elements": [{}] * 11}, "event.elements"),
        (
            {
                "type": "rich_message",
                "template_id": "cards",
                "elements": [{"buttons": [{"text": "b", "postback_id": "b"}] * 14}],
            },
            "event.elements.0.buttons",
        ),
        (
            {
                "type": "rich_message",
                "template_id": "cards",
                "elements": [{"buttons": [{"text": "b", "type": "url", "postback_id": "b"}]}],
            },
            "event.elements.0.buttons.0",
        ),
    ],
)
async def test_events_that_are_refused(customer: Connect, event: Any, field: str) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    refused = await client.refusal("send_event", {"chat_id": chat_id, "event": event})
    assert refused.type == "validation"
    assert refused.message.startswith(f"{field}"), refused.message
    assert (await client.request("get_chat", {"chat_id": chat_id}))["thread"]["events"] == []


async def test_properties_of_the_service_are_not_for_customers(customer: Connect) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    event = message() | {"properties": {"lc2": {"welcome_message": True}}}
    assert (await client.refusal("send_event", {"chat_id": chat_id, "event": event})).type == "authorization"


async def test_a_closed_chat_takes_events_only_if_told_to(customer: Connect) -> None:
    client = await customer()
    chat_id, thread_id = await start(client, message())
    await client.request("deactivate_chat", {"id": chat_id})
    request = {"chat_id": chat_id, "event": message("Late")}
    assert (await client.refusal("send_event", request)).type == "chat_inactive"
    await client.request("send_event", request | {"attach_to_last_thread": True})
    pushed = await client.push("incoming_event", thread_id=thread_id)
    assert pushed["thread_id"] == thread_id


async def test_events_for_agents_only(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client, message())
    join = {"chat_id": chat_id, "user_id": SAM, "user_type": "agent"}
    await sam.request("add_user_to_chat", join)
    await client.news()
    whisper = message("He is lying") | {"visibility": "agents"}
    await sam.request("send_event", {"chat_id": chat_id, "event": whisper})
    assert await client.news() == []
    texts = [
        event.get("text")
        for event in (await client.request("get_chat", {"chat_id": chat_id}))["thread"]["events"]
    ]
    assert "He is lying" not in texts
    summary = (await client.request("list_chats", {}))["chats_summary"][0]
    assert summary["last_event_per_type"]["message"]["event"]["text"] == "Hi"
    events = (await sam.request("get_chat", {"chat_id": chat_id}))["thread"]["events"]
    assert events[-1]["visibility"] == "agents"
    event_id = events[-1]["id"]
    hidden = {"chat_id": chat_id, "thread_id": events[-1]["id"].split("_")[0], "event_id": event_id}
    refused = await client.refusal("update_event_properties", hidden | {"properties": {}})
    assert refused.type == "not_found"


async def test_drafts_are_shown_to_agents_only(server: DevServer, customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    other = await customer(same_as=client)
    chat_id, thread_id = await start(client)
    await other.news()
    draft = {"chat_id": chat_id, "sneak_peek_text": "Hel"}
    assert await client.request("send_sneak_peek", draft) == {}
    pushed = await sam.push("incoming_sneak_peek")
    assert (pushed["chat_id"], pushed["thread_id"]) == (chat_id, thread_id)
    assert pushed["sneak_peek"]["text"] == "Hel"
    assert isinstance(pushed["sneak_peek"]["timestamp"], int)
    assert await client.news() == [] and await other.news() == []
    await client.request("deactivate_chat", {"id": chat_id})
    assert (await client.refusal("send_sneak_peek", draft)).type == "chat_inactive"


async def test_marks_of_what_was_seen(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    other = await customer(same_as=client)
    chat_id, _ = await start(client, message())
    join = {"chat_id": chat_id, "user_id": SAM, "user_type": "agent"}
    await sam.request("add_user_to_chat", join)
    await sam.request("send_event", {"chat_id": chat_id, "event": message("Hello")})
    created_at = (await client.push("incoming_event"))["event"]["created_at"]
    created_at = (await client.push("incoming_event"))["event"]["created_at"]
    for listener in (client, other, sam):
        await listener.news()
    request_id = await client.send("mark_events_as_seen", {"chat_id": chat_id, "seen_up_to": created_at})
    assert await client.answer(request_id) == {}
    frame = await client.push_frame("events_marked_as_seen")
    assert frame["request_id"] == request_id
    seen = {"user_id": client.customer_id, "chat_id": chat_id, "seen_up_to": created_at}
    assert frame["payload"] == seen
    assert await other.push("events_marked_as_seen") == seen
    assert await sam.push("events_marked_as_seen") == seen
    # A mark does not move backwards.
    past = {"chat_id": chat_id, "seen_up_to": "2020-01-01T00:00:00Z"}
    await client.request("mark_events_as_seen", past)
    assert await client.news() == []
    assert (
        await client.refusal("mark_events_as_seen", past | {"seen_up_to": "yesterday"})
    ).type == "validation"
    await client.request("send_event", {"chat_id": chat_id, "event": message("Read this")})
    created_at = (await client.push("incoming_event"))["event"]["created_at"]
    await sam.request("mark_events_as_seen", {"chat_id": chat_id, "seen_up_to": created_at})
    by_sam = await client.push("events_marked_as_seen")
    # Customers never learn an agent's address.
    assert len(by_sam["user_id"]) == 32


async def test_buttons(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client)
    await sam.request("add_user_to_chat", {"chat_id": chat_id, "user_id": SAM, "user_type": "agent"})
    await sam.request("send_event", {"chat_id": chat_id, "event": CARDS})
    event = (await client.push("incoming_event"))["event"]
    event = (await client.push("incoming_event"))["event"]
    await sam.news()
    request = {
        "chat_id": chat_id,
        "thread_id": thread_id,
        "event_id": event["id"],
        "postback": {"id": "small", "toggled": True},
    }
    assert await client.request("send_rich_message_postback", request) == {}
    pushed = await client.push("incoming_rich_message_postback")
    assert pushed == {
        "user_id": client.customer_id,
        "chat_id": chat_id,
        "thread_id": thread_id,
        "event_id": event["id"],
        "postback": {"id": "small", "toggled": True},
    }
    changed = (await client.push("event_updated"))["event"]
    buttons = changed["elements"][0]["buttons"]
    assert [button["user_ids"] for button in buttons] == [[client.customer_id], [], [client.customer_id]]
    assert await sam.news() == ["incoming_rich_message_postback", "event_updated"]
    off = request | {"postback": {"id": "small", "toggled": False}}
    await client.request("send_rich_message_postback", off)
    stored = (await client.request("get_chat", {"chat_id": chat_id}))["thread"]["events"][-1]
    assert all(button["user_ids"] == [] for button in stored["elements"][0]["buttons"])
    for wrong in (
        {"event_id": f"{thread_id}_99"},
        {"thread_id": "NOSUCHTHREAD"},
        {"postback": {"id": "none", "toggled": True}},
    ):
        assert (await client.refusal("send_rich_message_postback", request | wrong)).type == "not_found"
    assert (
        await client.refusal("send_rich_message_postback", request | {"postback": {"id": "small"}})
    ).message.startswith("postback.toggled")


async def test_taking_back_one_s_own_event(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(version="3.6"), await agent()
    chat_id, thread_id = await start(client, message("Oops"))
    await sam.request("add_user_to_chat", {"chat_id": chat_id, "user_id": SAM, "user_type": "agent"})
    answer = await sam.request("send_event", {"chat_id": chat_id, "event": message("Hello")})
    await client.news()
    await sam.news()
    place = {"chat_id": chat_id, "thread_id": thread_id}
    await client.request("delete_event", place | {"event_id": f"{thread_id}_1"})
    deleted = place | {"event_id": f"{thread_id}_1"}
    assert await client.push("event_deleted") == deleted
    assert await sam.push("event_deleted") == deleted
    ids = [
        event["id"] for event in (await client.request("get_chat", {"chat_id": chat_id}))["thread"]["events"]
    ]
    assert f"{thread_id}_1" not in ids
    stub = (await sam.request("get_chat", {"chat_id": chat_id}))["thread"]["events"][0]
    assert stub["deleted"] is True and "text" not in stub
    foreign = place | {"event_id": answer["event_id"]}
    assert (await client.refusal("delete_event", foreign)).type == "not_allowed"
    assert (await client.refusal("delete_event", deleted)).type == "not_found"
    older = await customer(same_as=client)
    assert (await older.refusal("delete_event", foreign)).message.startswith("action:")
    assert (await sam.refusal("delete_event", deleted)).type in ("not_allowed", "not_found")
    await sam.request("delete_event", foreign)
    assert await client.push("event_deleted") == foreign
