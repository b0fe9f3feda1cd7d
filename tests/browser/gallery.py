"""Pictures of every state, for people: `python3 build.py gallery`.

Each state is photographed on a desktop in light and dark, on a phone, and on a phone in Arabic, from right to left.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Literal

for folder in (".", "..", "../../widget", "../../devserver"):
    sys.path.insert(0, str(Path(__file__).resolve().parent.joinpath(folder).resolve()))

from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright  # noqa: E402

from browser.backend import Agent, Backend, Loop  # noqa: E402
from browser.conftest import ARGUMENTS, chromium  # noqa: E402
from browser.pages import Console, Widget  # noqa: E402
from browser.states import walk  # noqa: E402

WIDE: ViewportSize = {"width": 1100, "height": 760}
PHONE: ViewportSize = {"width": 360, "height": 640}
LOCALES = Path(__file__).resolve().parents[2] / "static" / "locales"
WORDS: dict[str, dict[str, str]] = {
    locale: json.loads((LOCALES / f"{locale}.json").read_text(encoding="utf-8")) for locale in ("ar", "en")
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def photograph(widget: Widget, state: str, out: Path) -> None:
    """One state, in all the ways it can look."""
    page, name = widget.page, state.replace(" ", "-")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=out / f"{name}-{scheme}.png", animations="disabled")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if state == "closed":
        return
    root = widget.frame.locator("html")
    hello = root.locator("#top .hello")
    page.set_viewport_size(PHONE)
    widget.log.evaluate("log => log.scrollTop = log.scrollHeight")
    page.screenshot(path=out / f"{name}-phone.png", animations="disabled")
    for locale, direction in (("ar", "rtl"), ("en", "ltr")):
        page.evaluate("locale => void chatwheel('setLocale', locale)", locale)
        expect(root).to_have_attribute("dir", direction)
        expect(hello).to_have_text(
            WORDS[locale]["welcome.title"]
        )  # Python's words come after the frame's own
        if direction == "rtl":
            page.screenshot(path=out / f"{name}-rtl.png", animations="disabled")
    page.set_viewport_size(WIDE)
    widget.log.evaluate("log => log.scrollTop = log.scrollHeight")


def make(browser: Browser, out: Path) -> None:
    """The widget in every state, then the console with the same chat."""
    with closing(Loop()) as loop, closing(Backend(loop)) as backend:
        widget = Widget(browser.new_page(viewport=WIDE, reduced_motion="reduce"), backend.url)
        with Agent.at(backend) as agent:
            for state in walk(widget, agent, backend):
                photograph(widget, state, out)
        console = Console(browser.new_page(viewport=WIDE), backend.url).open()
        console.page.get_by_role("region", name="Ended").get_by_role("button").first.click()
        console.articles.last.wait_for()
        console.page.screenshot(path=out / "console.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT_DIR", help="folder for the pictures")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        make(browser, out)
        browser.close()
    sys.stdout.write(f"{len(list(out.glob('*.png')))} pictures in {os.path.relpath(out)}\n")


if __name__ == "__main__":
    main()
