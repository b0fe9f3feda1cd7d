"""What was said while the connection was away."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatwheel.sdk.errors import ChatError, ConnectionLost
from chatwheel.sdk.events import ChatDeactivated
from chatwheel.transport.memory import DEFAULT_LOGIN, NO_ANSWER, MemoryTransport

from .conftest import USERS, MakeWorld, World


def event(number: int, thread: str = "T1", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{thread}_{number}",
        "type": "message",
        "text": str(number),
        "created_at": f"2024-05-01T10:00:{number:02}.000000Z",
        "author_id": "kim",
        **more,
    }


def push(number: int) -> dict[str, Any]:
    return {"chat_id": "C1", "thread_id": "T1", "event": event(number)}


def told(world: World) -> list[str]:
    return [payload.event.text for payload in world.payloads("incoming_event")]


async def come_back(world: World) -> None:
    world.transport.drop()
    await world.pass_time(1.5)
    assert world.status == "connected"


@pytest.fixture
async def talking(world: World) -> World:
    """A client that has heard the events 1 and 2."""
    world.transport.answer("list_chats", {"chats_summary": [{"id": "C1", "active": True}]})
    await world.sdk.list_chats()
    await world.push("incoming_event", push(1))
    await world.push("incoming_event", push(2))
    world.transport.answer(
        "list_threads",
        {"threads": [{"id": "T1", "active": True, "events": [event(n) for n in range(1, 6)]}]},
    )
    return world


async def test_what_was_missed_is_told_in_order_and_once(talking: World) -> None:
    await come_back(talking)
    assert told(talking) == ["1", "2", "3", "4", "5"]
    [asked] = talking.transport.sent("list_threads")
    assert asked["payload"] == {"chat_id": "C1", "min_events_count": 25}
    await talking.push("incoming_event", push(5))
    await come_back(talking)
    assert told(talking) == ["1", "2", "3", "4", "5"]
    assert talking.payloads("incoming_event")[3].event.thread_id == "T1"


async def test_what_comes_live_waits_for_what_was_missed(talking: World) -> None:
    talking.transport.answer("list_threads", NO_ANSWER)
    await come_back(talking)
    typing = {"chat_id": "C1", "thread_id": "T1", "typing_indicator": {"author_id": "kim", "is_typing": True}}
    await talking.push("incoming_typing_indicator", typing)
    await talking.push("incoming_event", push(6))
    await talking.push("incoming_event", {**push(9), "chat_id": "C2"})
    assert told(talking) == ["1", "2", "9"]
    [asked] = talking.transport.sent("list_threads")
    threads = [{"id": "T1", "active": True, "events": [event(n) for n in range(1, 7)]}]
    talking.transport.respond(asked, {"threads": threads})
    await talking.transport.settle()
    assert told(talking) == ["1", "2", "9", "3", "4", "5", "6"]
    assert talking.names[-1] == "incoming_typing_indicator"


async def test_a_long_absence_is_read_page_by_page(talking: World) -> None:
    pages: dict[Any, Any] = {
        None: {"threads": [{"id": "T3", "active": True, "events": [event(8, "T3")]}], "next_page_id": "p2"},
        "p2": {"threads": [{"id": "T2", "events": [event(6, "T2"), event(7, "T2")]}], "next_page_id": "p3"},
        "p3": {"threads": [{"id": "T1", "events": [event(2), event(3)]}], "next_page_id": "p4"},
    }
    talking.transport.answer("list_threads", lambda frame: pages[frame["payload"].get("page_id")])
    await come_back(talking)
    assert told(talking) == ["1", "2", "3", "6", "7", "8"]
    assert len(talking.transport.sent("list_threads")) == 3


@pytest.mark.parametrize("answer", [ChatError("no", code="internal"), {"nonsense": 1}, NO_ANSWER])
async def test_what_cannot_be_read_is_tried_again_while_online(talking: World, answer: Any) -> None:
    threads = talking.transport.answers["list_threads"]
    talking.transport.answer("list_threads", answer)
    await come_back(talking)
    await talking.push("incoming_event", push(5))
    await talking.pass_time(5.1)
    assert told(talking) == ["1", "2", "5"]
    await talking.pass_time(3600)
    assert 60 < len(talking.transport.sent("list_threads")) < 90, "patiently"
    talking.transport.answer("list_threads", threads)
    await talking.pass_time(66)
    assert told(talking) == ["1", "2", "5", "3", "4"]
    asked = len(talking.transport.sent("list_threads"))
    await talking.pass_time(3600)
    assert len(talking.transport.sent("list_threads")) == asked


async def test_two_chats_that_cannot_be_read_are_tried_again_together(talking: World) -> None:
    await talking.push("incoming_event", {"chat_id": "C2", "thread_id": "T9", "event": event(2, "T9")})
    threads = talking.transport.answers["list_threads"]
    talking.transport.answer("list_threads", ChatError("no", code="internal"))
    await come_back(talking)
    talking.transport.answer("list_threads", threads)
    await talking.pass_time(1)
    assert [frame["payload"]["chat_id"] for frame in talking.transport.sent("list_threads")] == [
        "C1",
        "C2",
    ] * 2


@pytest.mark.parametrize("code", ["not_found", "authorization"])
async def test_what_is_not_there_any_more_is_not_asked_for_again(talking: World, code: str) -> None:
    talking.transport.answer("list_threads", ChatError("no", code=code))
    await come_back(talking)
    await talking.pass_time(3600)
    assert len(talking.transport.sent("list_threads")) == 1


async def test_while_one_chat_is_read_another_is_tried_again(talking: World) -> None:
    await talking.push("incoming_event", {"chat_id": "C2", "thread_id": "T9", "event": event(2, "T9")})
    refused = ChatError("no", code="internal")
    talking.transport.answer(
        "list_threads", lambda frame: NO_ANSWER if frame["payload"]["chat_id"] == "C1" else refused
    )
    await come_back(talking)
    await talking.pass_time(2)
    assert [frame["payload"]["chat_id"] for frame in talking.transport.sent("list_threads")] == [
        "C1",
        "C2",
        "C2",
    ]


async def test_losing_the_connection_again_meanwhile(talking: World) -> None:
    threads = talking.transport.answers["list_threads"]
    talking.transport.answer("list_threads", NO_ANSWER)
    await come_back(talking)
    await talking.push("incoming_event", push(5))
    talking.transport.answer("list_threads", threads)
    await come_back(talking)
    assert told(talking) == ["1", "2", "3", "4", "5"]


async def test_a_thread_closed_meanwhile(talking: World) -> None:
    talking.transport.answer(
        "list_threads",
        {"threads": [{"id": "T1", "active": False, "created_at": "2024-05-01T09", "events": [event(3)]}]},
    )
    await come_back(talking)
    assert talking.events[-1] == ("chat_deactivated", ChatDeactivated(chat_id="C1", thread_id="T1"))
    await come_back(talking)
    assert talking.names.count("chat_deactivated") == 1


async def test_ones_own_events_are_known(world: World) -> None:
    call = asyncio.ensure_future(
        world.sdk.send_event(chat_id="C1", event={"type": "message", "text": "x", "custom_id": "c1"})
    )
    await world.transport.settle()
    [frame] = world.transport.sent("send_event")
    own = {"chat_id": "C1", "thread_id": "T1", "event": event(3, custom_id="c1")}
    await world.push("incoming_event", own, frame["request_id"])
    await call
    lost = asyncio.ensure_future(
        world.sdk.send_event(chat_id="C1", event={"type": "message", "text": "x", "custom_id": "c2"})
    )
    await world.transport.settle()
    world.transport.drop()
    with pytest.raises(ConnectionLost):
        await lost
    again = asyncio.ensure_future(
        world.sdk.send_event(chat_id="C1", event={"type": "message", "text": "x", "custom_id": "c3"})
    )
    events = [event(3, custom_id="c1"), event(4, custom_id="c2"), event(5, custom_id="c3")]
    world.transport.answer("list_threads", {"threads": [{"id": "T1", "active": True, "events": events}]})
    await world.pass_time(1.5)
    assert [payload.event.custom_id for payload in world.payloads("incoming_event")] == ["c2"]
    again.cancel()


async def test_it_can_be_left_alone(make_world: MakeWorld) -> None:
    world = await make_world(catch_up=False)
    await world.push("incoming_event", push(1))
    await come_back(world)
    assert not world.transport.sent("list_threads")


def login_with(*chats: str) -> dict[str, Any]:
    return {**DEFAULT_LOGIN, "chats": [{"chat_id": chat_id, "has_active_thread": True} for chat_id in chats]}


def thread(*numbers: int, name: str = "T1", begun: int = 0, active: bool = True) -> dict[str, Any]:
    events = [event(number, name) for number in numbers]
    return {
        "id": name,
        "active": active,
        "created_at": f"2024-05-01T10:00:{begun:02}.000000Z",
        "events": events,
    }


async def test_a_chat_known_from_the_login_alone(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", login_with("C1"))
    transport.answer("list_threads", {"threads": [thread(1, 2)]})
    world = await make_world(transport)
    [asked] = transport.sent("list_threads")
    assert asked["payload"] == {"chat_id": "C1", "min_events_count": 1} and told(world) == []
    transport.answer("list_threads", {"threads": [thread(1, 2, 3)]})
    await come_back(world)
    assert told(world) == ["3"]


async def test_where_a_chat_stands_is_not_waited_for(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", login_with("C1"))
    world = await make_world(transport)
    await world.push("incoming_event", push(3))
    assert told(world) == ["3"]
    [asked] = transport.sent("list_threads")
    transport.respond(asked, {"threads": [thread(1, 2, 3)]})
    await transport.settle()
    transport.answer("list_threads", {"threads": [thread(1, 2, 3, 4)]})
    await come_back(world)
    assert told(world) == ["3", "4"]


async def test_where_a_chat_stands_is_asked_until_it_is_known(make_world: MakeWorld) -> None:
    transport = MemoryTransport()
    transport.answer("login", login_with("C1"))
    world = await make_world(transport)
    transport.answer("list_threads", {"threads": [thread(1, 2)]})
    await world.pass_time(7)
    assert [frame["payload"]["min_events_count"] for frame in transport.sent("list_threads")] == [1, 1]
    assert told(world) == []
    transport.answer("list_threads", {"threads": [thread(1, 2, 3)]})
    await come_back(world)
    assert told(world) == ["3"]


@pytest.mark.parametrize(("seen", "news"), [(1, ["2", "3"]), (None, [])])
async def test_where_the_connection_went_before_that_was_known(
    make_world: MakeWorld, seen: int | None, news: list[str]
) -> None:
    """What the customer has not seen is told; if the server does not say, nothing can be."""
    transport = MemoryTransport()
    transport.answer("login", login_with("C1"))
    world = await make_world(transport)
    seen_up_to = {} if seen is None else {"events_seen_up_to": event(seen)["created_at"]}
    customer = {"id": "customer-1", "type": "customer", **seen_up_to}
    transport.answer("get_chat", {"id": "C1", "users": [customer], "thread": thread(1, 2)})
    await come_back(world)
    await world.push("incoming_event", push(4))
    assert told(world) == []
    transport.respond(transport.sent("list_threads")[-1], {"threads": [thread(1, 2, 3)]})
    await transport.settle()
    assert told(world) == [*news, "4"]


async def test_a_chat_that_was_started_without_a_word(world: World) -> None:
    chat = {"id": "C1", "users": [], "thread": thread()}
    started = asyncio.ensure_future(world.sdk.start_chat())
    await world.transport.settle()
    [frame] = world.transport.sent("start_chat")
    await world.push("incoming_chat", {"chat": chat}, frame["request_id"])
    await started
    world.transport.answer("list_threads", {"threads": [thread(3)]})
    await come_back(world)
    assert told(world) == ["3"] and world.payloads("incoming_chat") == []


async def test_a_chat_that_is_listed_without_a_word(world: World) -> None:
    summary = {"id": "C1", "active": True, "last_thread_created_at": thread()["created_at"]}
    world.transport.answer("list_chats", {"chats_summary": [summary]})
    await world.sdk.list_chats()
    world.transport.answer("list_threads", {"threads": [thread(3)]})
    await come_back(world)
    assert told(world) == ["3"]


async def test_old_history_is_no_news(world: World) -> None:
    old, new = thread(1, name="T1", active=False), thread(5, 6, 7, name="T2", begun=4)
    answers = {"asc": {"threads": [old]}, None: {"threads": [new, old]}}
    world.transport.answer("list_threads", lambda frame: answers[frame["payload"].get("sort_order")])
    world.transport.answer("get_chat", {"id": "C1", "users": [], "thread": old})
    await world.sdk.list_threads(chat_id="C1", sort_order="asc", limit=1)
    await world.sdk.list_threads(chat_id="C1", page_id="p2")
    await world.sdk.get_chat(chat_id="C1", thread_id="T1")
    await come_back(world)
    assert world.transport.sent("list_threads")[2:] == [], "nothing is known of the chat"
    await world.sdk.list_threads(chat_id="C1")
    await come_back(world)
    assert told(world) == []


def newer_chat() -> dict[str, Any]:
    """The chat as it is read after its thread T1 was closed, T2 opened and closed, and T3 opened."""
    return {"id": "C1", "users": USERS, "thread": thread(8, name="T3", begun=8)}


async def test_threads_opened_meanwhile(talking: World) -> None:
    threads = [
        thread(8, 9, name="T3", begun=8),
        thread(6, name="T2", begun=5, active=False),
        thread(1, 2, 3, active=False),
    ]
    oldest = {**thread(name="T0", active=False), "created_at": "2024-04-30T10:00:00.000000Z"}
    talking.transport.answer("list_threads", {"threads": [*threads, oldest]})
    talking.transport.answer("get_chat", newer_chat())
    before = len(talking.events)
    await come_back(talking)
    after = talking.events[before:]
    assert [name for name, _ in after] == [
        *("disconnected", "connected", "user_data", "user_data", "incoming_event", "chat_deactivated"),
        *("incoming_chat", "incoming_event", "chat_deactivated"),
        *("incoming_chat", "incoming_event", "incoming_event"),
    ]
    assert [payload.thread_id for payload in talking.payloads("chat_deactivated")] == ["T1", "T2"]
    opened = [payload.chat for payload in talking.payloads("incoming_chat")]
    assert [(chat.thread.id, chat.thread.events) for chat in opened] == [("T2", []), ("T3", [])]
    assert [user.id for user in opened[0].users] == ["E1", "kim"]
    assert talking.sdk._session.is_active("C1")


async def test_what_was_held_back_is_not_told_twice(talking: World) -> None:
    talking.transport.answer("list_threads", NO_ANSWER)
    talking.transport.answer("get_chat", newer_chat())
    await come_back(talking)
    await talking.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1"})
    await talking.push("incoming_chat", {"chat": newer_chat()})
    [asked] = talking.transport.sent("list_threads")
    threads = [thread(8, name="T3", begun=8), thread(1, 2, active=False)]
    talking.transport.respond(asked, {"threads": threads})
    await talking.transport.settle()
    assert talking.names.count("chat_deactivated") == talking.names.count("incoming_chat") == 1
    assert told(talking) == ["1", "2", "8"]


async def test_a_thread_that_was_opened_by_this_customer_is_no_news(talking: World) -> None:
    """It waited for the connection, and was answered before the reading was."""
    talking.transport.answer("list_threads", NO_ANSWER)
    talking.transport.answer("get_chat", newer_chat())
    talking.transport.drop()
    resumed = asyncio.ensure_future(talking.sdk.resume_chat(chat={"id": "C1"}))
    await talking.pass_time(1.5)
    [frame] = talking.transport.sent("resume_chat")
    await talking.push("incoming_chat", {"chat": newer_chat()}, frame["request_id"])
    await resumed
    [asked] = talking.transport.sent("list_threads")
    talking.transport.respond(asked, {"threads": [thread(8, name="T3", begun=8)]})
    await talking.transport.settle()
    assert talking.payloads("incoming_chat") == [] and told(talking) == ["1", "2"]


async def test_a_chat_begun_meanwhile(world: World) -> None:
    world.transport.answer("login", login_with("C1"))
    world.transport.answer("list_threads", {"threads": [thread(1, 2, begun=1)]})
    world.transport.answer("get_chat", {"id": "C1", "users": USERS, "thread": thread(1, 2, begun=1)})
    await come_back(world)
    assert world.names[-4:] == ["user_data", "incoming_chat", "incoming_event", "incoming_event"]


async def test_a_chat_without_thread_that_comes_in(world: World) -> None:
    for _ in range(2):
        await world.push("incoming_chat", {"chat": {"id": "C1", "users": []}})
    assert world.names.count("incoming_chat") == 2
