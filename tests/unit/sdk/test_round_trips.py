"""Every structure: what was read can be written and read again, with all that nobody documents."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chatwheel.sdk import events, models
from chatwheel.sdk.models import Model, parse_event

pytestmark = pytest.mark.unmeasured

KINDS = sorted(
    {
        kind
        for module in (models, events)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Model)
    },
    key=lambda kind: kind.__name__,
)
NEEDED: dict[str, Any] = {
    "id": "X1", "chat_id": "C1", "url": "u", "access_token": "t", "entity_id": "e", "token_type": "Bearer",
    "chats_summary": [], "threads": [], "default": {"url": "u"}, "high": {"url": "u"}, "agent": {"id": "kim"},
    "customer": {"id": "E1"}, "availability": "online", "event": {"type": "message", "text": "Hi"},
    "chat": {"id": "C1"}, "user": {"id": "kim", "type": "agent"}, "queue": {"position": 1, "wait_time": 60},
    "typing_indicator": {"author_id": "kim", "is_typing": True},
}  # fmt: skip
WIRE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(
        ["", "X1", "2024-05-01T10:00:00.000000Z", "message", "rich_message", "agent", "customer"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*NEEDED, "type", "text", "elements", "of_tomorrow"]), inner, max_size=5
        )
    ),
    max_leaves=10,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_structure(kind: type[Model]) -> None:
    """Neither a value of a later version nor an odd one gets lost or changed on the way."""
    needed = {name: NEEDED[name] for name, field in kind.model_fields.items() if field.is_required()}
    optional = dict.fromkeys(kind.model_fields, WIRE)

    def returns(wire: dict[str, Any]) -> None:
        read = kind.model_validate(wire)
        shown = read.to_js()
        assert shown["of_tomorrow"] == wire["of_tomorrow"]
        assert kind.model_validate(shown).to_js() == shown
        written = read.model_dump(mode="json", exclude_unset=True)
        assert kind.model_validate(written).to_js() == shown

    @settings(max_examples=12)
    @given(st.fixed_dictionaries({"of_tomorrow": WIRE}, optional=optional))
    def any_returns(wire: dict[str, Any]) -> None:
        wire = {**needed, **wire}
        try:
            kind.model_validate(wire)
        except ValidationError:
            return
        returns(wire)

    returns({**needed, "of_tomorrow": {"camelCase": [1, {"snake_case": None}]}})
    any_returns()


def test_what_is_unknown_survives_at_every_depth() -> None:
    """A kind of event, an element, a button and a user that are not invented yet."""
    odd = {"of_tomorrow": {"deep": [1]}}
    rich = {"type": "rich_message", "template_id": "hologram", **odd,
            "elements": [{"title": "T", **odd, "buttons": [{"type": "dance", "text": "Go", **odd}]}]}  # fmt: skip
    shown = parse_event(rich).to_js()
    assert shown["template"] == "hologram"
    assert shown["elements"][0]["of_tomorrow"] == shown["of_tomorrow"] == odd["of_tomorrow"]
    assert shown["elements"][0]["buttons"][0] | odd == shown["elements"][0]["buttons"][0]
    new = {"type": "scent", "id": "T1_9", "strength": 3, **odd}
    assert parse_event(new).to_js() | new == parse_event(new).to_js()
    chat = models.Chat.model_validate(
        {"id": "C1", "users": [{"id": "x", "type": "oracle", **odd}], **odd}
    ).to_js()
    assert chat["users"][0] | odd == chat["users"][0]
    assert chat["of_tomorrow"] == odd["of_tomorrow"]
