"""What the groups of methods are built on: a client that can make one call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar

from .call import Call

T = TypeVar("T")


class Caller(ABC):
    """Base of the method groups; `CustomerSDK` provides `_call`.

    Whatever the method, awaiting it may raise:

        NoConnection: there is none and none is coming, or none came in time.
        ConnectionLost: it went before the answer came; nobody knows whether the request was carried out.
        RequestTimeout: no answer came in time.
        SdkDestroyed: the client ended.
        MalformedResponse: the answer cannot be read.
        InvalidArgument: an argument cannot be sent; nothing was.
        Authorization, Validation, Internal, ServiceUnavailable, …: the server refuses.
    """

    @abstractmethod
    async def _call(self, call: Call[T]) -> T:
        """Send a request, wait for what settles it, return its parsed result."""
