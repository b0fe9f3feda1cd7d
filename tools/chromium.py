"""Finds a Chromium for the tests and the benchmarks, or gets one."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.console import Console
from tools.failure import CommandFailed, StepFailed
from tools.paths import venv_bin
from tools.run import run

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_CONNECT_MS = "10000"
_DOWNLOAD_SECONDS = 300
_INSTALL_SECONDS = 300


def find_chromium(console: Console) -> Path:
    """`CHROMIUM_PATH`, an installed one, Playwright's own, or Debian's: the first there is, or can be had."""
    if wanted := os.environ.get("CHROMIUM_PATH"):
        if runs(Path(wanted)):
            return Path(wanted)
        raise StepFailed(
            f"CHROMIUM_PATH names {wanted}, which does not run: set it to a Chromium, or unset it."
        )
    getters: tuple[Callable[[Console], None], ...] = (lambda _: None, _download, _install)
    for get in getters:
        get(console)
        for path in installed():
            if runs(path):
                return path
    raise StepFailed(
        "The browser tests need Chromium, and none was found or could be had: install Chromium or Chrome, "
        "or name one in CHROMIUM_PATH (logs: .cache/logs/chromium-*.log)."
    )


def installed() -> Iterator[Path]:
    """The Chromiums that may be on this machine."""
    for name in _NAMES:
        if path := shutil.which(name):
            yield Path(path)
    yield from (Path(path) for path in _MAC if Path(path).exists())
    home = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    for folder in (Path(home),) if home else _playwright_folders():
        yield from sorted(folder.glob("chromium-*/chrome-*/chrome"), reverse=True)
        yield from sorted(folder.glob("chromium-*/chrome-*/*.app/Contents/MacOS/*"), reverse=True)


def _playwright_folders() -> tuple[Path, ...]:
    home = Path.home()
    return (home / ".cache/ms-playwright", home / "Library/Caches/ms-playwright")


def runs(path: Path) -> bool:
    """Whether it starts: some machines have a `chromium-browser` that only says where to get one."""
    try:
        run([path, "--version"], "chromium-version", timeout=30)
    except CommandFailed:
        return False
    return True


def _download(console: Console) -> None:
    limits = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": _CONNECT_MS}
    command = (venv_bin("playwright"), "install", "--no-shell", "chromium")

    def download() -> None:
        run(command, "chromium-download", environment=limits, timeout=_DOWNLOAD_SECONDS)

    _try(console, "Downloading Chromium", download)


def _install(console: Console) -> None:
    if not shutil.which("apt-get"):
        return
    root = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo", "-n"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}

    def install() -> None:
        run([*root, "apt-get", "update"], "chromium-apt-update", environment=quiet, timeout=_INSTALL_SECONDS)
        command = [*root, "apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        run(command, "chromium-apt-install", environment=quiet, timeout=_INSTALL_SECONDS)

    _try(console, "Installing Debian's Chromium", install)


def _try(console: Console, title: str, get: Callable[[], object]) -> None:
    """One way to get it; that it failed is no failure of the step, there may be another way."""
    try:
        with console.step(title):
            get()
    except CommandFailed as error:
        console.say(f"  {title} did not work: {error}.")
