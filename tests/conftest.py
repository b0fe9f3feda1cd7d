"""The order of the tests: what is quick and tells most first, the browser last, and there what takes long at first.

The browser must come last anyway: Playwright's loop stays in the main thread, where asynchronous tests want their own.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from coverage import Coverage

ORDER = ("unit", "conformance", "browser")
HERE = Path(__file__).parent
MEASURED = [HERE / "unit" / "sdk", HERE / "unit" / "transport"]


# A page that is left in the middle of a file cancels the answer, and aiohttp leaves the file to be collected.
LEFT_PAGE = "ignore:unclosed file:ResourceWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by folder; inside a folder the order stays.

    But tests that start Python anew take long: no worker should be left with one when the others have nothing to do.
    """
    for item in items:
        if _rank(item) == ORDER.index("browser"):
            item.add_marker(pytest.mark.filterwarnings(LEFT_PAGE))
    items.sort(key=lambda item: (_rank(item), not item.get_closest_marker("first_visit")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Coverage of the SDK is measured in its own tests only: measuring makes everything else slower for nothing.

    pytest-cov's `no_cover` is not enough: it does not stop what a worker of pytest-xdist measures, nor what a
    fixture begins, as a server's thread.
    """
    stopped: list[Coverage] = []
    if not any(map(item.path.is_relative_to, MEASURED)) or item.get_closest_marker("unmeasured"):
        while measuring := Coverage.current():  # a worker has two, one inside the other
            measuring.stop()
            stopped.append(measuring)
    result = yield
    for measuring in reversed(stopped):
        measuring.start()
    return result


def _rank(item: pytest.Item) -> int:
    parts = item.path.relative_to(HERE).parts if item.path.is_relative_to(HERE) else ()
    return ORDER.index(parts[0]) if parts and parts[0] in ORDER else 0
