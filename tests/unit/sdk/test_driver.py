"""What happens between the core and the world at awkward moments."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from chatwheel.sdk.driver import MISSED_PAGES
from chatwheel.sdk.outputs import Close, Outcome, Send
from chatwheel.transport.memory import NO_ANSWER

from .conftest import CHAT, MakeWorld, World


async def test_the_log_of_frames_holds_no_token(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "chatwheel")
    await make_world()
    [login] = [record.getMessage() for record in caplog.records if '"login"' in record.getMessage()][:1]
    assert login.startswith("> ") and "***" in login
    assert "token-1" not in caplog.text


async def test_orders_that_come_too_late_do_nothing(make_world: MakeWorld) -> None:
    world = await make_world(auto_connect=False)
    driver = world.sdk._driver
    for order in (Send("x"), Close(7), Outcome("nobody", None, None)):
        driver._perform(order)
    world.sdk.connect()
    await world.transport.settle()
    driver._perform(Close(7))
    assert world.status == "connected" and world.transport.socket.is_open


async def test_the_socket_is_given_up_while_it_opens(make_world: MakeWorld) -> None:
    world = await make_world(auto_connect=False)
    world.sdk.connect()
    world.sdk.disconnect()
    await world.transport.settle()
    assert world.status == "paused"
    assert not any(socket.is_open for socket in world.transport.sockets)


async def test_a_handler_ends_the_client_while_the_clock_speaks(world: World) -> None:
    world.sdk.on("disconnected", lambda event: world.sdk.destroy())
    world.transport.answer("ping", NO_ANSWER)
    await world.pass_time(60)
    assert world.status == "destroyed"
    await world.pass_time(3600)
    assert len(world.transport.sockets) == 1


async def test_what_was_missed_is_read_to_a_limit(world: World) -> None:
    """A chat without end must not keep the client reading."""
    world.transport.answer("list_chats", {"chats_summary": [{"id": "C1", "active": True}]})
    await world.sdk.list_chats()
    event = {"id": "T1_1", "type": "message", "text": "1", "created_at": "2024-05-01T10:00:01.000000Z"}
    await world.push("incoming_event", {"chat_id": "C1", "thread_id": "T1", "event": event})
    later = {**event, "created_at": "2024-05-02T10:00:01.000000Z"}

    def page(frame: Any) -> Any:
        number = len(world.transport.sent("list_threads"))
        events = [{**later, "id": f"T1_{number + 1}"}]
        return {"threads": [{"id": "T1", "chat_id": "C1", "events": events}], "next_page_id": f"p{number}"}

    world.transport.answer("list_threads", page)
    world.transport.drop()
    await world.pass_time(2)
    assert len(world.transport.sent("list_threads")) == MISSED_PAGES
    assert len(world.payloads("incoming_event")) == 1 + MISSED_PAGES


async def test_connecting_at_once_keeps_the_wish_for_a_fresh_token(world: World) -> None:
    await world.push("customer_disconnected", {"reason": "access_token_expired"})
    fetched = len(world.transport.requests)
    world.sdk.connect()
    await world.transport.settle()
    assert world.status == "connected"
    assert len(world.transport.requests) == fetched + 1


async def test_the_event_that_was_sent_is_found_among_others(world: World) -> None:
    others = [{"id": f"T1_{number}", "type": "message", "text": str(number)} for number in (1, 2)]
    sent = {"id": "T1_3", "type": "message", "text": "Hi"}
    world.transport.answer("send_event", {"event_id": "T1_3"})
    world.transport.answer(
        "list_threads", {"threads": [{"id": "T0", "events": []}, {"id": "T1", "events": [*others, sent]}]}
    )
    call = asyncio.ensure_future(world.sdk.send_event(chat_id="C1", event={"type": "message", "text": "Hi"}))
    await world.pass_time(6)
    assert (await call).id == "T1_3"


async def test_who_joined_may_say_so_itself(world: World) -> None:
    user = {"id": "kim", "type": "agent", "present": True}
    await world.push("user_added_to_chat", {"chat_id": "C1", "user": user, "present": False})
    assert world.payloads("user_added_to_chat")[0].present is False


async def test_a_thread_that_names_its_chat_keeps_it(world: World) -> None:
    thread = {**CHAT["thread"], "chat_id": "C9"}
    world.transport.answer("list_threads", {"threads": [thread]})
    page = await world.sdk.list_threads(chat_id="C1")
    assert page.threads[0].chat_id == "C9"
