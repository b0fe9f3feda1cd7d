"""One entry of the conversation, as an `article`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from chatwheel.ui.components.avatar import avatar
from chatwheel.ui.components.file import file
from chatwheel.ui.components.header import bot_mark
from chatwheel.ui.components.icons import icon
from chatwheel.ui.components.markdown import markdown, shortened
from chatwheel.ui.components.rich import rich
from chatwheel.ui.entries import Delivery, Entry, Link
from chatwheel.ui.happenings import words
from chatwheel.ui.i18n import Strings
from chatwheel.ui.text import host, is_emoji, linked
from chatwheel.ui.tree import Node, h

FOLD_ABOVE = 3_000
"""Characters: longer texts are shown up to here, with a button for the rest."""


class Position(NamedTuple):
    """Where an entry stands in its group of consecutive entries by one author."""

    first: bool
    last: bool
    told: bool
    """Whether its time and state stand below it: for the group, or because what follows is not there yet."""


def timestamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def entry(entry: Entry, position: Position, t: Strings) -> Node:
    if entry.kind == "notice":
        return h(
            "article", {"class": "entry notice"}, h("p", {"dir": "auto"}, words(entry, t)), key=entry.key
        )
    classes = ["entry", "mine" if entry.mine else "theirs"]
    classes += ["first"] if position.first else []
    classes += ["last"] if position.last else []
    classes += ["announcement"] if entry.is_announcement else []
    attributes = {"class": " ".join(classes), "data-key": entry.key}
    if entry.delivery:
        attributes["data-delivery"] = entry.delivery.value
    if entry.is_live:
        attributes["aria-busy"] = "true"
    parts: list[Node | None] = [
        _author(entry, position, t),
        avatar(entry.author) if not entry.mine and position.last else None,
        _body(entry, t),
        _link(entry.link) if entry.link and not entry.is_deleted else None,
        _failure(entry, t) if entry.delivery is Delivery.FAILED else None,
        _meta(entry, t) if position.told else None,
    ]
    return h("article", attributes, parts, key=entry.key)


def _author(entry: Entry, position: Position, t: Strings) -> Node:
    """Seen above the first of an agent's group, and said before every message."""
    if entry.mine:
        return h("h2", {"class": "hidden"}, t("author.you"))
    if entry.is_announcement:
        return h("h2", {"class": "author"}, icon("announcement"), t("author.announcement"))
    name = (entry.author.name if entry.author else "") or t("author.agent")
    return (
        h("h2", {"class": "author"}, h("bdi", None, name), bot_mark(entry.author, t))
        if position.first
        else h("h2", {"class": "hidden"}, name)
    )


def _body(entry: Entry, t: Strings) -> Node:
    if entry.is_deleted:
        return h("div", {"class": "bubble gone"}, t("message.deleted"))
    if entry.drawn:
        return h("div", {"class": "drawn", "dir": "auto"}, entry.drawn)
    if entry.attachment:
        return file(entry, entry.attachment, t)
    if entry.rich:
        return rich(entry, entry.rich, t)
    text = entry.text
    if is_emoji(text):
        return h("div", {"class": "bubble emoji", "dir": "auto"}, text)
    # What the visitor wrote is theirs, sign by sign; what others write may have marks.
    shown = list(linked(text)) if entry.mine else markdown(text)
    whole = {"class": "bubble", "dir": "auto", "data-whole": text}
    if len(text) > FOLD_ABOVE:
        beginning, is_cut = shortened(shown, FOLD_ABOVE)
        if is_cut:
            shown = shown if entry.unfolded else beginning
            is_block = isinstance(shown[-1], Node) and shown[-1].tag in ("pre", "ul", "ol")
            return h("div", whole, shown, None if is_block else " ", _fold(entry, t))
    return h("div", {"class": "bubble", "dir": "auto"} if shown == [text] else whole, shown)


def _fold(entry: Entry, t: Strings) -> Node:
    return h(
        "button",
        {"type": "button", "class": "link", "data-action": "unfold", "data-key": entry.key},
        t("message.less") if entry.unfolded else t("message.more"),
    )


def _link(link: Link) -> Node:
    """A card for the page that the text names. Its picture is decoration: the title says what it is."""
    return h(
        "a",
        {"class": "page-card", "href": link.url},
        h("img", {"src": link.image, "alt": ""}) if link.image else None,
        h(
            "span",
            {"class": "words"},
            h("span", {"class": "title", "dir": "auto"}, link.title),
            h("span", {"class": "subtitle", "dir": "auto"}, link.description) if link.description else None,
            h("span", {"class": "host", "dir": "auto"}, host(link.url)),
        ),
    )


def _meta(entry: Entry, t: Strings) -> Node:
    time = h("time", {"datetime": timestamp(entry.at), "data-format": "time"})
    if entry.is_live:
        return h("p", {"class": "meta"}, t("message.live"))
    if entry.delivery is None or entry.is_deleted or entry.delivery is Delivery.FAILED:
        return h("p", {"class": "meta"}, time)
    word = t(f"delivery.{entry.delivery.value}")
    mark = {Delivery.SEEN: "seen", Delivery.SENT: "sent"}.get(entry.delivery, "clock")
    return h("p", {"class": "meta"}, time, h("span", {"class": "delivery"}, word, icon(mark)))


def _failure(entry: Entry, t: Strings) -> Node:
    """What happened and what can be done. The message itself is kept."""

    def button(action: str, text: str) -> Node:
        return h(
            "button", {"type": "button", "class": "link", "data-action": action, "data-key": entry.key}, text
        )

    return h(
        "div",
        {"class": "failure", "role": "alert"},
        icon("alert"),
        h("span", {"dir": "auto"}, entry.error or t("failure.unknown")),
        None if entry.lost else button("retry", t("failure.retry")),
        button("discard", t("failure.discard")),
    )
