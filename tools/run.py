"""Runs a command: its output goes into a log, and its end into an exception when it is a bad one."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from tools.failure import CommandFailed
from tools.paths import LOGS, ROOT, shown


def run(
    command: Sequence[str | Path],
    log: str,
    *,
    environment: Mapping[str, str] | None = None,
    timeout: float | None = None,
    on_line: Callable[[str], None] | None = None,
) -> str:
    """What the command wrote. It is given no input, so that it cannot wait for an answer."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}.log"
    with path.open("w", encoding="utf-8", errors="replace") as file:
        try:
            process = _start(command, environment)
        except OSError as error:
            raise CommandFailed(f"{command[0]}: {error.strerror}", 127, shown(path)) from error
        output, is_late = _follow(process, file, timeout, on_line)
    if is_late:
        raise CommandFailed(f"{output}\nno answer within {timeout:.0f} s", 124, shown(path))
    if process.returncode:
        raise CommandFailed(output, process.returncode, shown(path))
    return output


def _follow(
    process: "subprocess.Popen[str]",
    log: TextIO,
    timeout: float | None,
    on_line: Callable[[str], None] | None,
) -> tuple[str, bool]:
    """All that the process writes until it ends, and whether it had to be ended."""
    lines: list[str] = []
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(timeout or 0, end)
    if timeout:
        timer.start()
    try:
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                log.write(line)
                if on_line:
                    on_line(line.rstrip())
    except BaseException:
        process.kill()
        raise
    finally:
        timer.cancel()
    return "".join(lines), late.is_set()


def _start(command: Sequence[str | Path], environment: Mapping[str, str] | None) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def become(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> int:
    """Ends in this command, where the system can do that: signals and the exit status are then simply its own."""
    line = [str(part) for part in command]
    environment = {**os.environ, **(environment or {})}
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(ROOT)
    if os.name == "posix":
        os.execve(line[0], line, environment)
    return subprocess.call(line, env=environment)
