"""Greetings: shown, seen, dismissed, replaced, and told to the chat that begins from one."""

from __future__ import annotations

from typing import Any

from unit.ui.pilot import Pilot, event


def greeting(unique_id: str = "G1", text: str = "Need a hand?", **more: Any) -> dict[str, Any]:
    agent = {"id": "grace", "name": "Grace", "avatar": "", "job_title": "Support", "is_bot": False}
    said = {name: value for name, value in event("", text).items() if name != "id"}
    return {
        "id": 7,
        "unique_id": unique_id,
        "displayed_first_time": True,
        "event": said,
        "agent": agent,
        **more,
    }


async def greeted(pilot: Pilot, *, open: bool) -> None:
    pilot.server.answer("accept_greeting", {})
    pilot.server.answer("cancel_greeting", {})
    await pilot.page(open=open)
    pilot.server.push("incoming_greeting", greeting())
    await pilot.settle()


async def test_a_greeting_is_previewed_while_closed_and_accepted_when_seen() -> None:
    async with Pilot() as pilot:
        await greeted(pilot, open=False)
        assert pilot.told("unread") == [{"count": 1, "preview": {"name": "Grace", "text": "Need a hand?"}}]
        assert not pilot.server.sent("accept_greeting")
        await pilot.page(open=True)
        assert pilot.said == ["Need a hand?"]
        [accepted] = pilot.server.sent("accept_greeting")
        assert accepted["payload"] == {"greeting_id": 7, "unique_id": "G1"}


async def test_a_chat_that_begins_from_a_greeting_says_so() -> None:
    async with Pilot() as pilot:
        await greeted(pilot, open=True)
        await pilot.write("Yes please")
        thread = pilot.server.sent("start_chat")[0]["payload"]["chat"]["thread"]
        assert thread["properties"] == {"lc2": {"greeting_id": 7, "greeting_unique_id": "G1"}}
        await pilot.answer_last("start_chat")
        assert pilot.said == ["Need a hand?", "Yes please"]


async def test_a_dismissed_greeting_is_gone_here_and_there() -> None:
    async with Pilot() as pilot:
        await greeted(pilot, open=False)
        await pilot.act("preview-close")
        assert pilot.said == [] and pilot.told("unread")[-1] == {"count": 0, "preview": None}
        assert pilot.server.sent("cancel_greeting")[0]["payload"] == {"unique_id": "G1"}


async def test_a_newer_greeting_replaces_the_one_before_and_the_server_can_take_it_back() -> None:
    async with Pilot() as pilot:
        await greeted(pilot, open=True)
        pilot.server.push("incoming_greeting", greeting("G2", "Still there?"))
        await pilot.settle()
        assert pilot.said == ["Still there?"]
        pilot.server.push("greeting_canceled", {"unique_id": "G2"})
        await pilot.settle()
        assert pilot.said == []


async def test_nobody_is_greeted_during_a_chat_and_junk_greets_nobody() -> None:
    async with Pilot() as pilot:
        pilot.server.push("incoming_greeting", greeting(event=None))
        pilot.server.push("incoming_greeting", {**greeting(), "unique_id": None})
        await pilot.settle()
        assert pilot.said == []
        await pilot.with_chat(event("a", "Hello"))
        await greeted(pilot, open=True)
        assert pilot.said == ["Hello"]


async def test_a_greeting_of_the_login_is_shown_again_but_not_accepted_again() -> None:
    pilot = Pilot()
    config = {"customer_groups": {"monitoring": {"id": 0}}, "online_groups_ids": [0]}
    login = {
        "customer": {"id": "customer-1", "statistics": {}},
        "chats": [],
        "__priv_dynamic_config": config,
        "greeting": greeting(accepted=True),
    }
    pilot.server.answer("login", login)
    async with pilot:
        assert pilot.said == ["Need a hand?"] and not pilot.server.sent("accept_greeting")


async def test_an_announcement_is_called_one() -> None:
    async with Pilot() as pilot:
        await pilot.page(open=False)
        pilot.server.push("incoming_greeting", greeting(text="Closed on Friday", subtype="announcement"))
        await pilot.settle()
        [article] = pilot.articles
        assert "announcement" in article.attributes["class"] and "Announcement" in article.text
        assert pilot.told("unread")[-1]["preview"] == {"name": "Announcement", "text": "Closed on Friday"}


async def test_a_greeting_is_said_to_who_has_the_panel_open_once_and_without_a_sound() -> None:
    async with Pilot() as pilot:
        await greeted(pilot, open=True)
        pilot.server.push("incoming_greeting", greeting())  # as a login after a lost connection does
        await pilot.settle()
        assert pilot.told("announce") == [{"text": "Grace says: Need a hand?"}] and not pilot.told("news")
        assert pilot.said == ["Need a hand?"]


async def test_the_buttons_of_a_greeting_are_told_and_one_of_them_waves_it_away() -> None:
    async with Pilot() as pilot:
        pilot.server.answer("cancel_greeting", {})
        buttons = [{"type": "cancel", "text": "No, thanks", "postback_id": "no", "user_ids": []}]
        said = event(
            "", type="rich_message", template_id="cards", elements=[{"title": "Hi", "buttons": buttons}]
        )
        pilot.server.push("incoming_greeting", greeting(event={**said, "id": None}))
        await pilot.settle()
        await pilot.act("press", key="G1", card="0", button="0")
        about = {"eventId": "G1", "postbackId": "no", "toggled": True}
        assert pilot.told("tell") == [{"name": "button", "payload": about}]
        assert pilot.articles == [] and pilot.server.sent("cancel_greeting")
        assert not pilot.server.sent("send_rich_message_postback")
