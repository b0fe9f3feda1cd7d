"""Making a client: check what was given, choose the world, connect."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from random import random
from typing import Any, Literal

from ..transport.base import Transport
from ..version import __version__
from .auth import DEFAULT_TOKEN_PREFIX, Auth, ProvidedAuth, TokenAuth, checked_provider
from .client import CustomerSDK
from .credentials import CredentialSource, CustomerDataProvider
from .driver import new_request_id, require_loop
from .endpoints import Endpoints, is_origin, is_part
from .errors import InvalidArgument
from .login import Settings
from .protocol import write_request
from .session import Session

_VERSIONS = ("3.5", "3.6")


def init(
    *,
    organization_id: str,
    client_id: str,
    auto_connect: bool = True,
    group_id: int | None = None,
    unique_groups: bool = False,
    region: str | None = None,
    redirect_uri: str | None = None,
    customer_data_provider: CustomerDataProvider | None = None,
    identity_provider: Callable[[], Auth | Awaitable[Auth]] | None = None,
    page: Mapping[str, Any] | None = None,
    referrer: str | None = None,
    mobile: bool = False,
    application: Mapping[str, Any] | None = None,
    token_storage_prefix: str = DEFAULT_TOKEN_PREFIX,
    env: str = "production",
    api_url: str | None = None,
    accounts_url: str | None = None,
    request_timeout: float = 15.0,
    ping_interval: float = 15.0,
    silence_limit: float = 30.0,
    wait_for_connection: bool = True,
    catch_up: bool = True,
    api_version: Literal["3.5", "3.6"] = "3.5",
    share_connection: bool = True,
    transport: Transport | None = None,
) -> CustomerSDK:
    """Make a client and, unless told otherwise, connect it.

    Args:
        organization_id: the organization.
        client_id: id of the application, registered with the organization.
        auto_connect: connect at once; otherwise `connect()` does.
        group_id: the group to chat with.
        unique_groups: a separate identity for each group; needs `group_id`.
        region: `dal`, `fra`, or `None`.
        redirect_uri: registered address of the application; in a browser the page's own if left out.
        customer_data_provider: called for every login; returns any of `name`, `email`, `avatar`, `session_fields`.
        identity_provider: called once; returns an object with the methods of `Auth`, to take tokens from elsewhere;
            both may be plain or asynchronous.
        page: `url` and `title` of the page the customer is on.
        referrer: where the customer came from.
        mobile: whether this is a mobile device.
        application: `name`, `version`, `channel_type` told to the server.
        token_storage_prefix: beginning of the key under which the token is kept.
        env: `production`, or another environment of LiveChat.
        api_url: origin of another API server, such as `http://127.0.0.1:8000`.
        accounts_url: origin of another accounts server.
        request_timeout: seconds after which a call fails.
        ping_interval: seconds between two pings; the server closes a connection that says nothing for about 30.
        silence_limit: seconds of silence after which the connection is given up.
        wait_for_connection: `False` makes calls fail with `NoConnection` at once instead of waiting for a connection.
        catch_up: after a lost connection, read what was said meanwhile and tell it as if it had just come.
        api_version: of the Customer Chat API.
        share_connection: in a browser that lets tabs find each other, all tabs of a customer have one connection;
            `False` gives this one its own. Does not count with a `transport`.
        transport: the way to the outside; chosen by where this runs if left out.

    Returns:
        The client; `async with` closes it.

    Raises:
        InvalidArgument: an argument cannot be used; the error names it.
        ChatError: `auto_connect` without a running event loop.

    Example:
        async with chatwheel.init(organization_id="o", client_id="c", page={"url": "https://shop.example/"}) as sdk:
            connected = await sdk.wait_for("connected", timeout=30)
            print(connected.customer.id)
    """
    _check(locals())
    endpoints = Endpoints(organization_id, api_version, region or None, env, api_url, accounts_url)
    if auto_connect:
        require_loop()
    chosen = transport if transport is not None else _default_transport(share_connection)
    scope = f"{organization_id}:{group_id}" if unique_groups else organization_id
    if identity_provider is not None:
        provided = identity_provider()
        auth: Auth = ProvidedAuth(provided if isinstance(provided, Awaitable) else checked_provider(provided))
    else:
        auth = TokenAuth(
            chosen,
            endpoints.token(group_id if unique_groups else None),
            client_id=client_id,
            organization_id=organization_id,
            redirect_uri=redirect_uri,
            storage_key=f"{token_storage_prefix}{scope}",
            timeout=request_timeout,
        )
    settings = Settings(
        endpoints,
        _application(application),
        group_id,
        referrer,
        mobile,
        ping_interval,
        silence_limit,
        catch_up,
    )
    sdk = CustomerSDK(
        Session(settings, random=random, new_id=new_request_id, page=page),
        chosen,
        CredentialSource(chosen, auth, customer_data_provider, f"side_storage_{scope}"),
        request_timeout=request_timeout,
        wait_for_connection=wait_for_connection,
        owns_transport=transport is None,
    )
    if auto_connect:
        sdk.connect()
    else:
        sdk.prefetch(group_id or 0, (page or {}).get("url"))
    return sdk


def _application(given: Mapping[str, Any] | None) -> dict[str, Any]:
    given = given or {}
    application = {"name": given.get("name", "chatwheel"), "version": given.get("version", __version__)}
    channel_type = given.get("channel_type") or given.get("channelType")
    return {**application, **({"channel_type": channel_type} if channel_type else {})}


def _default_transport(share_connection: bool) -> Transport:
    if sys.platform == "emscripten":
        from ..transport.browser import BrowserTransport

        if not share_connection:
            return BrowserTransport()
        from ..transport.browser_tabs import shared

        return shared(BrowserTransport())
    from ..transport.cpython import CPythonTransport

    return CPythonTransport()


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def _is_written(value: Any, *texts: str) -> bool:
    """Whether every login can say it: a mapping that JSON can hold, in which these are texts if they are there."""
    if not isinstance(value, Mapping) or not all(isinstance(value.get(name), str | None) for name in texts):
        return False
    try:
        write_request("", "login", value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _is_page(value: Any) -> bool:
    return _is_written(value, "url", "title")


def _is_application(value: Any) -> bool:
    return _is_written(value, "name", "version", "channel_type", "channelType")


def _or_none(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or test(value)


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "organization_id": (_is_text, "must be a text that is not empty"),
    "client_id": (_is_text, "must be a text that is not empty"),
    "auto_connect": (_is(bool), "must be True or False"),
    "group_id": (
        _or_none(lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0),
        "must be a whole number",
    ),
    "unique_groups": (_is(bool), "must be True or False"),
    "region": (
        lambda value: value in (None, "") or is_part(value),
        "must be letters and digits",
    ),
    "redirect_uri": (_or_none(_is_text), "must be a text"),
    "customer_data_provider": (_or_none(callable), "must be callable"),
    "identity_provider": (_or_none(callable), "must be callable"),
    "page": (_or_none(_is_page), "must be a mapping that JSON can hold, with url and title, both texts"),
    "referrer": (_or_none(_is(str)), "must be a text"),
    "mobile": (_is(bool), "must be True or False"),
    "application": (
        _or_none(_is_application),
        "must be a mapping with name, version and channel_type, all texts",
    ),
    "token_storage_prefix": (_is(str), "must be a text"),
    "env": (is_part, "must be letters and digits"),
    "api_url": (_or_none(is_origin), "must be an origin such as https://chat.example"),
    "accounts_url": (_or_none(is_origin), "must be an origin such as https://accounts.example"),
    "request_timeout": (_is_number, "must be a number of seconds above 0"),
    "ping_interval": (_is_number, "must be a number of seconds above 0"),
    "silence_limit": (_is_number, "must be a number of seconds above 0"),
    "wait_for_connection": (_is(bool), "must be True or False"),
    "catch_up": (_is(bool), "must be True or False"),
    "share_connection": (_is(bool), "must be True or False"),
    "api_version": (lambda value: value in _VERSIONS, "must be 3.5 or 3.6"),
    "transport": (
        _or_none(lambda value: hasattr(value, "clock") and callable(getattr(value, "open_socket", None))),
        "must be a transport",
    ),
}


def _check(arguments: Mapping[str, Any]) -> None:
    for name, (is_valid, problem) in _RULES.items():
        if not is_valid(arguments[name]):
            raise InvalidArgument(name, f"{problem}, not {arguments[name]!r}")
    if arguments["unique_groups"] and arguments["group_id"] is None:
        raise InvalidArgument("group_id", "is needed with unique_groups")
    if arguments["silence_limit"] <= arguments["ping_interval"]:
        raise InvalidArgument("silence_limit", "must be longer than ping_interval")
