"""The words: the same in every language, all of them used, none of them missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import pytest

from chatwheel.ui.happenings import KEYS
from chatwheel.ui.i18n import Strings

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "static"
LOCALES = STATIC / "locales"
LANGUAGES = sorted(path.stem for path in LOCALES.glob("*.json"))
ENGLISH: dict[str, str] = json.loads((LOCALES / "en.json").read_text(encoding="utf-8"))
EMBED = (STATIC / "embed.js").read_text(encoding="utf-8")
BEFORE_THE_FRAME = ("launcher.open", "launcher.close", "widget.title")
ISOLATED = (
    *("name", "file", "text", "reason", "label", "agent", "agent_added", "agent_removed", "initiator"),
    *("customer", "targets", "email", "comment"),
)
"""Placeholders for what somebody else wrote, maybe in another script."""


def words(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))
    return texts


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def sources() -> str:
    """Everything that has words to show."""
    files = [
        *(ROOT / "widget" / "chatwheel" / "ui").rglob("*.py"),
        *(ROOT / "widget" / "chatwheel" / "extension").glob("*.py"),
        *STATIC.glob("*.*"),
    ]
    return "\n".join(
        path.read_text(encoding="utf-8") for path in files if path.suffix in (".py", ".mjs", ".js", ".html")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_words_in_every_language(language: str) -> None:
    texts = words(language)
    assert list(texts) == list(ENGLISH)
    assert {key: placeholders(text) for key, text in texts.items()} == {
        key: placeholders(text) for key, text in ENGLISH.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_plain(language: str) -> None:
    """Something to read, without markup, with nothing at the edges."""
    for key, text in words(language).items():
        assert text.strip() == text != "", key
        assert not re.search(r"[<>&\n\t]", text), key
        assert "..." not in text and '"' not in text and "'" not in text, f"{key}: typewriter's punctuation"


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_are_written_alike(language: str) -> None:
    """Two spaces, no escapes, no key twice."""
    path = LOCALES / f"{language}.json"
    assert path.read_text(encoding="utf-8") == (
        json.dumps(words(language), ensure_ascii=False, indent=2) + "\n"
    )


def test_strangers_words_do_not_turn_arabic_around() -> None:
    for key, text in words("ar").items():
        for name in set(ISOLATED) & set(placeholders(text)):
            assert f"\u2068{{{name}}}\u2069" in text, key


def test_numbers_have_the_point_of_the_language() -> None:
    assert Strings(ENGLISH).size(3 * 1024 * 1024) == "3.0 MB"
    assert Strings(words("de"), "de-AT").size(3 * 1024 * 1024) == "3,0\u00a0MB"


def test_words_that_are_used_exist_and_words_that_exist_are_used() -> None:
    code = sources()
    groups = "|".join({key.split(".")[0] for key in ENGLISH})
    built = re.findall(rf'\(f"((?:{groups})\.)\{{', code)  # t(f"form.{kind}")
    built += [f"{key}_" for key in re.findall(r'\bcounted\("([a-z.]+)"', code)]
    literals = set(re.findall(rf'"((?:{groups})\.[a-z_]+)(?<!\.mjs)"', code)) - KEYS.keys()
    assert len(literals) > 80, "the pattern no longer finds them"
    unknown = {
        key for key in literals - ENGLISH.keys() if not any(name.startswith(f"{key}_") for name in ENGLISH)
    }
    assert unknown == set()
    unused = [key for key in ENGLISH if key not in literals and not key.startswith(tuple(built))]
    assert unused == []


def test_the_frame_knows_what_is_shipped() -> None:
    shipped = re.search(
        r"^const SHIPPED = (\[.*\]);$", (STATIC / "words.mjs").read_text(encoding="utf-8"), re.M
    )
    assert shipped
    assert json.loads(shipped[1]) == LANGUAGES


def test_the_launcher_says_what_the_frame_will_say() -> None:
    table = {row[0]: json.loads(row[1]) for row in re.findall(r"^    ([a-z]{2}): (\[.*\]),$", EMBED, re.M)}
    assert table == {language: [words(language)[key] for key in BEFORE_THE_FRAME] for language in LANGUAGES}


def test_what_pages_load_is_ascii() -> None:
    """A page may have any encoding."""
    assert EMBED.isascii()
    assert (STATIC / "livechat.js").read_text(encoding="utf-8").isascii()
