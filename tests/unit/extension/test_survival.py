"""An extension that raises, hangs or floods: no message is lost, and the log names it."""

from __future__ import annotations

import pytest

from unit.extension.conftest import Hooks

BROKEN = {
    "raises": "def handler(m): raise ValueError('oh')",
    "raises later": "async def handler(m):\n    await chat.sleep(0.1)\n    raise KeyError('oh')",
    "hangs": "import asyncio\nasync def handler(m): await asyncio.Future()",
    "hangs and will not be stopped": (
        "import asyncio\nasync def handler(m):\n    while True:\n"
        "        try: await asyncio.Future()\n        except asyncio.CancelledError: m = None; break\n"
        "    await chat.sleep(1e9)"
    ),
    "returns nonsense": "def handler(m): return 7",
    "exits": "def handler(m): raise SystemExit",
    "exits later": "async def handler(m):\n    await chat.sleep(0.1)\n    raise KeyboardInterrupt",
    "cancels": "import asyncio\ndef handler(m): raise asyncio.CancelledError",
    "awaits what was cancelled": (
        "import asyncio\nasync def handler(m):\n    task = asyncio.ensure_future(chat.sleep(1))\n"
        "    task.cancel()\n    await task"
    ),
}


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_handler_loses_no_message(hooks: Hooks, code: str) -> None:
    widget = hooks(f"{code}\nchat.before_send(handler)", active=True)
    widget.type("Unfinished")
    widget.wait(6)
    widget.write("One")
    widget.write("Two")
    widget.wait(12)
    assert widget.sent == ["One", "Two"]
    assert not any(widget.previews), "nobody has examined them"
    assert all("hooks.py: before_send (handler)" in text for text in widget.failures)
    assert len(widget.failures) == 3


def test_a_file_that_raises_while_it_is_loaded_is_done_without(hooks: Hooks) -> None:
    widget = hooks("chat.before_send(lambda m: 'changed')\n1 / 0")
    widget.write("Hello")
    assert widget.sent == ["Hello"]
    [failure] = widget.failures
    assert "hooks.py: the file failed; the chat works on without it" in failure and "ZeroDivision" in failure


def test_other_handlers_fail_alone(hooks: Hooks) -> None:
    widget = hooks(
        """
        heard = []
        @chat.on("incoming_event")
        def wrong(payload): raise RuntimeError("wrong")
        @chat.on("incoming_event")
        async def right(payload): chat.say("right " + payload.event.text)
        @chat.on("incoming_event")
        async def late(payload):
            await chat.sleep(1)
            raise RuntimeError("late")
        @chat.renderer("x")
        def draw(event): return event.content["missing"]
        @chat.greeting
        def greet(visit): raise RuntimeError("greet")
        """,
        active=True,
    )
    widget.agent_says("Hello")
    widget.custom({"type": "x"})
    widget.wait(2)
    assert widget.shown == ["Hello", "right Hello"]
    names = " ".join(widget.failures)
    assert all(name in names for name in ("(wrong)", "(late)", "renderer x", "(right)"))


def test_a_flood_is_stopped_and_the_message_leaves(hooks: Hooks) -> None:
    widget = hooks(
        """
        @chat.before_send
        def flood(message):
            while True:
                chat.say("again")
        """
    )
    widget.write("Hello")
    assert widget.sent == ["Hello"]
    assert widget.shown.count("again") == 12
    [failure] = widget.failures
    assert "flood" in failure and "say is called too often" in failure


def test_a_handler_that_always_fails_does_not_flood_the_log(hooks: Hooks) -> None:
    widget = hooks("chat.before_send(lambda m: 1 / 0)")
    for number in range(40):
        widget.write(str(number))
    assert len(widget.sent) == 40 and len(widget.failures) == 20
    assert "further failures of this file are not logged" in widget.failures[-1]


def test_too_many_tasks_are_refused(hooks: Hooks) -> None:
    widget = hooks(
        """
        import asyncio
        @chat.on("incoming_event")
        async def wait(payload): await asyncio.Future()
        @chat.before_send
        def begin(message):
            for _ in range(60):
                chat.start(asyncio.sleep(0, None) if False else forever())
        async def forever(): await asyncio.Future()
        """,
        active=True,
    )
    for number in range(51):
        widget.agent_says(str(number))
    assert "at most 50 handlers run at a time" in widget.failures[0]
    widget.write("Hello")
    assert "At most 50 things may run" in widget.failures[1]
    assert widget.sent == ["Hello"]


def test_each_step_of_the_extensions_code_is_announced_before_it_is_taken(hooks: Hooks) -> None:
    """So that somebody outside can end what never comes back."""
    widget = hooks(
        """
        @chat.before_send
        async def slow(message):
            await chat.sleep(1)
            return "done"
        """
    )
    del widget.steps[:]
    widget.write("Hello")
    name = "https://site.example/hooks.py: before_send (slow)"
    assert widget.steps == [name, "", name, ""]
    widget.wait(1)
    assert widget.steps == [name, "", name, "", name, ""] and widget.sent == ["done"]


def test_an_extension_that_nobody_looked_at_fails_its_test(hooks: Hooks) -> None:
    widget = hooks("chat.before_send(lambda m: 1 / 0)")
    widget.write("Hello")
    with pytest.raises(AssertionError, match="the extension failed"):
        widget.close()
