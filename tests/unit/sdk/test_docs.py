"""What is public, what is written about it, and whether that is true."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import textwrap
from pathlib import Path
from typing import Any, get_args

import pytest

import chatwheel
from chatwheel import sdk as sdk_package
from chatwheel.sdk import Auth, CustomerSDK, errors, events, models
from chatwheel.sdk.connection import REASONS, TRANSITIONS, State
from chatwheel.sdk.events import EventName
from chatwheel.sdk.history import ChatHistory
from chatwheel.sdk.uploads import Upload

from .conftest import World
from .test_typing import payload_types

DOCUMENT = (Path(__file__).parents[3] / "docs" / "sdk.md").read_text(encoding="utf-8")

DOCUMENTED = """
accept_greeting cancel_greeting cancel_rate connect deactivate_chat delete_chat_properties
delete_event_properties delete_thread_properties destroy disconnect get_chat get_chat_history
get_customer get_form get_predicted_agent get_url_info list_chats list_group_statuses list_threads
mark_events_as_seen off on once rate_chat resume_chat send_event send_rich_message_postback
set_customer_session_fields set_sneak_peek start_chat update_chat_properties update_customer
update_customer_page update_event_properties update_thread_properties upload_file
"""
METHODS = DOCUMENTED.split()
AUTH = ["auth.get_token", "auth.get_fresh_token", "auth.has_token", "auth.invalidate"]
WITH_TYPES_ELSEWHERE = ["on", "once", "wait_for", "stream"]
MORE = ["wait_for", "stream", "aclose", "status", "customer_id", "prefetch"]

EVENT = {"id": "T1_1", "type": "message", "text": "Hi", "author_id": "kim", "created_at": "2024"}
CHAT = {"id": "C1", "users": [], "thread": {"id": "T1", "active": True, "events": [EVENT]}}
ANSWERS: dict[str, Any] = {
    "get_chat": CHAT,
    "list_chats": {"chats_summary": []},
    "list_threads": {"threads": [{"id": "T1", "events": [EVENT]}]},
    "get_customer": {"id": "customer-1", "type": "customer"},
    "get_form": {"enabled": False},
    "get_predicted_agent": {"agent": {"id": "kim", "name": "Kim"}, "queue": False},
    "get_url_info": {"url": "https://shop.example/"},
    "list_group_statuses": {"groups_status": {"0": "online"}},
}
HAPPENING: list[tuple[str, Any]] = [
    (
        "incoming_typing_indicator",
        {"chat_id": "C1", "typing_indicator": {"author_id": "kim", "is_typing": typing}},
    )
    for typing in (False, True)
] + [
    ("incoming_event", {"chat_id": "C1", "thread_id": "T1", "event": {"id": f"T1_{kind}", "type": kind}})
    for kind in ("message", "file")
]
PUSHED: dict[str, tuple[str, Any]] = {
    "send_event": ("incoming_event", {"chat_id": "C1", "thread_id": "T1", "event": EVENT}),
    "start_chat": ("incoming_chat", {"chat": CHAT}),
    "resume_chat": ("incoming_chat", {"chat": CHAT}),
}


def answer_everything(world: World) -> None:
    def push(frame: dict[str, Any]) -> Any:
        action, payload = PUSHED[frame["action"]]
        world.transport.push(action, payload, frame["request_id"])
        return {}

    for method in METHODS:
        world.transport.answer(method, ANSWERS.get(method, {}))
    for method in PUSHED:
        world.transport.answer(method, push)


def example_of(method: str) -> str:
    text = inspect.getdoc(documented(method)) or ""
    _, _, example = text.partition("Example:\n")
    return textwrap.dedent(example)


def test_there_are_36_methods() -> None:
    assert len(METHODS) == 36
    public = {name for name in dir(CustomerSDK) if not name.startswith("_")} - {"auth"}
    assert public == {*METHODS, *MORE}


def documented_outside() -> dict[str, Any]:
    return {"init": chatwheel.init, "ChatHistory.next": ChatHistory.next, "Upload.cancel": Upload.cancel}


def documented(method: str) -> Any:
    """What has a docstring: a method of the client, or of its `auth`, as it was written."""
    if method in (outside := documented_outside()):
        return outside[method]
    _, _, name = method.rpartition(".")
    return inspect.getattr_static(Auth if method.startswith("auth.") else CustomerSDK, name)


@pytest.mark.parametrize("method", [*METHODS, *AUTH, "wait_for", "stream", "aclose", *documented_outside()])
async def test_examples_work(world: World, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_everything(world)
    monkeypatch.setattr("chatwheel.sdk.factory._default_transport", lambda share: world.transport)
    example = example_of(method)
    assert example, "there is no example"
    source = "async def example(sdk, print):\n" + textwrap.indent(example, "    ")
    scope: dict[str, Any] = {"chatwheel": chatwheel}
    exec(compile(source, method, "exec"), scope)
    running = asyncio.ensure_future(scope["example"](world.sdk, lambda *values: None))
    await world.transport.settle()
    for action, payload in HAPPENING:  # what an example may wait for
        world.transport.push(action, payload)
    await world.transport.settle()
    await asyncio.wait_for(running, 5)


def test_editors_are_told_what_methods_with_types_elsewhere_do() -> None:
    """Where a type checker looks, they are properties of other classes."""
    tree = ast.parse(inspect.getsource(CustomerSDK))
    properties = {
        node.name: ast.get_docstring(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in WITH_TYPES_ELSEWHERE and node.decorator_list
    }
    assert properties == {name: summary(name) for name in WITH_TYPES_ELSEWHERE}


@pytest.mark.parametrize("method", [*METHODS, *AUTH, "wait_for", "stream", "aclose", *documented_outside()])
def test_arguments_results_and_errors_are_described(method: str) -> None:
    function = documented(method)
    text = inspect.getdoc(function) or ""
    sections = dict(re.findall(r"^(\w+):\n((?: .*\n|\n)*)", text + "\n", re.MULTILINE))
    arguments = [name for name in inspect.signature(function).parameters if name != "self"]
    described = re.findall(r"^ {4}(\w+): ", sections.get("Args", ""), re.MULTILINE)
    assert described == arguments
    result = inspect.signature(function).return_annotation
    if method not in WITH_TYPES_ELSEWHERE:
        assert ("Returns" in sections) == (result != "None")
    assert "Raises" in sections
    named = re.findall(r"^ {4}([A-Z]\w+(?:, [A-Z]\w+)*): ", sections.get("Raises", ""), re.MULTILINE)
    for name in ", ".join(named).split(", ") if named else ():
        assert name == "Exception" or issubclass(getattr(errors, name), errors.ChatError), name


def summary(method: str) -> str:
    first, _, _ = (inspect.getdoc(documented(method)) or "").partition("\n")
    return re.sub(r" \(Customer Chat API: [\w, ]+\)", "", first).replace("|", "")


@pytest.mark.parametrize("method", METHODS)
def test_the_table_says_what_the_docstring_says(method: str) -> None:
    [row] = re.findall(rf"^\| `{method}` \| `\w+` \| ([^|]+) \| [^|]*\|$", DOCUMENT, re.MULTILINE)
    assert summary(method).startswith(row)


@pytest.mark.parametrize("name", get_args(EventName))
def test_the_table_names_the_payload(name: str) -> None:
    table, _, _ = DOCUMENT.partition("## From JavaScript")
    [row] = re.findall(rf"^\| `{name}` \| `(\w+)` \| [^|]* \|$", table, re.MULTILINE)
    payload = payload_types()[name]
    named = {"User": models.User, "None": None}
    assert payload == (named[row] if row in named else getattr(events, row, getattr(models, row, str)))


async def test_examples_of_the_document(world: World) -> None:
    """The client's own part; the first one is run against the local server, beside the examples."""
    answer_everything(world)
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    calls, tests = [
        next(block for block in blocks if word in block) for word in ("sdk.upload_file", "def test_my_bot")
    ]
    calls = calls.replace('"plan.pdf"', '("plan.pdf", b"%PDF")')
    scope: dict[str, Any] = {"print": lambda *values: None}
    exec(f"async def example(sdk, chat_id):\n{textwrap.indent(calls, '    ')}", scope)
    await scope["example"](world.sdk, "C1")
    exec(tests, scope)
    await scope["test_my_bot"]()
    for block in blocks:
        compile(block, "docs/sdk.md", "exec", flags=0x2000)  # with await at the top level


@pytest.mark.parametrize("name", [*METHODS, *get_args(EventName), *REASONS, *errors.ERRORS])
def test_the_document_names_everything(name: str) -> None:
    assert f"`{name}`" in DOCUMENT


@pytest.mark.parametrize("option", inspect.signature(chatwheel.init).parameters)
def test_the_document_names_every_option(option: str) -> None:
    assert f"`{option}`" in DOCUMENT
    assert f"{option}: " in (chatwheel.init.__doc__ or "")


def test_the_diagram_shows_every_state_and_transition() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (.+)$", DOCUMENT, re.MULTILINE)
    expected = {
        (state.name, after.name, trigger.value)
        for state, row in TRANSITIONS.items()
        for trigger, after in row.items()
    }
    assert {(a, b, t) for a, b, text in drawn for t in text.split(", ")} == expected
    assert {a for a, _, _ in drawn} | {"DESTROYED"} == {state.name for state in State}


@pytest.mark.parametrize("module", [chatwheel, sdk_package, models, events])
def test_exports(module: Any) -> None:
    assert module.__all__ == sorted(module.__all__, key=lambda name: (not name.isupper(), name))
    for name in module.__all__:
        assert hasattr(module, name)


@pytest.mark.parametrize("module", [sdk_package, models, events, errors])
def test_public_names_are_described(module: Any) -> None:
    for name, value in vars(module).items():
        if inspect.isclass(value) and not name.startswith("_") and value.__module__.startswith("chatwheel"):
            assert value.__doc__, name


def test_the_public_face_is_small() -> None:
    assert chatwheel.__all__ == ["ChatError", "CustomerSDK", "__version__", "init"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", chatwheel.__version__)
