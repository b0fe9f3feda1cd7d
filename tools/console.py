"""What the person at the keyboard sees while a step runs: never a silent wait."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_EVERY = 15.0  # seconds between two lines where lines cannot be rewritten


class Step:
    """A running step. `detail` is shown behind its title, and may change while it runs."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.detail = ""


class Console:
    """Progress: a spinner on a terminal, plain lines in a log."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic, tick: float = 0.1
    ) -> None:
        self._stream = stream or sys.stdout
        self._tty = self._stream.isatty()
        self._clock = clock
        self._tick = tick

    def say(self, text: str) -> None:
        """One line."""
        self._stream.write(f"{text}\n")
        self._stream.flush()

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Shows that something is going on, for how long, and that it ended or failed."""
        step, started, ended = Step(title), self._clock(), threading.Event()
        if not self._tty:
            self.say(f"  {title} …")
        ticker = threading.Thread(target=self._show, args=(step, started, ended), daemon=True)
        ticker.start()
        outcome = "failed"
        try:
            yield step
            outcome = "done"
        finally:
            ended.set()
            ticker.join()
            mark = {"done": "✓", "failed": "✗"}[outcome] if self._tty else outcome
            line = f"  {mark} {title}" if self._tty else f"  {title}: {mark}"
            self._rewrite(f"{line}, {self._clock() - started:.1f} s\n")

    def _show(self, step: Step, started: float, ended: threading.Event) -> None:
        turn = 0
        while not ended.wait(self._tick if self._tty else _PLAIN_EVERY):
            elapsed = self._clock() - started
            detail = f" ({step.detail})" if step.detail else ""
            if self._tty:
                self._rewrite(f"  {_FRAMES[turn % len(_FRAMES)]} {step.title}{detail} {elapsed:.0f} s")
            else:
                self.say(f"  {step.title}{detail} … {elapsed:.0f} s")
            turn += 1

    def _rewrite(self, text: str) -> None:
        self._stream.write(f"\r\x1b[K{text}" if self._tty else text)
        self._stream.flush()
