"""An agent inside the server's own process: hears the same pushes and makes the same requests as one over a socket."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from ..calls import Call
from ..core import Core, find_action, perform_now
from ..errors import DisconnectReason
from ..lens import AgentLens, CustomerLens, Json
from ..recorder import Role

_VERSION: Final = "3.6"


class LocalAgent:
    """A session without a socket; what it hears lies in a queue until the program takes it."""

    role: Role = "agent"
    wanted: frozenset[str] | None = frozenset(
        {"incoming_chat", "incoming_event", "chat_deactivated", "user_removed_from_chat"}
    )

    def __init__(self, core: Core, email: str, *, is_scripted: bool = True) -> None:
        self._core = core
        self.is_scripted = is_scripted
        self.number = core.hub.next_number()
        self.user_id = email
        self.heard: asyncio.Queue[Json] = asyncio.Queue()

    @property
    def lens(self) -> CustomerLens | AgentLens:
        """How agents see the records."""
        return AgentLens(self._core.config, self._core.url, _VERSION, self.user_id)

    def deliver(self, frame: Json) -> None:
        """Keep a push for the program."""
        self.heard.put_nowait(frame)

    def disconnect(self, reason: DisconnectReason, data: dict[str, str] | None = None) -> None:
        """Leave the server."""
        self.end()

    def end(self) -> None:
        """Leave the server."""
        self._core.hub.detach(self)

    def request(self, name: str, payload: Json) -> Any:
        """Do something as this agent; raise ``ApiError`` if the server refuses."""
        action = find_action("agent", name, _VERSION, over_web=False)
        call = Call(self._core.desk, self.user_id, self.lens)
        answer = perform_now(self._core, action, call, payload)
        self._core.hub.flush(call.outbox)
        for callback in call.afterwards:
            callback()
        return answer
