"""What was said while the connection was away."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatwheel.sdk.errors import ChatError, ConnectionLost
from chatwheel.sdk.events import ChatDeactivated
from chatwheel.transport.memory import NO_ANSWER

from .conftest import MakeWorld, World


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
async def test_what_cannot_be_read_is_read_the_next_time(talking: World, answer: Any) -> None:
    threads = talking.transport.answers["list_threads"]
    talking.transport.answer("list_threads", answer)
    await come_back(talking)
    await talking.push("incoming_event", push(5))
    await talking.pass_time(5.1)
    assert told(talking) == ["1", "2", "5"]
    talking.transport.answer("list_threads", threads)
    await come_back(talking)
    assert told(talking) == ["1", "2", "5", "3", "4"]


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
