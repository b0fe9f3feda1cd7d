"""The token: fetched once, kept, renewed, or taken from the page."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import chatwheel
from chatwheel.sdk.auth import ProvidedAuth, TokenAuth
from chatwheel.sdk.errors import (
    ChatError,
    InvalidArgument,
    MalformedResponse,
    RequestTimeout,
    SsoIdentityException,
    SsoOauthException,
)
from chatwheel.sdk.models import Token
from chatwheel.transport.base import HttpResponse, TransportError
from chatwheel.transport.memory import DEFAULT_TOKEN, HttpRequest, MemoryTransport

from .conftest import MakeWorld, World

KEY = "@@lc_auth_token:org"


def tokens(transport: MemoryTransport) -> list[HttpRequest]:
    return [request for request in transport.requests if request.url.endswith("token")]


async def test_the_token_request(make_world: MakeWorld) -> None:
    transport = MemoryTransport(page_url="https://shop.example:8443/a/b?x=1#h")
    await make_world(transport)
    [request] = transport.requests
    assert (request.method, request.url, request.headers, request.credentials) == (
        "POST",
        "https://accounts.livechatinc.com/v2/customer/token",
        {},
        True,
    )
    assert json.loads(request.body or "") == {
        "response_type": "token",
        "grant_type": "cookie",
        "client_id": "client",
        "organization_id": "org",
        "redirect_uri": "https://shop.example:8443/a/b",
    }


async def test_a_separate_identity_for_each_group(make_world: MakeWorld) -> None:
    world = await make_world(
        unique_groups=True, group_id=3, env="labs", redirect_uri="https://x/", region="fra"
    )
    [request] = world.transport.requests
    assert request.url == "https://accounts.labs.livechatinc.com/v2/customer/org/3/token"
    assert json.loads(request.body or "")["redirect_uri"] == "https://x/"
    assert list(world.transport.storage.items) == ["@@lc_auth_token:org:3"]
    assert world.transport.socket.url.startswith("wss://api-fra.labs.livechatinc.com/")
    await world.push("customer_side_storage_updated", {"customer_side_storage": {}})
    assert "side_storage_org:3" in world.transport.storage.items


async def test_what_is_kept(world: World) -> None:
    assert json.loads(world.transport.storage.items[KEY]) == {
        "accessToken": "token-1",
        "entityId": "customer-1",
        "tokenType": "Bearer",
        "expiresIn": 28_800_000,
        "creationDate": 1_700_000_000_000,
        "organizationId": "org",
    }


async def test_a_token_is_kept_between_visits(world: World, make_world: MakeWorld) -> None:
    storage = world.transport.storage
    again = await make_world(MemoryTransport(storage=storage))
    assert again.status == "connected" and not again.transport.requests
    other = await make_world(MemoryTransport(storage=storage), token_storage_prefix="mine:")
    assert len(other.transport.requests) == 1 and "mine:org" in storage.items


@pytest.mark.parametrize(("left", "requests"), [(3_600_001, 0), (3_600_000, 1), (-1, 1)])
async def test_a_token_must_last_an_hour_when_a_visit_begins(
    make_world: MakeWorld, left: int, requests: int
) -> None:
    transport = MemoryTransport()
    kept = {
        "accessToken": "old",
        "entityId": "customer-1",
        "tokenType": "Bearer",
        "expiresIn": left,
        "creationDate": 1_700_000_000_000,
    }
    transport.storage.items[KEY] = json.dumps(kept)
    world = await make_world(transport)
    assert len(transport.requests) == requests
    expected = "Bearer token-1" if requests else "Bearer old"
    assert transport.sent("login")[0]["payload"]["token"] == expected
    assert world.status == "connected"


@pytest.mark.parametrize("text", ["", "{", "5", '{"accessToken": "x"}'])
async def test_a_damaged_store_is_ignored(make_world: MakeWorld, text: str) -> None:
    transport = MemoryTransport()
    transport.storage.items[KEY] = text
    world = await make_world(transport)
    assert world.status == "connected" and len(transport.requests) == 1


async def test_reconnecting_reuses_the_token_until_it_expires(world: World) -> None:
    world.transport.drop()
    await world.pass_time(2)
    assert len(world.transport.requests) == 1
    world.transport.refuse_sockets = True
    world.transport.drop()
    await world.pass_time(28_800)
    world.transport.refuse_sockets = False
    await world.pass_time(10)
    assert world.status == "connected" and len(world.transport.requests) == 2


async def test_asked_for_many_times_it_is_fetched_once(make_world: MakeWorld) -> None:
    world = await make_world(auto_connect=False)
    found = await asyncio.gather(*(world.sdk.auth.get_token() for _ in range(5)))
    fresh = await asyncio.gather(*(world.sdk.auth.get_fresh_token() for _ in range(5)))
    assert len({id(token) for token in found}) == 1 and len({id(token) for token in fresh}) == 1
    assert len(world.transport.requests) == 2


async def test_forgetting_the_token(world: World) -> None:
    assert await world.sdk.auth.has_token()
    await world.sdk.auth.invalidate()
    assert not await world.sdk.auth.has_token()
    assert not world.transport.storage.items
    assert (await world.sdk.auth.get_token()).access_token == "token-1"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"oauth_exception": "x"}, SsoOauthException),
        ({"identity_exception": "x"}, SsoIdentityException),
        ({"error": "x"}, MalformedResponse),
        ({**DEFAULT_TOKEN, "expires_in": True}, MalformedResponse),
        ({**DEFAULT_TOKEN, "token_type": None}, MalformedResponse),
    ],
)
async def test_refusals(make_world: MakeWorld, answer: Any, error: type[ChatError]) -> None:
    world = await make_world(auto_connect=False)
    world.transport.on_http = lambda request: HttpResponse(400, json.dumps(answer))
    with pytest.raises(error):
        await world.sdk.auth.get_fresh_token()


async def test_no_answer(make_world: MakeWorld) -> None:
    world = await make_world(auto_connect=False, request_timeout=3)

    def refuse(request: HttpRequest) -> HttpResponse:
        raise TransportError("no network")

    world.transport.on_http = refuse
    with pytest.raises(ChatError, match="no network"):
        await world.sdk.auth.get_fresh_token()

    async def hang(request: HttpRequest) -> HttpResponse:
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    world.transport.on_http = hang
    call = asyncio.ensure_future(world.sdk.auth.get_fresh_token())
    await world.pass_time(3)
    with pytest.raises(RequestTimeout):
        await call


async def test_a_visit_is_announced_once() -> None:
    """A login that begins at once tells of the page, too; the server hears of goals from nobody who is connected."""
    transport = MemoryTransport()
    page = {"url": "https://shop.example/"}
    sdk = chatwheel.init(
        organization_id="o", client_id="c", auto_connect=False, page=page, transport=transport
    )
    sdk.connect()
    await transport.settle()
    assert sdk.status == "connected"
    assert not [request for request in transport.requests if "check_goals" in request.url]
    await sdk.aclose()


async def test_without_connecting_the_customer_is_known(make_world: MakeWorld) -> None:
    world = await make_world(
        auto_connect=False,
        group_id=2,
        page={"url": "https://shop.example/"},
        customer_data_provider=lambda: {"session_fields": {"a": "1"}},
    )
    assert world.events == [("customer_id", "customer-1")]
    assert world.status == "disconnected" and not world.transport.sockets
    _, goals = world.transport.requests
    assert goals.url == "https://api.livechatinc.com/v3.5/customer/action/check_goals?organization_id=org"
    assert goals.headers["Authorization"] == "Bearer token-1" and not goals.credentials
    assert json.loads(goals.body or "") == {
        "session_fields": [{"a": "1"}],
        "group_id": 2,
        "page_url": "https://shop.example/",
    }
    world.sdk.connect()
    await world.transport.settle()
    assert world.names == ["customer_id", "connected"]
    assert len(tokens(world.transport)) == 1


class Provider:
    """An identity provider that notes what it is asked."""

    def __init__(self, left: float = 1e9, is_async: bool = True) -> None:
        self.calls: list[str] = []
        self._left = left
        self._is_async = is_async

    def _token(self, name: str) -> Any:
        self.calls.append(name)
        token = {
            "accessToken": f"own-{len(self.calls)}",
            "entityId": "customer-9",
            "tokenType": "Bearer",
            "expiresIn": self._left,
            "creationDate": 1_700_000_000_000,
        }
        return self._result(token)

    def _result(self, value: Any) -> Any:
        async def later() -> Any:
            return value

        return later() if self._is_async else value

    def get_token(self) -> Any:
        return self._token("get_token")

    def get_fresh_token(self) -> Any:
        return self._token("get_fresh_token")

    def has_token(self) -> Any:
        self.calls.append("has_token")
        return self._result(True)

    def invalidate(self) -> Any:
        self.calls.append("invalidate")
        return self._result(None)


@pytest.mark.parametrize("is_async", [True, False])
async def test_an_identity_of_ones_own(make_world: MakeWorld, is_async: bool) -> None:
    provider = Provider(is_async=is_async)
    world = await make_world(identity_provider=lambda: provider)
    assert world.sdk.customer_id == "customer-9"
    assert not world.transport.requests
    assert provider.calls == ["has_token", "get_token"]
    assert isinstance(await world.sdk.auth.get_token(), Token)


async def test_an_identity_of_ones_own_about_to_expire(make_world: MakeWorld) -> None:
    provider = Provider(left=3_600_000)
    await make_world(identity_provider=lambda: provider)
    assert provider.calls == ["has_token", "get_token", "invalidate", "get_fresh_token"]


async def test_an_identity_provider_that_fails(make_world: MakeWorld) -> None:
    with pytest.raises(InvalidArgument, match="identity_provider"):
        await make_world(identity_provider=lambda: object())
    provider = Provider()
    answer, provider._token = provider._token, lambda name: "nonsense"  # type: ignore[method-assign]
    world = await make_world(identity_provider=lambda: provider)
    assert world.status == "disconnected"
    provider._token = answer  # type: ignore[method-assign]
    await world.pass_time(1)
    assert world.status == "connected"


def token_auth(transport: MemoryTransport) -> TokenAuth:
    return TokenAuth(
        transport,
        "https://accounts.example/token",
        client_id="client",
        organization_id="org",
        redirect_uri=None,
        storage_key=KEY,
        timeout=5,
    )


async def test_what_is_kept_is_read_once_and_not_after_it_was_forgotten() -> None:
    transport = MemoryTransport()
    transport.storage.items[KEY] = json.dumps(DEFAULT_TOKEN)
    reads: list[str] = []
    read = transport.storage.get

    async def slowly(key: str) -> str | None:
        reads.append(key)
        await asyncio.sleep(0)
        return await read(key)

    transport.storage.get = slowly  # type: ignore[method-assign]
    auth = token_auth(transport)
    asked = [asyncio.ensure_future(auth.has_token()) for _ in range(2)]
    await asyncio.sleep(0)
    await auth.invalidate()
    assert await asyncio.gather(*asked) == [False, False]
    assert reads == [KEY]


async def test_putting_it_away_stops_a_request_under_way() -> None:
    transport = MemoryTransport()

    async def hang(request: HttpRequest) -> HttpResponse:
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    transport.on_http = hang
    auth = token_auth(transport)
    asked = asyncio.ensure_future(auth.get_token())
    await transport.settle()
    await auth.aclose()
    with pytest.raises(asyncio.CancelledError):
        await asked


async def test_an_identity_of_the_pages_own_need_not_be_put_away(make_world: MakeWorld) -> None:
    class Bare:
        async def get_token(self) -> Token:
            raise AssertionError

        get_fresh_token = get_token

        async def has_token(self) -> bool:
            return False

        async def invalidate(self) -> None: ...

    world = await make_world(auto_connect=False)
    world.sdk.auth = Bare()
    await world.sdk.aclose()
    assert world.status == "destroyed"


async def test_an_identity_provider_that_is_asynchronous(make_world: MakeWorld) -> None:
    provider = Provider()
    asked: list[str] = []

    async def provide() -> Any:
        asked.append("provider")
        return provider

    world = await make_world(identity_provider=provide)
    assert world.status == "connected" and asked == ["provider"]
    assert provider.calls == ["has_token", "get_token"]


async def test_an_identity_provider_that_is_asynchronous_and_fails(make_world: MakeWorld) -> None:
    async def provide() -> Any:
        return object()

    world = await make_world(identity_provider=provide)
    with pytest.raises(InvalidArgument, match="identity_provider"):
        await world.sdk.auth.get_token()
    await world.sdk.aclose()

    async def hang() -> Any:
        await asyncio.get_running_loop().create_future()

    world = await make_world(identity_provider=hang)
    await world.sdk.aclose()
    assert len(asyncio.all_tasks()) == 1


def test_an_identity_provider_that_nobody_asks() -> None:
    async def provide() -> Any:
        raise AssertionError

    future: asyncio.Future[Any] | None = None

    def promise() -> Any:
        return future

    async def main() -> None:
        nonlocal future
        future = asyncio.get_running_loop().create_future()
        for provider in (provide, promise):
            auth = ProvidedAuth(provider())
            await auth.aclose()
        await sdk.aclose()

    transport = MemoryTransport()
    sdk = chatwheel.init(
        organization_id="o", client_id="c", auto_connect=False, identity_provider=provide, transport=transport
    )
    asyncio.run(main())


async def test_a_token_of_ones_own_needs_no_times(make_world: MakeWorld) -> None:
    provider = Provider()
    bare = {"accessToken": "own", "entityId": "customer-9", "tokenType": "Bearer"}
    provider._token = lambda name: bare  # type: ignore[method-assign]
    world = await make_world(identity_provider=lambda: provider)
    assert world.status == "connected"
    assert world.transport.sent("login")[0]["payload"]["token"] == "Bearer own"
    assert (await world.sdk.auth.get_token()).to_js() == bare


async def test_asked_for_while_it_is_fetched_it_is_fetched_once() -> None:
    transport = MemoryTransport()
    answer: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
    transport.on_http = lambda request: answer
    auth = token_auth(transport)
    first = asyncio.ensure_future(auth.get_token())
    await transport.settle()
    second = asyncio.ensure_future(auth.get_token())
    await transport.settle()
    answer.set_result(HttpResponse(200, json.dumps(DEFAULT_TOKEN)))
    assert await first == await second
    assert len(transport.requests) == 1
