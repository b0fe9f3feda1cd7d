"""Firefox, driven over WebDriver BiDi, which it speaks by itself: no driver, and nothing to install besides it.

Only what the tests of the start need. Whatever they wait for, they wait for in the page (`Tab.wait`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

Json = dict[str, Any]
NAMES = ("firefox-esr", "firefox")
PATIENCE = 120
"""Seconds that Python may take to start on a busy machine."""
# It stays on its own: no updates, no settings from afar, no first-run pages.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 1,  # whatever is not this machine goes to a port where nobody listens
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1",
    "network.proxy.allow_hijacking_localhost": False,
    "services.settings.server": "data:,#",
    "toolkit.telemetry.enabled": False,
}
_WAIT = """
async () => {
  while (!(await (%s))) await new Promise((resolve) => setTimeout(resolve, 50));
}
"""


def firefox() -> str | None:
    """The Firefox that is named in FIREFOX_PATH, or an installed one."""
    return os.environ.get("FIREFOX_PATH") or next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """A running one."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)

    @classmethod
    @contextmanager
    def running(cls, program: str, profile: Path, preferences: Json) -> Iterator[Self]:
        """A Firefox with a profile of its own: an empty folder, or that of an earlier one."""
        wanted = PREFERENCES | preferences
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in wanted.items()]
        (profile / "user.js").write_text("\n".join(lines))
        command = [
            program,
            "--headless",
            "--no-remote",
            "--profile",
            str(profile),
            "--remote-debugging-port",
            "0",
        ]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                with connect(f"{_address(process)}/session", max_size=None) as socket:
                    browser = cls(socket)
                    browser.ask("session.new", capabilities={})
                    yield browser
                    browser.ask("browser.close")
            finally:
                process.terminate()

    def ask(self, method: str, **params: Any) -> Json:
        """The answer to a command of WebDriver BiDi; events are not asked for and do not come."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        answer = json.loads(self._socket.recv(timeout=PATIENCE))
        assert answer["id"] == number and answer["type"] == "success", answer
        result: Json = answer["result"]
        return result

    def visit(self, url: str) -> Tab:
        """A new tab, at an address."""
        tab = Tab(self, self.ask("browsingContext.create", type="tab")["context"])
        self.ask("browsingContext.navigate", context=tab.context, url=url, wait="interactive")
        return tab


class Tab:
    """A document: a tab's own, or that of a frame in it."""

    def __init__(self, browser: Firefox, context: str) -> None:
        self._browser = browser
        self.context = context

    def _run(self, expression: str) -> Json:
        answer = self._browser.ask(
            "script.evaluate",
            expression=expression,
            target={"context": self.context},
            awaitPromise=True,
            userActivation=False,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        result: Json = answer["result"]
        return result

    def value(self, expression: str) -> Any:
        """What an expression, or the promise that it is, comes to: anything that JSON can say."""
        text = self._run(f"(async () => JSON.stringify(await ({expression})))()")
        return json.loads(text["value"]) if "value" in text else None

    def wait(self, condition: str) -> None:
        """Until an expression, or the promise that it is, is true."""
        self._run(f"({_WAIT % condition})()")

    def frame(self) -> Tab:
        """The document of the only frame, when it is there."""
        tree = self._browser.ask("browsingContext.getTree", root=self.context)
        return Tab(self._browser, tree["contexts"][0]["children"][0]["context"])

    def click(self, element: str) -> None:
        """As a mouse does."""
        actions = [
            {
                "type": "pointerMove",
                "x": 0,
                "y": 0,
                "origin": {"type": "element", "element": self._run(element)},
            },
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": actions})

    def type(self, text: str) -> None:
        """As a keyboard does, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": actions})

    def _act(self, source: Json) -> None:
        self._browser.ask("input.performActions", context=self.context, actions=[source])

    def close(self) -> None:
        self._browser.ask("browsingContext.close", context=self.context)


def _address(process: subprocess.Popen[str]) -> str:
    """Where it listens, by its own account."""
    assert process.stderr
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"listening on (ws://\S+)", line):
            Thread(target=process.stderr.read, daemon=True).start()  # else it stands when the pipe is full
            return found[1]
    raise AssertionError("Firefox did not start:\n" + "".join(said))
