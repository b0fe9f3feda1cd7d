"""`hooks("…source…")` is a widget with that extension."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from chatwheel.extension.testing import Rehearsal, rehearsals

Hooks = Callable[..., Rehearsal]


@pytest.fixture
def hooks(tmp_path: Path) -> Iterator[Hooks]:
    with rehearsals() as rehearse:

        def make(source: str, **options: Any) -> Rehearsal:
            head = "from chatwheel.extension import *\nfrom chatwheel.extension import chat\n"
            (tmp_path / "hooks.py").write_text(head + dedent(source), "utf-8")
            return rehearse(tmp_path / "hooks.py", **options)

        yield make
