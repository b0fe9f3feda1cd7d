"""Keeping a connection alive, and noticing that the other side has gone silent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf

PROBE_TIMEOUT = 2.0
"""Seconds within which something must be heard after the machine came back online."""


class Beat(Enum):
    """What to do now."""

    NOTHING = "nothing"
    PING = "ping"
    GIVE_UP = "give up"


@dataclass
class Heartbeat:
    """Asks for a ping every `ping_interval` seconds, and to give up after `silence_limit` seconds of silence.

    The pings do not depend on what is heard: the server closes a connection over which the client says nothing,
    however much it says itself. A ping comes before giving up in any case: a machine that slept gets a chance to hear
    what waits for it.
    """

    ping_interval: float
    silence_limit: float
    heard_at: float = 0.0
    pinged_at: float = 0.0
    unheard_since: float | None = None
    probe_until: float | None = None

    def start(self, now: float) -> None:
        """A connection begins."""
        self.heard_at = self.pinged_at = now
        self.unheard_since = self.probe_until = None

    def heard(self, now: float) -> bool:
        """Something came; returns whether that ends a probe."""
        was_probing = self.probe_until is not None
        self.heard_at = now
        self.unheard_since = self.probe_until = None
        return was_probing

    def pinged(self, now: float) -> None:
        """A ping went out."""
        self.pinged_at = now
        if self.unheard_since is None:
            self.unheard_since = now

    def probe(self, now: float) -> None:
        """Something must be heard soon."""
        self.probe_until = now + PROBE_TIMEOUT

    @property
    def deadline(self) -> float:
        """When to ask again."""
        return min(self.pinged_at + self.ping_interval, self._end)

    @property
    def _end(self) -> float:
        """When to give up, as things stand."""
        if self.unheard_since is None:
            return inf
        patience = self.unheard_since + self.silence_limit - self.ping_interval
        silence = max(patience, self.heard_at + self.silence_limit)
        return silence if self.probe_until is None else min(silence, self.probe_until)

    def check(self, now: float) -> Beat:
        """What the time asks for."""
        if now >= self._end:
            return Beat.GIVE_UP
        return Beat.PING if now >= self.deadline else Beat.NOTHING
