"""What the tests of all actions share: everybody who could hear of a request, and what each of them has heard."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from chatwheel_devserver import DevServer
from conformance.server.bare import Bare, Json


class Scene:
    """Connections by name, and identifiers by name for the requests that are made; ended by its `with`."""

    def __init__(self, server: DevServer) -> None:
        self.server = server
        self.clients: dict[str, Bare] = {}
        self.ids: Json = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self.clients.values():
            await client.close()

    async def settle(self) -> dict[str, list[Json]]:
        """Take what each connection has heard until now."""
        heard = {}
        for name, client in self.clients.items():
            if not client.is_closed:
                await client.settle()
            heard[name] = [frame for frame in client.frames if frame["action"] != "ping"]
            client.frames.clear()
        return heard

    def fill(self, value: Any) -> Any:
        """Put identifiers in the place of ``$name``."""
        if isinstance(value, dict):
            return {key: self.fill(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.fill(one) for one in value]
        return self.ids[value[1:]] if isinstance(value, str) and value.startswith("$") else value
