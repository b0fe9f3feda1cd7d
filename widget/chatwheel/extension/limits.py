"""How much an extension may do at a time."""

from __future__ import annotations

from chatwheel.extension.api import ExtensionError
from chatwheel.transport.base import Clock

BURST = 12
PER_SECOND = 1.0
MOST_TASKS = 50


class Bucket:
    """Lets `BURST` things pass at once and `PER_SECOND` in the long run."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left = float(BURST)
        self._at = clock.monotonic()

    def take(self, what: str) -> None:
        """Note one more.

        Raises:
            ExtensionError: it is one too many.
        """
        now = self._clock.monotonic()
        self._left = min(BURST, self._left + (now - self._at) * PER_SECOND)
        self._at = now
        if self._left < 1:
            raise ExtensionError(
                f"{what} is called too often: at most {BURST} times at once, then once a second."
            )
        self._left -= 1
