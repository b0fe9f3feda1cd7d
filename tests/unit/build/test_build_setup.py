"""Set-up does each thing once, in an order that survives being interrupted. Nothing here is really installed."""

import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools import chromium, setup
from tools.console import Console
from tools.failure import CommandFailed, StepFailed

QUIET = Console(io.StringIO())


class Commands:
    """Stands in for `run`: remembers the commands, and fails where it is told to."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.failing: dict[str, str] = {}
        self.answers = {"--version": "10.8.2\n"}

    def __call__(self, command: Sequence[str | Path], log: str, **_: object) -> str:
        line = " ".join(Path(part).name if isinstance(part, Path) else part for part in command)
        self.ran.append(line)
        for part, output in self.failing.items():
            if part in line:
                raise CommandFailed(output, 1, f".cache/logs/{log}.log")
        return next((answer for part, answer in self.answers.items() if part in line), "")

    def count(self, part: str) -> int:
        return sum(part in line for line in self.ran)


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    fake = Commands()
    for module in (setup, chromium):
        monkeypatch.setattr(module, "run", fake)
    venv = tmp_path / ".venv"
    monkeypatch.setattr(setup, "VENV", venv)
    monkeypatch.setattr(setup, "CACHE", tmp_path / ".cache")
    monkeypatch.setattr(setup, "NODE_MODULES", tmp_path / "node_modules")
    for name in ("BROWSER_WHEELS", "EXTENSION_WHEELS", "PAGE_WHEELS"):
        monkeypatch.setattr(setup, name, tmp_path / ".cache" / name)
    monkeypatch.setattr(setup, "venv_bin", lambda name, _=venv: venv / "bin" / name)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    return fake


def make_venv(tmp_path: Path) -> None:
    for name in ("python", "pip"):
        path = tmp_path / ".venv" / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_everything_is_done_once(commands: Commands, tmp_path: Path) -> None:
    setup.prepare("demo", QUIET)
    assert [commands.count(part) for part in (" venv ", "pip", "npm ci", "download")] == [1, 4, 1, 3]
    make_venv(tmp_path)
    commands.ran.clear()
    setup.prepare("demo", QUIET)
    assert commands.ran == []


def test_the_tests_level_serves_the_demo_but_not_the_other_way_round(commands: Commands) -> None:
    with setup.installing_npm("demo", QUIET):
        setup.install_python("demo", QUIET)
    assert commands.count("--omit=dev") == 1
    with setup.installing_npm("dev", QUIET):
        setup.install_python("dev", QUIET)
    assert commands.count("dev.txt") == 1
    assert commands.count("npm ci") == 2
    commands.ran.clear()
    with setup.installing_npm("demo", QUIET):
        setup.install_python("demo", QUIET)
    assert commands.ran == []


def test_what_was_interrupted_is_done_again(commands: Commands) -> None:
    setup.install_python("demo", QUIET)
    commands.failing["dev.txt"] = "ERROR: cut off"
    with pytest.raises(StepFailed):
        setup.install_python("dev", QUIET)
    commands.failing.clear()
    commands.ran.clear()
    setup.install_python("demo", QUIET)  # who knows what the attempt left behind
    assert commands.count("demo.txt") == 1


def test_a_stamp_cut_short_counts_as_none(commands: Commands, tmp_path: Path) -> None:
    setup.install_python("demo", QUIET)
    (tmp_path / ".venv" / "chatwheel-stamp.json").write_text('{"demo": "12')
    commands.ran.clear()
    setup.install_python("demo", QUIET)
    assert commands.count("demo.txt") == 1


def test_a_download_cut_short_leaves_nothing_behind(commands: Commands, tmp_path: Path) -> None:
    commands.failing["download"] = "ERROR: ReadTimeoutError: Read timed out"
    with pytest.raises(StepFailed, match=r"browser's wheels could not be downloaded: the registry could not"):
        setup.download_browser_wheels(QUIET)
    assert list((tmp_path / ".cache").iterdir()) == []


def test_a_python_without_venv(commands: Commands) -> None:
    commands.failing[" venv "] = "was not created successfully because ensurepip is not\navailable."
    with pytest.raises(
        StepFailed, match=r"lacks the venv module; install it \(on Debian: apt install python3"
    ):
        setup.make_venv(QUIET)


def test_a_half_made_venv_is_made_anew(commands: Commands, tmp_path: Path) -> None:
    make_venv(tmp_path)
    (tmp_path / ".venv" / "bin" / "pip").unlink()
    setup.make_venv(QUIET)
    assert commands.count("venv --clear") == 1


@pytest.mark.parametrize("missing", ["node", "npm", "an old npm"])
def test_node_comes_from_python_where_it_is_missing(
    missing: str, commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == missing else f"/usr/bin/{name}")
    if missing == "an old npm":
        commands.answers["--version"] = "6.14.4\n"
    node = setup.find_node(QUIET)
    assert node.npm == tmp_path / ".venv" / "bin" / "npm"
    assert commands.count("node.txt") == 1
    assert node.environment()["PATH"].startswith(str(tmp_path / ".venv" / "bin"))


def test_neither_npm_nor_network(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    commands.failing["node.txt"] = "Temporary failure in name resolution"
    with pytest.raises(
        StepFailed, match=r"npm is missing, and Node\.js could not be installed .*check the network"
    ):
        setup.find_node(QUIET)


def test_a_chromium_named_by_hand_must_run(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM_PATH", "/opt/nothing")
    commands.failing["nothing"] = "No such file"
    with pytest.raises(StepFailed, match="CHROMIUM_PATH names /opt/nothing, which does not run"):
        chromium.find_chromium(QUIET)
    commands.failing.clear()
    assert chromium.find_chromium(QUIET) == Path("/opt/nothing")


def test_an_installed_chromium_is_taken_before_anything_is_downloaded(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/chrome" if name == "google-chrome" else None)
    assert chromium.find_chromium(QUIET) == Path("/usr/bin/chrome")
    assert commands.count("install") == 0


def test_no_chromium_anywhere(commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "_MAC", ())
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    commands.failing["install"] = "Error: getaddrinfo ENOTFOUND"
    commands.failing["apt-get"] = "E: Unable to locate package chromium"
    with pytest.raises(
        StepFailed, match="need Chromium, and none was found or could be had: install Chromium"
    ):
        chromium.find_chromium(QUIET)
    assert commands.count("playwright install") == 1
    assert commands.count("apt-get update") == 1
