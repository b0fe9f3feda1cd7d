"""Runs the demo: the site on the local server."""

import os
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

from tools.failure import StepFailed
from tools.paths import ROOT, venv_bin
from tools.run import become

NAME = "chatwheel demo"
_HOST = "127.0.0.1"
_PATIENCE = 60.0  # seconds


def check_port(port: int) -> None:
    """Says at once what would otherwise be found out after a long set-up."""
    if not 0 < port < 65536:
        raise StepFailed(f"{port} is not a port: choose one from 1 to 65535 with --port.")
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except PermissionError as error:
            raise StepFailed(
                f"Port {port} needs special rights: choose one above 1023 with --port."
            ) from error
        except OSError as error:
            advice = f"stop the program that uses it, or choose another, such as --port {port + 1}"
            raise StepFailed(f"Port {port} is taken: {advice}.") from error


def serve(site: Path, port: int, data: Path, opens_browser: bool) -> int:
    """Becomes the server."""
    python = venv_bin("python")
    arguments = ["--site", str(site), "--port", str(port), "--data", str(data), "--name", NAME]
    arguments += ["--config", str(ROOT / "demo" / "server.toml")]
    if opens_browser and _has_screen():
        subprocess.Popen([python, "-m", "tools.demo", str(port)], cwd=ROOT, stdin=subprocess.DEVNULL)
    return become([python, "-m", "chatwheel_devserver", *arguments])


def _has_screen() -> bool:
    # Without one, some systems would open a text browser in this very terminal.
    return sys.platform in ("win32", "darwin") or any(
        os.environ.get(it) for it in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def open_when_ready(port: int) -> None:
    """Opens the demo in the browser as soon as the server listens."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((_HOST, port)) == 0:
                webbrowser.open(f"http://{_HOST}:{port}/")
                return
        time.sleep(0.2)


if __name__ == "__main__":
    open_when_ready(int(sys.argv[1]))
