"""A browser, a server of the test's own, and an eye on everything that goes wrong in the background."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Request,
    Response,
    ViewportSize,
    WebError,
    expect,
)

from browser import boot
from browser.backend import Agent, Backend, Loop
from browser.pages import Console, Widget

PATIENCE = 30_000
"""Milliseconds: what is waited for is there long before, except on a machine that does five other things."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # One process less to talk to for all that is drawn, and one for all that is fetched.
    "--in-process-gpu",
    "--enable-features=NetworkServiceInProcess2,CDPScreenshotNewSurface",
    # A document that a test made up is not of this machine; nobody types an address, for which two pages would be made.
    "--disable-features=LocalNetworkAccessChecks,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    "--js-flags=--liftoff-only",  # no test is so long that Python, as WebAssembly, were worth a second compilation
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # there is no other host
]
VIEWPORT: ViewportSize = {"width": 1100, "height": 760}
expect.set_options(timeout=PATIENCE)


def chromium() -> str | None:
    """The browser that is named or found; `None` for Playwright's own."""
    return os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ARGUMENTS}


@dataclass
class Watch:
    """Notes what nobody should see: errors in the console, failed requests, requests to anybody else."""

    hosts: set[str]
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=list)

    def expect(self, *patterns: str) -> None:
        """The test causes this itself: problems that match are none."""
        self._expected += [re.compile(pattern) for pattern in patterns]

    def check(self) -> None:
        unexpected = [p for p in self.problems if not any(e.search(p) for e in self._expected)]
        assert not unexpected, "in the background: " + "\n".join(unexpected)

    def over(self, context: BrowserContext) -> None:
        for event, note in self._notes().items():
            context.on(event, note)  # type: ignore[call-overload]

    def leave(self, context: BrowserContext) -> None:
        """What happens there is of no interest any more."""
        for event, note in self._notes().items():
            context.remove_listener(event, note)

    def _notes(self) -> dict[str, Callable[..., None]]:
        return {
            "console": self._console,
            "weberror": self._error,
            "request": self._request,
            "requestfailed": self._failed,
            "response": self._response,
        }

    def _console(self, message: ConsoleMessage) -> None:
        # What was being fetched when a page was left; `_failed` knows of everything else that cannot be loaded.
        is_left = message.text.startswith("Fetch API cannot load")
        if message.type in ("error", "warning", "assert") and not is_left:
            where = message.location.get("url", "")
            self.problems.append(f"console {message.type}: {message.text} ({where})")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"page error: {error.error}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc not in self.hosts:
            self.problems.append(f"request to another host: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left, or an upload taken back
            self.problems.append(f"request failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"answer {response.status}: {response.url}")


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def backend(loop: Loop, request: pytest.FixtureRequest) -> Iterator[Backend]:
    """A server of the test's own, set up as its mark `server` says."""
    mark = request.node.get_closest_marker("server")
    backend = Backend(loop, **(mark.kwargs if mark else {}))
    yield backend
    backend.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch(set())
    yield watch
    watch.check()


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def contexts(browser: Browser, watch: Watch) -> Iterator[NewContext]:
    """Makes contexts (a visitor, an agent), all of them watched."""
    made: list[BrowserContext] = []

    def new(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": VIEWPORT, **options})
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        made.append(context)
        return context

    yield new
    for context in made:
        context.close()


class Home:
    """The browser of a visitor who was here before: it starts Python from a snapshot, which takes a third of the time.

    It serves one test after another, and between them forgets everything but the snapshot. Its profile is on the disk,
    where a browser also keeps what it has compiled.
    """

    def __init__(self, context: BrowserContext, loop: Loop) -> None:
        self.context = context
        context.set_default_timeout(PATIENCE)
        self._devtools = context.new_cdp_session(context.pages[0])
        with closing(Backend(loop)) as backend:
            widget = boot.visit(self.context, backend.url)
            boot.keep_snapshot(widget.page)
            self.forget(backend)

    def forget(self, backend: Backend) -> None:
        for page in self.context.pages[1:]:
            page.close()
        self.context.unroute_all(behavior="ignoreErrors")
        self.context.clear_permissions()
        self.context.set_offline(False)
        gone = {"origin": backend.url, "storageTypes": "cookies,file_systems,indexeddb,local_storage"}
        self._devtools.send("Storage.clearDataForOrigin", gone)


@pytest.fixture(scope="session")
def home(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    loop: Loop,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Home]:
    profile = tmp_path_factory.mktemp("home")
    context = browser_type.launch_persistent_context(profile, viewport=VIEWPORT, **browser_type_launch_args)
    yield Home(context, loop)
    context.close()


@pytest.fixture
def visitor(
    backend: Backend, home: Home, contexts: NewContext, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """The visitor's browser; a new one for tests that are marked with `first_visit`."""
    watch.hosts.add(backend.origin)
    if request.node.get_closest_marker("first_visit"):
        yield contexts()
        return
    watch.over(home.context)
    yield home.context
    home.forget(backend)
    watch.leave(home.context)


@pytest.fixture
def widget(visitor: BrowserContext, backend: Backend) -> Widget:
    """The widget on a page of the shop, not visited yet."""
    return Widget(visitor.new_page(), backend.url)


@pytest.fixture
def console(contexts: NewContext, backend: Backend) -> Console:
    """The agent's console in another browser, open."""
    return Console(contexts().new_page(), backend.url).open()


@pytest.fixture
def agent(backend: Backend) -> Iterator[Agent]:
    """An agent without a browser, at work."""
    with Agent.at(backend) as agent:
        yield agent
