"""How long to wait before trying again. Draws no random number: it is given one."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor


@dataclass
class Backoff:
    """Delays that double from `minimum` to `maximum` milliseconds, scattered by up to `jitter` of their length."""

    minimum: int
    maximum: int
    jitter: float
    attempt: int = 0

    def next(self, random: float) -> float:
        """The next delay in seconds; `random` is uniform in [0, 1) and decides size and sign of the scatter."""
        base: int = self.minimum << min(self.attempt, 30)
        self.attempt += 1
        deviation = floor(random * self.jitter * base)
        delay = base - deviation if floor(random * 10) % 2 == 0 else base + deviation
        return min(delay, self.maximum) / 1000

    def reset(self) -> None:
        """Start again from the shortest delay."""
        self.attempt = 0


def socket_backoff() -> Backoff:
    """After a socket was lost or did not open; reset by every socket that opens."""
    return Backoff(1000, 5000, 0.5)


def login_backoff() -> Backoff:
    """After a login failed; reset by every login that succeeds."""
    return Backoff(300, 60_000, 0.3)


def slow_login_backoff() -> Backoff:
    """After the server asked for patience; reset by every login that succeeds."""
    return Backoff(1000, 60_000, 0.3)


def reading_backoff() -> Backoff:
    """After what was missed could not be read; reset by whatever could be."""
    return Backoff(1000, 60_000, 0.3)


RECONNECT_DELAY = 0.1
"""Seconds until the next attempt when the server itself asked for a new connection."""
