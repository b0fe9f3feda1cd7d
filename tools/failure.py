"""How a step fails: with one sentence that says what happened and what to do."""

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from tools.paths import ROOT

_LEAST_SPACE = 16 * 1024 * 1024  # bytes; nothing that is installed here is smaller
DISK_FULL = "the disk is full; free some space and run the command again"
NO_NETWORK = "the registry could not be reached; check the network (or proxy) and run the command again"
WRONG_HASH = (
    "a download is not what the lock file says it is; clear the package manager's cache and run the command "
    "again, and distrust the registry if it stays so"
)
NO_PERMISSION = "a file may not be written; check who owns this folder and run the command again"

# Looked for in this order: a full disk makes downloads fail too, and a failed download "finds no version".
_CAUSES = (
    (re.compile(r"No space left on device|ENOSPC|Disk quota exceeded"), DISK_FULL),
    (re.compile(r"DO NOT MATCH THE HASHES|EINTEGRITY|integrity checksum failed"), WRONG_HASH),
    (
        re.compile(
            r"Temporary failure (?:in name resolution|resolving)|Name or service not known|Could not resolve"
            r"|Failed to establish a new connection|nodename nor servname|Network is unreachable"
            r"|No route to host|Connection (?:refused|reset|timed out)|Read timed out|ProxyError"
            r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH"
            r"|SSLCertVerificationError|CERTIFICATE_VERIFY_FAILED"
        ),
        NO_NETWORK,
    ),
    (re.compile(r"Permission denied|EACCES|EPERM"), NO_PERMISSION),
)
_NOISE = re.compile(
    r"^(WARNING|DEPRECATION|npm (warn|notice)|\[notice\]|npm error A complete log|npm error\s*$|W: )", re.I
)
_TOLD = re.compile(r"^(ERROR|Error|error|npm error|E:|fatal)", re.I)


class StepFailed(Exception):
    """A step that failed; its text is the sentence for the person at the keyboard."""


class CommandFailed(Exception):
    """A command that ended badly, with what it wrote and where that is kept."""

    def __init__(self, output: str, status: int, log: str) -> None:
        super().__init__(last_useful_line(output) or f"exit status {status}")
        self.output = output
        self.status = status
        self.log = log


def last_useful_line(output: str) -> str:
    """The line that most probably tells why a command failed: its last error, or else its last line."""
    lines = [line.strip() for line in output.splitlines()]
    lines = [line for line in lines if line and not _NOISE.match(line)]
    told = [line for line in lines if _TOLD.match(line)]
    return (told or lines or [""])[-1].rstrip(".")


def cause_of(output: str) -> str:
    """Why a command failed and what to do about it, as the end of a sentence; empty if not known."""
    return next((cause for pattern, cause in _CAUSES if pattern.search(output)), "")


def sentence(what: str, error: CommandFailed) -> str:
    """`what` did not work: the cause and the advice if known, otherwise the command's own last word."""
    cause = cause_of(error.output) or _unsaid_cause()
    if cause:
        return f"{what}: {cause} (log: {error.log})."
    return f"{what}: {error} (log: {error.log})."


def _unsaid_cause() -> str:
    # Some tools end without a word about the disk, or cannot write it down.
    return DISK_FULL if shutil.disk_usage(ROOT).free < _LEAST_SPACE else ""


@contextmanager
def failing_as(what: str) -> Iterator[None]:
    """Turns a failed command, or an error of the system, into one sentence beginning with `what`."""
    try:
        yield
    except CommandFailed as error:
        raise StepFailed(sentence(what, error)) from error
    except OSError as error:
        raise StepFailed(f"{what}: {_of_os_error(error)}.") from error


def _of_os_error(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NO_PERMISSION
    return f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}"
