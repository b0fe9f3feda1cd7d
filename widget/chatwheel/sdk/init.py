"""Making a client. (Being filled in.)"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from ..transport.base import Transport
from .auth import Auth
from .client import CustomerSDK


def init(
    *,
    organization_id: str,
    client_id: str,
    auto_connect: bool = True,
    group_id: int | None = None,
    unique_groups: bool = False,
    region: str | None = None,
    redirect_uri: str | None = None,
    customer_data_provider: Callable[[], Mapping[str, Any] | Awaitable[Mapping[str, Any]]] | None = None,
    identity_provider: Callable[[], Auth] | None = None,
    page: Mapping[str, Any] | None = None,
    referrer: str | None = None,
    mobile: bool = False,
    application: Mapping[str, Any] | None = None,
    token_storage_prefix: str = "@@lc_auth_token:",
    env: str = "production",
    api_url: str | None = None,
    accounts_url: str | None = None,
    request_timeout: float = 15.0,
    ping_interval: float = 15.0,
    silence_limit: float = 30.0,
    wait_for_connection: bool = True,
    api_version: Literal["3.5", "3.6"] = "3.5",
    transport: Transport | None = None,
) -> CustomerSDK:
    """Make a client and, unless told otherwise, connect it."""
    raise NotImplementedError
