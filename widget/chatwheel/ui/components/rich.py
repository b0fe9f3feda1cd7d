"""Rich messages: cards (several make a carousel), quick replies, stickers, and the buttons on them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from chatwheel.ui.components.icons import icon
from chatwheel.ui.components.markdown import markdown
from chatwheel.ui.entries import Attachment, Button, Card, Entry, Rich
from chatwheel.ui.i18n import Strings
from chatwheel.ui.text import linked
from chatwheel.ui.tree import Attribute, Node, h

_PHONE = re.compile(r"[+\d(][\d\s().\-/#*,;]*")


def rich(entry: Entry, content: Rich, t: Strings) -> Node:
    if content.template == "sticker":
        pictures = [_image(card.image) for card in content.cards if card.image]
        return h("div", {"class": "sticker"}, pictures)
    if content.template == "quick_replies":
        return _quick_replies(entry, content, t)
    cards = [_card(entry, card, number, t) for number, card in enumerate(content.cards)]
    if len(cards) == 1:
        return cards[0]
    items = (h("li", None, card) for card in cards)
    label = t("rich.carousel", count=len(cards))
    return h("ul", {"class": "carousel", "role": "list", "tabindex": "0", "aria-label": label}, items)


def _card(entry: Entry, card: Card, number: int, t: Strings) -> Node:
    words = [
        h("p", {"class": "title", "dir": "auto"}, linked(card.title)) if card.title else None,
        h("p", {"class": "subtitle", "dir": "auto"}, linked(card.subtitle)) if card.subtitle else None,
    ]
    return h(
        "div",
        {"class": "rich"},
        _image(card.image) if card.image else None,
        h("div", {"class": "about"}, words) if any(words) else None,
        [_button(entry, button, (number, index), "wide", t) for index, button in enumerate(card.buttons)],
    )


def _quick_replies(entry: Entry, content: Rich, t: Strings) -> Node:
    """The question as a bubble, the answers below it; after one was chosen the others are out of reach."""
    parts: list[Node] = []
    for number, card in enumerate(content.cards):
        text = "\n".join(filter(None, (card.title, card.subtitle)))
        if text:
            parts.append(h("div", {"class": "bubble", "dir": "auto", "data-whole": text}, markdown(text)))
        buttons = [
            _button(entry, button, (number, index), "pill", t) for index, button in enumerate(card.buttons)
        ]
        parts.append(h("div", {"class": "replies", "data-answered": content.answered}, buttons))
    return h("div", {"class": "quick-replies"}, parts)


def _button(entry: Entry, button: Button, place: tuple[int, int], shape: str, t: Strings) -> Node:
    """A link for what the browser opens, a button for the rest. What was opened or chosen keeps a mark."""
    card, index = place
    attributes: dict[str, Attribute] = {
        "class": f"{shape} {button.role}",
        "data-action": "press",
        "data-key": entry.key,
        "data-card": card,
        "data-button": index,
    }
    href = _href(button)
    if href:
        mark = [icon("sent"), h("span", {"class": "hidden"}, t("rich.opened"))] if button.pressed else []
        sign = "phone" if button.kind == "phone" else "out"
        way: dict[str, Attribute] = {"href": href, "data-leaves": button.leaves}
        return h("a", {**attributes, **way}, button.text, mark or icon(sign))
    attributes["type"] = "button"
    if button.kind == "webview":
        attributes["aria-haspopup"] = "dialog"
        return h("button", attributes, button.text, icon("sheet"))
    answered = bool(entry.rich and entry.rich.answered) and button.kind in ("message", "cancel")
    attributes["aria-pressed"] = "true" if button.pressed else "false"
    attributes["aria-disabled"] = "true" if answered else None
    return h("button", attributes, button.text, icon("sent") if button.pressed else None)


def _href(button: Button) -> str:
    """Where a button leads. A page that may not stand in a sheet is opened like any other link."""
    if button.kind == "phone":
        return f"tel:{button.value.replace(' ', '')}" if _PHONE.fullmatch(button.value) else ""
    is_link = button.kind == "url" or (button.kind == "webview" and not may_be_framed(button.value))
    return button.value if is_link else ""


def may_be_framed(address: str) -> bool:
    """Whether a page may be shown inside the panel: encrypted, or on this very machine (local development)."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    )


def _image(image: Attachment) -> Node:
    size: dict[str, Attribute] = {}
    if image.width and image.height and image.width > 0 and image.height > 0:
        size = {"width": image.width, "height": image.height}
    return h("img", {"src": image.url, "alt": image.alternative_text or image.name, **size})
