"""Holds requests of a page back until the test lets them go."""

from __future__ import annotations

from playwright.sync_api import Page, Route


class Gate:
    """Closed from the beginning, for every request of the page's context that matches."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._page = page
        self._pattern = pattern
        self._held: list[Route] = []
        page.context.route(pattern, lambda route: self._held.append(route))

    def wait(self) -> None:
        """Until a request stands at the gate."""
        while not self._held:
            self._page.wait_for_function("true")  # lets Playwright tell what has come

    def open(self) -> None:
        """Let all of them go, and every one that comes later."""
        for route in self._held:
            route.continue_()
        self._page.context.unroute(self._pattern)
