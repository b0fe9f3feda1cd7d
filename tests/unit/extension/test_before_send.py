"""What leaves passes through the extension: changed, kept back, or answered here; each once, in order."""

from __future__ import annotations

from chatwheel.ui.convert import timestamp
from unit.extension.conftest import Hooks

MASK = """
import re
@chat.before_send
async def mask(message: Outgoing) -> str:
    return re.sub(r"\\d{4,}", "****", message.text)
"""


def test_a_message_and_its_preview_are_changed(hooks: Hooks) -> None:
    widget = hooks(MASK, active=True)
    widget.type("It is 12345")
    widget.write("It is 12345678")
    assert widget.previews == ["It is ****", ""]
    assert widget.sent == ["It is ****"] == widget.shown
    assert all("1234" not in text for socket in widget.server.sockets for text in socket.sent)


def test_answers_to_a_form_of_the_owners_are_changed_too(hooks: Hooks) -> None:
    field = {"type": "question", "id": "1", "label": "What is it about?", "required": True}
    widget = hooks("")
    widget.close()
    widget = hooks(MASK, form={"id": "F1", "fields": [field]})
    widget.send_form({"1": ["Card 12345"]})
    [start] = widget.server.sent("start_chat")
    [answer] = start["payload"]["chat"]["thread"]["events"][0]["fields"]
    assert answer["answer"] == "Card ****"


def test_handlers_run_in_their_order_and_see_what_the_others_made(hooks: Hooks) -> None:
    widget = hooks(
        """
        @chat.before_send
        def one(message):
            return message.text + "1"
        @chat.before_send
        async def two(message):
            await chat.sleep(1)
            return Outgoing(message.kind, message.text + "2")
        @chat.before_send
        def three(message):
            return None
        """
    )
    widget.write("a")
    widget.write("b")
    assert widget.sent == []
    widget.wait(2)
    assert widget.sent == ["a12", "b12"]


def test_what_is_held_back_says_why_and_can_be_sent_again(hooks: Hooks) -> None:
    widget = hooks(
        """
        seen = 0
        @chat.before_send
        def hold(message):
            global seen
            seen += 1
            return Hold("Please wait a moment.") if seen == 1 else None
        """
    )
    widget.write("Hello")
    widget.write("Second")
    assert widget.held == {"Hello": "Please wait a moment."} and widget.sent == ["Second"]
    widget.press("failure.retry")
    assert widget.held == {} and widget.sent == ["Second", "Hello"]


def test_a_file_is_held_back_before_a_byte_of_it_leaves(hooks: Hooks) -> None:
    widget = hooks(
        """
        @chat.before_send
        def no_archives(file):
            if file.kind == "file" and (file.text.endswith(".zip") or file.size > 100):
                return Hold(f"No {file.content_type}")
        """
    )
    widget.attach("a.zip", 3, "application/zip")
    widget.attach("b.txt", 3)
    assert widget.held == {"a.zip": "No application/zip"}
    assert widget.files == ["b.txt"]


def test_an_answer_stands_below_its_question_and_nothing_leaves(hooks: Hooks) -> None:
    widget = hooks(
        """
        @chat.before_send
        def answer(message):
            if message.kind == "message" and message.text.endswith("?"):
                return Answer("Yes.")
            if message.text == "both":
                chat.say("I say this, and you write that.")
        """,
        available=False,
    )
    widget.write("Really?")
    widget.write("both")
    widget.write("Sure?")
    assert widget.sent == ["both"]
    assert widget.shown == ["Really?", "Yes.", "both", "I say this, and you write that.", "Sure?", "Yes."]
    widget.agent_says("Good morning")
    assert widget.shown[-2:] == ["Yes.", "Good morning"]
    assert all(entry.delivery is None for entry in widget.entries if entry.text.endswith("?"))


def test_a_question_is_answered_while_there_is_no_connection(hooks: Hooks) -> None:
    widget = hooks("chat.before_send(lambda m: Answer('Here.') if m.text == 'help' else None)")
    widget.server.refuse_sockets = True
    widget.server.drop()
    widget.write("To the agents")
    widget.write("help")
    assert widget.shown == ["To the agents", "help", "Here."] and widget.sent == []
    widget.server.refuse_sockets = False
    widget.wait(60)
    assert widget.sent == ["To the agents"]
    assert widget.shown == ["To the agents", "help", "Here."]


def test_unread_is_counted_for_what_is_said_here_and_read_when_it_is_seen(hooks: Hooks) -> None:
    widget = hooks(
        """
        @chat.on("incoming_event")
        def hear(payload):
            chat.say("Heard.")
        """,
        active=True,
    )
    widget.show(open=False)
    widget.agent_says("One")
    assert widget.store.state.unread == 2
    widget.show(open=True)
    assert widget.store.state.unread == 0
    widget.show(open=False)
    assert widget.store.state.unread == 0
    widget.wait(1)
    [mark] = widget.server.sent("mark_events_as_seen")
    assert mark["payload"]["seen_up_to"] == timestamp(widget.entries[0].at), "of what the server knows"
