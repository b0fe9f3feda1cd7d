"""The widget as a whole, from the wire to the document, in virtual time."""

from __future__ import annotations

from chatwheel.sdk.errors import ChatInactive, GroupsOffline, Validation
from chatwheel.transport.memory import NO_ANSWER
from chatwheel.ui.components.window import Place
from chatwheel.ui.state import Connection
from unit.ui.pilot import GRACE, ME, Pilot, chat, event, summary, thread

TICK = 0.4
"""Seconds: longer than the pause between two sneak peeks."""


async def test_the_first_message_starts_the_chat() -> None:
    async with Pilot() as pilot:
        key = await pilot.write("Hello")
        assert pilot.said == ["Hello"] and pilot.deliveries() == ["sending"]
        [request] = pilot.server.sent("start_chat")
        [first] = request["payload"]["chat"]["thread"]["events"]
        assert first == {"type": "message", "text": "Hello", "custom_id": key}
        await pilot.answer_last("start_chat")
        assert pilot.said == ["Hello"] and pilot.deliveries() == ["sent"]
        assert pilot.state.active and pilot.told("remember")


async def test_messages_go_one_after_the_other_in_order() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.write("one")
        await pilot.write("two")
        assert [frame["payload"]["event"]["text"] for frame in pilot.server.sent("send_event")] == ["one"]
        await pilot.answer_last("send_event", at=30)
        await pilot.answer_last("send_event", at=31)
        assert pilot.said == ["one", "two"] and pilot.deliveries() == ["sent", "sent"]


async def test_what_was_written_before_the_connection_goes_out_with_it() -> None:
    pilot = Pilot()
    pilot.server.refuse_sockets = True
    async with pilot:
        await pilot.write("early")
        assert pilot.deliveries() == ["waiting"]
        pilot.server.refuse_sockets = False
        await pilot.wait(10)
        await pilot.answer_last("start_chat")
        assert pilot.deliveries() == ["sent"]


async def test_a_message_whose_answer_was_lost_is_not_sent_twice() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        key = await pilot.write("once")
        pilot.server.answer("list_chats", summary())
        arrived = event("T1_5", "once", author=ME, custom_id=key)
        pilot.server.answer("list_threads", {"threads": [thread(arrived)]})
        pilot.server.drop()
        await pilot.settle()
        assert pilot.deliveries() == ["waiting"]
        await pilot.wait(10)
        assert pilot.said == ["once"] and pilot.deliveries() == ["sent"]
        assert len(pilot.server.sent("send_event")) == 1


async def test_a_message_that_did_not_arrive_is_sent_again_after_the_outage() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.write("again")
        pilot.server.answer("list_chats", summary())
        pilot.server.answer("list_threads", {"threads": [thread()]})
        pilot.server.drop()
        await pilot.wait(10)
        first, second = pilot.server.sent("send_event")
        assert first["payload"]["event"] == second["payload"]["event"]
        await pilot.answer_last("send_event")
        assert pilot.said == ["again"] and pilot.deliveries() == ["sent"]


async def test_a_refused_message_can_be_tried_again_or_deleted() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        pilot.server.answer("send_event", Validation("the text is odd"))
        bad, other = await pilot.write("odd"), await pilot.write("odder")
        assert pilot.deliveries() == ["failed", "failed"]
        alerts = pilot.document.find(Place.LOG, "div", role="alert")
        assert len(alerts) == 2 and "the text is odd" in alerts[0].text
        await pilot.act("discard", key=other)
        assert pilot.said == ["odd"]
        pilot.server.answer("send_event", NO_ANSWER)
        await pilot.act("retry", key=bad)
        await pilot.answer_last("send_event")
        assert pilot.deliveries() == ["sent"]


async def test_a_chat_that_was_closed_meanwhile_is_resumed() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        pilot.server.answer("send_event", ChatInactive("closed"))
        pilot.server.answer("list_chats", summary(active=False))
        pilot.server.answer("list_threads", {"threads": [thread(active=False)]})
        await pilot.write("still here?")
        [request] = pilot.server.sent("resume_chat")
        assert request["payload"]["chat"]["id"] == "C1"
        await pilot.answer_last("resume_chat")
        assert pilot.said == ["still here?"] and pilot.deliveries() == ["sent"]


async def test_nobody_there_is_said_in_words() -> None:
    async with Pilot() as pilot:
        pilot.server.answer("start_chat", GroupsOffline("offline"))
        await pilot.write("Hello?")
        [alert] = pilot.document.find(Place.LOG, "div", role="alert")
        assert "nobody is here" in alert.text


async def test_agents_messages_are_announced_and_marked_as_seen() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.push(event("T1_1", "Can I help?", at=5))
        await pilot.push(event("T1_1", "Can I help?", at=5))
        assert pilot.said == ["Can I help?"]
        assert pilot.told("announce") == [{"text": "Grace says: Can I help?"}]
        await pilot.wait(1)
        [mark] = pilot.server.sent("mark_events_as_seen")
        assert mark["payload"] == {"chat_id": "C1", "seen_up_to": "2026-03-01T10:00:05.000000Z"}


async def test_what_is_seen_while_the_mark_is_on_its_way_is_marked_too() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.push(event("T1_1", "one", at=5))
        pilot.server.answer("mark_events_as_seen", NO_ANSWER)
        await pilot.wait(0.3)
        await pilot.push(event("T1_2", "two", at=6))
        pilot.server.answer("mark_events_as_seen", {})
        pilot.server.respond(pilot.server.sent("mark_events_as_seen")[-1], {})
        await pilot.wait(2)
        marks = [mark["payload"]["seen_up_to"][17:19] for mark in pilot.server.sent("mark_events_as_seen")]
        assert marks == ["05", "06"]


async def test_what_is_read_as_it_comes_is_never_counted() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.push(event("T1_1", "one", at=1))
        await pilot.wait(1)
        assert pilot.told("unread") == []
        pilot.is_scrolled_away = True
        await pilot.push(event("T1_2", "two", at=2))
        await pilot.push(event("T1_3", "three", at=3))
        assert pilot.told("unread") == []
        await pilot.wait(1)
        assert [told["count"] for told in pilot.told("unread")] == [2]


async def test_unread_while_closed_and_read_when_opened() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        await pilot.page(open=False)
        await pilot.push(event("T1_1", "one", at=1))
        await pilot.push(event("T1_2", "two", at=2))
        assert [told["count"] for told in pilot.told("unread")] == [1, 2] and not pilot.told("announce")
        assert not pilot.server.sent("mark_events_as_seen")
        await pilot.page(open=True)
        await pilot.wait(1)
        assert pilot.told("unread")[-1]["count"] == 0
        assert len(pilot.server.sent("mark_events_as_seen")) == 1


async def test_seen_by_the_agent() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("a", "one", ME, 1), event("b", "two", ME, 2))
        seen = {"chat_id": "C1", "user_id": "grace", "seen_up_to": "2026-03-01T10:00:01.000000Z"}
        pilot.server.push("events_marked_as_seen", seen)
        await pilot.settle()
        assert pilot.deliveries() == ["seen", "sent"]


async def test_typing_is_shown_and_ends_by_message_by_word_and_by_time() -> None:
    def indicator(is_typing: bool) -> dict[str, object]:
        return {"chat_id": "C1", "typing_indicator": {"author_id": "grace", "is_typing": is_typing}}

    async with Pilot() as pilot:
        await pilot.with_chat()

        async def typing(is_typing: bool = True) -> str:
            pilot.server.push("incoming_typing_indicator", indicator(is_typing))
            await pilot.settle()
            return pilot.document.shown(Place.TYPING).text

        assert "Grace is typing" in await typing()
        assert await typing(False) == ""
        assert await typing()
        await pilot.push(event("T1_1", "here"))
        assert pilot.document.shown(Place.TYPING).text == ""
        assert await typing()
        await pilot.wait(13)
        assert pilot.document.shown(Place.TYPING).text == ""


async def test_drafts_are_throttled_and_cleared_on_send() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        for length in range(1, 11):
            await pilot.act("draft", text="x" * length)
            await pilot.wait(0.05)
        await pilot.wait(TICK)
        peeks = [frame["payload"]["sneak_peek_text"] for frame in pilot.server.sent("send_sneak_peek")]
        assert peeks[-1] == "x" * 10 and 2 <= len(peeks) <= 4
        await pilot.write("x" * 10)
        await pilot.act("draft", text="")
        await pilot.wait(TICK)
        peeks = [frame["payload"]["sneak_peek_text"] for frame in pilot.server.sent("send_sneak_peek")]
        assert peeks[-1] == "" and peeks.count("") == 1


async def test_history_is_loaded_backwards_once() -> None:
    pilot = Pilot()
    pages = {
        None: {"threads": [thread(event("n", "newest", at=50))], "next_page_id": "p2"},
        "p2": {"threads": [thread(event("o", "older", at=10), id="T0", active=False)]},
    }
    pilot.server.answer("list_chats", summary())
    pilot.server.answer("list_threads", lambda frame: pages[frame["payload"].get("page_id")])
    async with pilot:
        pilot.server.answer("list_chats", summary())
        pilot.server.drop()
        await pilot.wait(10)
        assert pilot.said == ["newest"] and pilot.document.find(Place.TOP, "p", class_="older")
        await pilot.act("older")
        await pilot.act("older")
        assert pilot.said == ["older", "newest"]
        assert not pilot.document.find(Place.TOP, "p", class_="older")


async def test_what_was_missed_is_read_after_an_outage() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("a", "before", at=1))
        missed = [event(f"m{number}", f"missed {number}", at=number) for number in range(2, 60)]
        pages = {
            None: {"threads": [thread(*missed[30:], id="T3")], "next_page_id": "p2"},
            "p2": {"threads": [thread(*missed[:30], id="T2")], "next_page_id": "p3"},
            "p3": {"threads": [thread(event("a", "before", at=1))], "next_page_id": "p4"},
        }
        pilot.server.answer("list_chats", summary())
        pilot.server.answer("list_threads", lambda frame: pages[frame["payload"].get("page_id")])
        pilot.server.drop()
        await pilot.settle()
        assert "reconnect" in pilot.document.shown(Place.CONNECTION).text
        await pilot.wait(10)
        assert pilot.said == ["before", *(f"missed {number}" for number in range(2, 60))]
        assert pilot.document.shown(Place.CONNECTION).text == ""


async def test_ending_and_starting_again() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("a", "Bye"))
        await pilot.act("menu")
        assert pilot.document.find(Place.MENU, "button", role="menuitem")
        pilot.server.answer("deactivate_chat", {})
        await pilot.act("end-chat")
        pilot.server.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1", "user_id": ME})
        await pilot.settle()
        assert (
            "has ended" in pilot.document.shown(Place.ENDED).text
            and not pilot.document.shown(Place.MENU).children
        )
        await pilot.act("start-chat")
        await pilot.answer_last("resume_chat")
        assert pilot.document.shown(Place.ENDED).text == "" and pilot.told("focus")


async def test_a_client_that_was_ended_says_why_and_is_replaced_with_its_unsent_messages() -> None:
    async with Pilot() as pilot:
        pilot.server.push("customer_disconnected", {"reason": "license_not_found"})
        await pilot.settle()
        assert pilot.state.connection is Connection.STOPPED
        assert "not set up correctly" in pilot.document.shown(Place.CONNECTION).text
        key = await pilot.write("lost?")
        await pilot.act("connect")
        assert pilot.told("restart")
        assert list(pilot.kept) == [key]


async def test_when_somebody_else_is_here_all_begins_anew() -> None:
    """No banner, no button: nothing of the one who was here stays on the screen."""
    async with Pilot() as pilot:
        pilot.server.push("customer_disconnected", {"reason": "identity_changed"})
        await pilot.settle()
        assert pilot.told("renew") and not pilot.told("restart")
        assert pilot.state.connection is not Connection.STOPPED


async def test_offline_is_said_at_once_and_nothing_is_sent_until_it_is_over() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        pilot.server.set_online(False)
        key = await pilot.write("in a tunnel")
        assert "sent when it is back" in pilot.document.shown(Place.CONNECTION).text
        assert pilot.deliveries() == ["waiting"] and not pilot.server.sent("send_event")
        pilot.server.set_online(True)
        await pilot.settle()
        assert pilot.document.shown(Place.CONNECTION).text == ""
        assert [sent["payload"]["event"]["custom_id"] for sent in pilot.server.sent("send_event")] == [key]


async def test_a_slow_start_is_said() -> None:
    pilot = Pilot()
    pilot.server.hang_sockets = True
    async with pilot:
        await pilot.wait(13)
        assert "longer than usual" in pilot.document.shown(Place.CONNECTION).text


async def test_queue_and_availability() -> None:
    async with Pilot() as pilot:
        pilot.server.push("groups_status_updated", {"groups": [{"id": 0, "status": "offline"}]})
        await pilot.settle()
        assert "Nobody is here" in pilot.document.shown(Place.CONNECTION).text
        waiting = chat()
        waiting["users"] = waiting["users"][:1]
        waiting["thread"]["queue"] = {"position": 3, "wait_time": 125, "queued_at": ""}
        pilot.server.push("incoming_chat", {"chat": waiting})
        await pilot.settle()
        assert pilot.document.shown(Place.CONNECTION).text.startswith("You are number 3 in line. About 2 min")
        pilot.server.push("user_added_to_chat", {"chat_id": "C1", "user": GRACE, "present": True})
        await pilot.settle()
        assert "in line" not in pilot.document.shown(Place.CONNECTION).text
        assert "Grace" in pilot.document.shown(Place.HEADER).text


async def test_junk_from_the_server_harms_nobody() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        for junk in (
            "",
            "{",
            "[]",
            "null",
            '{"type":"push"}',
            '{"action":"incoming_event","type":"push","payload":7}',
        ):
            pilot.server.deliver(junk)
        pilot.server.push("incoming_event", {"chat_id": "C1", "event": {"type": "message"}})
        pilot.server.push("unheard_of", {"x": 1})
        await pilot.push(event("T1_1", "fine"))
        assert pilot.said[-1] == "fine"


async def test_what_is_said_of_another_chat_is_not_for_this_conversation() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("a", "Ours"))
        pilot.server.push("incoming_chat", {"chat": {**chat(event("x", "Theirs", at=90)), "id": "C2"}})
        pilot.server.push("chat_deactivated", {"chat_id": "C2", "thread_id": "T1"})
        await pilot.push(event("b", "Still ours", at=3))
        assert pilot.said == ["Ours", "Still ours"] and pilot.state.active


async def test_broken_intents_harm_nobody() -> None:
    async with Pilot() as pilot:
        await pilot.act("no-such-intent")
        await pilot.act("send")
        await pilot.act("retry", key="nobody")
        await pilot.act("discard", key="nobody")
        await pilot.act("cancel-upload", key="nobody")
        await pilot.write("fine")
        assert pilot.said == ["fine"]
