"""JSON that is nested without end. In a browser Python's own parser would run out of stack on it and end Python, not
only itself; pydantic's refuses it. So ask this before `json.loads` reads what comes from outside."""

from __future__ import annotations

import re

DEEPEST = 200
_BRACKET = re.compile(r"[][{}]")


def is_deep(text: str) -> bool:
    """Whether a JSON text may be nested too deep. Brackets inside strings count: nearly never does it matter."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > DEEPEST:
            return True
    return False
