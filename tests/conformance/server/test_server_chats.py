"""Chats and threads: start, resume, end, lists and pages."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import pytest

from chatwheel_devserver import DevServer, Group
from conformance.server.bare import Bare, customer, message, start
from conformance.server.conftest import Connect

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


async def test_a_chat_starts_with_its_first_messages(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(customer_page={"url": "http://shop.example/"}), await agent()
    other, stranger = await customer(same_as=client), await customer()
    await sam.news()
    request_id = await client.send("start_chat", {"chat": {"thread": {"events": [message("Hi", "c-1")]}}})
    answer = await client.answer(request_id)
    assert set(answer) == {"chat_id", "thread_id", "event_ids"}
    pushed = await client.push_frame("incoming_chat")
    assert (pushed["request_id"], pushed["version"]) == (request_id, "3.5")
    payload = pushed["payload"]
    assert payload["requester_id"] == client.customer_id
    chat, thread = payload["chat"], payload["chat"]["thread"]
    assert (chat["id"], thread["id"], thread["active"]) == (answer["chat_id"], answer["thread_id"], True)
    assert thread["user_ids"] == [client.customer_id]
    assert chat["access"] == thread["access"] == {"group_ids": [0]}
    assert chat["properties"] == {"routing": {"continuous": False}}
    assert thread["properties"]["routing"]["start_url"] == "http://shop.example/"
    [event] = thread["events"]
    assert event["id"] == answer["event_ids"][0] == f"{thread['id']}_1"
    assert (event["custom_id"], event["text"], event["author_id"]) == ("c-1", "Hi", client.customer_id)
    assert INSTANT.fullmatch(event["created_at"]) and INSTANT.fullmatch(thread["created_at"])
    [user] = chat["users"]
    assert (user["id"], user["type"], user["present"]) == (client.customer_id, "customer", True)
    assert user["events_seen_up_to"] == event["created_at"]
    # The first events are part of the chat and are not told again.
    assert await client.news() == []
    frame = await other.push_frame("incoming_chat")
    assert "request_id" not in frame
    assert await stranger.news() == []
    assert (await sam.push("incoming_chat"))["chat"]["thread"]["events"][0]["visibility"] == "all"


async def test_the_response_comes_before_the_push(customer: Connect) -> None:
    client = await customer()
    await client.request("start_chat", {"active": True, "chat": {}})
    await client.settle()
    assert [(frame["type"], frame["action"]) for frame in client.frames[:2]] == [
        ("response", "start_chat"),
        ("push", "incoming_chat"),
    ]
    assert "event_ids" not in client.frames[0]["payload"]


async def test_a_customer_has_one_chat(customer: Connect) -> None:
    client = await customer()
    await start(client)
    assert (await client.refusal("start_chat", {})).type == "chat_limit_reached"


@pytest.mark.parametrize(
    ("payload", "type", "field"),
    [
        ({"active": "yes"}, "validation", "active"),
        ({"continuous": 1}, "validation", "continuous"),
        ({"chat": []}, "validation", "chat"),
        ({"chat": {"access": {"group_ids": [9]}}}, "group_not_found", "Group 9"),
        ({"chat": {"access": {"group_ids": ["0"]}}}, "validation", "chat.access.group_ids.0"),
        ({"chat": {"users": [{"id": "x", "type": "agent"}]}}, "validation", "chat.users.0.type"),
        ({"chat": {"users": [{"id": "x", "type": "customer"}]}}, "validation", "chat.users"),
        ({"chat": {"thread": {"events": [{"type": "message"}]}}}, "validation", "chat.thread.events.0.text"),
        ({"chat": {"thread": {"events": [{"type": "x"}]}}}, "validation", "chat.thread.events.0.type"),
        ({"chat": {"thread": {"events": [{}]}}}, "validation", "chat.thread.events.0.type"),
        ({"chat": {"properties": {"routing": {"continuous": True}}}}, "authorization", "properties.routing"),
        ({"chat": {"properties": {"no": {"such": True}}}}, "validation", "properties.no.such"),
    ],
)
async def test_starts_that_are_refused(customer: Connect, payload: Any, type: str, field: str) -> None:
    client = await customer()
    refused = await client.refusal("start_chat", payload)
    assert (refused.type, refused.message.startswith(field)) == (type, True), refused
    assert (await client.request("list_chats", {}))["total_chats"] == 0


async def test_nobody_online(http: aiohttp.ClientSession) -> None:
    async with DevServer(queue_open=False) as server:
        client = await customer(server, http)
        assert (await client.refusal("start_chat", {})).type == "groups_offline"
        answer = await client.request("start_chat", {"continuous": True})
        await client.request("deactivate_chat", {"id": answer["chat_id"]})
        # A continuous chat stays one until it is told otherwise.
        await client.request("resume_chat", {"chat": {"id": answer["chat_id"]}})
        await client.request("deactivate_chat", {"id": answer["chat_id"]})
        resume = {"chat": {"id": answer["chat_id"]}, "continuous": False}
        assert (await client.refusal("resume_chat", resume)).type == "groups_offline"
        await client.request("resume_chat", resume | {"active": False})
        await client.close()


async def test_an_inactive_start_makes_a_closed_thread(customer: Connect) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    await client.request("deactivate_chat", {"id": chat_id})
    offline = {"id": chat_id, "thread": {"events": [message("Call me")]}}
    await client.request("resume_chat", {"active": False, "chat": offline})
    chat = await client.request("get_chat", {"chat_id": chat_id})
    assert chat["thread"]["active"] is False
    assert chat["thread"]["events"][0]["text"] == "Call me"
    assert chat["users"][0]["present"] is False


async def test_ending_and_resuming(customer: Connect, agent: Connect) -> None:
    client, sam = await customer(customer={"name": "Ada"}), await agent()
    other = await customer(same_as=client)
    chat_id, first = await start(client, message())
    await other.news()
    await sam.news()
    assert (await client.refusal("resume_chat", {"chat": {"id": chat_id}})).type == "chat_already_active"
    assert await client.request("deactivate_chat", {"id": chat_id}) == {}
    event = (await client.push("incoming_event"))["event"]
    assert (event["type"], event["system_message_type"]) == ("system_message", "manual_archived_customer")
    assert event["text_vars"] == {"customer": "Ada"}
    assert "author_id" not in event
    ended = {"chat_id": chat_id, "thread_id": first, "user_id": client.customer_id}
    assert await client.push("chat_deactivated") == ended
    assert await other.news() == ["incoming_event", "chat_deactivated"]
    assert await sam.news() == ["incoming_event", "chat_deactivated"]
    assert (await client.refusal("deactivate_chat", {"id": chat_id})).type == "chat_inactive"
    answer = await client.request(
        "resume_chat", {"chat": {"id": chat_id, "thread": {"events": [message("Again", "c-2")]}}}
    )
    assert set(answer) == {"thread_id", "event_ids"}
    thread = (await client.push("incoming_chat"))["chat"]["thread"]
    assert thread["previous_thread_id"] == first
    threads = (await client.request("list_threads", {"chat_id": chat_id}))["threads"]
    assert [thread["id"] for thread in threads] == [answer["thread_id"], first]
    assert threads[1]["next_thread_id"] == answer["thread_id"]


async def test_a_repeated_start_or_resume_makes_nothing_twice(customer: Connect) -> None:
    client = await customer()
    other = await customer(same_as=client)
    request = {"chat": {"thread": {"events": [message("Hi", "c-1")]}}}
    first = await client.request("start_chat", request)
    await client.news()
    await other.news()
    request_id = await client.send("start_chat", request)
    assert await client.answer(request_id) == first
    assert (await client.push_frame("incoming_chat"))["request_id"] == request_id
    assert await other.news() == []
    await client.request("deactivate_chat", {"id": first["chat_id"]})
    resume = {"chat": {"id": first["chat_id"], "thread": {"events": [message("Again", "c-2")]}}}
    resumed = await client.request("resume_chat", resume)
    assert await client.request("resume_chat", resume) == resumed
    assert (await client.request("list_threads", {"chat_id": first["chat_id"]}))["found_threads"] == 2


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("get_chat", {"chat_id": "{}"}),
        ("list_threads", {"chat_id": "{}"}),
        ("deactivate_chat", {"id": "{}"}),
        ("resume_chat", {"chat": {"id": "{}"}}),
        ("send_event", {"chat_id": "{}", "event": message()}),
        ("send_sneak_peek", {"chat_id": "{}", "sneak_peek_text": ""}),
        ("mark_events_as_seen", {"chat_id": "{}", "seen_up_to": "2026-01-01T00:00:00Z"}),
        ("update_chat_properties", {"id": "{}", "properties": {}}),
        ("delete_chat_properties", {"id": "{}", "properties": {}}),
    ],
)
async def test_other_peoples_chats_do_not_exist(customer: Connect, action: str, payload: Any) -> None:
    client, stranger = await customer(), await customer()
    chat_id, _ = await start(client, message())
    for chat in (chat_id, "NOSUCHCHAT"):
        spelled = {
            name: {"id": chat} if isinstance(value, dict) and value == {"id": "{}"} else value
            for name, value in payload.items()
        }
        spelled = {name: chat if value == "{}" else value for name, value in spelled.items()}
        assert (await stranger.refusal(action, spelled)).type == "not_found"


async def test_get_chat_with_a_thread_of_choice(customer: Connect) -> None:
    client = await customer()
    chat_id, first = await start(client, message("One"))
    await client.request("deactivate_chat", {"id": chat_id})
    await client.request("resume_chat", {"chat": {"id": chat_id}})
    chat = await client.request("get_chat", {"chat_id": chat_id, "thread_id": first})
    assert chat["thread"]["events"][0]["text"] == "One"
    wrong = {"chat_id": chat_id, "thread_id": "NOSUCHTHREAD"}
    assert (await client.refusal("get_chat", wrong)).type == "not_found"


async def test_list_chats(customer: Connect) -> None:
    client = await customer()
    assert await client.request("list_chats", {}) == {"chats_summary": [], "total_chats": 0}
    chat_id, thread_id = await start(client, message("One"), message("Two"))
    answer = await client.request("list_chats", {"limit": 10})
    [summary] = answer["chats_summary"]
    assert (summary["id"], summary["active"], summary["last_thread_id"]) == (chat_id, True, thread_id)
    assert INSTANT.fullmatch(summary["last_thread_created_at"])
    last = summary["last_event_per_type"]["message"]
    assert (last["thread_id"], last["event"]["text"]) == (thread_id, "Two")
    assert summary["users"][0]["id"] == client.customer_id
    assert answer["total_chats"] == 1 and "next_page_id" not in answer


@pytest.mark.parametrize(
    ("action", "payload", "field"),
    [
        ("list_chats", {"limit": 26}, "limit"),
        ("list_chats", {"limit": 0}, "limit"),
        ("list_chats", {"limit": "10"}, "limit"),
        ("list_chats", {"sort_order": "up"}, "sort_order"),
        ("list_chats", {"page_id": "x", "limit": 5}, "payload"),
        ("list_chats", {"page_id": "nonsense"}, "page_id"),
        ("list_threads", {}, "chat_id"),
        ("list_threads", {"limit": 101}, "limit"),
        ("list_threads", {"min_events_count": 0}, "min_events_count"),
        ("list_threads", {"min_events_count": 101}, "min_events_count"),
        ("list_threads", {"min_events_count": 5, "limit": 5}, "payload"),
        ("list_threads", {"page_id": "x", "min_events_count": 5}, "payload"),
        ("list_threads", {"page_id": "=\x00é"}, "page_id"),
    ],
)
async def test_lists_refuse_what_the_sheet_forbids(
    customer: Connect, action: str, payload: Any, field: str
) -> None:
    client = await customer()
    chat_id, _ = await start(client)
    if action == "list_threads" and field != "chat_id":
        payload = payload | {"chat_id": chat_id}
    refused = await client.refusal(action, payload)
    assert (refused.type, refused.message.partition(":")[0]) == ("validation", field)


async def threads_of(client: Bare, count: int, events: int = 1) -> str:
    """Make a chat with some ended threads; thread i says ``i.0``, ``i.1`` and so on."""
    chat_id = ""
    for number in range(count):
        thread = {"events": [message(f"{number}.{event}") for event in range(events)]}
        if chat_id:
            await client.request("resume_chat", {"chat": {"id": chat_id, "thread": thread}})
        else:
            chat_id = (await client.request("start_chat", {"chat": {"thread": thread}}))["chat_id"]
        await client.request("deactivate_chat", {"id": chat_id})
    return chat_id


def first_texts(answer: dict[str, Any]) -> list[str]:
    return [thread["events"][0]["text"] for thread in answer["threads"]]


async def test_pages_of_threads(customer: Connect) -> None:
    client = await customer()
    chat_id = await threads_of(client, 8)
    page = await client.request("list_threads", {"chat_id": chat_id})
    assert page["found_threads"] == 8
    assert first_texts(page) == ["7.0", "6.0", "5.0"]
    assert "previous_page_id" not in page
    page = await client.request("list_threads", {"chat_id": chat_id, "page_id": page["next_page_id"]})
    assert first_texts(page) == ["4.0", "3.0", "2.0"]
    back = await client.request("list_threads", {"chat_id": chat_id, "page_id": page["previous_page_id"]})
    assert first_texts(back) == ["7.0", "6.0", "5.0"]
    assert "previous_page_id" not in back and "next_page_id" in back
    page = await client.request("list_threads", {"chat_id": chat_id, "page_id": page["next_page_id"]})
    assert first_texts(page) == ["1.0", "0.0"]
    assert "next_page_id" not in page


async def test_pages_in_ascending_order(customer: Connect) -> None:
    client = await customer()
    chat_id = await threads_of(client, 5)
    page = await client.request("list_threads", {"chat_id": chat_id, "sort_order": "asc", "limit": 2})
    seen = first_texts(page)
    while "next_page_id" in page:
        page = await client.request("list_threads", {"chat_id": chat_id, "page_id": page["next_page_id"]})
        seen += first_texts(page)
    assert seen == [f"{number}.0" for number in range(5)]


async def test_pages_by_number_of_events(customer: Connect) -> None:
    client = await customer()
    chat_id = await threads_of(client, 5, events=3)  # and one more event each: its end
    page = await client.request("list_threads", {"chat_id": chat_id, "min_events_count": 5})
    assert first_texts(page) == ["4.0", "3.0"]
    page = await client.request("list_threads", {"chat_id": chat_id, "page_id": page["next_page_id"]})
    assert first_texts(page) == ["2.0", "1.0"]
    page = await client.request("list_threads", {"chat_id": chat_id, "page_id": page["next_page_id"]})
    assert first_texts(page) == ["0.0"]
    assert "next_page_id" not in page
    page = await client.request("list_threads", {"chat_id": chat_id, "page_id": page["previous_page_id"]})
    assert first_texts(page) == ["2.0", "1.0"]


async def test_a_page_stays_right_while_something_new_is_written(customer: Connect) -> None:
    client = await customer()
    chat_id = await threads_of(client, 4)
    page = await client.request("list_threads", {"chat_id": chat_id, "limit": 2})
    await client.request("resume_chat", {"chat": {"id": chat_id, "thread": {"events": [message("new")]}}})
    page = await client.request("list_threads", {"chat_id": chat_id, "page_id": page["next_page_id"]})
    assert first_texts(page) == ["1.0", "0.0"]


async def test_groups_are_checked(http: aiohttp.ClientSession) -> None:
    async with DevServer(groups=(Group(0, "Everybody"), Group(3, "Sales"))) as server:
        client = await customer(server, http)
        answer = await client.request("start_chat", {"chat": {"access": {"group_ids": [3]}}})
        chat = await client.request("get_chat", {"chat_id": answer["chat_id"]})
        assert chat["access"] == {"group_ids": [3]}
        await client.close()
