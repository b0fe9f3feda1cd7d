"""The parts of a running server, put together."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .absence import Absences
from .actions import ACTIONS
from .agent_actions import AGENT_ACTIONS
from .calls import Action, Actions, Call
from .clock import Clock
from .config import Config
from .desk import Desk
from .errors import ApiError
from .faults import Faults
from .hub import Hub
from .identity import Identity
from .link_watch import LinkWatch
from .rates import Rates
from .recorder import Role
from .storage.database import Database
from .storage.files import FileTable
from .wire.base import read_request

if TYPE_CHECKING:
    from .connection import Connection

logger = logging.getLogger("chatwheel.devserver")

ACTIONS_OF: dict[Role, Actions] = {"customer": Actions(ACTIONS), "agent": Actions(AGENT_ACTIONS)}


class Core:
    """Everything that the routes and the scripted agent work with."""

    def __init__(
        self, config: Config, data: Path, clock: Clock | None = None, *, is_lasting: bool = True
    ) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.config = config
        self.data = data
        self.clock = clock or Clock()
        self.started_at = self.clock.time()
        self.database = Database(data / "chats.sqlite3", is_lasting=is_lasting)
        self.hub = Hub(config.limits.recorded_frames, config.limits.recorded_bytes)
        self.desk = Desk(
            config, self.clock, self.database, FileTable(self.database, data / "files"), self.hub
        )
        self.absences = Absences(self.desk)
        self.links = LinkWatch(self)
        self.identity = Identity(config, self.clock, self.database)
        self.faults = Faults()
        self.rates = Rates(config, self.clock)
        self.connections: set[Connection] = set()
        self.url = ""
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside, and keep hold of it until it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a task of the server failed", exc_info=error)

    async def close(self) -> None:
        """End what runs and let go of the database."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.database.close()


def find_action(role: Role, name: str, version: str, *, over_web: bool) -> Action:
    """Return an action that exists in this version and over this way."""
    action = ACTIONS_OF[role].get(name)
    if action is None or not (action.over_web if over_web else action.over_rtm):
        raise ApiError("validation", f"action: {name[:80]!r} does not exist")
    if version < action.since:
        raise ApiError("validation", f"action: {name!r} exists from version {action.since} on")
    return action


async def perform(core: Core, action: Action, call: Call, payload: object) -> Any:
    """Do what a request asks for; its changes are committed when this returns."""
    request = read_request(action.model, payload)
    if action.is_async:
        waiting = action.handler(call, request)
        assert inspect.isawaitable(waiting)
        answer = await waiting
        return {} if answer is None else answer
    return _perform_now(core, action, call, request)


def perform_now(core: Core, action: Action, call: Call, payload: object) -> Any:
    """Do what a request asks for, without giving anything else a chance to run meanwhile."""
    return _perform_now(core, action, call, read_request(action.model, payload))


def _perform_now(core: Core, action: Action, call: Call, request: object) -> Any:
    with core.database.transaction():
        answer = action.handler(call, request)
    assert not inspect.isawaitable(answer)
    return {} if answer is None else answer


def as_api_error(error: Exception) -> ApiError:
    """Tell clients about a fault of ours without telling them what it was."""
    if isinstance(error, ApiError):
        return error
    logger.error("a request failed", exc_info=error)
    return ApiError("internal", "Internal server error")
