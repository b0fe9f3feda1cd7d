"""Whatever the owner's accent is, text on it and text in its colour can be read. Run by node, as in browsers."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import cast

import pytest

from tools.console import Console
from tools.setup import find_node

ROOT = Path(__file__).resolve().parents[3]
MEASURE = """
import { contrast, palette } from %s;
const levels = Array.from({ length: 16 }, (_, step) => step * 17);
const mixed = (one, other) => one.map((value, index) => 0.88 * value + 0.12 * other[index]);
const [light, dark] = [[[255, 255, 255], [243, 243, 247]], [[26, 26, 31], [42, 42, 50]]];
const found = [];
for (const red of levels) for (const green of levels) for (const blue of levels) {
  const accent = [red, green, blue];
  const made = palette(accent);
  const pairs = {
    "on the accent": [[made.on, accent]],
    "on what waits to be sent": [[made.on, mixed(accent, made.away)]],
    "on light": light.map((ground) => [made.light, ground]),
    "on dark": dark.map((ground) => [made.dark, ground]),
  };
  for (const [place, [...all]] of Object.entries(pairs)) {
    for (const [text, ground] of all) found.push([place, accent, contrast(text, ground)]);
  }
}
const kept = { blue: palette([61, 79, 214]).light, yellow: palette([255, 235, 59]).dark };
console.log(JSON.stringify({ found, kept }));
"""


@pytest.fixture(scope="module")
def measured() -> dict[str, object]:
    script = MEASURE % json.dumps((ROOT / "static" / "theme.mjs").as_uri())
    command = [str(find_node(Console()).node), "--input-type=module", "--eval", script]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    answer: dict[str, object] = json.loads(run.stdout)
    return answer


def test_every_accent_can_be_read(measured: dict[str, object]) -> None:
    found = cast("list[tuple[str, list[int], float]]", measured["found"])
    assert len(found) == 6 * 16**3
    assert [pair for pair in found if pair[2] < 4.5] == []


def test_what_can_be_read_stays_as_it_is(measured: dict[str, object]) -> None:
    assert measured["kept"] == {"blue": [61, 79, 214], "yellow": [255, 235, 59]}
