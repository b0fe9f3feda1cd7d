"""Times, days and sizes as each language writes them: `words.mjs`, run by node, as in browsers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tools.console import Console
from tools.setup import find_node

STATIC = Path(__file__).resolve().parents[3] / "static"
WRITE = """
globalThis.document = { querySelector: () => null };
const { Words } = await import(%s);
const { readFileSync } = await import("node:fs");
const written = {};
for (const locale of %s) {
  const words = new Words();
  const { language } = new Intl.Locale(locale);
  Object.assign(words, { locale, texts: JSON.parse(readFileSync(`%s/${language}.json`, "utf-8")) });
  const write = (dateTime, format) => {
    const time = { dateTime, dataset: { format }, textContent: "" };
    words.writeTime(time);
    return time.textContent.replaceAll(/[\\u202f\\u00a0]/g, " ");
  };
  const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString();
  written[locale] = [
    write("2024-03-01T14:05:09Z", "time"), write("2024-03-01T14:05:09Z", "day"),
    write(ago(0), "day"), write(ago(1), "day"),
    words.size(1_536_000).replaceAll(/[\\u202f\\u00a0]/g, " "),
  ];
}
console.log(JSON.stringify(written));
"""
EXPECTED = {
    "ar": ["2:05 م", "الجمعة، 1 مارس 2024", "اليوم", "أمس", "1,500 كيلوبايت"],
    "de": ["14:05", "Freitag, 1. März 2024", "Heute", "Gestern", "1.500 KB"],
    "de-AT": ["14:05", "Freitag, 1. März 2024", "Heute", "Gestern", "1 500 KB"],
    "en": ["2:05 PM", "Friday, March 1, 2024", "Today", "Yesterday", "1,500 KB"],
    "en-GB": ["14:05", "Friday, 1 March 2024", "Today", "Yesterday", "1,500 KB"],
    "es": ["14:05", "viernes, 1 de marzo de 2024", "Hoy", "Ayer", "1500 KB"],
    "fr": ["14:05", "vendredi 1 mars 2024", "Aujourd\u2019hui", "Hier", "1 500 Ko"],
    "it": ["14:05", "venerdì 1 marzo 2024", "Oggi", "Ieri", "1500 KB"],
    "ja": ["14:05", "2024年3月1日金曜日", "今日", "昨日", "1,500 KB"],
    "nl": ["14:05", "vrijdag 1 maart 2024", "Vandaag", "Gisteren", "1.500 KB"],
    "pl": ["14:05", "piątek, 1 marca 2024", "Dzisiaj", "Wczoraj", "1500 KB"],
    "pt-BR": ["14:05", "sexta-feira, 1 de março de 2024", "Hoje", "Ontem", "1.500 KB"],
    "uk": ["14:05", "пʼятниця, 1 березня 2024 \u0440.", "Сьогодні", "Учора", "1 500 КБ"],
    "zh": ["14:05", "2024年3月1日星期五", "今天", "昨天", "1,500 KB"],
}
"""Of each locale: a time, its day, today, yesterday, and a number of bytes. Digits are those that the words have."""


@pytest.fixture(scope="module")
def written() -> dict[str, list[str]]:
    script = WRITE % (
        json.dumps((STATIC / "words.mjs").as_uri()),
        json.dumps([*EXPECTED]),
        STATIC / "locales",
    )
    command = [str(find_node(Console()).node), "--input-type=module", "--eval", script]
    environment = {**os.environ, "TZ": "UTC"}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    answer: dict[str, list[str]] = json.loads(run.stdout)
    return answer


@pytest.mark.parametrize("locale", EXPECTED)
def test_as_the_language_writes_it(written: dict[str, list[str]], locale: str) -> None:
    assert written[locale] == EXPECTED[locale]


def test_every_language_is_here() -> None:
    shipped = {path.stem for path in (STATIC / "locales").glob("*.json")}
    assert {locale.partition("-")[0] for locale in EXPECTED} == shipped
