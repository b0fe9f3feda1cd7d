"""A connection that the service ended because nobody did anything: the visitor's next step takes it up again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from chatwheel.ui.components.window import Place
from chatwheel.ui.state import Connection
from unit.ui.pilot import Pilot

LONG = 600.0


async def silent(pilot: Pilot) -> int:
    """The service ends the connection; how many logins there have been."""
    pilot.server.push("customer_disconnected", {"reason": "inactivity_timeout"})
    await pilot.settle()
    return len(pilot.server.sent("login"))


async def look_away(pilot: Pilot) -> None:
    await pilot.page(open=True, visible=False)
    await pilot.act("seen", key="nothing")
    await pilot.act("draft", text="")


async def test_it_stays_away_by_itself_and_says_nothing() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        logins = await silent(pilot)
        await look_away(pilot)
        await pilot.wait(LONG)
        assert len(pilot.server.sent("login")) == logins
        assert pilot.store.state.connection is Connection.RESTING
        assert pilot.document.shown(Place.CONNECTION).text == ""


@pytest.mark.parametrize(
    "step",
    [
        lambda pilot: pilot.act("draft", text="Hel"),
        lambda pilot: pilot.write("Hello again"),
        lambda pilot: pilot.act("older"),
        lambda pilot: pilot.page(open=True),
    ],
    ids=["types", "sends", "scrolls back", "comes back"],
)
async def test_what_the_visitor_does_takes_it_up_again(step: Callable[[Pilot], Awaitable[object]]) -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        logins = await silent(pilot)
        await look_away(pilot)
        await step(pilot)
        await pilot.wait(1)
        assert len(pilot.server.sent("login")) == logins + 1
        assert pilot.store.state.connection is Connection.ONLINE


async def test_what_was_sent_goes_out() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await silent(pilot)
        key = await pilot.write("Hello again")
        await pilot.wait(1)
        custom_ids = [request["payload"]["event"]["custom_id"] for request in pilot.server.sent("send_event")]
        custom_ids += [
            event["custom_id"]
            for request in pilot.server.sent("resume_chat") + pilot.server.sent("start_chat")
            for event in request["payload"]["chat"]["thread"]["events"]
        ]
        assert custom_ids == [key]


async def test_other_reasons_are_the_clients_matter() -> None:
    async with Pilot() as pilot:
        logins = len(pilot.server.sent("login"))
        pilot.server.push("customer_disconnected", {"reason": "connection_timeout"})
        await pilot.wait(1)
        assert len(pilot.server.sent("login")) == logins + 1
