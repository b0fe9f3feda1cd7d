"""Noticing that the other side has gone silent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PROBE_TIMEOUT = 2.0
"""Seconds within which something must be heard after the machine came back online."""


class Beat(Enum):
    """What to do now."""

    NOTHING = "nothing"
    PING = "ping"
    GIVE_UP = "give up"


@dataclass
class Heartbeat:
    """Asks for a ping after `ping_interval` seconds of silence, and to give up at `silence_limit`.

    A ping comes before giving up in any case: a machine that slept gets a chance to hear what waits for it.
    """

    ping_interval: float
    silence_limit: float
    heard_at: float = 0.0
    pinged_at: float | None = None
    probe_until: float | None = None

    def start(self, now: float) -> None:
        """A connection begins."""
        self.heard_at, self.pinged_at, self.probe_until = now, None, None

    def heard(self, now: float) -> bool:
        """Something came; returns whether that ends a probe."""
        was_probing = self.probe_until is not None
        self.start(now)
        return was_probing

    def pinged(self, now: float) -> None:
        """A ping went out."""
        self.pinged_at = now

    def probe(self, now: float) -> None:
        """Something must be heard soon."""
        self.probe_until = now + PROBE_TIMEOUT

    @property
    def deadline(self) -> float:
        """When to ask again."""
        if self.pinged_at is None:
            silence = self.heard_at + self.ping_interval
        else:
            silence = self.pinged_at + max(self.silence_limit - self.ping_interval, 0)
        return silence if self.probe_until is None else min(silence, self.probe_until)

    def check(self, now: float) -> Beat:
        """What the time asks for."""
        if now < self.deadline:
            return Beat.NOTHING
        if self.pinged_at is None and self.probe_until is None:
            return Beat.PING
        return Beat.GIVE_UP
