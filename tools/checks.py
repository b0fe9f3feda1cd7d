"""Runs every check and every test, the quick ones first, and stops at the first that fails."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tools.chromium import find_chromium
from tools.console import Console
from tools.failure import CommandFailed, StepFailed
from tools.paths import NODE_MODULES, SITE, venv_bin
from tools.run import become, run
from tools.setup import find_node, only_one, prepare
from tools.site import QUICK, build_site

_TSC = NODE_MODULES / "typescript" / "bin" / "tsc"
_PYRIGHT = NODE_MODULES / "pyright" / "index.js"
_PYTHON = ("build.py", "tools", "widget", "devserver", "tests", "examples")
_WORKERS = ("--numprocesses", "auto", "--maxprocesses", "4")
_COVERAGE = ("--cov", "--cov-report", "term:skip-covered", "--cov-fail-under", "100")


def test(pytest_arguments: Sequence[str], console: Console) -> int:
    """Everything; the exit status is that of pytest, whose closing line is the last one.

    With arguments, pytest gets these instead of its workers and the measuring of coverage.
    """
    with only_one(console):
        prepare("dev", console)
        chromium = find_chromium(console)
    with ThreadPoolExecutor(max_workers=1) as pool:  # one processor looks at the code, the other builds
        looks = [
            (name, advice, pool.submit(run, command, name.replace(" ", "-")))
            for name, command, advice in checks(console)
        ]
        try:
            with only_one(console):
                build_site(SITE, console, QUICK)
            for name, advice, look in looks:
                _wait_for(name, advice, look, console)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    environment = {"CHROMIUM_PATH": str(chromium), "CHATWHEEL_SITE": str(SITE)}
    arguments = pytest_arguments or (*_WORKERS, *_COVERAGE)
    return become([venv_bin("python"), "-m", "pytest", *arguments], environment)


def checks(console: Console) -> list[tuple[str, list[str | Path], str]]:
    """What is looked at before anything runs: a name, a command, and what to do when it objects."""
    ruff, mypy, node = venv_bin("ruff"), venv_bin("mypy"), find_node(console).node
    return [
        ("ruff check", [ruff, "check", *_PYTHON], "`.venv/bin/ruff check --fix` mends some of it"),
        ("ruff format", [ruff, "format", "--check", *_PYTHON], "run `.venv/bin/ruff format`"),
        ("mypy", [mypy], "mend the types above"),
        ("pyright", [node, _PYRIGHT], "mend the types above"),
        ("tsc", [node, _TSC, "-p", "tsconfig.json"], "mend the types above"),
    ]


def _wait_for(name: str, advice: str, look: "Future[str]", console: Console) -> None:
    try:
        with console.step(f"Checking with {name}"):
            look.result()
    except CommandFailed as error:
        console.say(error.output.rstrip())
        raise StepFailed(f"{name} objects to the code: {advice}.") from error
