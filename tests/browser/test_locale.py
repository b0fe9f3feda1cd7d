"""The widget in other languages: the visitor's, the site's, one that runs from right to left."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, Route, expect

from browser.backend import Agent, Backend
from browser.conftest import NewContext, Watch
from browser.pages import CONNECTED

LOCALES = Path(__file__).resolve().parents[2] / "static" / "locales"
TAG = "data-organization-id='demo-organization' data-client-id='demo-client' data-api-url='/'"
OUTSIDE = """(root) => {
    const width = document.documentElement.clientWidth;
    const seen = (element) => element.checkVisibility({ visibilityProperty: true })
        && !element.closest(".hidden, .carousel, svg");
    const wide = [...root.querySelectorAll("*")].filter(seen).filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        const cut = element instanceof HTMLButtonElement && element.scrollWidth > element.clientWidth + 1;
        return left < -1 || right > width + 1 || cut;
    });
    const scrolls = document.documentElement.scrollWidth > width ? ["the document"] : [];
    return [...scrolls, ...wide.map((element) => element.outerHTML.slice(0, 200))];
}"""


class Spoken:
    """The widget, found without knowing its language, and the words that it should have."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.words: dict[str, str] = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name=self.words["launcher.open"], exact=True)

    @property
    def inside(self) -> FrameLocator:
        return self.page.frame_locator("#chatwheel iframe")

    @property
    def root(self) -> Locator:
        return self.inside.locator("html")

    def button(self, key: str) -> Locator:
        return self.inside.get_by_role("button", name=self.words[key], exact=True)

    @property
    def composer(self) -> Locator:
        return self.inside.get_by_role("textbox", name=self.words["composer.label"], exact=True)

    def fits(self) -> None:
        """Nothing is wider than the panel."""
        assert self.root.evaluate(OUTSIDE) == []


def test_from_right_to_left(backend: Backend, contexts: NewContext, agent: Agent, watch: Watch) -> None:
    """An Arabic browser: words from the launcher on, the mirror image of the panel, nothing that sticks out."""
    watch.hosts.add(backend.origin)
    arabic = Spoken(contexts(locale="ar").new_page(), "ar")
    arabic.page.goto(backend.url)
    arabic.launcher.click()
    expect(arabic.root).to_have_attribute("dir", "rtl")
    expect(arabic.root).to_have_attribute("lang", "ar")
    expect(arabic.page.locator("#chatwheel iframe")).to_have_attribute("title", arabic.words["widget.title"])
    expect(arabic.inside.get_by_role("heading", level=1)).to_have_text(arabic.words["header.team"])
    expect(arabic.composer).to_have_attribute("placeholder", arabic.words["composer.placeholder"])
    expect(arabic.composer).to_have_css("direction", "rtl")
    arabic.fits()

    expect(arabic.inside.locator("#panel")).to_have_attribute("data-phase", "ready", timeout=CONNECTED)
    arabic.composer.fill(
        "هل الطلب رقم 4711 في الطريق؟ https://shop.example/orders/4711?with=a-long-address-in-it"
    )
    arabic.button("composer.send").click()
    mine = arabic.inside.get_by_role("article").filter(has_text="4711")
    expect(mine).to_contain_text(arabic.words["delivery.sent"])
    expect(mine.get_by_role("time")).to_have_text(re.compile(r"^\d{1,2}:\d\d\s[صم]$"))
    expect(arabic.inside.get_by_role("separator")).to_have_text("اليوم")
    agent.say(agent.join(), "Yes, it will arrive on Monday.")
    theirs = arabic.inside.get_by_role("article").filter(has_text="Monday")
    expect(theirs).to_be_visible()
    ours, others = mine.locator(".bubble").bounding_box(), theirs.locator(".bubble").bounding_box()
    assert ours and others
    assert ours["x"] < others["x"], "the visitor's side is the end of the line, on the left"

    arabic.button("header.menu").click()
    expect(arabic.inside.get_by_role("menuitem", name=arabic.words["menu.end"])).to_be_visible()
    arabic.fits()
    arabic.page.set_viewport_size({"width": 320, "height": 640})
    expect(arabic.inside.locator("#panel")).to_have_js_property("clientWidth", 320)
    arabic.fits()


@pytest.mark.parametrize(
    ("browser_locale", "attribute", "language", "lang"),
    [
        ("de-AT", "", "de", "de-AT"),
        ("de-AT", "auto", "de", "de-AT"),
        ("de-AT", "pt-BR", "pt", "pt-BR"),
        ("de-AT", "zh_tw", "zh", "zh-TW"),
        ("de-AT", "no such language", "en", "en"),
        ("sv-SE", "", "en", "en"),
    ],
)
def test_which_language(
    backend: Backend,
    contexts: NewContext,
    watch: Watch,
    browser_locale: str,
    attribute: str,
    language: str,
    lang: str,
) -> None:
    """The attribute, else the browser's; a region has the words of its language; English for everybody else."""
    watch.hosts.add(backend.origin)
    watch.expect("ERR_ABORTED")  # leaving in the middle of the start
    page = contexts(locale=browser_locale).new_page()
    locale = f"data-locale='{attribute}'" if attribute else ""

    def bare(route: Route) -> None:
        script = f"<script async src='/chatwheel/embed.js' {TAG} {locale}></script>"
        html = f"<!doctype html><html><title>Bare</title><link rel=icon href='data:,'>{script}"
        route.fulfill(content_type="text/html", body=html)

    page.route("**/bare.html", bare)
    page.goto(f"{backend.url}/bare.html")
    spoken = Spoken(page, language)
    spoken.launcher.click()
    expect(spoken.root).to_have_attribute("lang", lang)
    expect(spoken.root).to_have_attribute("dir", "ltr")
    expect(spoken.composer).to_be_focused()
    expect(page.locator("#chatwheel iframe")).to_have_attribute("title", spoken.words["widget.title"])
