"""What the widget asks of the stage besides showing things: `app.py` carries it over, tests record it."""

from __future__ import annotations

from typing import Protocol


class Stage(Protocol):
    def do(self, verb: str, /, **details: object) -> None:
        """A one-off command; the verbs are in `docs/architecture.md`."""
        ...
