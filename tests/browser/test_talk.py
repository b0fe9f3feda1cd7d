"""What is said besides plain messages: answers that grow, buttons that open pages, links, e-mail, emoji, copies."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import BrowserContext, expect

from browser.backend import Agent, Backend
from browser.host_page import TAG, serve
from browser.pages import Console, Widget, wait_in

SIZES = """<!doctype html><title>Sizes</title><h1>Which size?</h1><p id=said></p><script>
let said = origin;
try { parent.document.title; said += ", reads"; } catch { said += ", reads nothing"; }
try { localStorage.length; said += ", keeps"; } catch { said += ", keeps nothing"; }
document.querySelector("#said").textContent = said;
</script>"""
HEAR = """() => {
  const { dataset } = document.documentElement;
  const hear = (changes) => {
    for (const { addedNodes } of changes) for (const { textContent } of addedNodes) dataset.heard += `${textContent}|`;
  };
  dataset.heard = "|";
  new MutationObserver(hear).observe(document.querySelector("#live"), { childList: true });
}"""
"""Keeps what a screen reader is given, which does not stay long."""
LESS_THEN_MORE = """async () => {
  const scroller = document.querySelector("#scroller"), place = document.querySelector("#typing");
  const frame = () => new Promise(requestAnimationFrame);
  const below = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  const laidOut = () => new Promise((resolve) => {
    const { offsetHeight } = place;
    new ResizeObserver(() => place.offsetHeight !== offsetHeight && resolve()).observe(place);
  });
  const line = document.createElement("p");
  const found = [];
  for (const [less, more] of [[20, 200], [0, 90]]) {
    line.style.height = "120px";
    place.append(line);
    scroller.scrollTop = scroller.scrollHeight;
    for (let count = 0; count < 3; count += 1) await frame();
    const done = laidOut();
    line.style.height = `${less}px`;
    await done;
    line.style.height = `${more}px`; // before the browser tells of what the first has moved
    for (let count = 0; count < 3; count += 1) await frame();
    found.push(below());
    line.remove();
  }
  return found;
}"""
"""Who is at the end stays there when something goes and more comes a frame later: how much is below what is seen."""


def cards(*buttons: dict[str, Any]) -> dict[str, Any]:
    given = [{"user_ids": [], "postback_id": button["text"], **button} for button in buttons]
    elements = [{"title": "City pump", "subtitle": "8 bar, with a gauge", "buttons": given}]
    return {"type": "rich_message", "template_id": "cards", "elements": elements}


def test_an_answer_grows_and_can_be_taken_back(
    visitor: BrowserContext, backend: Backend, agent: Agent
) -> None:
    """Version 3.6: who would answer, thinking, pieces in one bubble, the answer; a transfer in words; a deletion."""
    serve(
        visitor, f"{backend.url}/shop", TAG.replace(" data-api-url", " data-api-version='3.6' data-api-url")
    )
    widget = Widget(visitor.new_page(), backend.url).visit("/shop").open().wait_connected()
    heading = widget.inside.get_by_role("heading", level=1)
    expect(heading).to_have_text("Sam")  # before anything was said
    expect(widget.inside.locator(".who")).to_contain_text("Support specialist · Online")
    widget.send("Do you have pumps?").get_by_text("Sent").wait_for()
    chat_id = agent.join()
    spoken = widget.spoken.get_by_text("Sam is typing")
    agent.request(
        "send_thinking_indicator",
        {"chat_id": chat_id, "title": "Looking in the store", "custom_id": "answer-1"},
    )
    expect(widget.typing).to_contain_text("Looking in the store")
    preview = {"type": "message", "visibility": "all", "custom_id": "answer-1"}
    for text in ("Yes", "Yes, two", "Yes, two of"):
        agent.request("send_event_preview", {"chat_id": chat_id, "event": {**preview, "text": text}})
        expect(widget.articles.last).to_contain_text(text)
    expect(spoken).to_have_count(1)
    growing = widget.articles.last
    expect(growing).to_have_attribute("aria-busy", "true")
    expect(widget.typing).to_be_empty()
    count = widget.articles.count()
    handle = growing.element_handle()
    event_id = agent.say(chat_id, "Yes, two of them.", custom_id="answer-1")
    expect(growing).to_contain_text("Yes, two of them.")
    expect(growing).not_to_have_attribute("aria-busy", "true")
    assert widget.articles.count() == count and handle.evaluate("article => article.isConnected")
    thread_id = agent.chat["last_thread_summary"]["id"]
    agent.request("delete_event", {"chat_id": chat_id, "thread_id": thread_id, "event_id": event_id})
    expect(growing).to_contain_text("This message was deleted")
    agent.request("deactivate_chat", {"id": chat_id})
    expect(widget.message("Sam ended the chat")).to_have_count(1)


def test_what_is_not_on_the_screen_is_not_seen(widget: Widget, console: Console, backend: Backend) -> None:
    widget.start()
    widget.send("Hello").get_by_text("Sent").wait_for()
    console.take_chat()
    console.send("Please read this. " * 120)
    expect(console.message("Please read this.")).to_contain_text("Seen")
    assert max(widget.frame.evaluate(LESS_THEN_MORE)) <= 1
    leaf_from_the_composer(widget)
    widget.log.focus()
    widget.log.evaluate("log => { log.scrollTop = 0; }")
    latest = widget.inside.get_by_role("button", name="Latest messages")
    expect(latest).to_be_visible()
    first = console.send("And this. " * 120)
    last = console.send("And then this.")
    expect(widget.message("And then this.")).to_have_count(1)
    expect(widget.page).to_have_title(re.compile(r"^\(2\) "))
    expect(last).not_to_contain_text("Seen")
    expect(widget.log).to_be_focused()  # no message moves the focus
    # To what was not seen first, which is more than there is room for; from there to the end.
    latest.press("Enter")
    expect(widget.message("And this.")).to_be_focused()
    expect(widget.page).to_have_title(re.compile(r"^\(1\) "))
    expect(first).to_contain_text("And this.")
    expect(latest).to_be_visible()
    latest.click()
    expect(last).to_contain_text("Seen")
    expect(widget.message("And then this.")).to_be_focused()
    expect(widget.page).not_to_have_title(re.compile(r"^\("))


def leaf_from_the_composer(widget: Widget) -> None:
    """Page Up and Page Down scroll the conversation while nothing is written; otherwise they are the text's."""
    where = "() => document.querySelector('#scroller').scrollTop"
    page = widget.frame.evaluate("document.querySelector('#scroller').clientHeight")
    end = widget.frame.evaluate(where)
    assert end > page
    widget.composer.press("PageUp")
    wait_in(widget.frame, f"(at) => Math.abs(({where})() - at) < 2", end - 0.9 * page)
    expect(widget.composer).to_be_focused()
    widget.write("A line")
    widget.composer.press("PageUp")
    widget.composer.press("PageDown")
    assert abs(widget.frame.evaluate(where) - (end - 0.9 * page)) < 2
    widget.write("")
    widget.composer.press("PageDown")
    wait_in(widget.frame, f"(at) => Math.abs(({where})() - at) < 2", end)


def test_buttons_open_pages_and_say_that_they_were_used(
    widget: Widget, agent: Agent, backend: Backend, visitor: BrowserContext
) -> None:
    """A page in a sheet: shut off, with the focus in it, closed by key and by button; marks; and no thanks."""
    visitor.route("**/sizes", lambda route: route.fulfill(body=SIZES, content_type="text/html"))
    visitor.route("**/pump", lambda route: route.fulfill(body="<h1>Pump</h1>", content_type="text/html"))
    widget.start()
    widget.send("Hello").get_by_text("Sent").wait_for()
    chat_id = agent.join()
    event = cards(
        {"type": "webview", "text": "Size guide", "value": f"{backend.url}/sizes", "webview_height": "tall"},
        {"type": "url", "text": "See it", "value": f"{backend.url}/pump"},
        {"type": "phone", "text": "Call us", "value": "+48 123 456 789"},
        {"type": "cancel", "text": "No, thanks"},
    )
    agent.request("send_event", {"chat_id": chat_id, "event": event})
    guide = widget.inside.get_by_role("button", name="Size guide")
    guide.focus()
    guide.press("Enter")
    sheet = widget.inside.get_by_role("dialog", name="Size guide")
    close = sheet.get_by_role("button", name="Close the page")
    expect(close).to_be_focused()
    frame = sheet.locator("iframe")
    sandbox = str(frame.get_attribute("sandbox")).split()
    assert (
        "allow-scripts" in sandbox
        and "allow-same-origin" not in sandbox
        and "allow-top-navigation" not in sandbox
    )
    said = sheet.frame_locator("iframe").locator("#said")
    expect(said).to_have_text("null, reads nothing, keeps nothing")
    expect(widget.inside.locator("#composer")).to_have_js_property("inert", True)
    widget.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(guide).to_be_focused()
    expect(widget.inside.locator("#composer")).to_have_js_property("inert", False)
    guide.click()
    close.click()
    expect(sheet).to_have_count(0)

    with visitor.expect_page() as opened:
        widget.inside.get_by_role("link", name="See it").click()
    expect(opened.value.get_by_role("heading")).to_have_text("Pump")
    assert opened.value.evaluate("opener") is None
    opened.value.close()
    expect(widget.inside.get_by_role("link", name="See it opened")).to_be_visible()
    expect(widget.inside.get_by_role("link", name="Call us")).to_have_attribute("href", "tel:+48123456789")
    no_thanks = widget.inside.get_by_role("button", name="No, thanks")
    no_thanks.click()
    expect(no_thanks).to_have_attribute("aria-disabled", "true")
    expect(widget.composer).to_be_focused()
    pressed = [
        request["payload"]["postback"]["id"] for request in backend.requests("send_rich_message_postback")
    ]
    assert pressed == ["Size guide", "See it", "No, thanks"]

    here = {"type": "url", "text": "Go there", "value": f"{backend.url}/pump", "target": "current"}
    agent.request("send_event", {"chat_id": chat_id, "event": cards(here)})
    widget.inside.get_by_role("link", name="Go there").click()
    expect(widget.page.get_by_role("heading")).to_have_text("Pump")


def test_links_emoji_copies_and_a_transcript(
    widget: Widget, console: Console, backend: Backend, visitor: BrowserContext
) -> None:
    visitor.grant_permissions(["clipboard-read", "clipboard-write"])
    widget.start()
    page = f"{backend.url}/demo/delivery.html"
    widget.send(f"Is {page} still true?").get_by_text("Sent").wait_for()
    card = widget.log.get_by_role("link", name=re.compile("^Delivery and returns"))
    expect(card).to_have_attribute("href", page)
    expect(card).to_contain_text("thirty days to change your mind")
    expect(card.locator("img")).to_have_js_property("complete", True)
    assert card.locator("img").evaluate("image => image.naturalWidth") > 0
    widget.frame.evaluate(HEAR)
    written = f"**Yes**, {page} *is*.\n- [see `it`]({page})\n- <b>[or](javascript:alert(1))</b>"
    console.send(written)
    expect(card).to_have_count(2)
    bubble = widget.message("Yes, ").locator(".bubble")
    expect(bubble.locator("strong")).to_have_css("font-weight", "650")
    expect(bubble.locator("em")).to_have_css("font-style", "italic")
    expect(bubble.get_by_role("link", name="see it")).to_have_attribute("rel", re.compile("noopener"))
    expect(bubble.get_by_role("listitem").last).to_have_text("<b>[or](javascript:alert(1))</b>")
    words = f"Yes, {page} is.\nsee it\n<b>[or](javascript:alert(1))</b>"
    expect(bubble).to_have_js_property("textContent", words)
    heard = re.compile(re.escape(f"|Sam says: {words}|"))
    expect(widget.inside.locator("html")).to_have_attribute("data-heard", heard)
    assert len(backend.requests("get_url_info")) == 1

    widget.composer.fill("Thanks !")
    widget.composer.press("ArrowLeft")
    emoji = widget.inside.get_by_role("button", name="Emoji")
    emoji.click()
    grid = widget.inside.get_by_role("grid", name="Emoji")
    cells = grid.get_by_role("gridcell")
    expect(cells.nth(0)).to_be_focused()
    for key, place in (
        ("ArrowRight", 1),
        ("ArrowDown", 9),
        ("Home", 8),
        ("Control+End", 47),
        ("ArrowDown", 47),
    ):
        widget.page.keyboard.press(key)
        expect(cells.nth(place)).to_be_focused()
    widget.page.keyboard.press("Escape")
    expect(grid).to_have_count(0)
    expect(widget.composer).to_be_focused()
    emoji.click()
    cells.filter(has_text="👍").click()
    expect(widget.composer).to_have_value("Thanks 👍!")
    expect(widget.composer).to_be_focused()
    widget.composer.press("Enter")
    expect(widget.message("Thanks 👍!")).to_have_count(1)

    # By keyboard: into the log, up to the agent's message, its button, and back to the composer.
    widget.log.focus()
    widget.page.keyboard.press("End")
    expect(widget.message("Thanks 👍!")).to_be_focused()
    widget.page.keyboard.press("ArrowUp")
    answer = widget.message("Yes, ")
    expect(answer).to_be_focused()
    copy = answer.get_by_role("button", name="Copy text")
    copy.focus()
    copy.press("Enter")
    expect(widget.spoken).to_contain_text("Copied")
    assert widget.frame.evaluate("navigator.clipboard.readText()") == written
    widget.page.keyboard.press("Escape")
    expect(widget.composer).to_be_focused()

    widget.choose("E-mail transcript")
    field = widget.inside.get_by_label("Where shall we send the chat?")
    expect(field).to_be_focused()
    field.fill("ada")
    field.press("Enter")
    expect(widget.alerts).to_have_text("This does not look like an e-mail address.")
    field.fill("ada@example.org")
    widget.inside.get_by_role("button", name="Send", exact=True).click()
    sentence = "After the chat the transcript will go to ada@example.org."
    expect(widget.inside.locator("#ended").get_by_text(sentence)).to_be_visible()
    expect(console.articles.filter(has_text="asked for a transcript to ada@example.org")).to_have_count(1)
    asked = backend.wait_for("update_thread_properties")["payload"]["properties"]
    assert asked == {"routing": {"transcript_email": "ada@example.org"}}
