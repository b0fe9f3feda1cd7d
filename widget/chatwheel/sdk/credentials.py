"""Gathering what a login needs: the token, what the server asked to keep, what the page says of the customer."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..transport.base import Transport
from .actions import customer_argument
from .auth import LASTING, Auth, settled
from .errors import ChatError
from .login import Credentials
from .models import Token

logger = logging.getLogger("chatwheel.sdk")

CustomerDataProvider = Callable[[], Mapping[str, Any] | Awaitable[Mapping[str, Any]]]


class CredentialSource:
    """Where credentials come from.

    Args:
        transport: its storage keeps what the server asked to keep.
        auth: knows the token.
        customer_data_provider: what the page says of the customer.
        side_storage_key: where that is kept.
    """

    def __init__(
        self,
        transport: Transport,
        auth: Auth,
        customer_data_provider: CustomerDataProvider | None,
        side_storage_key: str,
    ) -> None:
        self.auth = auth
        self._transport = transport
        self._customer_data_provider = customer_data_provider
        self._side_storage_key = side_storage_key

    async def gather(self, need: str) -> Credentials:
        """Everything for a login; `need` says what kind of token, see `outputs.Open`. Raises `ChatError` only."""
        try:
            return Credentials(await self._token(need), await self._side_storage(), await self._customer())
        except ChatError:
            raise
        except Exception as error:  # a provider of the page's own failed
            logger.exception("the login cannot be prepared")
            raise ChatError(f"The login cannot be prepared: {error}", code="LOGIN_NOT_PREPARED") from error

    async def keep(self, side_storage: Mapping[str, Any]) -> None:
        """Keep what the server asked to keep."""
        await self._transport.storage.set(self._side_storage_key, json.dumps(side_storage))

    async def announce(self, token: Token, url: str, group_id: int, page_url: str) -> None:
        """Have the page checked for goals, for a customer who is not connected (Customer Chat API: check_goals)."""
        fields = customer_argument(await self._customer()).get("session_fields", [])
        body = {"session_fields": fields, "group_id": group_id, "page_url": page_url}
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"{token.token_type} {token.access_token}",
        }
        await self._transport.request("POST", url, headers=headers, body=json.dumps(body))

    async def _token(self, need: str) -> Token:
        if need == "fresh":
            return await self.auth.get_fresh_token()
        if need == "lasting" and await self.auth.has_token():
            token = await self.auth.get_token()
            if token.milliseconds_left(self._transport.clock.time()) > LASTING:
                return token
            await self.auth.invalidate()
            return await self.auth.get_fresh_token()
        return await self.auth.get_token()

    async def _side_storage(self) -> Mapping[str, Any]:
        text = await self._transport.storage.get(self._side_storage_key)
        try:
            storage = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            storage = {}
        return storage if isinstance(storage, dict) else {}

    async def _customer(self) -> Mapping[str, Any]:
        if self._customer_data_provider is None:
            return {}
        data = await settled(self._customer_data_provider())
        if not isinstance(data, Mapping):
            raise TypeError("customer_data_provider did not return a mapping")
        return data
