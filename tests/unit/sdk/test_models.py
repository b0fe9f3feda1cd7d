"""Models: what the wire says, what the JavaScript SDK hands over, and odd values."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from chatwheel.sdk import models
from chatwheel.sdk.models import (
    Agent,
    Chat,
    ChatsPage,
    Customer,
    FileEvent,
    FilledFormEvent,
    FormEvent,
    Greeting,
    MessageEvent,
    RichMessageEvent,
    SystemMessageEvent,
    Thread,
    UnknownEvent,
    UrlInfo,
    parse_event,
)

EVENTS: list[tuple[dict[str, Any], type, dict[str, Any]]] = [
    (
        {"type": "system_message", "text": "Kim joined", "system_message_type": "routing.assigned",
         "text_vars": {"agent": "Kim"}, "author_id": "x"},
        SystemMessageEvent,
        {"authorId": "system", "text": "Kim joined", "systemMessageType": "routing.assigned",
         "textVars": {"agent": "Kim"}},
    ),
    (
        {"type": "form", "form_id": "F", "fields": [{"type": "group_chooser", "id": "1", "label": "N",
         "options": [{"id": "a", "group_id": 3}], "comment_label": "x"}, 5]},
        FormEvent,
        {"authorId": "system", "formId": "F",
         "fields": [{"type": "group_chooser", "id": "1", "label": "N", "options": [{"id": "a", "group_id": 3}],
                     "comment_label": "x"}]},
    ),
    (
        {"type": "filled_form", "form_id": "F", "author_id": "E1", "fields": [
            {"type": "group_chooser", "id": "1", "label": "L", "answer": {"id": "a", "label": "S", "group_id": 3}},
            {"type": "checkbox", "id": "2", "label": "T", "answers": [{"id": "0", "label": "B"}]}]},
        FilledFormEvent,
        {"formId": "F", "authorId": "E1", "fields": [
            {"type": "group_chooser", "id": "1", "label": "L", "answer": {"id": "a", "label": "S", "groupId": 3}},
            {"type": "checkbox", "id": "2", "label": "T", "answers": [{"id": "0", "label": "B"}]}]},
    ),
    (
        {"type": "rich_message", "template_id": "cards", "elements": [{"title": "T", "image": {"url": "u",
         "alternative_text": "a"}, "buttons": [{"type": "webview", "text": "Go", "value": "v", "postback_id": "p",
         "user_ids": ["E1"], "webview_height": "tall", "role": "primary"}, {"text": "No", "postback_id": "n"}]}]},
        RichMessageEvent,
        {"template": "cards", "elements": [{"title": "T", "image": {"url": "u", "alternativeText": "a"}, "buttons": [
            {"type": "webview", "text": "Go", "value": "v", "postbackId": "p", "userIds": ["E1"],
             "webviewHeight": "tall", "role": "primary"},
            {"text": "No", "postbackId": "n", "role": "default"}]}]},
    ),
    (
        {"type": "file", "url": "u", "name": "n.pdf", "content_type": "application/pdf", "size": 5},
        FileEvent,
        {"url": "u", "name": "n.pdf", "contentType": "application/pdf", "size": 5},
    ),
    (
        {"type": "message", "text": "Hi", "custom_id": "c", "properties": {"ns": {"snake_name": 1}},
         "postback": {"id": "p", "thread_id": "T", "event_id": "E", "type": "message", "value": "v"}},
        MessageEvent,
        {"text": "Hi", "customId": "c", "properties": {"ns": {"snake_name": 1}},
         "postback": {"id": "p", "threadId": "T", "eventId": "E", "type": "message", "value": "v"}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("wire", "kind", "expected"), EVENTS)
def test_events(wire: dict[str, Any], kind: type, expected: dict[str, Any]) -> None:
    event = parse_event(wire, "T1")
    assert type(event) is kind
    assert event.to_js() == {"type": wire["type"], "threadId": "T1", "properties": {}, **expected}
    assert parse_event(event.to_js()) == event
    assert parse_event(wire, "T1").model_copy() == event


@pytest.mark.parametrize(
    ("width", "height", "default", "high"),
    [
        (1200, 400, (300, 100), (600, 200)),
        (100, 50, (100, 50), (100, 50)),
        (301, 900, (101, 300), (201, 600)),
    ],
)
def test_thumbnails(width: int, height: int, default: tuple[int, int], high: tuple[int, int]) -> None:
    event = parse_event({"type": "file", "width": width, "height": height, "thumbnail2x_url": "t2"})
    assert isinstance(event, FileEvent) and event.thumbnails is not None
    small, large = event.thumbnails.default, event.thumbnails.high
    assert ((small.width, small.height), (large.width, large.height)) == (default, high)
    assert (small.url, large.url) == (None, "t2")


@pytest.mark.parametrize(
    "size", [{}, {"width": 0, "height": 5}, {"width": "wide", "height": 5}, {"width": 5}]
)
def test_files_that_are_no_pictures(size: dict[str, Any]) -> None:
    event = parse_event({"type": "file", **size})
    assert isinstance(event, FileEvent) and not event.is_image


def test_one_odd_value_does_not_cost_the_rest() -> None:
    thread = Thread.model_validate(
        {"id": "T", "active": "perhaps", "access": 5, "properties": None, "queue": "long", "user_ids": ["a", {}],
         "events": [5, None, {"type": 7}, {"type": "message", "text": ["no"]}, {"type": "message", "text": "yes"}],
         "from_the_future": {"a_b": 1}}
    )  # fmt: skip
    assert (thread.active, thread.properties, thread.queue, thread.user_ids) == (False, {}, None, ["a"])
    assert [type(event) for event in thread.events] == [UnknownEvent, MessageEvent, MessageEvent]
    assert thread.to_js()["from_the_future"] == {"a_b": 1}


def test_users() -> None:
    chat = Chat.model_validate(
        {"id": "C", "users": [{"id": "1", "type": "customer", "session_fields": [{"a": 1, "b": 2}, {}, 5, {"a": 3}]},
                              {"id": "2", "type": "bot"}, {"id": "3"}, {"no": "id"}, 5]}
    )  # fmt: skip
    assert [type(user) for user in chat.users] == [Customer, Agent, Agent]
    customer = chat.users[0]
    assert isinstance(customer, Customer) and customer.session_fields == {"a": 3}
    assert [user.to_js()["type"] for user in chat.users] == ["customer", "agent", "agent"]
    again = Chat.model_validate(chat.to_js())
    assert again == chat and Chat(id="C", users=list(chat.users)).users == chat.users


def test_models_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Customer(id="1").name = "Ada"


def test_a_page_that_knows_its_users() -> None:
    page = ChatsPage.model_validate({"chats_summary": [], "users": [{"id": "1"}], "totalChats": 0})
    assert [user.id for user in page.users] == ["1"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [("http://x/i", "https://x/i"), ("//x/i", "https://x/i"), ("https://x/i", "https://x/i"),
     ("x/i", "https://x/i"), ("", None), (5, None)],
)  # fmt: skip
def test_pictures_of_pages(given: Any, expected: str | None) -> None:
    assert UrlInfo.model_validate({"url": "u", "image_url": given}).image_url == expected


def test_a_greeting_with_nothing_in_it() -> None:
    assert Greeting.model_validate({"agent": 5, "event": 5, "subtype": None, "accepted": 1}).to_js() == {
        "accepted": True, "addon": None, "agent": {"isBot": False}, "event": None, "subtype": "greeting",
    }  # fmt: skip


def test_all_models_share_their_base() -> None:
    kinds = [value for value in vars(models).values() if isinstance(value, type)]
    assert all(issubclass(kind, models.Model) for kind in kinds)


def test_all_models_can_be_built_beforehand() -> None:
    models.build_models()
    waiting: list[type[models.Model]] = [models.Model]
    while waiting:
        model = waiting.pop()
        assert model.__pydantic_complete__, model
        waiting += model.__subclasses__()
