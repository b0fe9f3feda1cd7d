"""What the site's owner can do: calls and events, consent, an end and a new beginning, a place in the page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from browser.backend import Agent, Backend
from browser.conftest import Watch
from browser.host_page import TAG, serve, settled
from browser.pages import Widget

LISTEN = """
globalThis.heard = [];
const names = ["ready", "open", "close", "hide", "show", "unread", "message", "state", "consent", "destroy"];
names.push("incoming_event");
for (const name of names) {
  document.addEventListener(`chatwheel:${name}`, ({ detail }) => heard.push([name, detail]));
}
"""


def test_calls_and_events(visitor: BrowserContext, backend: Backend, agent: Agent) -> None:
    """Every kind of verb, from a queue before the script to an upload; each mistake is told by its promise."""
    stub = "window.chatwheel = function () { (chatwheel.q = chatwheel.q || []).push(arguments); };"
    early = "chatwheel('prefill', 'Written by the page'); chatwheel('open');"
    serve(
        visitor, f"{backend.url}/shop", f"<input id=own autofocus><script>{LISTEN}{stub}{early}</script>{TAG}"
    )
    widget = Widget(visitor.new_page(), backend.url).visit("/shop")
    page = widget.page
    expect(widget.composer).to_have_value("Written by the page")
    assert settled(page, "chatwheel('state')")["open"] is True
    expect(page.locator("#own")).to_be_focused()  # nobody has pressed anything
    widget.wait_connected()
    page.wait_for_function("heard.some(([name]) => name === 'ready')")

    # What is wrong is told, and nothing else happens.
    for wrong in (
        "chatwheel('send', '')",
        "chatwheel('send', 5)",
        "chatwheel('prefill')",
        "chatwheel('setTheme', 'blue')",
        "chatwheel('setLocale', '!')",
        "chatwheel('identify', { nmae: 'Ada' })",
        "chatwheel('identify')",
        "chatwheel('consent', 'yes')",
        "chatwheel('getChat')",
        "chatwheel('getChat', 'C1')",
        "chatwheel('uploadFile', { file: 'a path' })",
        "chatwheel('getCustomer', { callback() {} })",
    ):
        assert settled(page, wrong) == "INVALID_ARGUMENT", wrong
    assert settled(page, "chatwheel('noSuchThing')") == "UNKNOWN_METHOD"
    refused = "(() => { try { chatwheel('VERB', 'open') } catch (error) { return error.code } })()"
    for verb in ("on", "once"):
        assert page.evaluate(refused.replace("VERB", verb)) == "INVALID_ARGUMENT"

    # The visitor's own words are not overwritten.
    assert settled(page, "chatwheel('prefill', 'Something else')") is False
    expect(widget.composer).to_have_value("Written by the page")
    settled(page, "chatwheel('send', 'Sent by the page')")
    widget.message("Sent by the page").get_by_text("Sent", exact=True).wait_for()
    settled(page, "chatwheel('identify', { name: 'Ada', email: 'ada@example.org', fields: { cart: 42 } })")
    customer = settled(page, "chatwheel('getCustomer')")
    assert (customer["name"], customer["email"]) == ("Ada", "ada@example.org")
    assert customer["sessionFields"]["cart"] == "42"

    chat_id = agent.join()
    expect(widget.log).to_contain_text("Sam joined")

    # Events: on, once, off, and the document's own.
    page.evaluate(
        """() => {
            globalThis.said = { on: [], once: [] };
            globalThis.off = chatwheel("on", "incoming_event", ({ event }) => said.on.push(event.text));
            chatwheel("once", "incoming_event", ({ event }) => said.once.push(event.text));
            const never = () => said.once.push("never");
            chatwheel("once", "incoming_event", never);
            chatwheel("off", "incoming_event", never);
        }"""
    )
    settled(
        page, "chatwheel('getCustomer')"
    )  # answered behind what is listened to: by now Python knows of that
    agent.say(chat_id, "One")
    agent.say(chat_id, "Two")
    page.wait_for_function("said.on.length === 2")
    page.evaluate("void off()")
    agent.say(chat_id, "Three")
    page.wait_for_function("heard.filter(([name]) => name === 'incoming_event').length === 3")
    assert page.evaluate("said") == {"on": ["One", "Two"], "once": ["One"]}
    messages = [detail for name, detail in page.evaluate("heard") if name == "message"]
    assert [(m["text"], m["author"]["type"]) for m in messages] == [
        ("Sent by the page", "customer"),
        ("One", "agent"),
        ("Two", "agent"),
        ("Three", "agent"),
    ]
    state = settled(page, "chatwheel('state')")
    assert (state["connection"], state["customerStatus"], state["chatId"]) == (
        "connected",
        "chatting",
        chat_id,
    )

    # Looks, at any time.
    settled(page, "chatwheel('setTheme', 'dark')")
    expect(widget.inside.locator("html")).to_have_attribute("data-theme", "dark")
    widget.hand_over("drop", "plan.txt", "text/plain", "x" * 1_500_000)
    expect(widget.message("plan.txt")).to_contain_text("1.4 MB")
    widget.choose("E-mail transcript")
    widget.inside.get_by_label("Where shall we send the chat?").fill("ada")
    widget.inside.get_by_label("Where shall we send the chat?").press("Enter")
    expect(widget.alerts).to_have_text("This does not look like an e-mail address.")
    assert settled(page, "chatwheel('setLocale', 'de-AT')") == "de-AT"
    german = page.frame_locator("iframe[title='Chat-Widget']")
    expect(german.get_by_role("button", name="Nachricht senden")).to_be_attached()
    expect(german.get_by_role("article").first.get_by_role("heading")).to_have_text("Sie")
    expect(german.get_by_role("article").filter(has_text="plan.txt")).to_contain_text("1,4 MB")
    expect(german.get_by_role("separator")).to_have_text("Heute")
    expect(german.get_by_role("article").last.get_by_role("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(german.get_by_role("alert")).to_have_text(
        "Das sieht nicht wie eine E-Mail-Adresse aus."
    )  # what was said before, too
    settled(page, "chatwheel('setLocale', 'en')")
    expect(widget.articles.first.get_by_role("heading")).to_have_text("You")

    # Files and the past.
    page.evaluate(
        """() => {
            const file = new File(["x".repeat(200000)], "plan.txt", { type: "text/plain" });
            globalThis.shares = [];
            const onProgress = (share) => shares.push(share);
            globalThis.uploaded = chatwheel("uploadFile", { file, onProgress });
        }"""
    )
    assert settled(page, "uploaded")["url"].startswith("http")
    assert page.evaluate("shares.at(-1)") == 1
    page.evaluate(
        """() => {
            const stop = new AbortController();
            const file = new File(["x".repeat(5e6)], "late.txt");
            globalThis.canceled = chatwheel("uploadFile", { file, signal: stop.signal });
            canceled.catch(() => {});
            stop.abort();
        }"""
    )
    assert settled(page, "canceled") == "UPLOAD_CANCELED"
    history = settled(
        page, f"chatwheel('getChatHistory', {{ chatId: '{chat_id}' }}).then((history) => history.next())"
    )
    assert history["done"] is True
    assert [
        event["text"] for event in history["value"]["threads"][0]["events"] if event["type"] == "message"
    ] == [
        "Sent by the page",
        "One",
        "Two",
        "Three",
    ]

    # A page application changes the address without leaving the page.
    page.evaluate("() => { history.pushState({}, '', '/shop?basket=1'); document.title = 'The basket'; }")
    moved = backend.loop.run(
        backend.server.wait_for_frame(lambda f: "basket=1" in f.text and "update_customer_page" in f.text)
    )
    assert moved.json["payload"]["title"] == "The basket"

    # Hidden, shown, closed, unread.
    settled(page, "chatwheel('close')")
    agent.say(chat_id, "Four")
    expect(widget.launcher).to_have_accessible_name("Open chat, 1 unread message")
    assert settled(page, "chatwheel('unread')") == 1

    # The application writes its title over the count: it is its own again afterwards, and no older one.
    expect(page).to_have_title("(1) New message · The basket")
    page.evaluate("() => { document.title = 'The checkout'; }")
    settled(page, "chatwheel('hide')")
    expect(widget.launcher).to_be_hidden()
    settled(page, "chatwheel('open')")
    expect(widget.composer).to_be_focused()
    page.wait_for_function("document.title === 'The checkout'")
    names = [name for name, _ in page.evaluate("heard")]
    assert [name for name in names if name in ("open", "close", "hide", "show")] == [
        "open",
        "close",
        "hide",
        "show",
        "open",
    ]


def records(context: BrowserContext) -> int:
    """How many there are in all of the browser's databases."""
    origins: list[Any] = [*context.storage_state(indexed_db=True)["origins"]]
    stores = [store for origin in origins for base in origin["indexedDB"] for store in base["stores"]]
    return sum(len(store["records"]) for store in stores)


@pytest.mark.first_visit
def test_nothing_without_consent(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """No request but the script's, nothing stored, until the visitor or the page says so; withdrawn, all of it goes."""
    visitor.add_init_script(
        """for (const name of ["setItem", "removeItem"]) {
            const plain = Storage.prototype[name];
            Storage.prototype[name] = function (...given) {
                (globalThis.touched ??= []).push(given);
                return plain.apply(this, given);
            };
        }"""
    )
    tag = TAG.replace(" data-api-url", " data-consent='required' data-boot='eager' data-api-url")
    serve(visitor, f"{backend.url}/shop", f"<script>{LISTEN}</script>{tag}")
    widget = Widget(visitor.new_page(), backend.url).visit("/shop")
    page = widget.page

    def asked() -> list[str]:
        return [url for url in watch.requests if "/shop" not in url and not url.startswith("data:")]

    page.evaluate(
        "void chatwheel('open'); void chatwheel('send', 'Said before'); void chatwheel('getCustomer');"
    )
    widget.launcher.hover()
    widget.launcher.focus()
    page.wait_for_load_state("networkidle")
    assert asked() == [f"{backend.url}/chatwheel/embed.js"]
    assert page.evaluate("globalThis.touched") is None
    assert visitor.storage_state(indexed_db=True) == {"cookies": [], "origins": []}
    assert settled(page, "chatwheel('state')")["open"] is False
    expect(widget.element).to_have_count(0)

    # The page says so: what was asked before is done, in order.
    settled(page, "chatwheel('consent', true)")
    expect(widget.composer).to_be_focused()
    widget.message("Said before").get_by_text("Sent", exact=True).wait_for()
    assert records(visitor) > 0

    # And remembers it, until it is withdrawn: then there is no frame, in other tabs neither, and nothing is kept.
    page.reload()
    expect(widget.element).to_have_count(1)
    other = Widget(visitor.new_page(), backend.url).visit("/shop").wait_started()
    settled(page, "chatwheel('consent', false)")
    expect(widget.element).to_have_count(0)
    expect(other.element).to_have_count(0)
    assert other.page.evaluate("heard.at(-1)[0]") == "consent"
    other.page.close()
    expect(widget.launcher).to_be_visible()
    assert records(visitor) == 0
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("caches.keys()") == []
    assert {cookie.get("name") for cookie in visitor.cookies()} == {"__lc_cid", "__lc_cst"}, (
        "the service's own"
    )

    # The visitor's own click says it, too, and opens the panel, which the page wanted open anyway.
    before = len(asked())
    page.reload()
    page.wait_for_load_state("networkidle")
    assert all("embed.js" in url for url in asked()[before:])
    page.evaluate("void chatwheel('open')")
    widget.open().wait_connected()
    marker = "localStorage.getItem('chatwheel:demo-organization:consent')"
    assert page.evaluate(marker) == "1"

    # Withdrawn and given again in one breath: first all goes, then it begins anew. The last word holds.
    page.evaluate(
        "void chatwheel('consent', false); void chatwheel('consent', true); void chatwheel('open');"
    )
    expect(widget.launcher).to_have_attribute("aria-expanded", "true")
    widget.wait_connected()
    assert page.evaluate(marker) == "1"
    settled(page, "(chatwheel('consent', false), chatwheel('consent', true), chatwheel('consent', false))")
    expect(widget.element).to_have_count(0)
    assert page.evaluate(marker) is None

    # What still waits for it when all ends is told so.
    page.evaluate("() => { globalThis.late = chatwheel('getCustomer'); late.catch(() => {}); }")
    settled(page, "chatwheel('destroy')")
    assert settled(page, "late") == "DESTROYED"


def test_mistakes_in_the_tag(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """Said where the owner looks; what is not understood of consent is understood as its lack."""
    for attribute, said in (
        ("data-api-url='ftp://chat.example'", "data-api-url is not an http(s) address"),
        ("data-accounts-url='javascript:alert(1)'", "data-accounts-url is not an http(s) address"),
        ("data-group-id='first'", "data-group-id is not a number"),
    ):
        tag = TAG.replace(" data-api-url='/'", f" {attribute}") if "api-url" in attribute else TAG
        serve(visitor, f"{backend.url}/wrong", tag.replace("<script async", f"<script async {attribute}"))
        watch.expect(f"console error: chatwheel: {said}".replace("(s)", r"\(s\)"))
        page = visitor.new_page()
        with page.expect_console_message(lambda message, said=said: said in message.text):  # type: ignore[misc]
            page.goto(f"{backend.url}/wrong")
        assert page.locator("#chatwheel").count() == 0
        page.close()
    watch.expect('console warning: chatwheel: data-consent="later" is not known')
    serve(visitor, f"{backend.url}/unknown", TAG.replace("<script async", "<script async data-consent=later"))
    page = visitor.new_page()
    with page.expect_console_message(lambda message: "data-consent" in message.text):
        page.goto(f"{backend.url}/unknown")
    page.evaluate("void chatwheel('open')")
    assert page.evaluate("chatwheel('state').then(({ open }) => open)") is False


def test_an_end_and_a_new_beginning(widget: Widget, backend: Backend, agent: Agent) -> None:
    """`destroy` takes everything away, `init` brings it back; a page application may replace the whole body."""
    widget.start()
    page = widget.page
    widget.send("Before the end").get_by_text("Sent", exact=True).wait_for()
    chat_id = agent.join()
    page.evaluate(f"() => {{ globalThis.kept = chatwheel; {LISTEN} }}")
    page.evaluate("() => { globalThis.mine = []; chatwheel('on', 'message', (m) => mine.push(m.text)); }")
    settled(page, "chatwheel('destroy')")
    expect(page.locator("#chatwheel")).to_have_count(0)
    expect(widget.launcher).to_have_count(0)
    assert page.evaluate("heard.at(-1)[0]") == "destroy"
    assert settled(page, "chatwheel('getCustomer')") == "DESTROYED"
    assert page.title() == "Spoke & Saddle: bicycles for every day"
    agent.say(chat_id, "Nobody there")

    # Also by the function that the page has kept from before.
    settled(page, "kept('init')")
    settled(page, "kept('init')")
    settled(page, "chatwheel('init')")
    expect(page.locator("#chatwheel")).to_have_count(1)
    assert settled(page, "kept('state')")["open"] is False
    widget.open().wait_connected()
    expect(widget.launcher).to_have_attribute("aria-controls", "panel")
    settled(page, "chatwheel('setTheme', 'dark')")
    expect(widget.message("Nobody there")).to_have_count(1)
    assert widget.texts() == ["Before the end", "Nobody there"]
    assert page.evaluate("mine") == [], "the listeners went with the widget"

    # The application puts another body in the place of this one: what it listens to, it still hears.
    page.evaluate(
        "() => { globalThis.told = []; chatwheel('on', 'incoming_event', (e) => told.push(e.event.text)); }"
    )
    page.evaluate(
        """() => {
            const body = document.createElement("body");
            body.append("The next page");
            document.body.replaceWith(body);
        }"""
    )
    expect(page.locator("#chatwheel")).to_have_count(1)
    widget.wait_connected()
    expect(widget.inside.locator("html")).to_have_attribute("data-theme", "dark")
    expect(widget.message("Nobody there")).to_have_count(1)
    widget.send("Still here").get_by_text("Sent", exact=True).wait_for()
    agent.say(chat_id, "Here, too")
    expect(widget.message("Here, too")).to_have_count(1)
    page.wait_for_function("told.includes('Here, too')")
    assert agent.texts(chat_id) == ["Before the end", "Nobody there", "Still here", "Here, too"]


PLACE = """
<style>:root { --chatwheel-accent: #ffe14d; --chatwheel-radius: 4px; --chatwheel-font: Georgia, serif; }
  body { margin: 0 } main { width: 520px; height: 460px; margin: 40px; }</style>
<main id=help></main>
"""


def test_a_part_of_the_page(visitor: BrowserContext, backend: Backend) -> None:
    """`data-inline`: the panel fills an element, nothing closes it; colours that cannot be read are corrected.

    This owner wants no files: there is no way to send one.
    """
    serve(
        visitor,
        f"{backend.url}/help",
        PLACE + TAG.replace(" async", " async data-inline='#help' data-theme='light' data-files='none'"),
    )
    widget = Widget(visitor.new_page(), backend.url)
    widget.page.goto(f"{backend.url}/help")
    widget.wait_connected()
    expect(widget.launcher).to_be_hidden()
    expect(widget.close_button).to_be_hidden()
    expect(widget.inside.get_by_role("region", name="Chat widget")).to_be_visible()
    assert widget.element.bounding_box() == {"x": 40, "y": 40, "width": 520, "height": 460}
    widget.send("In the page").get_by_text("Sent", exact=True).wait_for()
    widget.composer.press("Escape")
    settled(widget.page, "chatwheel('close')")
    expect(widget.composer).to_be_focused()

    expect(widget.attach_button).to_be_hidden()
    widget.hand_over("drop", "a.png", "image/png", "no picture")
    expect(widget.alerts).to_contain_text("“a.png” was not sent: files cannot be sent in this chat.")

    # Yellow: text on it is dark, and text that would be yellow on white is not.
    colors = widget.frame.evaluate(
        """() => {
            const bubble = getComputedStyle(document.querySelector(".mine .bubble"));
            const probe = document.body.appendChild(document.createElement("i"));
            probe.style.color = "var(--link)";
            const { fontFamily } = getComputedStyle(document.body);
            return [bubble.backgroundColor, bubble.color, getComputedStyle(probe).color, fontFamily];
        }"""
    )
    assert colors[:2] == ["rgb(255, 225, 77)", "rgb(22, 22, 26)"]
    red, green, blue = (int(part) for part in colors[2].removeprefix("rgb(").removesuffix(")").split(","))
    assert max(red, green, blue) < 130
    assert colors[3].startswith("Georgia")

    # Outside, the launcher's sign follows by style alone; the corner and its distance are the owner's.
    style = "<style>:root { --chatwheel-accent: ACCENT; --chatwheel-offset-x: 40px; --chatwheel-z-index: 7; }</style>"
    for accent, sign in (("#ffe14d", "0 0 0"), ("#3d4fd6", "0.95 1 1.089")):
        body = style.replace("ACCENT", accent) + TAG.replace(" async", " async data-position='start'")
        serve(visitor, f"{backend.url}/{accent[1:]}", body)
        widget.visit(f"/{accent[1:]}")
        look = "(element) => [getComputedStyle(element).color, getComputedStyle(element.getRootNode().host).zIndex]"
        assert widget.launcher.evaluate(look) == [f"color(xyz-d65 {sign})", "7"]
        box = widget.launcher.bounding_box()
        assert box and box["x"] == 40
