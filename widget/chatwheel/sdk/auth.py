"""The customer's token: fetched, kept between visits, renewed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, Protocol, TypeVar, runtime_checkable

from pydantic import TypeAdapter, ValidationError

from ..transport.base import Transport, TransportError
from .endpoints import page_address
from .errors import (
    ChatError,
    InvalidArgument,
    MalformedResponse,
    RequestTimeout,
    SsoIdentityException,
    SsoOauthException,
)
from .models import Token

logger = logging.getLogger("chatwheel.sdk")
T = TypeVar("T")

DEFAULT_TOKEN_PREFIX = "@@lc_auth_token:"
LASTING = 3_600_000
"""Milliseconds a token must still be good for when a visit begins."""

_OBJECT: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


@runtime_checkable
class Auth(Protocol):
    """What knows the customer's token; also what an `identity_provider` returns."""

    async def get_token(self) -> Token:
        """Give a token that has not expired, fetched if need be.

        Returns:
            The token; its `entity_id` is the customer's id.

        Raises:
            SsoOauthException, SsoIdentityException: the accounts server refuses.
            MalformedResponse: its answer is no token.
            RequestTimeout: it does not answer in time.
            ChatError: it cannot be reached (`TOKEN_REQUEST_FAILED`).

        Example:
            token = await sdk.auth.get_token()
            header = f"{token.token_type} {token.access_token}"
        """
        ...

    async def get_fresh_token(self) -> Token:
        """Fetch a new token, whatever is known.

        Returns:
            The token, which is kept from here on.

        Raises:
            ChatError: as `get_token`.

        Example:
            token = await sdk.auth.get_fresh_token()
        """
        ...

    async def has_token(self) -> bool:
        """Tell whether a token is known, expired or not.

        Returns:
            Whether there is one.

        Raises:
            Exception: only what an `identity_provider` raises.

        Example:
            is_known = await sdk.auth.has_token()
        """
        ...

    async def invalidate(self) -> None:
        """Forget the token; the next one is fetched. The connection stays.

        Raises:
            Exception: only what an `identity_provider` raises.

        Example:
            await sdk.auth.invalidate()
        """
        ...


class TokenAuth:
    """Tokens by the cookie grant of the accounts server, kept in the transport's storage.

    Args:
        transport: the way there.
        url: of the token endpoint.
        client_id: id of the application.
        organization_id: the organization.
        redirect_uri: registered address of the application; the page's own if `None`.
        storage_key: where the token is kept.
        timeout: seconds to wait for the accounts server.
    """

    def __init__(
        self,
        transport: Transport,
        url: str,
        *,
        client_id: str,
        organization_id: str,
        redirect_uri: str | None,
        storage_key: str,
        timeout: float,
    ) -> None:
        self._transport = transport
        self._url = url
        self._client_id = client_id
        self._organization_id = organization_id
        self._redirect_uri = redirect_uri
        self._storage_key = storage_key
        self._timeout = timeout
        self._token: Token | None = None
        self._is_restored = False
        self._restoring: asyncio.Task[None] | None = None
        self._fetching: asyncio.Task[Token] | None = None

    async def get_token(self) -> Token:
        """See `Auth`."""
        if self._fetching is None:
            await self._restore()
        if self._fetching is None and self._token is not None and self._left(self._token) > 0:
            return self._token
        return await self.get_fresh_token()

    async def get_fresh_token(self) -> Token:
        """See `Auth`; asked for twice at once, it is fetched once."""
        if self._fetching is None:
            self._fetching = asyncio.ensure_future(self._fetch())
            self._fetching.add_done_callback(self._fetched)
        return await joined(self._fetching)

    async def has_token(self) -> bool:
        """See `Auth`."""
        await self._restore()
        return self._token is not None

    async def invalidate(self) -> None:
        """See `Auth`."""
        self._is_restored = True
        self._token = None
        await self._transport.storage.remove(self._storage_key)

    async def aclose(self) -> None:
        """Stop what is under way."""
        tasks = [task for task in (self._fetching, self._restoring) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _left(self, token: Token) -> float:
        return token.milliseconds_left(self._transport.clock.time())

    async def _restore(self) -> None:
        if not self._is_restored:
            if self._restoring is None:
                self._restoring = asyncio.ensure_future(self._read_stored())
            await joined(self._restoring)

    async def _read_stored(self) -> None:
        text = await self._transport.storage.get(self._storage_key)
        if self._is_restored:
            return
        self._is_restored = True
        if text:
            try:
                self._token = Token.model_validate_json(text)
            except ValidationError:
                logger.warning("the stored token cannot be read and is ignored")

    def _fetched(self, task: asyncio.Task[Token]) -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()

    async def _fetch(self) -> Token:
        work = self._transport.request("POST", self._url, body=self._body(), credentials=True)
        try:
            response = await within(self._transport, self._timeout, work)
        except TransportError as error:
            raise ChatError(f"The token cannot be fetched: {error}", code="TOKEN_REQUEST_FAILED") from error
        token = self._read(response.status, response.text)
        self._token, self._is_restored = token, True
        text = token.model_dump_json(by_alias=True, exclude_unset=True)
        await self._transport.storage.set(self._storage_key, text)
        return token

    def _body(self) -> str:
        body = {
            "response_type": "token",
            "grant_type": "cookie",
            "client_id": self._client_id,
            "organization_id": self._organization_id,
        }
        page = self._transport.page_url()
        redirect_uri = self._redirect_uri or (page_address(page) if page else None)
        if redirect_uri:
            body["redirect_uri"] = redirect_uri
        return _OBJECT.dump_json(body).decode()

    def _read(self, status: int, text: str) -> Token:
        try:
            data = _OBJECT.validate_json(text)
        except (ValidationError, UnicodeError):
            raise MalformedResponse(f"The accounts server answered nonsense (HTTP {status}).") from None
        if isinstance(data.get("identity_exception"), str):
            raise SsoIdentityException(data["identity_exception"])
        if isinstance(data.get("oauth_exception"), str):
            raise SsoOauthException(data["oauth_exception"])
        usable = [data.get(name) for name in ("access_token", "entity_id", "token_type")]
        seconds = data.get("expires_in")
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds > 0
        if not all(isinstance(value, str) and value for value in usable) or not is_number:
            raise MalformedResponse(f"The accounts server's answer is no token (HTTP {status}).")
        return Token(
            access_token=data["access_token"],
            entity_id=data["entity_id"],
            token_type=data["token_type"],
            expires_in=data["expires_in"] * 1000,
            creation_date=int(self._transport.clock.time() * 1000),
            organization_id=self._organization_id,
        )


class ProvidedAuth:
    """Tokens from the page's own `identity_provider`, which may be plain or asynchronous, as may its functions."""

    def __init__(self, provided: Any) -> None:
        self._provided = provided
        self._finding: asyncio.Future[Any] | None = None

    async def get_token(self) -> Token:
        """See `Auth`."""
        return self._read(await self._ask("get_token"))

    async def get_fresh_token(self) -> Token:
        """See `Auth`."""
        return self._read(await self._ask("get_fresh_token"))

    async def has_token(self) -> bool:
        """See `Auth`."""
        return bool(await self._ask("has_token"))

    async def invalidate(self) -> None:
        """See `Auth`."""
        await self._ask("invalidate")

    async def aclose(self) -> None:
        """Stop what is under way."""
        if self._finding is not None:
            self._finding.cancel()
            await asyncio.gather(self._finding, return_exceptions=True)
        elif asyncio.iscoroutine(self._provided):
            self._provided.close()

    async def _ask(self, method: str) -> Any:
        if isinstance(self._provided, Awaitable):
            if self._finding is None:
                self._finding = asyncio.ensure_future(self._provided)
            provided = checked_provider(await joined(self._finding))
        else:
            provided = self._provided
        return await settled(getattr(provided, method)())

    def _read(self, token: Any) -> Token:
        try:
            return Token.model_validate(token)
        except ValidationError as error:
            raise MalformedResponse("The identity provider's answer is no token.") from error


def checked_provider(provided: Any) -> Any:
    """What an `identity_provider` returned, if it has the methods of `Auth`."""
    for method in ("get_token", "get_fresh_token", "has_token", "invalidate"):
        if not callable(getattr(provided, method, None)):
            raise InvalidArgument("identity_provider", f"must return an object with the method {method}")
    return provided


async def settled(value: Any) -> Any:
    """A value, awaited if it can be."""
    return await value if isinstance(value, Awaitable) else value


async def joined(task: asyncio.Future[T]) -> T:
    """The result of a task for which others wait too: it goes on when one of them is cancelled.

    Like `asyncio.shield`, which logs the failure of a task that its waiter has left.
    """
    await asyncio.wait((task,))
    return task.result()


async def within(transport: Transport, seconds: float, work: Awaitable[T]) -> T:
    """The result of `work`, or `RequestTimeout` after that many seconds of the transport's clock."""
    task = asyncio.ensure_future(work)
    timer = asyncio.ensure_future(transport.clock.sleep(seconds))
    try:
        await asyncio.wait((task, timer), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise RequestTimeout()
        return task.result()
    finally:
        timer.cancel()
        if not task.done():
            task.cancel()
