"""What a person reads when a step fails: one sentence with the cause and the way out."""

import errno
import io
import sys
from pathlib import Path

import pytest

from tools import command, failure, run
from tools.console import Console
from tools.failure import CommandFailed, StepFailed, failing_as

PIP_OFFLINE = """WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError('<pip._vendor...>:
Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/aiohttp/
ERROR: Could not find a version that satisfies the requirement aiohttp==3.14.5 (from versions: none)
ERROR: No matching distribution found for aiohttp==3.14.5
"""
PIP_HASH = """ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.
    aiohttp==3.14.5 from somewhere:
        Expected sha256 000000
"""
NPM_OFFLINE = """npm error code EAI_AGAIN
npm error syscall getaddrinfo
npm error A complete log of this run can be found in: somewhere
"""
NPM_HASH = "npm error code EINTEGRITY\nnpm error sha512-AAAA integrity checksum failed when using sha512\n"
PIP_DISK = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
NPM_DISK = "npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write\nnpm error network timeout\n"
APT_OFFLINE = (
    "W: Failed to fetch\nErr:1 Temporary failure resolving 'deb.example'\nE: Unable to locate package\n"
)


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        (PIP_OFFLINE, failure.NO_NETWORK),
        (NPM_OFFLINE, failure.NO_NETWORK),
        (APT_OFFLINE, failure.NO_NETWORK),
        (PIP_HASH, failure.WRONG_HASH),
        (NPM_HASH, failure.WRONG_HASH),
        (PIP_DISK, failure.DISK_FULL),
        (NPM_DISK, failure.DISK_FULL),
        ("npm error code EACCES", failure.NO_PERMISSION),
        ("ERROR: something else", ""),
    ],
)
def test_causes_are_recognised(output: str, cause: str) -> None:
    assert failure.cause_of(output) == cause


def test_the_last_useful_line_is_no_noise() -> None:
    output = "one\nERROR: this is why.\nnpm error\nnpm warn Unknown user config\n[notice] a new pip\n\n"
    assert failure.last_useful_line(output) == "ERROR: this is why"
    assert failure.last_useful_line("\n  \n") == ""


def test_an_unknown_cause_is_told_in_the_commands_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure, "_LEAST_SPACE", 0)
    told = failure.sentence("It did not work", CommandFailed("fatal: a bug\nbye", 3, "x.log"))
    assert told == "It did not work: fatal: a bug (log: x.log)."


def test_a_full_disk_is_noticed_though_nobody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure, "_LEAST_SPACE", 1 << 62)
    assert failure.DISK_FULL in failure.sentence("It did not work", CommandFailed("", 1, "x.log"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_met_by_our_own_code(number: int) -> None:
    with pytest.raises(StepFailed) as caught, failing_as("The site could not be built"):
        raise OSError(number, "No space left on device", "dist/site/x")
    assert str(caught.value) == f"The site could not be built: {failure.DISK_FULL}."


def test_other_errors_of_the_system_name_the_file() -> None:
    with (
        pytest.raises(StepFailed, match=r"It failed: No such file or directory \(dist/x\)\."),
        failing_as("It failed"),
    ):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", "dist/x")


def test_a_command_leaves_its_output_in_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LOGS", tmp_path)
    lines: list[str] = []
    assert run.run([sys.executable, "-c", "print('a'); print('b')"], "it", on_line=lines.append) == "a\nb\n"
    assert (tmp_path / "it.log").read_text() == "a\nb\n"
    assert lines == ["a", "b"]


def test_a_command_that_fails_or_is_missing_or_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LOGS", tmp_path)
    with pytest.raises(CommandFailed, match="error: no") as caught:
        run.run([sys.executable, "-c", "import sys; sys.exit('error: no')"], "it")
    assert caught.value.status == 1
    with pytest.raises(CommandFailed, match="No such file"):
        run.run(["no-such-command-here"], "it")
    with pytest.raises(CommandFailed, match="no answer within 0 s"):
        run.run([sys.executable, "-c", "import time; time.sleep(60)"], "it", timeout=0.2)


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (StepFailed("It failed."), 1, "It failed.\n"),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            1,
            f"The command site failed: {failure.DISK_FULL}.\n",
        ),
        (KeyboardInterrupt(), 130, "\nStopped.\n"),
    ],
)
def test_a_failed_command_ends_in_one_sentence(
    raised: BaseException,
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> int:
        raise raised

    monkeypatch.setattr(command, "_run", fail)
    assert command.main(["site"]) == status
    assert capsys.readouterr().err == said


def test_an_old_python_can_read_build_py_and_is_told() -> None:
    source = (Path(command.__file__).parent.parent / "build.py").read_text(encoding="ascii")
    before_the_check_ends = source.split("from tools")[0]
    assert 'f"' not in before_the_check_ends  # the oldest do not know f-strings

    class Old:
        version_info = (3, 6, 15)
        exit = sys.exit

    code = compile(before_the_check_ends.replace("import sys", ""), "build.py", "exec")
    with pytest.raises(
        SystemExit, match=r"needs Python 3\.11 or newer, and this is Python 3\.6: run build\.py with"
    ):
        exec(code, {"sys": Old})


def test_progress_without_a_terminal_is_plain_lines() -> None:
    stream = io.StringIO()
    console = Console(stream, clock=iter([0.0, 2.5]).__next__)
    with console.step("Working"):
        pass
    assert stream.getvalue() == "  Working …\n  Working: done, 2.5 s\n"


def test_progress_of_a_step_that_fails() -> None:
    stream = io.StringIO()
    console = Console(stream, clock=iter([0.0, 1.0]).__next__)
    with pytest.raises(StepFailed), console.step("Working"):
        raise StepFailed("no")
    assert stream.getvalue().endswith("  Working: failed, 1.0 s\n")


def test_progress_on_a_terminal_is_one_line_that_changes() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with Console(stream, tick=0.01).step("Working") as step:
        step.detail = "3 of 4"
        while "3 of 4" not in stream.getvalue():
            pass
    assert "\r" in stream.getvalue()
    assert stream.getvalue().count("\n") == 1
