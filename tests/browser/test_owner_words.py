"""What the owner changes without code: words, keys, the look of what is on the page; and what is told of mistakes."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import BrowserContext, expect

from browser.backend import Agent, Backend
from browser.conftest import Watch
from browser.gate import Gate
from browser.host_page import TAG, serve, settled
from browser.pages import Widget
from chatwheel_devserver.config import Config

WORDS = {
    "*": {"welcome.text": "We bake at night."},
    "en": {
        "welcome.title": "Fresh <b>bread</b>?",
        "launcher.unread_one": "Ask us, one answer",
        "launcher.no_such_word": "x",
        "composer.send": 5,
        "launcher.unread_many": "Many",
    },
    "de": {"welcome.title": "Frisches Brot?"},
    "xx": {},
}
STYLE = """<style>
  #chatwheel::part(launcher) { border-radius: 4px }
  #chatwheel::part(panel) { border-radius: 3px }
  #chatwheel::part(badge) { border-radius: 2px }
  #chatwheel::part(preview) { border-radius: 1px }
  #chatwheel::part(preview-text), #chatwheel::part(preview-close) { letter-spacing: 5px }
</style>"""
PORTS = """
document.addEventListener("chatwheel:state", ({ detail }) => { globalThis.stands = detail; });
globalThis.ports = [];
globalThis.MessageChannel = class extends MessageChannel {
  constructor() {
    super();
    ports.push(this.port1);
  }
};
"""


@pytest.mark.server(
    config=Config(
        phrases={"log.label": "As the service says", "Another_widgets": "x", "title.unread_many": "Many"}
    )
)
def test_words_keys_and_parts(visitor: BrowserContext, backend: Backend, agent: Agent, watch: Watch) -> None:
    tag = TAG.replace(
        " async", " async data-words=/words.json data-enter=newline data-label='Ask us' data-boot=eager"
    )
    serve(visitor, f"{backend.url}/shop", f"{STYLE}<script>{PORTS}</script>{tag}")
    visitor.route(f"{backend.url}/words.json", lambda route: route.fulfill(body=json.dumps(WORDS)))
    watch.expect("chatwheel: data-words: .*standard words stay", "chatwheel: setWords", "not as expected")
    widget = Widget(visitor.new_page(), backend.url)
    page = widget.page
    gate = Gate(page, "**/stage.mjs")
    page.goto(f"{backend.url}/shop")
    page.get_by_role("button", name="Ask us", exact=True).click()
    launcher = page.locator("#chatwheel [part=launcher]")
    assert launcher.evaluate("(element) => getComputedStyle(element).borderRadius") == "4px"

    # Before the stage is there: Enter breaks the line, with Ctrl it sends.
    gate.wait()
    expect(widget.composer).to_be_focused()
    widget.composer.press_sequentially("One")
    widget.composer.press("Enter")
    widget.composer.press_sequentially("Two")
    expect(widget.composer).to_have_value("One\nTwo")
    widget.composer.press("Control+Enter")
    expect(widget.composer).to_have_value("")
    widget.composer.press_sequentially("Three")
    gate.open()
    widget.wait_connected()
    assert page.evaluate("chatwheel.ready.then(({ started }) => started)") is True
    expect(widget.message("One")).to_contain_text("Sent")

    # The words are the owner's, as text; mistakes are named, and the standard words stand there.
    expect(widget.composer).to_have_attribute("placeholder", "Ctrl+⏎ sends")
    expect(widget.composer).to_have_attribute("enterkeyhint", "enter")
    expect(widget.send_button).to_be_visible()
    widget.composer.press("Enter")
    expect(widget.composer).to_have_value("Three\n")
    widget.composer.press("Control+Enter")
    expect(widget.message("Three")).to_contain_text("Sent")
    said = [problem for problem in watch.problems if "data-words" in problem]
    for mistake in (
        'there is no text "launcher.no_such_word"',
        "composer.send is not a line of text",
        "launcher.unread_many must hold {count}, and holds none",
        'there is no language "xx"',
    ):
        assert sum(mistake in line for line in said) == 1, mistake
    assert len(said) == 4

    # By a verb, over the file's; in another language, its own and those for all.
    assert settled(page, "chatwheel('setWords', 5)") == "INVALID_ARGUMENT"
    assert settled(page, "chatwheel('setWords', { en: { 'log.label': 'Our talk', 'no.such': 'x' } })") == [
        '"en": there is no text "no.such"'
    ]
    expect(widget.inside.get_by_role("log", name="Our talk")).to_be_visible()
    assert settled(page, "chatwheel('setWords', { en: { 'author.you': 'Me' } })") == []
    expect(widget.log).to_be_visible()
    expect(widget.articles.first.get_by_role("heading")).to_have_text("Me")

    # What is unread, with the owner's words and looks.
    chat_id = agent.join()
    settled(page, "chatwheel('close')")
    agent.say(chat_id, "Your bread is ready")
    expect(page.get_by_role("button", name="Ask us, one answer")).to_be_visible()
    looks = page.evaluate(
        """() => Object.fromEntries(
            [...document.querySelector("#chatwheel").shadowRoot.querySelectorAll("[part]")].map((element) => {
                const { borderRadius, letterSpacing } = getComputedStyle(element);
                return [element.getAttribute("part"), [borderRadius, letterSpacing]];
            }))"""
    )
    assert {name: radius for name, (radius, _) in looks.items() if radius != "0px"} == {
        "launcher": "4px",
        "panel": "3px",
        "badge": "2px",
        "preview": "1px",
    }
    assert {looks[name][1] for name in ("preview-text", "preview-close")} == {"5px"}

    # What crosses between page and frame and is not as expected is left alone, once said, on either side.
    before = len(watch.problems)
    page.evaluate(
        """() => {
            for (const wrong of [["page", 5], ["call", { id: "1" }], ["nothing"], 7]) ports[0].postMessage(wrong);
            for (const wrong of [["result", { id: {} }], ["event"], ["constructor"], null, ["theme", "<b>"]]) {
                ports[0].onmessage(new MessageEvent("message", { data: wrong }));
            }
        }"""
    )
    assert settled(page, "chatwheel('getCustomer')")["id"]
    assert [problem for problem in watch.problems[before:] if "was ignored" in problem] == watch.problems[
        before:
    ]
    assert len(watch.problems) == before + 9

    # Where nobody has done anything for long, the next step connects again.
    logins = len(backend.requests("login"))
    backend.news("customer_disconnected", {"reason": "inactivity_timeout"})
    page.wait_for_function("stands.connection === 'resting'")
    settled(page, "chatwheel('open')")
    expect(widget.message("Your bread is ready")).to_be_visible()
    widget.composer.press_sequentially("Coming")
    widget.composer.press("Control+Enter")
    expect(widget.message("Coming")).to_contain_text("Sent")
    assert len(backend.requests("login")) == logins + 1

    # Getters answer, whatever has become of the widget.
    settled(page, "chatwheel('destroy')")
    assert settled(page, "chatwheel('unread')") == 0
    assert settled(page, "chatwheel('state')")["open"] is False

    # The service's own wording, as far as it is of this widget.
    page.evaluate("() => { chatwheel.script.dataset.words = 'service'; chatwheel('init'); }")
    launcher.click()
    expect(widget.inside.get_by_role("log", name="As the service says")).to_be_visible()
    page.wait_for_function("chatwheel.ready.then(() => true)")
    assert "title.unread_many must hold {count}" in watch.problems[-1]
