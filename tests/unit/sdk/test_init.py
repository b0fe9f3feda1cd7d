"""Arguments of `init`, and what they are good for."""

from __future__ import annotations

import asyncio
import copy
import pickle
import sys
from types import ModuleType
from typing import Any

import pytest

import chatwheel
from chatwheel.sdk import errors
from chatwheel.sdk.endpoints import Endpoints, is_origin, page_address, quote
from chatwheel.transport.memory import MemoryTransport

WRONG: list[tuple[str, Any]] = [
    ("organization_id", ""), ("organization_id", None), ("organization_id", 5), ("client_id", ""),
    ("client_id", None), ("auto_connect", 1), ("group_id", "3"), ("group_id", True), ("group_id", -1),
    ("unique_groups", "yes"), ("region", 5), ("region", "evil.example/"), ("redirect_uri", 5),
    ("customer_data_provider", {}), ("identity_provider", {}), ("page", "https://x/"), ("referrer", 5),
    ("mobile", "no"), ("application", "x"), ("token_storage_prefix", None), ("env", "a/b"), ("env", ""),
    ("api_url", "127.0.0.1:8000"), ("api_url", "http://x/path"), ("api_url", "ws://x"), ("api_url", "http://"),
    ("api_url", "http://x:99999"), ("api_url", 5), ("accounts_url", "javascript:alert(1)"),
    ("request_timeout", 0), ("request_timeout", "15"), ("request_timeout", float("inf")),
    ("ping_interval", -1), ("silence_limit", 5), ("silence_limit", True), ("wait_for_connection", None),
    ("api_version", "3.4"), ("api_version", 3.5), ("page", {"url": 5}), ("transport", "memory"),
    ("page", {"url": "https://x/", "extra": object()}), ("page", {"x": float("inf")}), ("page", {"x": {5}}),
    ("application", {"name": object()}), ("application", {"name": 5}), ("application", {"version": 1.0}),
    ("application", {"channelType": 5}), ("application", {"x": float("nan")}), ("region", "\u00df"),
    ("env", "\u00e9tage"), ("share_connection", "no"),
]  # fmt: skip


@pytest.mark.parametrize(("argument", "value"), WRONG)
async def test_wrong_arguments_are_named(argument: str, value: Any) -> None:
    given: dict[str, Any] = {"organization_id": "o", "client_id": "c", "transport": MemoryTransport()}
    with pytest.raises(errors.InvalidArgument) as caught:
        chatwheel.init(**{**given, argument: value})
    assert caught.value.argument == argument
    assert argument in str(caught.value)
    assert issubclass(errors.InvalidArgument, ValueError)


async def test_unique_groups_need_a_group() -> None:
    with pytest.raises(errors.InvalidArgument, match="group_id"):
        chatwheel.init(organization_id="o", client_id="c", unique_groups=True, transport=MemoryTransport())


def test_connecting_needs_a_loop() -> None:
    with pytest.raises(errors.ChatError, match="event loop"):
        chatwheel.init(organization_id="o", client_id="c", transport=MemoryTransport())


def test_a_client_can_be_made_before_the_loop() -> None:
    transport = MemoryTransport()
    sdk = chatwheel.init(organization_id="o", client_id="c", auto_connect=False, transport=transport)
    with pytest.raises(errors.ChatError, match="event loop"):
        sdk.connect()

    async def main() -> None:
        async with sdk:
            sdk.connect()
            await sdk.wait_for("connected")

    asyncio.run(main())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", True), ("https://chat.example", True), ("http://[::1]:8", True),
        ("https://chat.example/", False), ("https://chat.example?x", False), ("http://a:b", False), (None, False),
    ],
)  # fmt: skip
def test_origins(url: Any, expected: bool) -> None:
    assert is_origin(url) is expected


def test_parts_of_addresses() -> None:
    assert quote("a b/\u00e9~'()*!\ud800") == "a%20b%2F%C3%A9~'()*!%3F"
    assert page_address("https://shop.example:8443/a/b?x=1#h") == "https://shop.example:8443/a/b"
    assert page_address("https://me:secret@shop.example/#?") == "https://shop.example/"


def test_addresses() -> None:
    plain = Endpoints("org 1&")
    assert plain.socket == "wss://api.livechatinc.com/v3.5/customer/rtm/ws?organization_id=org%201%26"
    assert plain.in_region("dal").api == "https://api-dal.livechatinc.com"
    staging = Endpoints("o", region="fra", env="staging")
    assert staging.api == "https://api-fra.staging.livechatinc.com"
    assert staging.token() == "https://accounts.staging.livechatinc.com/v2/customer/token"
    own = Endpoints("o", "3.6", api_url="https://a", accounts_url="http://b")
    assert own.in_region("fra").socket == "wss://a/v3.6/customer/rtm/ws?organization_id=o"
    assert own.token(0) == "http://b/v2/customer/o/0/token"


CODES = """
AUTHENTICATION AUTHORIZATION CHAT_ALREADY_ACTIVE CHAT_LIMIT_REACHED CUSTOMER_BANNED
CUSTOMER_SESSION_FIELDS_LIMIT_REACHED ENTITY_TOO_LARGE GREETING_NOT_FOUND GROUP_OFFLINE GROUPS_OFFLINE
GROUP_NOT_FOUND GROUP_UNAVAILABLE INTERNAL LICENSE_EXPIRED MISDIRECTED_REQUEST
PENDING_REQUESTS_LIMIT_REACHED REQUEST_TIMEOUT SERVICE_UNAVAILABLE UNSUPPORTED_VERSION
USERS_LIMIT_REACHED VALIDATION WRONG_PRODUCT_VERSION

CONNECTION_LOST MISDIRECTED_CONNECTION SERVICE_TEMPORARILY_UNAVAILABLE TOO_MANY_UNAUTHORIZED_CONNECTIONS
NO_CONNECTION SDK_DESTROYED MISSING_CHAT_THREAD TOO_BIG_FILE UPLOAD_FAILED UPLOAD_CANCELED
SSO_IDENTITY_EXCEPTION SSO_OAUTH_EXCEPTION IDENTITY_MISMATCH
"""


@pytest.mark.parametrize("code", CODES.split())
def test_every_code_has_a_class(code: str) -> None:
    error = errors.error_for(code.lower(), "why", {"a": 1})
    assert type(error) is not errors.ChatError
    assert type(error).__name__ == "".join(part.capitalize() for part in code.split("_"))
    assert (error.code, error.message, error.data, str(error)) == (code, "why", {"a": 1}, "why")
    for twin in (error.copy(), copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (type(twin), twin.code, twin.message, twin.data) == (type(error), code, "why", {"a": 1})
    assert type(error)().message


def test_unknown_codes_and_wrong_arguments() -> None:
    error = errors.error_for("brand_new")
    assert (type(error), error.code) == (errors.ChatError, "BRAND_NEW")
    assert repr(error) == "ChatError(code='BRAND_NEW', message='Something went wrong.')"
    twin = errors.InvalidArgument("page", "is wrong").copy()
    assert isinstance(twin, errors.InvalidArgument) and twin.argument == "page"


@pytest.mark.parametrize("share_connection", [True, False])
async def test_in_the_browser_its_own_transport_is_taken_and_shared_with_other_tabs(
    monkeypatch: pytest.MonkeyPatch, share_connection: bool
) -> None:
    made, shared = MemoryTransport(), MemoryTransport()
    browser, tabs = ModuleType("chatwheel.transport.browser"), ModuleType("chatwheel.transport.browser_tabs")
    browser.BrowserTransport = lambda: made  # type: ignore[attr-defined]
    tabs.shared = lambda inner: shared if inner is made else None  # type: ignore[attr-defined]
    for module in (browser, tabs):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr("sys.platform", "emscripten")
    options: dict[str, Any] = {} if share_connection else {"share_connection": False}
    async with chatwheel.init(organization_id="org", client_id="client", **options):
        await made.settle()
    assert [len(transport.sockets) for transport in (made, shared)] == (
        [0, 1] if share_connection else [1, 0]
    )
    assert (shared if share_connection else made).is_closed
