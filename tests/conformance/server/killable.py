"""Servers in processes of their own that start in a moment, to be killed without a word or to be measured."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import aiohttp

from chatwheel_devserver import Config, DevServer

LOGIN = {"grant_type": "cookie", "client_id": "demo-client", "organization_id": "demo-organization"}

# A process that has imported everything once makes the others out of itself.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["chatwheel_devserver.server"])


def _serve(data: str, address: Connection, config: Config) -> None:
    async def serve() -> None:
        async with DevServer(data=data, config=config) as server:
            address.send(f"{server.url}/")
            await asyncio.Event().wait()

    asyncio.run(serve())


@contextmanager
def serving(data: Path, config: Config | None = None) -> Iterator[tuple[BaseProcess, str]]:
    """Start a server on this folder; yield its process and its address, and kill it at the end."""
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_serve, args=(str(data), theirs, config or Config()), daemon=True)
    process.start()
    try:
        if not ours.poll(20):
            raise TimeoutError("the server does not start")
        yield process, ours.recv()
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()
        theirs.close()


def socket_of(url: str, role: str = "customer") -> str:
    return f"ws{url[4:]}v3.5/{role}/rtm/ws?organization_id=demo-organization"


async def token_of(http: aiohttp.ClientSession, url: str) -> tuple[str, str]:
    async with http.post(url + "v2/customer/token", json=LOGIN) as response:
        answer = await response.json()
        return answer["access_token"], answer["entity_id"]
