"""How was it? Two thumbs, then a word if the visitor likes; both can be changed and taken back."""

from __future__ import annotations

from chatwheel.ui.components.icons import icon
from chatwheel.ui.i18n import Strings
from chatwheel.ui.state import State
from chatwheel.ui.tree import Attribute, Node, h

COMMENT_LIMIT = 2_000
"""Characters."""


def rating(state: State, t: Strings) -> Node | None:
    """Asked when a conversation has ended, and during one when the visitor wants it."""
    if not state.thread_id or not (state.rating.asked or _is_over(state)):
        return None
    thumbs = h(
        "div",
        {"class": "thumbs", "role": "group", "aria-label": t("rating.question")},
        _thumb(state, 1, "good", t),
        _thumb(state, 0, "bad", t),
    )
    question = h(
        "p",
        {"class": "question"},
        t("rating.thanks" if state.rating.score is not None else "rating.question"),
    )
    return h(
        "div",
        {"class": "rating"},
        h("div", {"class": "row"}, question, thumbs),
        _comment(state, t),
        key="rating",
    )


def _is_over(state: State) -> bool:
    """Whether there was a conversation: a message that was left, or a place in line, is none."""
    return state.ended and not state.active and (state.rating.score is not None or state.is_answered)


def _thumb(state: State, score: int, name: str, t: Strings) -> Node:
    attributes: dict[str, Attribute] = {
        "type": "button",
        "class": f"thumb {name}",
        "data-action": "rate",
        "data-score": str(score),
        "data-focus": score == 1 and state.rating.wanted,
        "aria-pressed": "true" if state.rating.score == score else "false",
        "aria-label": t(f"rating.{name}"),
    }
    return h("button", attributes, icon(f"thumb-{name}"))


def _comment(state: State, t: Strings) -> Node | None:
    if state.rating.score is None:
        return None
    if state.rating.comment:
        return h("p", {"class": "said", "dir": "auto"}, state.rating.comment)
    field: dict[str, Attribute] = {
        "id": "field-comment",
        "name": "comment",
        "rows": "2",
        "maxlength": COMMENT_LIMIT,
    }
    return h(
        "form",
        {"class": "comment", "data-action": "rate-comment"},
        h("label", {"for": "field-comment"}, t("rating.comment")),
        h("textarea", field),
        h("button", {"type": "submit", "class": "primary"}, t("rating.send")),
    )
