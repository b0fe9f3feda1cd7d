"""What the host page may call: every method by its documented JavaScript name and arguments."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic.alias_generators import to_snake

from chatwheel.calls import METHODS, Calls

from .conftest import World
from .test_docs import answer_everything

PLACE = {"chatId": "C1", "threadId": "T1", "eventId": "E1"}
VALUES = {"rating": {"score": 1, "camelCase": 2}}
NAMES = {"rating": ["score"]}
HELLO = {"type": "message", "text": "Hi", "customId": "c"}

CALLS: list[tuple[str, Any, Any]] = [
    ("acceptGreeting", {"greetingId": 7, "uniqueId": "G1"}, {"greeting_id": 7, "unique_id": "G1"}),
    ("cancelGreeting", {"uniqueId": "G1"}, {"unique_id": "G1"}),
    ("cancelRate", {"chatId": "C1", "properties": ["score"]}, None),
    ("rateChat", {"chatId": "C1", "rating": {"score": 1}}, None),
    ("deactivateChat", {"id": "C1"}, {"id": "C1"}),
    ("updateChatProperties", {"id": "C1", "properties": VALUES}, {"id": "C1", "properties": VALUES}),
    ("deleteChatProperties", {"id": "C1", "properties": NAMES}, {"id": "C1", "properties": NAMES}),
    ("updateThreadProperties", {"chatId": "C1", "threadId": "T1", "properties": VALUES},
     {"chat_id": "C1", "thread_id": "T1", "properties": VALUES}),
    ("deleteThreadProperties", {"chatId": "C1", "threadId": "T1", "properties": NAMES},
     {"chat_id": "C1", "thread_id": "T1", "properties": NAMES}),
    ("updateEventProperties", {**PLACE, "properties": VALUES},
     {"chat_id": "C1", "event_id": "E1", "thread_id": "T1", "properties": VALUES}),
    ("deleteEventProperties", {**PLACE, "properties": NAMES},
     {"chat_id": "C1", "thread_id": "T1", "event_id": "E1", "properties": NAMES}),
    ("getChat", {"chatId": "C1", "threadId": None}, {"chat_id": "C1"}),
    ("getCustomer", None, {}),
    ("getForm", {"groupId": 0, "type": "prechat"}, {"group_id": 0, "type": "prechat"}),
    ("getPredictedAgent", {"groupId": 0}, {"group_id": 0}),
    ("getUrlInfo", {"url": "https://x/"}, {"url": "https://x/"}),
    ("listChats", {"limit": 5}, {"limit": 5}),
    ("listGroupStatuses", {"groupIds": [0]}, {"group_ids": [0]}),
    ("listThreads", {"chatId": "C1", "sortOrder": "asc", "minEventsCount": 3},
     {"chat_id": "C1", "sort_order": "asc", "min_events_count": 3}),
    ("markEventsAsSeen", {"chatId": "C1", "seenUpTo": "2024"}, {"chat_id": "C1", "seen_up_to": "2024"}),
    ("startChat", {"active": True, "continuous": True,
                   "chat": {"access": {"groupIds": [0]}, "thread": {"events": [HELLO]}}},
     {"active": True, "continuous": True, "chat": {"access": {"group_ids": [0]},
      "thread": {"events": [{"custom_id": "c", "type": "message", "text": "Hi"}]}}}),
    ("resumeChat", {"chat": {"id": "C1"}}, {"active": True, "chat": {"id": "C1"}}),
    ("sendEvent", {"chatId": "C1", "event": HELLO, "attachToLastThread": True},
     {"chat_id": "C1", "event": {"custom_id": "c", "type": "message", "text": "Hi"}, "attach_to_last_thread": True}),
    ("sendRichMessagePostback", {**PLACE, "postback": {"id": "p", "toggled": True}},
     {"chat_id": "C1", "event_id": "E1", "thread_id": "T1", "postback": {"id": "p", "toggled": True}}),
    ("setCustomerSessionFields", {"sessionFields": {"camelCase": "1"}}, {"session_fields": [{"camelCase": "1"}]}),
    ("updateCustomer", {"name": "Ada", "sessionFields": {"a": "1"}}, {"name": "Ada", "session_fields": [{"a": "1"}]}),
    ("updateCustomerPage", {"url": "https://x/", "title": "X"}, {"title": "X", "url": "https://x/"}),
    ("setSneakPeek", {"chatId": "C1", "sneakPeekText": "I w"}, {"chat_id": "C1", "sneak_peek_text": "I w"}),
    ("getChatHistory", {"chatId": "C1"}, None),
    ("uploadFile", {}, None),
    ("connect", None, None),
    ("disconnect", None, None),
]  # fmt: skip


async def called(world: World, method: str, *arguments: Any, files: Any = ()) -> dict[str, Any]:
    """What the page is answered."""
    answers: list[Any] = []
    Calls(world.sdk, lambda kind, body: answers.append((kind, body))).call(7, method, arguments, files)
    await world.transport.settle()
    *progress, (kind, answer) = answers
    assert [kind for kind, _ in progress] == ["call-progress"] * len(progress)
    assert kind == "result" and answer.pop("id") == 7
    result: dict[str, Any] = answer
    return result


def test_every_method_is_called() -> None:
    assert {method for method, _, _ in CALLS} == METHODS


@pytest.mark.parametrize(("method", "argument", "payload"), CALLS)
async def test_every_method_takes_the_arguments_of_javascript(
    world: World, method: str, argument: Any, payload: Any
) -> None:
    answer_everything(world)
    if method == "setSneakPeek":  # which needs an open chat
        await called(world, "startChat")
    files = [b"abc"] if method == "uploadFile" else []
    answer = await called(world, method, *([] if argument is None else [argument]), files=files)
    assert "ok" in answer, answer
    if payload is not None:
        action = {"setSneakPeek": "send_sneak_peek"}.get(method, to_snake(method))
        assert world.transport.sent(action)[-1]["payload"] == payload


@pytest.mark.parametrize(
    ("method", "argument", "code"),
    [
        ("getToken", None, "UNKNOWN_METHOD"),
        ("_call", None, "UNKNOWN_METHOD"),
        ("getChat", {}, "INVALID_ARGUMENT"),
        ("getChat", {"chatId": "C1", "evil": 1}, "INVALID_ARGUMENT"),
        ("sendEvent", {"chatId": "C1", "event": "Hi"}, "INVALID_ARGUMENT"),
        ("startChat", {"chat": {"thread": {"events": 5}}}, "INVALID_ARGUMENT"),
        ("listChats", {"limit": "many"}, "INVALID_ARGUMENT"),
    ],
)
async def test_every_wrong_call_is_answered(world: World, method: str, argument: Any, code: str) -> None:
    answer = await called(world, method, argument)
    assert answer["error"]["code"] == code and answer["error"]["message"]
