"""Gets what the build needs: a virtual environment, the npm packages, the browser's wheels.

There are two levels: `demo` (what the site and the demo need) and `dev` (that, and what the tests need).
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools import stamps
from tools.console import Console, Step
from tools.failure import CommandFailed, StepFailed, failing_as
from tools.paths import (
    BROWSER_WHEELS,
    CACHE,
    EXTENSION_WHEELS,
    NODE_MODULES,
    PAGE_WHEELS,
    REQUIREMENTS,
    ROOT,
    VENV,
    venv_bin,
)
from tools.run import run

Level = Literal["demo", "dev"]

_PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2", "--timeout", "20")
_LOCKED = ("--require-hashes", "--no-deps", "-r")
_OLDEST_NPM = 8  # the first that reads this lock file
_WHEEL_PLATFORM = (
    *("--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14", "--implementation", "cp"),
    *("--abi", "cp314", "--abi", "none", "--only-binary=:all:"),
)


@dataclass(frozen=True)
class Node:
    """The node and npm to use, and what must be in front of PATH for npm to find its node."""

    node: Path
    npm: Path

    def environment(self) -> dict[str, str]:
        """The environment to run either in."""
        return {"PATH": f"{self.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def prepare(level: Level, console: Console) -> None:
    """Everything for a level; quick when it is there already."""
    make_venv(console)
    with installing_npm(
        level, console
    ):  # meanwhile: each of the two waits for the net more than for a processor
        install_python(level, console)
    download_browser_wheels(console)


# ---------------------------------------------------------------- Python


def _venv_works(venv: Path = VENV) -> bool:
    # Its python is a link to the one that made it, and may lead nowhere since; its pip is made last.
    return venv_bin("python", venv).exists() and venv_bin("pip", venv).exists()


def make_venv(console: Console) -> None:
    """The virtual environment, with our own two source folders importable in it."""
    if not _venv_works():
        with _doing(console, "Making the virtual environment", "The virtual environment could not be made"):
            try:
                run([sys.executable, "-m", "venv", "--clear", VENV], "venv")
            except CommandFailed as error:
                raise _without_venv(error) from error
    _link_sources()


def _without_venv(error: CommandFailed) -> Exception:
    if not re.search(r"ensurepip is not|No module named '?(venv|ensurepip)", error.output):
        return error
    return StepFailed(
        "The virtual environment could not be made: this Python lacks the venv module; install it "
        f"(on Debian: apt install python3.{sys.version_info.minor}-venv) and run the command again."
    )


def _link_sources() -> None:
    folders = f"{ROOT / 'widget'}\n{ROOT / 'devserver'}\n"
    for site_packages in (*VENV.glob("lib/python*/site-packages"), *VENV.glob("Lib/site-packages")):
        link = site_packages / "chatwheel-sources.pth"
        if not link.exists() or link.read_text() != folders:
            link.write_text(folders)


def install_python(level: Level, console: Console) -> None:
    """The locked Python packages of a level."""
    stamp = VENV / "chatwheel-stamp.json"
    wanted = {name: stamps.digest(REQUIREMENTS / f"{name}.txt", str(ROOT)) for name in ("demo", "dev")}
    if _has(level, stamps.read(stamp), wanted):
        return
    with _doing(console, "Installing Python packages", "Python packages could not be installed") as step:

        def show(line: str) -> None:
            if line.startswith("Collecting "):
                step.detail = line.split()[1]

        stamp.unlink(missing_ok=True)
        run(_pip("install", "--no-compile", REQUIREMENTS / f"{level}.txt"), "pip", on_line=show)
        stamps.write(stamp, {level: wanted[level]})


def _pip(verb: str, *options: str | Path) -> list[str | Path]:
    """A pip command; the last option is the file of requirements."""
    *before, requirements = options
    return [venv_bin("python"), *_PIP, verb, *before, *_LOCKED, requirements]


@contextmanager
def _doing(console: Console, title: str, failure: str) -> Iterator[Step]:
    with console.step(title) as step, failing_as(failure):
        yield step


def _has(level: Level, got: dict[str, str], wanted: dict[str, str]) -> bool:
    # `dev` contains `demo`, so that a demo after the tests installs nothing.
    return any(got.get(name) == wanted[name] for name in {level, "dev"})


# ---------------------------------------------------------------- npm


def find_node(console: Console) -> Node:
    """The machine's node and npm, or those of a Python package where there are none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(npm) >= _OLDEST_NPM:
        return Node(Path(node), Path(npm))
    own = Node(venv_bin("node"), venv_bin("npm"))
    if not own.npm.exists():
        failure = "npm is missing, and Node.js could not be installed for it (you may install it yourself)"
        with _doing(console, "Installing Node.js, which this machine lacks", failure):
            run(_pip("install", REQUIREMENTS / "node.txt"), "node")
    return own


def _major(npm: str) -> int:
    try:
        return int(run([npm, "--version"], "npm-version", timeout=30).strip().splitlines()[-1].split(".")[0])
    except (CommandFailed, ValueError, IndexError):
        return 0


@contextmanager
def installing_npm(level: Level, console: Console) -> Iterator[None]:
    """Pyodide and PyScript, and for `dev` what checks our JavaScript: there at the end of the `with`."""
    stamp = NODE_MODULES / ".chatwheel-stamp.json"
    lock = stamps.digest(ROOT / "package-lock.json")
    wanted = {"demo": lock, "dev": lock}
    if _has(level, stamps.read(stamp), wanted):
        yield
        return
    node = find_node(console)
    stamp.unlink(missing_ok=True)
    limits = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000"]
    omit = [] if level == "dev" else ["--omit=dev"]
    command: list[str | Path] = [node.npm, "ci", *limits, *omit]
    with ThreadPoolExecutor(max_workers=1) as pool:
        packages = pool.submit(run, command, "npm", environment=node.environment())
        yield
        with _doing(console, "Installing npm packages", "npm packages could not be installed"):
            packages.result()
    stamps.write(stamp, {level: wanted[level]})


# ---------------------------------------------------------------- wheels for the browser


def download_browser_wheels(console: Console) -> None:
    """What Python in the browser imports besides chatwheel: wheels for another platform than this one."""
    _download_wheels("browser", BROWSER_WHEELS, console)
    _download_wheels("extension", EXTENSION_WHEELS, console)
    _download_wheels("pages", PAGE_WHEELS, console)


def _download_wheels(name: str, target: Path, console: Console) -> None:
    requirements = REQUIREMENTS / f"{name}.txt"
    stamp = target / "stamp.json"
    wanted = stamps.digest(requirements)
    if stamps.read(stamp) == {name: wanted, "files": _wheels_in(target)}:
        return
    failure = "The browser's wheels could not be downloaded"
    with _doing(console, "Downloading the browser's wheels", failure):
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            run(_pip("download", *_WHEEL_PLATFORM, "--dest", folder, requirements), "browser-wheels")
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(folder, target)
        stamps.write(stamp, {name: wanted, "files": _wheels_in(target)})


def _wheels_in(folder: Path) -> str:
    return " ".join(sorted(path.name for path in folder.glob("*.whl")))


# ---------------------------------------------------------------- one at a time


def only_one(console: Console) -> AbstractContextManager[object]:
    """Waits while another build works in this folder: two would install into each other's feet."""
    try:
        import fcntl
    except ImportError:  # Windows
        return nullcontext()
    CACHE.mkdir(exist_ok=True)
    file = (CACHE / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        console.say("  Another build is at work in this folder; waiting for it …")
        fcntl.flock(file, fcntl.LOCK_EX)
    return file
