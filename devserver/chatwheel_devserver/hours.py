"""When the organization is open: hours for each day of the week, in one time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """From when until when agents answer; a day that is not named is closed."""

    timezone: str = "UTC"
    #: By the day's English name; each span is from its start up to, not including, its end. One that ends before it
    #: starts goes on into the next day.
    days: Mapping[str, tuple[tuple[time, time], ...]] = field(default_factory=dict)

    def is_open(self, seconds: float) -> bool:
        """Tell whether it is open at this moment, given in seconds since 1970."""
        zone = UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)
        moment = datetime.fromtimestamp(seconds, zone)
        now = moment.time()
        today = self.days.get(WEEKDAYS[moment.weekday()], ())
        yesterday = self.days.get(WEEKDAYS[moment.weekday() - 1], ())
        # An end at midnight means the end of the day.
        is_today = any(start <= now and (now < end or end <= start) for start, end in today)
        return is_today or any(end <= start and now < end for start, end in yesterday)
