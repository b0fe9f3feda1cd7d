"""Holds the state and tells who listens. The only mutable thing that the views depend on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from chatwheel.ui.state import State

P = ParamSpec("P")


class Store:
    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self._listeners: list[Callable[[State, State], None]] = []

    def listen(self, listener: Callable[[State, State], None]) -> None:
        """`listener(new, old)` is called after every change."""
        self._listeners.append(listener)

    def apply(
        self, reducer: Callable[Concatenate[State, P], State], *args: P.args, **kwargs: P.kwargs
    ) -> State:
        """Change the state by one of the functions of `reduce`; returns the new state."""
        old = self.state
        new = reducer(old, *args, **kwargs)
        if new is not old:
            self.state = new
            for listener in tuple(self._listeners):
                listener(new, old)
        return self.state
