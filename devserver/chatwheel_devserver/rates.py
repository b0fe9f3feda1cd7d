"""How many requests a user may make within some seconds; the configuration says so, by action."""

from __future__ import annotations

from collections import deque

from .clock import Clock
from .config import Config
from .errors import ApiError

_LARGEST = 10_000


class Rates:
    """Counts requests in sliding windows."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._limits = config.rate_limits
        self._clock = clock
        self._times: dict[tuple[str, str], deque[float]] = {}

    def check(self, user_id: str, action: str) -> None:
        """Count a request; raise ``too_many_requests`` if it is one too many."""
        limit = self._limits.get(action) or self._limits.get("*")
        if limit is None or action == "ping":
            return
        now = self._clock.time()
        times = self._times.setdefault((user_id, action), deque())
        while times and times[0] <= now - limit.seconds:
            times.popleft()
        if len(times) >= limit.requests:
            raise ApiError("too_many_requests", f"{action}: {limit.requests} requests in {limit.seconds:g} s")
        times.append(now)
        if len(self._times) > _LARGEST:
            del self._times[next(iter(self._times))]
