"""Which files can be sent: what is on the list, as the owner wrote it, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chatwheel.ui.accepted_files import KINDS, AcceptedFiles
from chatwheel.ui.components.file import RISKY
from chatwheel.ui.entries import Attachment
from unit.ui.pilot import STRINGS

DOCS = Path(__file__).parents[3] / "docs" / "embed.md"
TAKEN = (
    *("holiday.JPG", "scan.tar.gz", "notes.md", "contract.pdf. ", "a.b.docx", ".txt"),
    *("talk.opus", "clip.mov"),
)
REFUSED = (
    *("setup.exe", "SETUP.EXE", "a.pdf.js", "run.bat. ", "logo.svg", "page.html", "data.xml", "budget.xlsm"),
    *("a.exe::$DATA", "q\u202egnp.exe", "setup.exe\u200b", "disk.iso", "report.final", "no-ending", "", "."),
)


def takes(rule: str, name: str, kind: str = "") -> bool:
    return AcceptedFiles(rule).take(Attachment(name=name, content_type=kind))


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_on_the_list(name: str) -> None:
    assert takes("", name) and takes("default", name) and takes("any", name) and not takes("none", name)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_on_the_list(name: str) -> None:
    assert not takes("", name)


def test_nothing_on_the_list_could_run() -> None:
    assert not RISKY & {ending for endings in KINDS.values() for ending in endings.split()}


@pytest.mark.parametrize(
    ("name", "kind", "taken"),
    [
        ("1000012345", "image/jpeg", True),  # as telephones name them
        ("contract", "application/pdf", True),
        ("page", "text/html", False),
        ("logo", "image/svg+xml", False),
        ("program", "application/octet-stream", False),
        (
            "unheard.of",
            "image/png",
            False,
        ),  # the ending counts where there is one: it says what opens the file
        ("notes.txt", "text/html", False),
        ("notes.txt", "application/x-unknown", True),
    ],
)
def test_the_type_speaks_for_a_name_without_an_ending_and_against_what_could_run(
    name: str, kind: str, taken: bool
) -> None:
    assert takes("", name, kind) is taken


@pytest.mark.parametrize(
    ("rule", "taken", "refused"),
    [
        ("images .pdf", ["a.png", "a.pdf"], ["a.txt", "a.docx"]),
        ("Images,.PDF", ["a.png", "a.pdf"], ["a.txt"]),
        ("default .dwg", ["a.dwg", "a.txt"], ["a.iso"]),
        ("any", ["a.iso", "a", "a.docm"], ["a.exe", "a.html"]),
        (".html .exe", ["a.html", "a.exe"], ["a.txt", "a.js"]),  # who names it, wants it
        ("none", [], ["a.txt", "a.png"]),
        ("pictures images", ["a.png"], ["a.txt"]),
        ("pictures", ["a.png", "a.txt"], ["a.exe"]),  # a slip of the pen shuts nobody out
    ],
)
def test_the_owner_says_what_is_accepted(rule: str, taken: list[str], refused: list[str]) -> None:
    assert [name for name in (*taken, *refused) if takes(rule, name)] == taken


def test_a_word_that_nobody_knows_is_told(caplog: pytest.LogCaptureFixture) -> None:
    AcceptedFiles("images pictures")
    assert "data-files: 'pictures' is not known" in caplog.text and "images, documents" in caplog.text


@pytest.mark.parametrize(
    ("rule", "words", "picker"),
    [
        (
            "images .dwg",
            "“a.x” was not sent: files of this kind are not accepted. Accepted: pictures, \u2068.dwg\u2069.",
            "image/*,.dwg",
        ),
        (
            "archives",
            "“a.x” was not sent: files of this kind are not accepted. Accepted: archives.",
            ".zip,.7z,.rar,.tar,.gz,.tgz,.bz2,.xz,.zst",
        ),
        ("any", "“a.x” was not sent: files of this kind are not accepted.", ""),
        ("none", "“a.x” was not sent: files cannot be sent in this chat.", None),
    ],
)
def test_what_is_said_and_offered(rule: str, words: str, picker: str | None) -> None:
    accepted = AcceptedFiles(rule)
    assert accepted.refusal("a.x", STRINGS) == words
    assert accepted.for_picker == picker


def test_the_documentation_has_the_list() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ((?:`\.\w+`(?:, )?)+) \|$", DOCS.read_text("utf-8"), re.M))
    assert {kind: " ".join(re.findall(r"\.(\w+)", row)) for kind, row in rows.items()} == KINDS
