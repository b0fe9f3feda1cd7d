"""The same start in Firefox: the first visit, later ones from a snapshot, and private windows."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser import boot
from browser.backend import Agent, Backend
from browser.firefox import Firefox, Tab, firefox

LAUNCHER = "document.querySelector('#chatwheel')?.shadowRoot.querySelector('[aria-expanded]')"
FRAME = "document.querySelector('#chatwheel')?.shadowRoot.querySelector('iframe')"
SENT = "[...document.querySelectorAll('article')].find((each) => each.textContent.includes({text!r}))?.dataset.delivery"


@pytest.fixture
def program() -> str:
    found = firefox()
    if not found:
        pytest.skip(
            "there is no Firefox here: install it (on Debian: firefox-esr), or name one in FIREFOX_PATH"
        )
    return found


def chat(tab: Tab, agent: Agent, text: str) -> Tab:
    """Open the panel, write a message and see it sent: by the page, and by the server."""
    tab.wait(LAUNCHER)
    tab.click(LAUNCHER)
    tab.wait(f"{FRAME}?.contentDocument?.activeElement?.id === 'message'")
    tab.type(f"{text}\ue007")
    frame = tab.frame()
    frame.wait(f"['sent', 'seen'].includes({SENT.format(text=text)})")
    assert agent.texts(str(agent.chat["id"]))[-1] == text
    return frame


@pytest.mark.parametrize("is_private", [False, True], ids=["ordinary window", "private window"])
def test_firefox(program: str, backend: Backend, agent: Agent, tmp_path: Path, is_private: bool) -> None:
    """The first visit starts Python the ordinary way, the next one from a snapshot, both end in a working chat.

    So it is in a private window, too, as long as it lasts; it leaves nothing behind.
    """
    preferences = {"browser.privatebrowsing.autostart": is_private}
    with Firefox.running(program, tmp_path, preferences) as browser:
        page = browser.visit(backend.url)
        frame = chat(page, agent, "First from Firefox")
        assert not frame.value(boot.RESTORED)
        frame.value(boot.keep())
        frame.wait(boot.HAS_SNAPSHOT)
        page.close()
        frame = chat(browser.visit(backend.url), agent, "Later from Firefox")
        assert frame.value(boot.RESTORED)
    left = [
        path for path in (tmp_path / "storage").rglob("*") if path.is_dir() and "+++127.0.0.1" in path.name
    ]
    assert bool(left) is not is_private
