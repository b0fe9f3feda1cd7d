"""One request on its way through the server, and the table of actions it can name."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from .hub import Outbox, Push, Render, Session
from .lens import AgentLens, CustomerLens, Json
from .wire.base import Request

if TYPE_CHECKING:
    from .desk import Desk

M = TypeVar("M", bound=Request)
#: An object, but for the few actions that answer with an array.
Answer = Json | list[Json] | None
Handler = Callable[["Call", M], Answer | Awaitable[Answer]]


@dataclass(slots=True)
class Call:
    """Who asks, over which connection, and what is to be told to whom afterwards."""

    desk: Desk
    user_id: str
    lens: CustomerLens | AgentLens
    session: Session | None = None
    #: The group that the caller's login has named; where nothing else is said, chats go there.
    group_id: int = 0
    outbox: Outbox = field(default_factory=list)
    #: Done after the commit and after the pushes.
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def push(
        self,
        action: str,
        render: Render,
        *,
        customer_id: str | None,
        to_agents: bool = True,
        since: str = "",
    ) -> None:
        """Tell a customer's connections, from a version on, and the agents."""
        self.outbox.append(Push(action, render, customer_id, to_agents, since=since))

    def repeat(self, action: str, render: Render) -> None:
        """Tell only the one who asks, because everybody else has been told before."""
        self.outbox.append(Push(action, render, only_requester=True))


@dataclass(frozen=True, slots=True)
class Action:
    """A request that clients may make."""

    name: str
    model: type[Request]
    handler: Callable[[Call, Any], Answer | Awaitable[Answer]]
    since: str
    over_rtm: bool
    over_web: bool

    @property
    def is_async(self) -> bool:
        """Whether it waits for something outside; such an action changes no records."""
        return inspect.iscoroutinefunction(self.handler)


class Actions(dict[str, Action]):
    """The actions of one side, by name."""

    def add(
        self, name: str, model: type[M], *, since: str = "3.4", rtm: bool = True, web: bool = True
    ) -> Callable[[Handler[M]], Handler[M]]:
        """Register the decorated function under this name."""

        def register(handler: Handler[M]) -> Handler[M]:
            self[name] = Action(name, model, handler, since, rtm, web)
            return handler

        return register
