"""A long past: the newest is shown, the rest comes on scrolling up, and what is being read stays where it is."""

from __future__ import annotations

from playwright.sync_api import expect

from browser.backend import Agent, Backend, Json
from browser.conftest import VIEWPORT
from browser.pages import Widget, wait_in

THREADS, EACH = 10, 50


def tell_the_past(agent: Agent, chat_id: str) -> list[str]:
    """Five hundred messages in ten conversations, which have ended; returns their texts."""
    texts = [f"Message {number} of the past" for number in range(THREADS * EACH)]
    for thread in range(THREADS):
        if thread:
            agent.request("resume_chat", {"chat": {"id": chat_id}})
        for text in texts[thread * EACH : (thread + 1) * EACH]:
            agent.say(chat_id, text)
        closing: Json = {"id": chat_id, "ignore_requester_presence": True}
        agent.request("deactivate_chat", closing)
    return texts


def test_five_hundred_earlier_messages(widget: Widget, agent: Agent, backend: Backend) -> None:
    widget.start()
    widget.send("Hello").get_by_text("Sent").wait_for()
    texts = tell_the_past(agent, agent.join())
    widget.page.reload()
    widget.open().wait_connected()
    expect(widget.message(texts[-1])).to_be_in_viewport()
    assert len(widget.texts()) < len(texts)

    # On a screen so tall that nothing can be scrolled, what is earlier comes by itself.
    usual, shown = widget.page.viewport_size, widget.articles.count()
    widget.page.set_viewport_size({"width": 440, "height": 5000})
    wait_in(widget.frame, "count => document.querySelectorAll('[role=log] article').length > count", shown)
    widget.page.set_viewport_size(usual or VIEWPORT)

    beginning = widget.inside.get_by_text("Hello! How can we help?")
    pages = 0
    while not beginning.count():
        shown = widget.articles.count()
        wait_in(
            widget.frame, "() => !document.querySelector('[data-late]')"
        )  # what is not laid out is nowhere
        # In one step, so that nothing can come between: to the top, and where the first message then is.
        widget.log.evaluate(
            """(log) => {
                log.scrollTop = 0;
                globalThis.read = log.querySelector("article");
                globalThis.wasAt = read.getBoundingClientRect().top;
            }"""
        )
        wait_in(
            widget.frame, "count => document.querySelectorAll('[role=log] article').length > count", shown
        )
        moved = widget.frame.evaluate("read.getBoundingClientRect().top - wasAt")
        assert abs(moved) < 2, f"the view jumped by {moved} px"
        pages += 1
    assert pages > 3
    said = [text for text in widget.texts() if text.startswith("Message")]
    assert said == texts
    assert widget.texts()[0] == "Hello"

    # Reading the past is not disturbed by news, and there is a way back to them.
    widget.log.evaluate("log => log.scrollTop = 1000")
    before = widget.log.evaluate("log => log.scrollTop")
    chat_id = str(agent.chat["id"])
    agent.request("resume_chat", {"chat": {"id": chat_id}})
    agent.say(chat_id, "News at the end")
    expect(widget.message("News at the end")).to_have_count(1)
    assert abs(widget.log.evaluate("log => log.scrollTop") - before) < 2
    widget.inside.get_by_role("button", name="Latest messages").click()
    expect(widget.message("News at the end")).to_be_in_viewport()


SCROLLED = """async (log) => {
    const box = log.getBoundingClientRect();
    const read = document.elementFromPoint(box.left + box.width / 2, box.top + 60).closest("article, .day");
    const [before, text] = [read.getBoundingClientRect().top, read.textContent];
    log.scrollBy({ top: -300, behavior: "instant" });
    for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
    return [read.getBoundingClientRect().top - before, text];
}"""
"""How far what is read moves as the visitor scrolls up by 300 px, and what that is."""


def test_what_is_laid_out_later_does_not_jump(widget: Widget, agent: Agent) -> None:
    widget.start()
    widget.send("Hello").get_by_text("Sent").wait_for()
    chat_id = agent.join()
    for number in range(300):
        agent.say(chat_id, f"Message {number}. " + "It is longer than the browser expects. " * (number % 20))
    widget.page.reload()
    widget.open().wait_connected()
    expect(widget.message("Message 299. ")).to_be_in_viewport()
    wait_in(widget.frame, "count => document.querySelectorAll('[role=log] article').length > count", 300)
    for _ in range(60):
        moved, text = widget.log.evaluate(SCROLLED)
        assert abs(moved - 300) < 2, f"{text} moved by {moved} px"
