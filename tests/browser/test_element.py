"""The chat as an element: put in, moved, taken out and put back, made anew, and never twice."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from browser.backend import Backend
from browser.conftest import Watch
from browser.host_page import IDS, STUB, serve, settled
from browser.pages import Widget


def test_an_element(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    style = "<style>main, aside { height: 400px } chatwheel-widget { width: 380px }</style>"
    element = f"<chatwheel-widget {IDS} data-api-url='/'></chatwheel-widget>"
    early = "chatwheel('on', 'no function'); chatwheel('prefill', 'Kept from before');"
    script = "<script type=module src=/chatwheel/element.mjs></script>"
    serve(
        visitor,
        f"{backend.url}/shop",
        f"{style}<main>{element}</main><aside></aside><script>{STUB}{early}</script>{script}",
    )
    watch.expect("there is one chat on a page", "on, once and off take an event's name and a function")
    widget = Widget(visitor.new_page(), backend.url)
    page = widget.page
    page.goto(f"{backend.url}/shop")
    widget.wait_connected()
    expect(widget.composer).to_have_value("Kept from before")
    box = widget.element.bounding_box()
    assert box and (box["width"], box["height"]) == (380, 400)
    widget.composer.fill("")
    widget.send("In an element").get_by_text("Sent", exact=True).wait_for()

    # Moved, it goes on elsewhere; a second one stays empty.
    page.evaluate("document.querySelector('aside').append(document.querySelector('chatwheel-widget'))")
    widget.wait_connected()
    expect(page.locator("aside #chatwheel")).to_have_count(1)
    expect(widget.message("In an element")).to_have_count(1)
    page.evaluate("document.body.append(document.createElement('chatwheel-widget'))")
    expect(page.locator("#chatwheel")).to_have_count(1)
    page.evaluate("document.querySelector('body > chatwheel-widget').remove()")
    assert settled(page, "chatwheel('state')")["open"] is True

    # Taken out, it ends; put back, or made anew by a framework, it begins again.
    page.evaluate("() => { globalThis.kept = document.querySelector('chatwheel-widget'); kept.remove(); }")
    expect(page.locator("#chatwheel")).to_have_count(0)
    assert settled(page, "chatwheel('getCustomer')") == "DESTROYED"
    page.evaluate("() => { document.querySelector('main').append(kept, kept); }")
    widget.wait_connected()
    page.evaluate(
        """() => {
            const made = document.createElement("chatwheel-widget");
            for (const { name, value } of kept.attributes) made.setAttribute(name, value);
            made.dataset.theme = "dark";
            kept.replaceWith(made);
        }"""
    )
    expect(page.locator("main #chatwheel")).to_have_count(1)
    widget.wait_connected()
    expect(widget.message("In an element")).to_have_count(1)
