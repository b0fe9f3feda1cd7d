"""The table from JavaScript's names to Python's: all of them, and each as the code has it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import get_args

from pydantic.alias_generators import to_camel

import chatwheel
from chatwheel.sdk import CustomerSDK, errors
from chatwheel.sdk.connection import REASONS
from chatwheel.sdk.events import EventName

DOCUMENT = (Path(__file__).parents[3] / "docs" / "sdk.md").read_text(encoding="utf-8")
ONLY_HERE = {"wait_for", "stream", "aclose", "status", "customer_id", "prefetch", "auth"}
BY_THE_CLIENT = {"connection_lost", "users_limit_reached", "identity_mismatch", "wrong_product_version"}
AUTH = {f"auth.{name}" for name in ("get_token", "get_fresh_token", "has_token", "invalidate")}
OPTIONS_ONLY_HERE = {
    *("api_url", "accounts_url", "request_timeout", "ping_interval", "silence_limit"),
    *("wait_for_connection", "catch_up", "api_version", "share_connection", "transport"),
}


def rows(kind: str) -> dict[str, str]:
    """Python's names and JavaScript's of one part of the table."""
    _, _, rest = DOCUMENT.partition(f"| {kind} in JavaScript |")
    part, _, _ = rest.partition("\n\n")
    found = re.findall(r"^\| `([\w.]+)` \| `([\w.]+)` \| [^|]*\|$", part, re.MULTILINE)
    assert len(found) == part.rstrip().count("\n") - 1, "a row that cannot be read"
    assert len({python for _, python in found}) == len(found)
    return {python: javascript for javascript, python in found}


def camel(name: str) -> str:
    return "auth." + to_camel(name.removeprefix("auth.")) if name.startswith("auth.") else to_camel(name)


def test_options() -> None:
    options = set(inspect.signature(chatwheel.init).parameters) - OPTIONS_ONLY_HERE
    assert rows("option") == {name: camel(name) for name in options}


def test_methods() -> None:
    methods = {name for name in dir(CustomerSDK) if not name.startswith("_")} - ONLY_HERE
    assert len(methods) == 36
    assert rows("method") == {name: camel(name) for name in methods | AUTH}


def test_events() -> None:
    assert rows("event") == {name: name for name in get_args(EventName)}
    assert len(rows("event")) == 30 + 3  # which only version 3.6 has


def test_errors() -> None:
    assert rows("error") == {error.__name__: code for code, error in errors.ERRORS.items()}


def test_reasons() -> None:
    assert rows("reason of `disconnected`") == {name: name for name in {*REASONS, *BY_THE_CLIENT}}
