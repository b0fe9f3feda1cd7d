"""Words about the state of things: the connection, the queue, who is typing, what went wrong."""

from __future__ import annotations

from chatwheel.ui.components.avatar import avatar
from chatwheel.ui.components.icons import icon
from chatwheel.ui.i18n import Strings
from chatwheel.ui.state import Connection, Queue, State, Thinking
from chatwheel.ui.tree import Node, h

SAME = {"invalid_request": "license_not_found"}
"""What the accounts server calls an unknown organization, and the chat server; either may be the first to say it."""


def connection(state: State, t: Strings) -> list[Node]:
    """A slim banner, only when there is something to say."""
    match state.connection:
        case Connection.RESTING:
            return []
        case Connection.STARTING:
            return [_banner("connecting", t("connection.connecting"))]
        case Connection.SLOW:
            return [_banner("reconnecting", t("connection.slow"), _said_too("connection.kept", t))]
        case Connection.RECONNECTING:
            return [_banner("reconnecting", t("connection.lost"), _said_too("connection.kept", t))]
        case Connection.STOPPED:
            retry = h(
                "button", {"type": "button", "class": "link", "data-action": "connect"}, t("connection.again")
            )
            text = t(f"stopped.{SAME.get(state.stop_reason, state.stop_reason)}")
            if text.startswith("stopped."):
                text = t("stopped.other")
            return [_banner("stopped", text, retry)]
        case Connection.ONLINE:
            if state.queue:
                # It is `waiting.py` that tells of it: here every step would be read out.
                return [_banner("queue", place_in_line(state.queue, t), live="off")]
            if not state.available and not state.active:
                return [_banner("away", t("connection.nobody"))]
            return []


def place_in_line(queue: Queue, t: Strings) -> str:
    minutes = max(1, round(queue.wait_time / 60))
    return t("queue.place", position=t.number(queue.position), minutes=t.number(minutes))


def _banner(kind: str, text: str, *more: Node, live: str | None = None) -> Node:
    attributes = {"class": "banner", "data-kind": kind, "aria-live": live}
    return h("p", attributes, h("span", None, text), *more, key=kind)


def _said_too(words: str, t: Strings) -> Node:
    return h("span", None, t(words))


def typing(state: State, t: Strings) -> list[Node]:
    """Three dots in a bubble, with words for a screen reader; what a bot works on stands in the bubble."""
    if state.thinking:
        return [_thinking(state, *sorted(state.thinking.items())[0], t)]
    ids = sorted(state.typing)
    if not ids:
        return []
    person = state.people.get(ids[0])
    text = t("typing.one", name=person.name) if person and person.name else t("typing.someone")
    dots = h("span", {"class": "dots", "aria-hidden": "true"}, *(h("i") for _ in range(3)))
    return [
        h(
            "div",
            {
                "class": "entry theirs typing first last",
                "aria-live": "off" if ids[0] in state.hesitant else None,
            },
            avatar(person),
            h("div", {"class": "bubble"}, dots),
            _said(text),
        )
    ]


def _thinking(state: State, id: str, thinking: Thinking, t: Strings) -> Node:
    person = state.people.get(id)
    name = (person.name if person else "") or t("author.agent")
    title = thinking.title or t("thinking.title")
    dots = h("span", {"class": "dots", "aria-hidden": "true"}, *(h("i") for _ in range(3)))
    return h(
        "div",
        {"class": "entry theirs typing first last"},
        avatar(person),
        h(
            "div",
            {"class": "bubble thinking"},
            h("p", {"class": "title"}, _said(f"{name}: "), h("bdi", None, title), dots),
            h("p", {"class": "subtitle", "dir": "auto"}, thinking.description)
            if thinking.description
            else None,
        ),
        key="thinking",
    )


def _said(text: str) -> Node:
    return h("span", {"class": "hidden"}, text)


def alerts(state: State, t: Strings) -> list[Node]:
    return [
        h(
            "div",
            {"class": "alert", "role": "alert"},
            icon("alert"),
            h("span", {"dir": "auto"}, notice.text),
            h(
                "button",
                {
                    "type": "button",
                    "class": "quiet",
                    "data-action": "dismiss",
                    "data-key": notice.id,
                    "aria-label": t("alert.dismiss"),
                },
                icon("close"),
            ),
            key=notice.id,
        )
        for notice in state.notices
    ]
