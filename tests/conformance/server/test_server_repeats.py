"""Requests made again because an answer was lost, and custom ids that are merely used again."""

from __future__ import annotations

import pytest

from conformance.server.bare import Bare, Json, message, start
from conformance.server.conftest import Connect

CARD: Json = {
    "type": "rich_message",
    "template_id": "quick_replies",
    "custom_id": "card",
    "elements": [
        {"title": "Size?", "buttons": [{"type": "message", "text": "M", "value": "m", "postback_id": "m"}]}
    ],
}


async def texts(client: Bare, chat_id: str) -> list[str]:
    threads = (await client.request("list_threads", {"chat_id": chat_id}))["threads"]
    return [event["text"] for event in threads[0]["events"] if event["type"] == "message"]


async def test_an_event_sent_once_more_is_answered_again(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    other = await customer(same_as=client)
    chat_id, _ = await start(client)
    request = {"chat_id": chat_id, "event": message("Once", "c-1")}
    first = await client.request("send_event", request)
    for listener in (client, other, sam):
        await listener.news()
    request_id = await client.send("send_event", request)
    assert await client.answer(request_id) == first
    pushed = await client.push_frame("incoming_event")
    assert (pushed["request_id"], pushed["payload"]["event"]["text"]) == (request_id, "Once")
    assert await other.news() == [] and await sam.news() == []
    # An answer is repeated even if the chat has ended meanwhile.
    await client.request("deactivate_chat", {"id": chat_id})
    assert await client.request("send_event", request) == first
    # Somebody else's event may well carry the same custom id.
    stranger = await customer()
    elsewhere, _ = await start(stranger)
    answer = await stranger.request("send_event", {"chat_id": elsewhere, "event": message("Once", "c-1")})
    assert answer != first


@pytest.mark.parametrize("custom_id", ["c-1", ""])
async def test_other_words_under_the_same_custom_id_are_another_event(
    customer: Connect, agent: Connect, custom_id: str
) -> None:
    client, sam = await customer(), await agent()
    chat_id, _ = await start(client, message("Zero", custom_id))
    await sam.request("add_user_to_chat", {"chat_id": chat_id, "user_id": sam.email, "user_type": "agent"})
    for author in (client, sam):
        for text in ("One", "Two", "Two"):
            await author.request("send_event", {"chat_id": chat_id, "event": message(text, custom_id)})
    each = ["One", "Two"] if custom_id else ["One", "Two", "Two"]
    assert await texts(client, chat_id) == ["Zero", *each, *each]


async def test_an_empty_custom_id_is_none(customer: Connect) -> None:
    client = await customer()
    chat_id, _ = await start(client, message("One", ""), message("One", ""))
    [thread] = (await client.request("list_threads", {"chat_id": chat_id}))["threads"]
    assert [(event["text"], "custom_id" in event) for event in thread["events"]] == [("One", False)] * 2


async def test_first_events_that_share_a_custom_id(customer: Connect, agent: Connect) -> None:
    client, visitor, sam = await customer(), await customer(), await agent()
    events = [message("One", "x"), message("Two", "x"), message("Two", "x")]
    chat_id, _ = await start(client, *events)
    assert await texts(client, chat_id) == ["One", "Two"]
    users = [{"id": visitor.customer_id, "type": "customer"}]
    request = {"chat": {"users": users, "thread": {"events": events}}}
    answer = await sam.request("start_chat", request)
    assert await texts(sam, answer["chat_id"]) == ["One", "Two"]
    # An agent's start, too, is answered again if its first answer was lost.
    assert await sam.request("start_chat", request) == answer
    for author in (visitor, sam):
        await sam.request("deactivate_chat", {"id": answer["chat_id"], "ignore_requester_presence": True})
        again = {"chat": {"id": answer["chat_id"], "thread": {"events": [message("Again", "y")]}}}
        resumed = await author.request("resume_chat", again)
        assert await author.request("resume_chat", again) == resumed


async def test_what_was_taken_back_can_be_said_again(customer: Connect) -> None:
    client = await customer(version="3.6")
    chat_id, thread_id = await start(client, message("Oops", "c-1"))
    place = {"chat_id": chat_id, "thread_id": thread_id}
    await client.request("delete_event", place | {"event_id": f"{thread_id}_1"})
    answer = await client.request("send_event", {"chat_id": chat_id, "event": message("Oops", "c-1")})
    assert answer == {"event_id": f"{thread_id}_2"}
    assert await texts(client, chat_id) == ["Oops"]


async def test_a_card_is_the_same_after_its_buttons_were_pressed(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(), await agent()
    chat_id, thread_id = await start(client, message())
    await sam.request("add_user_to_chat", {"chat_id": chat_id, "user_id": sam.email, "user_type": "agent"})
    first = await sam.request("send_event", {"chat_id": chat_id, "event": CARD})
    press = {"chat_id": chat_id, "thread_id": thread_id, "postback": {"id": "m", "toggled": True}}
    await client.request("send_rich_message_postback", press | first)
    assert await sam.request("send_event", {"chat_id": chat_id, "event": CARD}) == first
