"""Where the conversation is to be sent: one field, and a word when it was taken."""

from __future__ import annotations

from chatwheel.ui.components.icons import icon
from chatwheel.ui.i18n import Strings
from chatwheel.ui.state import State
from chatwheel.ui.tree import Attribute, Node, h

FIELD = "field-transcript"


def transcript(state: State, t: Strings) -> Node | None:
    asked = state.transcript
    if not asked:
        return None
    close: dict[str, Attribute] = {
        "type": "button",
        "class": "quiet small",
        "data-action": "transcript-close",
    }
    away = h("button", {**close, "aria-label": t("alert.dismiss")}, icon("close"))
    if asked.is_sent:
        said = h("p", {"class": "said"}, t("transcript.sent", email=asked.email))
        return h("div", {"class": "transcript sent"}, icon("mail"), said, away, key="sent")
    field: dict[str, Attribute] = {
        "id": FIELD,
        "name": "email",
        "type": "email",
        "value": asked.email,
        "autocomplete": "email",
        "aria-required": "true",
        "dir": "auto",
        "data-focus": True,
        "aria-invalid": "true" if asked.error else None,
        "aria-describedby": f"{FIELD}-error" if asked.error else None,
    }
    send: dict[str, Attribute] = {"type": "submit", "class": "primary"}
    send["aria-disabled"] = "true" if asked.is_busy else None  # it keeps the focus
    error = {"class": "wrong", "id": f"{FIELD}-error", "role": "alert"}
    return h(
        "form",
        {"class": "transcript", "data-action": "transcript-send", "novalidate": True},
        h("div", {"class": "row"}, h("label", {"for": FIELD}, t("transcript.question")), away),
        h("div", {"class": "field"}, h("input", field), h("button", send, t("transcript.send"))),
        h("p", error, t.say(asked.error)) if asked.error else None,
        key="transcript",
    )
