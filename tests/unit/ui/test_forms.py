"""Forms: asked before a chat, after one, and when nobody is there; checked here, sent as answers."""

from __future__ import annotations

from typing import Any

from chatwheel.sdk.errors import Internal, Validation
from chatwheel.transport.memory import NO_ANSWER
from chatwheel.ui.components.window import Place
from unit.ui.document import Element
from unit.ui.pilot import ME, Pilot, chat, event, summary, thread

FIELDS = [
    {"type": "header", "id": "0", "label": "Welcome"},
    {"type": "name", "id": "1", "label": "Name", "required": True},
    {"type": "email", "id": "2", "label": "E-mail", "required": False},
    {
        "type": "group_chooser",
        "id": "3",
        "label": "Team",
        "required": True,
        "options": [
            {"id": "a", "label": "Sales", "group_id": 3},
            {"id": "b", "label": "Support", "group_id": 4},
        ],
    },
    {
        "type": "checkbox",
        "id": "4",
        "label": "Topics",
        "options": [{"id": "x", "label": "X"}, {"id": "y", "label": "Y"}],
    },
]
GOOD = {"1": ["Ada"], "2": [""], "3": ["b"], "4": ["x", "y"]}


def enabled(kind: str) -> Any:
    """A server that has a form of this kind and no other."""

    def answer(frame: dict[str, Any]) -> dict[str, Any]:
        if frame["payload"]["type"] != kind:
            return {"enabled": False}
        return {"enabled": True, "form": {"id": "F1", "fields": FIELDS}}

    return answer


def piloted(kind: str) -> Pilot:
    pilot = Pilot()
    pilot.server.answer("get_form", enabled(kind))
    pilot.server.answer("update_customer", {})
    return pilot


async def test_a_chat_begins_with_the_answers_and_what_was_written_follows() -> None:
    async with piloted("prechat") as pilot:
        await pilot.write("I wrote this first")
        assert pilot.deliveries() == ["waiting"] and not pilot.server.sent("start_chat")
        labels = [label.text for label in pilot.document.find(Place.FORM, "label")]
        assert labels[:2] == ["Name", "E-mail (optional)"]
        await pilot.act("form", fields=GOOD)
        [start] = pilot.server.sent("start_chat")
        chat = start["payload"]["chat"]
        assert chat["access"] == {"group_ids": [4]}
        [answers] = chat["thread"]["events"]
        assert answers["form_id"] == "F1" and answers["fields"] == [
            {"type": "name", "id": "1", "label": "Name", "answer": "Ada"},
            {"type": "email", "id": "2", "label": "E-mail"},
            {
                "type": "group_chooser",
                "id": "3",
                "label": "Team",
                "answer": {"id": "b", "label": "Support", "group_id": 4},
            },
            {
                "type": "checkbox",
                "id": "4",
                "label": "Topics",
                "answers": [{"id": "x", "label": "X"}, {"id": "y", "label": "Y"}],
            },
        ]
        assert pilot.server.sent("update_customer")[0]["payload"] == {"name": "Ada"}
        await pilot.answer_last("start_chat", at=1)
        assert not pilot.document.shown(Place.FORM).children
        assert pilot.said[0] == "Name: Ada\nTeam: Support\nTopics: X, Y"
        [sent] = pilot.server.sent("send_event")
        assert sent["payload"]["event"]["text"] == "I wrote this first"


async def test_wrong_answers_are_said_beside_their_fields() -> None:
    async with piloted("prechat") as pilot:
        await pilot.act("form", fields={"2": ["nobody"]})
        wrong = [node.text for node in pilot.document.find(Place.FORM, "p", role="alert")]
        assert wrong == [
            "Please fill this in.",
            "This does not look like an e-mail address.",
            "Please fill this in.",
        ]
        [name] = pilot.document.find(Place.FORM, "input", id="field-1")
        assert (
            name.attributes["aria-invalid"] == "true"
            and name.attributes["aria-describedby"] == "field-1-error"
        )
        assert not pilot.server.sent("start_chat")


async def test_a_refused_form_stays_and_can_be_sent_again() -> None:
    async with piloted("prechat") as pilot:
        pilot.server.answer("start_chat", Internal("broken"))
        await pilot.act("form", fields=GOOD)
        assert "broken" in pilot.document.shown(Place.ALERTS).text
        assert pilot.document.shown(Place.FORM).children
        pilot.server.answer("start_chat", NO_ANSWER)
        await pilot.act("form", fields=GOOD)
        assert len(pilot.server.sent("start_chat")) == 2


async def test_when_nobody_is_there_a_message_can_be_left() -> None:
    pilot = piloted("ticket")
    offline = {"customer_groups": {"monitoring": {"id": 0}}, "online_groups_ids": []}
    login = {
        "customer": {"id": "customer-1", "statistics": {}},
        "chats": [],
        "__priv_dynamic_config": offline,
    }
    pilot.server.answer("login", login)
    async with pilot:
        await pilot.act("form", fields=GOOD)
        [start] = pilot.server.sent("start_chat")
        assert start["payload"]["active"] is False and start["payload"]["continuous"] is True
        left = thread(
            {
                **start["payload"]["chat"]["thread"]["events"][0],
                **event("a", author=ME),
                "type": "filled_form",
            },
            active=False,
        )
        pilot.server.respond(start, {"chat_id": "C1", "thread_id": "T1"})
        pilot.server.push("incoming_chat", {"chat": {**chat(), "thread": left}}, start["request_id"])
        await pilot.settle()
        said = "Thank you! We have your message and will get back to you."
        assert not pilot.document.shown(Place.FORM).children
        shown = pilot.document.shown(Place.ENDED).text
        assert said in shown and "How was this chat?" not in shown
        # Nor after a reload: this is a conversation with nobody, as the server tells of it.
        other = Pilot()
        other.server.answer("list_chats", summary(active=False))
        other.server.answer("list_threads", {"threads": [left]})
        async with other:
            shown = other.document.shown(Place.ENDED).text
            assert "Start a new chat" in shown and "How was this chat?" not in shown
        assert pilot.told("announce")[-1] == {"text": said}


async def test_who_is_there_decides_what_is_asked() -> None:
    async with piloted("prechat") as pilot:
        pilot.server.answer("get_form", lambda frame: enabled(frame["payload"]["type"])(frame))

        async def asked(status: str) -> list[str]:
            pilot.server.push("groups_status_updated", {"groups": [{"id": 0, "status": status}]})
            await pilot.settle()
            return [form.attributes["data-kind"] for form in pilot.document.find(Place.FORM, "form")]

        assert await asked("online") == ["prechat"]
        assert await asked("offline") == ["ticket"], "the other could not be sent"
        assert await asked("online") == ["ticket"], "it may be half written"
        await pilot.act("start-chat")
        assert await asked("online") == ["prechat"]
        pilot.server.answer("get_form", {"enabled": False})
        assert await asked("offline") == []
        await pilot.write("Hello?")
        assert pilot.server.sent("start_chat"), "the server says what becomes of it"


async def test_after_a_chat_the_visitor_may_answer_or_skip() -> None:
    async with piloted("postchat") as pilot:
        for way in ("form-skip", "form"):
            await pilot.with_chat(event("a", "Bye"))
            pilot.server.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1"})
            await pilot.settle()
            assert pilot.document.shown(Place.FORM).children
            await pilot.act(way, fields=GOOD)
        [sent] = pilot.server.sent("send_event")
        assert sent["payload"]["attach_to_last_thread"] is True
        assert sent["payload"]["event"]["properties"] == {"lc2": {"form_type": "postchat"}}
        await pilot.answer_last("send_event")
        assert not pilot.document.shown(Place.FORM).children
        assert "Thank you for your answers!" in pilot.document.shown(Place.ENDED).text
        assert pilot.told("announce")[-1] == {"text": "Thank you for your answers!"}


async def test_a_server_without_forms_does_not_hold_a_chat_up() -> None:
    pilot = Pilot()
    pilot.server.answer("get_form", Validation("no such thing"))
    async with pilot:
        await pilot.write("Hello")
        assert pilot.server.sent("start_chat")


async def test_a_chat_begun_in_another_tab_settles_the_form() -> None:
    async with piloted("prechat") as pilot:
        assert pilot.document.shown(Place.FORM).children
        await pilot.with_chat()
        assert not pilot.document.shown(Place.FORM).children


async def ended(pilot: Pilot) -> None:
    await pilot.with_chat(event("a", "Bye"))
    pilot.server.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1"})
    await pilot.settle()


async def test_before_the_next_chat_it_is_asked_again_but_not_before_there_is_to_be_one() -> None:
    async with piloted("prechat") as pilot:
        await ended(pilot)
        assert not pilot.document.shown(Place.FORM).children
        await pilot.act("start-chat")
        await pilot.act("start-chat")
        [name] = pilot.document.find(Place.FORM, "input", id="field-1")
        assert "data-focus" in name.attributes
        assert "This chat has ended" not in pilot.document.shown(Place.ENDED).text
        assert not pilot.server.sent("resume_chat")
        await pilot.act("form", fields=GOOD)
        pilot.server.respond(pilot.server.sent("resume_chat")[-1], {"thread_id": "T2"})
        await pilot.with_chat()
        [resumed] = pilot.server.sent("resume_chat")
        assert resumed["payload"]["chat"]["thread"]["events"][0]["form_id"] == "F1"


async def test_what_is_written_after_the_end_waits_for_the_answers() -> None:
    async with piloted("prechat") as pilot:
        await ended(pilot)
        await pilot.write("One thing more")
        assert pilot.deliveries()[-1] == "waiting" and not pilot.server.sent("resume_chat")
        await pilot.act("form", fields=GOOD)
        assert len(pilot.server.sent("resume_chat")) == 1


async def test_who_writes_does_not_want_to_say_how_it_was() -> None:
    async with piloted("postchat") as pilot:
        await ended(pilot)
        assert pilot.document.shown(Place.FORM).children
        await pilot.write("One thing more")
        assert len(pilot.server.sent("resume_chat")) == 1


async def test_a_new_connection_does_not_answer_the_form() -> None:
    async with piloted("prechat") as pilot:
        await pilot.write("Hello")
        pilot.server.drop()
        await pilot.wait(10)
        assert pilot.document.shown(Place.FORM).children
        assert pilot.deliveries() == ["waiting"] and not pilot.server.sent("start_chat")


TIMEOUT = 20.0
"""Seconds after which nobody waits for an answer any more."""


async def begun_unheard(pilot: Pilot, *, with_answers: bool) -> None:
    """The answer to the form gets lost; there is a chat nevertheless, and it is read when nobody waits any more."""
    await pilot.write("Hello")
    await pilot.act("form", fields=GOOD)
    [start] = pilot.server.sent("start_chat")
    answers = {
        **start["payload"]["chat"]["thread"]["events"][0],
        **event("a", author=ME),
        "type": "filled_form",
    }
    events = [answers] if with_answers else [event("b", "Good morning")]
    pilot.server.answer("list_chats", summary())
    pilot.server.answer("list_threads", {"threads": [thread(*events)], "found_threads": 1})
    await pilot.wait(TIMEOUT)


async def test_a_form_whose_answer_nobody_heard_goes_when_the_chat_is_there() -> None:
    async with piloted("prechat") as pilot:
        await begun_unheard(pilot, with_answers=True)
        assert pilot.state.active and not pilot.document.shown(Place.FORM).children
        assert not pilot.document.shown(Place.ALERTS).children
        assert [sent["payload"]["event"]["type"] for sent in pilot.server.sent("send_event")] == ["message"]


async def test_answers_follow_into_a_chat_that_has_begun_without_them() -> None:
    async with piloted("prechat") as pilot:
        await begun_unheard(pilot, with_answers=False)
        assert pilot.state.active and not pilot.document.shown(Place.FORM).children
        await pilot.answer_last("send_event")
        [first, second] = pilot.server.sent("send_event")
        assert first["payload"]["event"]["text"] == "Hello"
        assert second["payload"]["event"]["fields"][0]["answer"] == "Ada"
        assert pilot.said[-1] == "Name: Ada\nTeam: Support\nTopics: X, Y"


async def test_a_chat_that_is_pushed_before_the_answer_closes_the_form() -> None:
    async with piloted("prechat") as pilot:
        await pilot.act("form", fields=GOOD)
        [start] = pilot.server.sent("start_chat")
        answers = {
            **start["payload"]["chat"]["thread"]["events"][0],
            **event("a", author=ME),
            "type": "filled_form",
        }
        await pilot.with_chat(answers)
        assert not pilot.document.shown(Place.FORM).children


def value(pilot: Pilot, id: str) -> str | None:
    [field] = [*pilot.document.find(Place.FORM, "input", id=id)]
    return field.attributes.get("value")


def checked(pilot: Pilot) -> list[str]:
    inputs: list[Element] = pilot.document.find(Place.FORM, "input")
    return [one.attributes["value"] for one in inputs if "checked" in one.attributes]


async def test_what_is_known_of_the_visitor_stands_in_the_form() -> None:
    async with piloted("prechat") as pilot:
        assert value(pilot, "field-1") is None
        pilot.server.push("customer_updated", {"id": ME, "name": "Ada", "email": "ada@example.org"})
        await pilot.settle()
        assert (value(pilot, "field-1"), value(pilot, "field-2")) == ("Ada", "ada@example.org")
        await pilot.act("form", fields={**GOOD, "1": ["Ada Byron"], "2": ["byron@example.org"]})
        await pilot.answer_last("start_chat")
        pilot.server.answer("get_form", enabled("postchat"))
        pilot.server.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1"})
        await pilot.settle()
        assert (value(pilot, "field-1"), value(pilot, "field-2")) == ("Ada Byron", "byron@example.org")
        assert checked(pilot) == [], "choices are of their own form alone"
        await pilot.act("transcript")
        [address] = pilot.document.find(Place.ENDED, "input")
        assert address.attributes["value"] == "byron@example.org"


async def test_what_was_begun_comes_back_when_the_form_does() -> None:
    async with piloted("prechat") as pilot:
        typed = {"1": ["Ad"], "3": ["a"], "4": ["y"]}
        await pilot.act("form-typed", fields=typed)
        await pilot.with_chat()
        assert not pilot.document.shown(Place.FORM).children
        pilot.server.push("chat_deactivated", {"chat_id": "C1", "thread_id": "T1"})
        await pilot.settle()
        await pilot.act("start-chat")
        assert value(pilot, "field-1") == "Ad"
        assert checked(pilot) == ["a", "y"]


async def test_a_group_that_is_wrong_says_so() -> None:
    async with piloted("prechat") as pilot:
        await pilot.act("form", fields={"1": ["Ada"]})
        [group] = pilot.document.find(Place.FORM, "fieldset", role="radiogroup")
        assert group.attributes["aria-invalid"] == "true"
        assert group.attributes["aria-describedby"] == "field-3-error"
        [form] = pilot.document.find(Place.FORM, "form")
        assert form.attributes["data-attempts"] == "1"
        await pilot.act("form", fields={"1": ["Ada"]})
        assert form.attributes["data-attempts"] == "2", "so that the stage hears of it once more"


async def test_the_focus_goes_to_what_is_not_known() -> None:
    async with piloted("prechat") as pilot:
        pilot.server.push("customer_updated", {"id": ME, "name": "Ada"})
        await ended(pilot)
        await pilot.act("start-chat")
        [name] = pilot.document.find(Place.FORM, "input", id="field-1")
        [email] = pilot.document.find(Place.FORM, "input", id="field-2")
        assert "data-focus" in email.attributes and "data-focus" not in name.attributes
