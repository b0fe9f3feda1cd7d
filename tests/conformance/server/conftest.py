"""A server for each test, and clients that close by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from chatwheel_devserver import DevServer
from conformance.server import bare
from conformance.server.bare import Bare

Connect = Callable[..., Awaitable[Bare]]


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    async with DevServer() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def connect(server: DevServer, http: aiohttp.ClientSession) -> AsyncIterator[Connect]:
    """Opens a connection that is not logged in."""
    opened: list[Bare] = []

    async def connect(url: str | None = None) -> Bare:
        client = await Bare.connect(http, url or server.socket_url())
        opened.append(client)
        return client

    yield connect
    for client in opened:
        await client.close()


@pytest.fixture
async def customer(server: DevServer, http: aiohttp.ClientSession) -> AsyncIterator[Connect]:
    """Logs customers in."""
    opened: list[Bare] = []

    async def log_in(**options: Any) -> Bare:
        opened.append(await bare.customer(server, http, **options))
        return opened[-1]

    yield log_in
    for client in opened:
        await client.close()


@pytest.fixture
async def agent(server: DevServer, http: aiohttp.ClientSession) -> AsyncIterator[Connect]:
    """Logs agents in."""
    opened: list[Bare] = []

    async def log_in(*, email: str | None = None, **options: Any) -> Bare:
        opened.append(await bare.agent(server, http, email, **options))
        return opened[-1]

    yield log_in
    for client in opened:
        await client.close()
