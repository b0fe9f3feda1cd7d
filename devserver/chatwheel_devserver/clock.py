"""Time as the protocol tells it: RFC 3339 in UTC with six digits, never the same instant twice.

Instants are integers, microseconds since 1970. The clock can be moved forward, which is how tests let
tokens expire and visitors fall asleep without waiting.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

MICROSECONDS: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.(\d{1,9}))?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Clock:
    """A wall clock that never repeats an instant and that tests can move."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._last = 0

    def time(self) -> float:
        """Return seconds since 1970."""
        return self._source() + self._offset

    def instant(self) -> int:
        """Return the present in microseconds, always later than any instant returned before."""
        self._last = max(int(self.time() * 1000) * 1000, self._last + 1)
        return self._last

    def start_after(self, instant: int) -> None:
        """Never return this instant or an earlier one, whatever the system's clock says."""
        self._last = max(self._last, instant)

    def advance(self, seconds: float) -> None:
        """Move forward."""
        if seconds < 0:
            raise ValueError("a clock only moves forward")
        self._offset += seconds


def format_instant(instant: int) -> str:
    """Write an instant as the wire wants it, ``2026-03-01T10:00:00.120000Z``."""
    moment = _EPOCH.replace(tzinfo=None) + timedelta(microseconds=instant)
    # Not strftime, which writes the year 1 with one digit.
    return moment.isoformat(timespec="microseconds") + "Z"


def parse_instant(text: str) -> int:
    """Read any RFC 3339 date and time; raise ``ValueError`` for everything else."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("not an RFC 3339 date and time")
    fraction = match.group(1) or ""
    # Python reads up to six digits only; what is finer than a microsecond is cut off.
    shortened = text.replace(f".{fraction}", f".{fraction[:6]:0<6}") if fraction else text
    try:
        moment = datetime.fromisoformat(shortened.upper().replace("Z", "+00:00")).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not within the years 1 to 9999") from error
    return (moment - _EPOCH) // timedelta(microseconds=1)


def short_id(instant: int) -> str:
    """Make a chat's or thread's identifier: ten capital letters and digits that grow with time."""
    text = ""
    while instant:
        instant, digit = divmod(instant, 36)
        text = _DIGITS[digit] + text
    return text.rjust(10, "0")
