"""JSON nested without end is known before it is parsed."""

from __future__ import annotations

import json

from chatwheel.nesting import DEEPEST, is_deep
from chatwheel.sdk.protocol import read_frame
from chatwheel.transport.shared_lead import read_object


def test_depth() -> None:
    assert not is_deep("[" * DEEPEST + "]" * DEEPEST)
    assert is_deep("[" * (DEEPEST + 1))
    assert is_deep('{"a":' * 5000)
    assert not is_deep(json.dumps([{"a": [{}]}] * 1000))


def test_readers_refuse_it() -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, '{"action": "x", "payload": ' + "[" * 100_000):
        assert read_frame(text) is None
        assert read_object(text) == {}


def test_odd_characters_are_still_read() -> None:
    frame = read_frame('{"action": "incoming_event", "type": "push", "payload": {"text": "\\ud83d"}}')
    assert frame is not None
    assert frame.action == "incoming_event"
    assert read_object('{"text": "\\ud83d"}') == {"text": "\ud83d"}
