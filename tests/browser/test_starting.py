"""The time before Python is up, the ways of starting, and what happens when it cannot start."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, unquote, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from browser.backend import Agent, Backend
from browser.conftest import Watch
from browser.gate import Gate
from browser.pages import Widget

pytestmark = pytest.mark.first_visit

WASM = "**/*.wasm"
TAG = "data-organization-id='demo-organization' data-client-id='demo-client' data-api-url='/'"


def test_everything_works_before_python_does(widget: Widget, agent: Agent) -> None:
    """The panel opens, takes text, shows what was sent, and sends it in order when it can."""
    gate = Gate(widget.page, WASM)
    words = Gate(widget.page, "**/locales/en.json")
    stage = Gate(widget.page, "**/composer.mjs")
    widget.visit().launcher.hover()
    stage.wait()
    widget.open().write(long := "y" * 20_000)
    widget.composer.press("Enter")
    expect(widget.composer).to_have_value("")
    widget.write("Begun since")
    widget.frame.evaluate(
        "new MutationObserver(() => (globalThis.wasInert = true)).observe(document.querySelector('#panel'),"
        " { attributeFilter: ['inert'] })"
    )
    stage.open()
    words.wait()
    # What cannot be sent comes back, before what was begun since; why, is said when there are words for it.
    expect(widget.composer).to_have_value(f"{long}\n\nBegun since")
    assert not widget.frame.evaluate("globalThis.wasInert"), (
        "the composer has lost the focus, and a key with it"
    )
    widget.page.evaluate("void chatwheel('send', 'Sent while the words were on their way')")
    expect(widget.articles).to_have_count(1)
    expect(widget.log).not_to_contain_text("delivery.")
    words.open()
    expect(widget.alerts.filter(has_text="too long")).to_be_visible()
    widget.write("Written while Python was on its way")
    expect(widget.log).to_contain_text("Sending")
    expect(widget.starting).to_contain_text("you can already write")
    expect(widget.inside.locator("#progress")).to_be_visible()
    gate.wait()
    expect(widget.composer).to_be_focused()
    expect(widget.composer).to_have_value("Written while Python was on its way")
    for text in ("First", "Second"):
        message = widget.send(text)
        expect(message).to_contain_text("Sending")
        expect(message).to_be_visible()
    widget.attach({"name": "early.txt", "mimeType": "text/plain", "buffer": b"chosen early"})
    widget.write("Third, not sent")
    expect(widget.inside.get_by_role("heading", level=1)).to_have_text("Chat with us")

    gate.open()
    widget.wait_connected()
    expect(widget.message("early.txt")).to_contain_text("Sent")
    said = ["Sent while the words were on their way", "First", "Second"]
    assert widget.texts() == said
    assert agent.texts(agent.join()) == said
    expect(widget.composer).to_have_value("Third, not sent")
    expect(widget.composer).to_be_focused()
    expect(widget.starting).to_be_empty()


def break_wasm(page: Page) -> None:
    page.context.route(WASM, lambda route: route.abort())


def lose_the_extension(page: Page) -> None:
    page.context.route("**/pydantic_core*", lambda route: route.fulfill(status=404))


@pytest.mark.parametrize("harm", [break_wasm, lose_the_extension])
def test_python_cannot_start(
    widget: Widget, agent: Agent, watch: Watch, harm: Callable[[Page], None]
) -> None:
    """An alert says so and offers another try; nothing that was written is lost."""
    watch.expect(r"\.wasm", r"\.whl", "console error: Failed to load resource")
    watch.expect("wasm instantiation failed", "TypeError: Failed to fetch")
    harm(widget.page)
    widget.visit().open()
    widget.send("I wrote this while it failed")
    widget.write("And this I am writing")
    alert = widget.starting.get_by_role("alert")
    expect(alert).to_contain_text("The chat could not start", timeout=15_000)
    expect(widget.message("I wrote this while it failed")).to_be_visible()

    widget.page.context.unroute_all()
    alert.get_by_role("button", name="Try again").click()
    widget.wait_connected()
    expect(widget.message("I wrote this while it failed")).to_contain_text("Sent")
    assert agent.texts(agent.join()) == ["I wrote this while it failed"]
    expect(widget.composer).to_have_value("And this I am writing")
    expect(alert).to_have_count(0)


def loaded(watch: Watch) -> list[str]:
    """The widget's files that were asked for."""
    return [url.rsplit("/", 1)[-1] for url in watch.requests if "/chatwheel/" in url]


def test_nothing_happens_before_it_is_wanted(widget: Widget, visitor: BrowserContext, watch: Watch) -> None:
    """One script, no storage, no cookie; pointing at the launcher, or focusing it, is a wish."""
    visitor.add_init_script(
        "const set = Storage.prototype.setItem; globalThis.written = [];"
        "Storage.prototype.setItem = function (...a) { written.push(a); return set.apply(this, a); }"
    )
    widget.visit()
    widget.page.wait_for_load_state("networkidle")
    assert loaded(watch) == ["embed.js"]
    assert widget.page.evaluate("written") == []
    assert visitor.storage_state() == {"cookies": [], "origins": []}
    assert widget.page.locator("iframe").count() == 0

    with widget.page.expect_request("**/frame.html"):
        widget.launcher.focus()
    expect(widget.element).to_have_count(1)
    expect(widget.element).to_be_hidden()

    widget.page.reload()
    with widget.page.expect_request("**/frame.html"):
        widget.launcher.hover()
    # Left alone with what it began, it must not complain.
    widget.wait_started()


def test_other_ways_to_start(widget: Widget, visitor: BrowserContext, watch: Watch) -> None:
    """`data-boot`, the queue before the script, and the script mounted twice."""

    def page(route: Route) -> None:
        boot, _, before = unquote(urlsplit(route.request.url).query).partition("&")
        head = "<!doctype html><html lang=en><title>Bare</title><link rel=icon href='data:,'>"
        html = f"{head}{before}<script async src='/chatwheel/embed.js' {TAG} data-boot='{boot}'></script>"
        route.fulfill(content_type="text/html; charset=utf-8", body=html)

    visitor.route("**/bare.html?*", page)
    widget.visit("/bare.html?manual")
    widget.launcher.hover()
    widget.page.wait_for_load_state("networkidle")
    assert "frame.html" not in loaded(watch)

    for boot in ("eager", "idle"):
        with widget.page.expect_request("**/frame.html"):
            widget.visit(f"/bare.html?{boot}")

    stub = "window.chatwheel = (...args) => chatwheel.q.push(args); chatwheel.q = [['open']];"
    widget.visit("/bare.html?manual&" + quote(f"<script>{stub}</script>", safe=""))
    expect(widget.launcher).to_have_attribute("aria-expanded", "true")
    expect(widget.composer).to_be_visible()
    widget.page.evaluate(
        """() => new Promise((done) => {
            const script = document.createElement("script");
            script.src = "/chatwheel/embed.js";
            script.onload = done;
            document.body.append(script);
        })"""
    )
    expect(widget.launcher).to_have_count(1)
    expect(widget.page.locator("iframe")).to_have_count(1)


def answer_of(page: Page, promise: str) -> object:
    """What a promise of the page resolves to."""
    page.evaluate(
        f"{{ delete globalThis.answer; void {promise}.then((value) => globalThis.answer = value); }}"
    )
    page.wait_for_function("'answer' in globalThis")
    return page.evaluate("answer")


def test_the_page_drives_the_widget(widget: Widget, backend: Backend) -> None:
    """`window.chatwheel`: verbs, calls of the SDK, events, errors."""
    widget.visit()
    page = widget.page
    page.evaluate("chatwheel('open')")
    expect(widget.composer).to_be_focused()
    page.evaluate(
        """() => {
            globalThis.heard = [];
            globalThis.off = chatwheel("on", "incoming_event", ({ event }) => heard.push(event.text));
        }"""
    )
    # Called before Python is up, answered when it is; `wait_for_function` because `evaluate` would wait for ever.
    assert answer_of(page, "chatwheel('getCustomer').then((customer) => customer.type)") == "customer"
    assert answer_of(page, "chatwheel('noSuchThing').catch((error) => error.code)") == "UNKNOWN_METHOD"
    widget.wait_connected()
    widget.send("Hello").get_by_text("Sent").wait_for()
    with Agent.at(backend) as agent:
        chat_id = agent.join()
        agent.say(chat_id, "Heard outside")
        page.wait_for_function("heard.includes('Heard outside')")
        page.evaluate("void off()")
        agent.say(chat_id, "Not heard")
    expect(widget.message("Not heard")).to_have_count(1)
    assert "Not heard" not in page.evaluate("heard")
    page.evaluate("chatwheel('hide')")
    expect(widget.launcher).to_be_hidden()
    page.evaluate("chatwheel('show')")
    page.evaluate("chatwheel('close')")
    expect(widget.launcher).to_be_visible()
