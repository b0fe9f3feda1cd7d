"""Faults on demand, so that a test can see how a client takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .errors import ApiError, ErrorType, OAuthError
from .recorder import Role

Kind = Literal["error", "delay", "ignore", "lose_answer", "duplicate"]


@dataclass(slots=True)
class Fault:
    """What is to go wrong, for which action, and how often."""

    kind: Kind
    action: str
    role: Role
    times: int
    seconds: float = 0.0
    error: ApiError | OAuthError | None = None


class Faults:
    """The faults that are still to happen, to requests over WebSocket and HTTP alike.

    Asking for a token counts as the action ``token``.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def error(
        self,
        action: str,
        type: ErrorType,
        message: str = "",
        *,
        data: dict[str, str] | None = None,
        times: int = 1,
        role: Role = "customer",
    ) -> None:
        """Answer the action's next requests with an error; nothing is done."""
        self._faults.append(Fault("error", action, role, times, error=ApiError(type, message or type, data)))

    def refuse_token(
        self,
        code: str,
        description: str = "",
        *,
        is_identity: bool = False,
        status: int = 401,
        times: int = 1,
    ) -> None:
        """Refuse the next tokens with an ``oauth_exception``, or with an ``identity_exception``."""
        error = OAuthError(code, description or code, status=status, is_identity=is_identity)
        self._faults.append(Fault("error", "token", "customer", times, error=error))

    def delay(self, action: str, seconds: float, *, times: int = 1, role: Role = "customer") -> None:
        """Let the action's next requests wait before anything is done."""
        self._faults.append(Fault("delay", action, role, times, seconds=seconds))

    def ignore(self, action: str, *, times: int = 1, role: Role = "customer") -> None:
        """Do nothing and say nothing, as if the request had never arrived."""
        self._faults.append(Fault("ignore", action, role, times))

    def lose_answer(self, action: str, *, times: int = 1, role: Role = "customer") -> None:
        """Do what is asked, then cut the connection before the answer goes out."""
        self._faults.append(Fault("lose_answer", action, role, times))

    def duplicate(self, action: str, *, times: int = 1, role: Role = "customer") -> None:
        """Send the answer and the requester's pushes twice."""
        self._faults.append(Fault("duplicate", action, role, times))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.clear()

    def take(self, role: Role, action: str) -> Fault | None:
        """Return the fault that happens to this request."""
        for fault in self._faults:
            if fault.role == role and fault.action in (action, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None
