"""What the groups of methods are built on: a client that can make one call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar

from .actions import Call

T = TypeVar("T")


class Caller(ABC):
    """Base of the method groups; `CustomerSDK` provides `_call`."""

    @abstractmethod
    async def _call(self, call: Call[T]) -> T:
        """Send a request, wait for what settles it, return its parsed result."""
