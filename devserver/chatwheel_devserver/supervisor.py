"""Deadlines: who must log in, whose token has expired, who has gone to sleep, who has been away for too long."""

from __future__ import annotations

import asyncio
from typing import Final

from .clock import MICROSECONDS
from .connection import Connection
from .core import Core
from .idle import look_after_threads

_INTERVAL: Final = 1.0
_FILE_CHECK_EVERY: Final = 600
_THREAD_CHECK_EVERY: Final = 10


def sweep(core: Core) -> None:
    """End every connection whose time is over, and hand over the chats of agents who do not come back."""
    now, limits = core.clock.time(), core.config.limits
    for connection in list(core.connections):
        if not connection.is_logged_in:
            if now - connection.connected_at >= limits.login_seconds:
                connection.end()
        elif connection.token_expires_at <= now:
            connection.disconnect("access_token_expired")
        elif connection.role == "customer" and connection.silence >= limits.silence_seconds:
            connection.disconnect("connection_timeout")
        elif (
            connection.role == "customer" and now - _active_at(core, connection) >= limits.inactivity_seconds
        ):
            connection.disconnect("inactivity_timeout")
    core.absences.sweep()
    if core.config.opening_hours is not None:
        core.desk.availability.refresh()


def _active_at(core: Core, connection: Connection) -> float:
    """Return when a customer's connection was last of use, if only by being opened."""
    return max(connection.connected_at, core.hub.active_at(connection.user_id))


def remove_unused_files(core: Core) -> None:
    """Delete uploads that no event has used within a day."""
    before = int((core.clock.time() - core.config.limits.unused_file_seconds) * MICROSECONDS)
    for file_id in core.desk.files.unused_before(before):
        with core.database.transaction():
            core.desk.files.remove(file_id)


async def supervise(core: Core) -> None:
    """Look after the deadlines until cancelled."""
    rounds = 0
    while True:
        sweep(core)
        if rounds % _THREAD_CHECK_EVERY == 0:
            look_after_threads(core)
        if rounds % _FILE_CHECK_EVERY == 0:
            remove_unused_files(core)
        rounds += 1
        await asyncio.sleep(_INTERVAL)
