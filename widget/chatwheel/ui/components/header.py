"""Who is at the other end: photo, name, title, presence."""

from __future__ import annotations

from chatwheel.ui.components.avatar import avatar
from chatwheel.ui.entries import Person
from chatwheel.ui.i18n import Strings
from chatwheel.ui.state import Connection, State
from chatwheel.ui.tree import Node, h


def _face(state: State) -> Person | None:
    """Who answers, or before a chat: who would. Who came for one who left is shown before they speak."""
    agent = state.people.get(state.agent_id)
    if not state.active:
        return state.predicted or agent
    if agent and agent.present:
        return agent
    return next((person for person in state.people.values() if person.present), agent)


def bot_mark(person: Person | None, t: Strings) -> Node | None:
    return h("span", {"class": "tag"}, t("author.bot")) if person and person.is_bot else None


def header(state: State, t: Strings) -> list[Node]:
    agent = _face(state)
    present = bool(agent and agent.present and state.active)
    online = state.connection is Connection.ONLINE and (present or state.available)
    status = t("header.online") if online else t("header.away")
    if state.connection in (Connection.STARTING, Connection.SLOW):
        status = t("header.connecting")
    elif state.connection is not Connection.ONLINE:
        status = t("header.offline")
    elif agent and agent.title:
        status = f"{agent.title} · {status}"
    name = agent.name if agent and agent.name else t("header.team")
    return [
        h("span", {"class": "presence", "data-online": online}, avatar(agent), key="avatar"),
        h(
            "div",
            {"class": "who"},
            h("div", {"class": "name"}, h("h1", None, h("bdi", None, name)), bot_mark(agent, t)),
            h("p", None, h("bdi", None, status)),
            key="who",
        ),
    ]
