"""Python of the site's own, in the worker: the demo's four examples, and files that do harm."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from browser import boot
from browser.backend import Agent, Backend
from browser.conftest import Watch
from browser.pages import DELIVERED, Widget
from chatwheel_devserver.config import Group

CARD = "4111 1111 1111 1111"
EXAMPLES = "/demo/extensions"


shop = pytest.mark.server(bot=True, groups=(Group(0, "Everybody"), Group(1, "Night desk")))
"""With Grace, who answers at once, and a night desk where nobody sits."""


def replace_with(context: BrowserContext, source: str) -> None:
    """Serve this in the place of the masking example."""
    context.route(
        f"**{EXAMPLES}/masking.py", lambda route: route.fulfill(body=source, content_type="text/plain")
    )


def names(page: Page) -> list[str]:
    """The files of the runtime that were loaded, without their hashes."""
    loaded = boot.worker_of(page).evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    return [re.sub(r"\.[0-9a-f]{16}\.", ".", url.rpartition("/")[2]) for url in loaded]


@pytest.mark.first_visit
def test_card_numbers_do_not_leave_the_browser(
    visitor: BrowserContext, backend: Backend, agent: Agent, watch: Watch
) -> None:
    """Not as a message, not as a preview; on a later visit, which starts from a snapshot, neither."""
    watch.expect(r"ERR_ABORTED")
    for visit in ("first", "later"):
        widget = Widget(visitor.new_page(), backend.url).start(f"{EXAMPLES}/masking.html")
        assert boot.is_restored(widget.page) is (visit == "later")
        expect(widget.send(f"Hello, I am here for the {visit} time")).to_contain_text("Sent")
        widget.composer.press_sequentially(f"It is {CARD}")
        expect(widget.composer).to_have_value(f"It is {CARD}")
        backend.wait_for("send_sneak_peek", sneak_peek_text="It is •••• 1111")
        widget.composer.press("Enter")
        expect(widget.message("It is •••• 1111").last).to_contain_text("Sent")
        assert CARD not in "\n".join(widget.texts())
        if visit == "first":
            boot.keep_snapshot(widget.page)
        assert not [name for name in names(widget.page) if name.startswith("python-")]
        widget.page.close()
    peeks = [frame["payload"]["sneak_peek_text"] for frame in backend.requests("send_sneak_peek")]
    assert any(peek.startswith("It is ") for peek in peeks)
    assert not any(re.search(r"(\d[ -]?){9}", peek) for peek in peeks), peeks
    assert agent.texts(agent.join()).count("It is •••• 1111") == 2
    sent = backend.loop.call(lambda: [str(frame.json) for frame in backend.server.frames])
    assert CARD not in "\n".join(sent)


@shop
def test_questions_are_answered_while_nobody_is_there(widget: Widget, backend: Backend) -> None:
    widget.visit(f"{EXAMPLES}/faq.html").open().wait_started()
    first = widget.inside.get_by_role("button", name="Can I return it?")
    first.click()
    expect(widget.message("Ride it for thirty days")).to_be_visible()
    widget.send("When are you open?")
    expect(widget.message("from nine to six")).to_be_visible()
    texts = widget.texts()
    assert texts[-3].startswith("Ride it") and texts[-2] == "When are you open?"
    assert backend.requests("start_chat") == backend.requests("send_event") == []
    widget.send("Is the saddle leather?")
    expect(widget.message("I do not know that")).to_be_visible()
    backend.wait_for("start_chat")
    assert [
        frame["payload"]["chat"]["thread"]["events"][0]["text"] for frame in backend.requests("start_chat")
    ] == ["Is the saddle leather?"]


@shop
def test_an_order_is_looked_up_by_keyboard(widget: Widget, backend: Backend) -> None:
    """The model's form, what is wrong beside its fields, and the shop's API."""
    widget.start(f"{EXAMPLES}/orders.html")
    widget.inside.get_by_role("button", name="Where is my order?").press("Enter")
    form = widget.inside.get_by_role("form", name="Find your order")
    number, postcode = form.get_by_label("Order number"), form.get_by_label("Postcode")
    number.press_sequentially("seven")
    number.press("Enter")
    expect(form.get_by_role("alert")).to_have_text(
        ["An order number looks like CW-1001.", "Please fill this in."]
    )
    expect(number).to_be_focused()
    expect(number).to_have_attribute("aria-invalid", "true")
    number.fill("cw 1001")
    number.press("Tab")
    expect(postcode).to_be_focused()
    postcode.press_sequentially("1010")
    postcode.press("Enter")
    expect(widget.message("It arrives on Thursday")).to_contain_text("On its way")
    expect(form).to_have_count(0)
    expect(widget.message("Find your order")).to_contain_text("CW-1001")
    assert backend.requests("start_chat") == []


@shop
def test_a_product_is_put_into_the_pages_basket(widget: Widget) -> None:
    widget.start(f"{EXAMPLES}/products.html")
    expect(widget.send("Ahoy")).to_have_attribute("data-delivery", DELIVERED)
    widget.send("Which bicycle do you recommend?")
    card = widget.articles.filter(has_text="Belt drive")
    expect(card.get_by_role("img", name="Model No. 2")).to_be_visible()
    assert natural_width(card.get_by_role("img")) > 0
    card.get_by_role("button", name="Add to basket").click()
    expect(widget.page.get_by_role("status").filter(has_text="basket")).to_have_text(
        "In your basket: model-2."
    )
    expect(widget.message("It is in your basket.")).to_be_visible()
    widget.page.reload()
    widget.open().wait_connected()
    expect(card.get_by_role("button", name="Add to basket")).to_be_visible()  # history is drawn, too


def natural_width(image: Locator) -> int:
    return int(image.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }"))


REQUESTS = """
import urllib.request
import requests
from chatwheel.extension import Answer, chat

@chat.before_send
def look_up(message):
    if message.kind != "message":
        return None
    address = chat.url("orders/CW-1001.json")
    one = requests.get(address, timeout=5).json()["item"]
    with urllib.request.urlopen(address) as response:
        two = response.status, len(response.read())
    missing = requests.get(chat.url("orders/none.json")).status_code
    return Answer(f"{one} {two} {missing}")
"""


def test_requests_and_urllib(visitor: BrowserContext, backend: Backend, widget: Widget, watch: Watch) -> None:
    watch.expect("none.json", "Failed to load resource")
    replace_with(visitor, REQUESTS)
    widget.start(f"{EXAMPLES}/masking.html")
    widget.send("Go")
    size = len(visitor.request.get(f"{backend.url}{EXAMPLES}/orders/CW-1001.json").body())
    expect(widget.message("Model No. 2")).to_have_text(re.compile(rf"Model No\. 2 \(200, {size}\) 404"))
    loaded = names(widget.page)
    assert "python-requests.zip" in loaded and "python-rest.zip" not in loaded


BUSY = """
from chatwheel.extension import chat

@chat.before_send
def busy(message):
    while message.kind == "message":
        pass
"""


def test_a_file_that_never_comes_back(
    visitor: BrowserContext, widget: Widget, agent: Agent, watch: Watch
) -> None:
    """Python is started again without it, and what was written arrives, once and in order."""
    watch.expect(r"masking\.py: before_send \(busy\) did not come back.*without the extension")
    replace_with(visitor, BUSY)
    boot.change(visitor, "watchdog.mjs", lambda text: text.replace("20_000", "1_000"))
    widget.start(f"{EXAMPLES}/masking.html")
    widget.send("One")
    asked = "() => { chatwheel('getCustomer').catch((error) => { globalThis.refused = error.code; }); }"
    widget.page.evaluate(asked)
    widget.send("Two")
    widget.page.wait_for_function("globalThis.refused === 'CONNECTION_LOST'")
    expect(widget.message("Two")).to_contain_text("Sent", timeout=40_000)
    assert agent.texts(agent.join()) == ["One", "Two"]
    assert widget.texts() == ["One", "Two"]


HOSTILE = """
from chatwheel.extension import Answer, chat, h

TREES = [
    h("script", None, "document.title = 'hacked'"),
    h("img", {"src": "x", "onerror": "document.title = 'hacked'"}),
    h("a", {"href": "javascript:document.title='hacked'"}, "click"),
    h("p", None, "<img src=x onerror=document.title='hacked'>"),
]

@chat.before_send
async def show(message):
    for tree in TREES:
        try:
            chat.say(tree)
        except Exception as error:
            chat.say(f"refused: {error}")
    return Answer("done")

1 / 0 if chat.registered.actions else None
"""


def test_trees_bring_no_script_and_a_broken_file_takes_nothing_away(
    visitor: BrowserContext, widget: Widget, watch: Watch
) -> None:
    replace_with(visitor, HOSTILE)
    widget.start(f"{EXAMPLES}/masking.html")
    widget.send("Go")
    expect(widget.message("done")).to_be_visible()
    assert len([text for text in widget.articles.all_inner_texts() if "refused" in text]) == 3
    left = "[document.title, document.querySelectorAll('#log :is(script, img)').length]"
    assert widget.frame.evaluate(left) == ["Chat widget", 0]
    watch.expect("masking.py answered 404. The chat works on", "404")
    visitor.unroute(f"**{EXAMPLES}/masking.py")
    visitor.route(f"**{EXAMPLES}/masking.py", not_found)
    widget.page.reload()
    widget.open().wait_connected()
    expect(widget.send("Still here")).to_contain_text("Sent")


def not_found(route: Route) -> None:
    route.fulfill(status=404, body=json.dumps(None))
