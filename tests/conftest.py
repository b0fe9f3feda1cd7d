"""The order of the tests: what is quick and tells most comes first, the browser last.

The browser must come last anyway: Playwright's loop stays in the main thread, where asynchronous tests want their own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ORDER = ("unit", "conformance", "browser")
HERE = Path(__file__).parent


# A page that is left in the middle of a file cancels the answer, and aiohttp leaves the file to be collected.
LEFT_PAGE = "ignore:unclosed file:ResourceWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by folder; inside a folder the order stays."""
    items.sort(key=_rank)
    for item in items:
        if _rank(item) == ORDER.index("browser"):
            item.add_marker(pytest.mark.filterwarnings(LEFT_PAGE))
            item.add_marker(
                pytest.mark.no_cover
            )  # measuring takes time, and the SDK's Python is in the browser


def _rank(item: pytest.Item) -> int:
    parts = item.path.relative_to(HERE).parts if item.path.is_relative_to(HERE) else ()
    return ORDER.index(parts[0]) if parts and parts[0] in ORDER else 0
