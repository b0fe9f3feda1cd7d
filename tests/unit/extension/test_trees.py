"""What an extension shows: custom events, trees that it says, buttons; nothing that the list does not allow."""

from __future__ import annotations

import pytest

from chatwheel.extension import ExtensionError, Node, h
from chatwheel.extension.trees import checked
from chatwheel.ui.tree import words
from unit.extension.conftest import Hooks


def absolute(path: str) -> str:
    return path if ":" in path else f"https://site.example{path}"


def test_a_tree_is_copied_with_classes_of_its_own_and_absolute_addresses() -> None:
    tree = h(
        "div",
        {"class": "card wide"},
        h("img", {"src": "/a.png", "width": 40, "height": 30}),
        h("a", {"href": "mailto:a@b.example"}, "Write"),
        h("button", {"action": "add", "value": "7"}, "Add"),
    )
    card = checked(tree, absolute)
    image, link, button = card.children
    assert isinstance(image, Node) and isinstance(link, Node) and isinstance(button, Node)
    assert card.attributes == {"class": "x-card x-wide"}
    assert image.attributes == {"src": "https://site.example/a.png", "width": "40", "height": "30", "alt": ""}
    assert link.attributes == {"href": "mailto:a@b.example"}
    assert button.attributes == {
        "type": "button",
        "data-action": "extension",
        "data-do": "click",
        "data-which": "add",
        "data-value": "7",
    }


def deep(levels: int) -> Node:
    return h("div", None, deep(levels - 1)) if levels else h("p")


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        (h("script", None, "alert(1)"), "element 'script'"),
        (h("iframe", {"src": "https://x.example"}), "element 'iframe'"),
        (h("form", None), "element 'form'"),
        (h("svg", None), "element 'svg'"),
        (h("div", {"onclick": "alert(1)"}), "attribute 'onclick'"),
        (h("div", {"style": "position:fixed"}), "attribute 'style'"),
        (h("div", {"data-action": "end-chat"}), "attribute 'data-action'"),
        (h("p", {"href": "https://x.example"}), "attribute 'href'"),
        (h("p", {"role": "alert"}), "role 'alert'"),
        (h("a", {"href": "javascript:alert(1)"}), "address 'javascript:"),
        (h("a", {"href": " JavaScript:alert(1)"}), "address ' JavaScript:"),
        (h("a", {"href": "data:text/html,x"}), "address 'data:"),
        (h("img", {"src": "blob:https://x.example/1"}), "address 'blob:"),
        (h("img", {"src": "mailto:a@b.example"}), "address 'mailto:"),
        (deep(12), "12 deep"),
        (h("ul", None, [h("li") for _ in range(300)]), "at most 300 elements"),
        (h("p", None, "x" * 20_001), "at most 20000 characters"),
        (h("p", None, [7]), "not a int"),  # type: ignore[list-item]
        ("<b>", "not a str"),
    ],
)
def test_what_is_not_allowed(tree: Node, why: str) -> None:
    with pytest.raises(ExtensionError, match=why):
        checked(tree, absolute)


CARD = """
from pydantic import BaseModel
class Product(BaseModel):
    name: str
    price: float

@chat.renderer("product", Product)
def card(product: Product) -> Node:
    buy = h("button", {"action": "buy", "value": product.name}, "Buy")
    return h("div", {"class": "card"}, h("p", None, product.name), buy)

@chat.renderer("note")
def note(event) -> Node:
    return h("p", None, "Note: ", event.content["text"])

@chat.action("buy")
async def buy(value: str) -> None:
    chat.tell_page("bought", {"name": value})
    chat.say(f"{value} is in your basket.", replies=["Thanks", "Undo"])
"""


def test_custom_events_are_drawn_by_the_file_and_pressed(hooks: Hooks) -> None:
    widget = hooks(CARD, active=True)
    widget.custom({"type": "product", "name": "No. 1", "price": 890})
    widget.custom({"type": "note", "text": "<b>bold</b>"})
    widget.custom({"type": "unknown"})
    widget.custom({})
    assert widget.shown == ["No. 1 Buy", "Note:  <b>bold</b>"]
    widget.press("Buy")
    assert widget.told == [("extension:bought", {"name": "No. 1"})]
    assert widget.shown[-1] == "No. 1 is in your basket."
    widget.press("Thanks")
    assert widget.sent == ["Thanks"]


def test_content_that_does_not_fit_is_not_shown_and_logged(hooks: Hooks) -> None:
    widget = hooks(CARD, active=True)
    widget.custom({"type": "product", "name": "No. 1", "price": "dear"})
    assert widget.shown == []
    assert "renderer product failed; the event is not shown" in widget.failures[0]


def test_history_is_drawn_as_well_and_updates_redraw(hooks: Hooks) -> None:
    widget = hooks(CARD, active=True)
    widget.custom({"type": "note", "text": "one"})
    [entry] = widget.entries
    event = {
        "id": entry.event_id,
        "type": "custom",
        "author_id": "agent-1",
        "created_at": "2026-03-01T10:00:00Z",
    }
    changed = {**event, "content": {"type": "note", "text": "two"}}
    widget.push("event_updated", {"chat_id": "C1", "thread_id": "T1", "event": changed})
    assert widget.shown == ["Note:  two"]
    thread = {"id": "T1", "active": True, "user_ids": [], "events": [{**changed, "id": "T1_9"}, changed]}
    widget.server.answer("list_threads", {"threads": [thread]})
    widget.server.drop()
    widget.wait(30)
    assert widget.shown == ["Note:  two", "Note:  two"]


def test_a_button_that_leads_nowhere_is_named(hooks: Hooks) -> None:
    widget = hooks('chat.before_send(lambda m: chat.say(h("button", {"action": "gone"}, "Press")))')
    widget.write("x")
    widget.press("Press")
    assert "action gone does not exist" in widget.failures[0]
    assert words(h("p", None, "a", h("b", None, "b"))) == "a b"
