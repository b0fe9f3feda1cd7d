"""Tabs that share a connection: who holds it, who hears what, what happens when one goes."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest

from chatwheel.sdk import ChatError
from chatwheel.sdk.models import Token
from chatwheel.transport.base import HttpResponse
from chatwheel.transport.memory import DEFAULT_LOGIN, NO_ANSWER
from chatwheel.transport.shared import SharedTransport

from .conftest import Opened, Server, Visit, accept_events, event, live, say
from .tabs import Browser


async def test_one_socket_for_three_tabs(server: Server, opened: Opened) -> None:
    tabs = [await opened() for _ in range(3)]
    assert [tab.sdk.status for tab in tabs] == ["connected"] * 3
    assert live(server) == 1 and len(server.sent("login")) == 1
    say(server, 1)
    await server.settle()
    assert [tab.heard for tab in tabs] == [["n1"]] * 3


async def test_three_tabs_at_once(server: Server, opened: Opened) -> None:
    tabs = [await opened(settle=False) for _ in range(3)]
    await server.clock.advance(3)
    assert [tab.sdk.status for tab in tabs] == ["connected"] * 3
    assert live(server) == 1


async def test_an_answer_goes_to_the_tab_that_asked(server: Server, opened: Opened) -> None:
    first, second, third = [await opened() for _ in range(3)]
    taken = accept_events(server)
    for number, tab in enumerate((first, second, third)):
        sent = await tab.sdk.send_event(chat_id="C1", event={"type": "message", "text": f"from {number}"})
        assert sent.id == f"T_{101 + number}"
    await server.settle()
    assert taken == ["from 0", "from 1", "from 2"]
    assert first.heard == ["from 1", "from 2"]
    assert second.heard == ["from 0", "from 2"]
    assert third.heard == ["from 0", "from 1"]


async def test_a_later_tab_learns_what_is_so_now(server: Server, opened: Opened) -> None:
    chats = [{"chat_id": "C0", "has_unread_events": True}, {"chat_id": "C9"}, "odd"]
    server.answer("login", {**DEFAULT_LOGIN, "chats": chats, "has_active_thread": True})
    first = await opened()
    thread = {"id": "T", "active": True}
    server.push("incoming_chat", {"chat": {"id": "C1", "users": [], "thread": thread}})
    say(server, 1)
    say(server, 2, author_id="customer-1")
    server.push("chat_deactivated", {"chat_id": "C9", "thread_id": "T"})
    seen = {"chat_id": "C0", "user_id": "customer-1", "seen_up_to": "1"}
    server.push("events_marked_as_seen", seen)
    server.push("events_marked_as_seen", {**seen, "chat_id": "C1", "user_id": "kim"})
    server.push("customer_updated", {"name": "Ada"})
    server.push("groups_status_updated", {"groups": [{"id": 0, "status": "offline"}, "odd"]})
    server.push("groups_status_updated", {"groups": None})
    greeting = {"id": 1, "unique_id": "G", "event": event(9), "agent": {"id": "kim", "name": "Kim"}}
    server.push("incoming_greeting", greeting)
    server.push("nobody_knows", ["odd"])
    await server.settle()
    second = await opened()
    connected = next(payload for name, payload in second.events if name == "connected")
    assert {chat.id: (chat.active, chat.has_unread_events) for chat in connected.chats} == {
        "C0": (True, False),
        "C9": (False, False),
        "C1": (True, True),
    }
    assert connected.customer.name == "Ada"
    assert connected.availability == "offline"
    assert connected.greeting is not None
    server.push("greeting_canceled", {"unique_id": "G"})
    server.push("groups_status_updated", {"groups": [{"id": 0, "status": "online"}]})
    await server.settle()
    third = await opened()
    connected = next(payload for name, payload in third.events if name == "connected")
    assert connected.greeting is None and connected.availability == "online"
    assert first.sdk.customer_id == third.sdk.customer_id


async def test_page_and_customer_of_a_later_tab_are_told(server: Server, opened: Opened) -> None:
    server.answer("update_customer_page", {})
    server.answer("update_customer", {})
    await opened(page={"url": "https://shop.example/", "title": "Shop"})
    page = {"url": "https://shop.example/cart", "title": "Cart"}
    await opened(page=page, customer_data_provider=lambda: {"name": "Ada"})
    assert [frame["payload"] for frame in server.sent("update_customer_page")] == [page]
    assert [frame["payload"] for frame in server.sent("update_customer")] == [{"name": "Ada"}]


@pytest.mark.parametrize("how", ["crash", "close", "disconnect"])
async def test_another_tab_takes_over(server: Server, opened: Opened, how: str) -> None:
    """What was said meanwhile is told; the others are told of a reconnect, and nobody of anything twice."""
    first, second, third = [await opened() for _ in range(3)]
    say(server, 1)
    await server.settle()
    if how == "crash":
        await first.crash()
    elif how == "close":
        await first.sdk.aclose()
    else:
        first.sdk.disconnect()
    await server.settle()
    server.answer(
        "list_threads",
        {
            "threads": [
                {
                    "id": "T",
                    "active": True,
                    "events": [event(1, created_at="0001"), event(2, created_at="0002")],
                }
            ]
        },
    )
    await server.clock.advance(3)
    assert (second.sdk.status, third.sdk.status) == ("connected", "connected")
    assert live(server) == 1 and len(server.sent("login")) == 2
    say(server, 2)
    say(server, 3)
    await server.settle()
    for tab in (second, third):
        assert tab.heard == ["n1", "n2", "n3"]
        assert tab.names.count("connected") == 2 and tab.names.count("disconnected") == 1
    taken = accept_events(server)
    await third.sdk.send_event(chat_id="C1", event={"type": "message", "text": "on we go"})
    assert taken == ["on we go"]


async def test_a_lost_socket_is_lost_for_all(server: Server, opened: Opened) -> None:
    tabs = [await opened() for _ in range(3)]
    server.answer("get_customer", NO_ANSWER)
    asked = [asyncio.ensure_future(tab.sdk.get_customer()) for tab in tabs]
    await server.settle()
    server.drop()
    await server.settle()
    assert [task.exception().code for task in asked] == ["CONNECTION_LOST"] * 3  # type: ignore[union-attr]
    assert all("disconnected" in tab.names for tab in tabs)
    await server.clock.advance(3)
    assert [tab.sdk.status for tab in tabs] == ["connected"] * 3
    assert live(server) == 1


@pytest.mark.parametrize(
    ("reason", "after"), [("customer_banned", "destroyed"), ("inactivity_timeout", "connected")]
)
async def test_the_server_disconnects(server: Server, opened: Opened, reason: str, after: str) -> None:
    """Everybody hears why, and what it means holds for everybody."""
    tabs = [await opened() for _ in range(2)]
    server.push("customer_disconnected", {"reason": reason})
    await server.clock.advance(5)
    for tab in tabs:
        reasons = [payload.reason for name, payload in tab.events if name == "disconnected"]
        assert reasons[0] == reason
        assert tab.sdk.status == after
    assert live(server) == (after == "connected")


async def test_no_more_than_ten_are_unanswered(server: Server, opened: Opened) -> None:
    tabs = [await opened() for _ in range(3)]
    server.answer("get_customer", NO_ANSWER)
    asked = [asyncio.ensure_future(tab.sdk.get_customer()) for tab in tabs for _ in range(6)]
    await server.settle()
    assert len(server.sent("get_customer")) == 10
    answered = 0
    while answered < 18:
        frame = server.sent("get_customer")[answered]
        server.respond(frame, {"id": "customer-1", "type": "customer"})
        await server.settle()
        answered += 1
        assert len(server.sent("get_customer")) - answered <= 10
    assert all(task.result().id == "customer-1" for task in asked)


async def test_what_waits_too_long_is_not_sent(server: Server, opened: Opened) -> None:
    """Ten requests are never answered: what waited behind them has failed, and must not go out after that."""
    first, second = [await opened() for _ in range(2)]
    server.answer("get_customer", NO_ANSWER)
    stuck = [asyncio.ensure_future(first.sdk.get_customer()) for _ in range(10)]
    await server.settle()
    taken = accept_events(server)
    sending = asyncio.ensure_future(
        second.sdk.send_event(chat_id="C1", event={"type": "message", "text": "late"})
    )
    await server.clock.advance(40)
    with pytest.raises(ChatError):
        await sending
    assert taken == []
    await asyncio.gather(*stuck, return_exceptions=True)
    await second.sdk.send_event(chat_id="C1", event={"type": "message", "text": "in time"})
    assert taken == ["in time"]


async def test_a_tab_that_vanishes_leaves_nothing(server: Server, opened: Opened, machine: Browser) -> None:
    first, second = [await opened() for _ in range(2)]
    server.answer("get_customer", NO_ANSWER)
    asked = [asyncio.ensure_future(tab.sdk.get_customer()) for tab in (first, second) for _ in range(9)]
    await server.settle()
    locks = len(machine.held)
    await second.crash()
    assert len(machine.held) == locks - 1 and len(machine.lines) == 1
    for frame in server.sent("get_customer"):
        server.respond(frame, {"id": "customer-1", "type": "customer"})
    await server.settle()
    assert len(server.sent("get_customer")) == 10, "what the vanished tab had not sent yet is not sent"
    await asyncio.gather(*asked, return_exceptions=True)
    say(server, 1)
    await server.settle()
    assert first.heard == ["n1"] and first.sdk.status == "connected"


async def test_other_customers_and_groups_do_not_share(server: Server, opened: Opened) -> None:
    first = await opened()
    other = await opened(group_id=7)

    def another(request: Any) -> HttpResponse:
        token = {
            "access_token": "token-2",
            "entity_id": "customer-2",
            "expires_in": 100,
            "token_type": "Bearer",
        }
        return HttpResponse(200, json.dumps(token))

    server.on_http = another
    third = await opened(organization_id="o", token_storage_prefix="other")
    assert {tab.sdk.status for tab in (first, other, third)} == {"connected"}
    assert live(server) == 3


async def test_a_fresh_token_of_the_same_customer_shares(server: Server, opened: Opened) -> None:
    numbers = iter(range(1, 100))

    def grant(request: Any) -> HttpResponse:
        token = {"access_token": f"token-{next(numbers)}", "entity_id": "customer-1", "expires_in": 100}
        return HttpResponse(200, json.dumps({**token, "token_type": "Bearer"}))

    server.on_http = grant
    tabs = [await opened() for _ in range(3)]
    server.push("customer_disconnected", {"reason": "access_token_expired"})
    await server.clock.advance(5)
    assert [tab.sdk.status for tab in tabs] == ["connected"] * 3
    assert live(server) == 1


async def test_a_leader_that_does_not_answer(server: Server, opened: Opened) -> None:
    """The tab that holds the lock is frozen: after a moment the new one has a connection of its own."""
    first = await opened()
    (line,) = first.tab.browser.lines
    line.heard = None
    second = await opened()
    assert "connected" not in second.names
    await server.clock.advance(3)
    assert "connected" in second.names and live(server) == 2
    say(server, 1)
    taken = accept_events(server)
    await second.sdk.send_event(chat_id="C1", event={"type": "message", "text": "alone"})
    assert taken == ["alone"] and second.heard == ["n1"]


@pytest.mark.parametrize("what", ["locks", "channels"])
async def test_a_browser_that_refuses(server: Server, opened: Opened, machine: Browser, what: str) -> None:
    """Each tab has a connection of its own, at once: nobody waits for an answer that cannot come."""
    machine.refuses = {what}
    tabs = [await opened() for _ in range(2)]
    assert [tab.sdk.status for tab in tabs] == ["connected"] * 2
    assert live(server) == 2


async def test_a_frozen_leader_is_given_up(server: Server, opened: Opened) -> None:
    first, second = [await opened() for _ in range(2)]
    line = first.tab.browser.lines[0]
    assert line.tab is first.tab
    line.heard = None
    await server.clock.advance(60)
    assert second.sdk.status == "connected" and live(server) == 2


async def test_a_login_that_fails_fails_for_all(server: Server, opened: Opened) -> None:
    server.answer("login", NO_ANSWER)
    tabs = [await opened() for _ in range(2)]
    server.answer("login", ChatError("no more", code="users_limit_reached"))
    server.respond(server.sent("login")[0], ChatError("no more", code="users_limit_reached"))
    await server.settle()
    assert [tab.sdk.status for tab in tabs] == ["paused", "paused"]
    assert live(server) == 0


async def test_no_network(server: Server, opened: Opened) -> None:
    """Nobody gets in; when the network is back, all of them do, over one socket."""
    server.refuse_sockets = True
    tabs = [await opened() for _ in range(3)]
    await server.clock.advance(20)
    assert {tab.sdk.status for tab in tabs} == {"disconnected"}
    server.refuse_sockets = False
    await server.clock.advance(15)
    assert {tab.sdk.status for tab in tabs} == {"connected"}
    assert live(server) == 1


async def test_the_socket_does_not_open_for_the_next_leader(server: Server, opened: Opened) -> None:
    first, second = [await opened() for _ in range(2)]
    server.refuse_sockets = True
    await first.crash()
    await server.clock.advance(20)
    server.refuse_sockets = False
    await server.clock.advance(10)
    assert second.sdk.status == "connected" and live(server) == 1


async def test_alone_without_a_network(server: Server, opened: Opened) -> None:
    """Nobody answers, and the socket does not open either: tried again, later."""
    first = await opened()
    (line,) = first.tab.browser.lines
    line.heard = None
    server.refuse_sockets = True
    second = await opened()
    await server.clock.advance(10)
    assert "connected" not in second.names
    server.refuse_sockets = False
    await server.clock.advance(20)
    assert second.sdk.status == "connected"


async def test_tokens_from_elsewhere(server: Server, opened: Opened) -> None:
    """Whose they are is not known: tabs with the same token share, others do not."""

    class Identity:
        def __init__(self, name: str) -> None:
            token = {"access_token": name, "entity_id": name, "expires_in": 1e9, "token_type": "Bearer"}
            self.token = Token.model_validate({**token, "creation_date": 2e12})

        async def get_token(self) -> Token:
            return self.token

        get_fresh_token = get_token

        async def has_token(self) -> bool:
            return True

        async def invalidate(self) -> None:
            pass

    tabs = [await opened(identity_provider=lambda name=name: Identity(name)) for name in ("a", "a", "b")]
    assert {tab.sdk.status for tab in tabs} == {"connected"}
    assert live(server) == 2


async def test_everything_else_is_the_inner_transport(server: Server, machine: Browser) -> None:
    shared = SharedTransport(server, machine.tab())
    assert shared.page_url() is None
    assert shared.as_file(b"x").size == 1
    heard: list[bool] = []
    off = shared.on_network(heard.append)
    server.set_online(False)
    off()
    assert heard == [False]
    answer = await shared.upload("https://x.example/", headers={}, file=shared.as_file(b"x"))
    assert answer.status == 200
    await shared.storage.set("k", "v")
    assert await shared.storage.get("k") == "v"
    await shared.storage.remove("k")
    assert await shared.storage.get("k") is None
    await shared.aclose()
    assert server.is_closed


async def test_what_is_no_login_needs_no_other_tab(server: Server, machine: Browser) -> None:
    socket = await SharedTransport(server, machine.tab()).open_socket("wss://x.example/")
    socket.send('{"action": "hm"}')
    socket.send('{"action": "more"}')
    await server.settle()
    assert live(server) == 1
    socket.close()
    socket.send("too late")


async def test_a_day_of_tabs_that_come_and_go(server: Server, opened: Opened) -> None:
    """Tabs open, close and crash, the connection drops: every message is taken once or fails, and is told once."""
    chance = random.Random(1)
    kept: list[dict[str, Any]] = []

    def take(frame: dict[str, Any]) -> Any:
        custom_id = frame["payload"]["event"]["custom_id"]
        assert custom_id not in [known.get("custom_id") for known in kept], "sent twice"
        taken = {**event(len(kept) + 1), "created_at": f"{len(kept) + 1:06}", "custom_id": custom_id}
        kept.append(taken)
        payload = {"chat_id": "C1", "thread_id": "T", "event": taken}
        server.push("incoming_event", payload, frame["request_id"])
        return {"event_id": taken["id"]}

    server.answer("send_event", take)
    server.answer(
        "list_threads", lambda frame: {"threads": [{"id": "T", "active": True, "events": list(kept)}]}
    )
    tabs: list[Visit] = [await opened() for _ in range(2)]
    outcomes: dict[str, asyncio.Task[Any]] = {}
    for step in range(400):
        fate = chance.random()
        tab = chance.choice(tabs)
        if fate < 0.1 and live(server):
            server.drop()
        elif fate < 0.15 and len(tabs) < 4:
            tabs.append(await opened())
        elif fate < 0.2 and len(tabs) > 1:
            tabs.remove(tab)
            await tab.crash()
        elif fate < 0.25 and len(tabs) > 1:
            tabs.remove(tab)
            await tab.sdk.aclose()
        else:
            sent = {"type": "message", "text": "x", "custom_id": f"m{step}"}
            outcomes[f"m{step}"] = asyncio.ensure_future(tab.sdk.send_event(chat_id="C1", event=sent))
        await server.clock.advance(chance.choice((0, 0.1, 1, 5)))
    await server.clock.advance(60)
    assert live(server) == 1
    taken = [known["custom_id"] for known in kept]
    for custom_id, task in outcomes.items():
        if task.exception() is None:
            assert taken.count(custom_id) == 1
    assert len(taken) == len(set(taken)) > 150
    for tab in tabs:
        ids = [payload.event.id for name, payload in tab.events if name == "incoming_event"]
        assert len(ids) == len(set(ids)), "told twice"
