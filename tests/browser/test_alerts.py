"""Several tabs in step: one sound, one notification, one unread count, one draft; and what the visitor switched off."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, expect

from browser.backend import Agent, Backend
from browser.pages import Widget, wait_in

COUNT = """
self.tones = 0;
self.shown = [];
self.asked = { sound: 0, notify: 0 };
const { start } = OscillatorNode.prototype;
OscillatorNode.prototype.start = function (...when) { self.tones += 1; return start.apply(this, when); };
self.Notification = class extends Notification {
    constructor(...about) { super(...about); self.shown.push(this); }
};
const { request } = self.LockManager?.prototype ?? {};  // about:blank has none
if (request) LockManager.prototype.request = function (name, ...rest) {
    const what = name.split(":")[1];
    if (what in self.asked) self.asked[what] += 1;
    return request.call(this, name, ...rest);
};
"""
"""Counts what a page lets the visitor hear and see, and how often it asked the other tabs whether it should."""
LOOK = """([visible, focused]) => {
    const get = () => visible ? "visible" : "hidden";
    Object.defineProperty(document, "visibilityState", { configurable: true, get });
    document.hasFocus = () => focused;
    document.dispatchEvent(new Event("visibilitychange"));
    dispatchEvent(new Event(focused ? "focus" : "blur"));
}"""
"""Without a screen all tabs are shown and have the focus."""
NAMES = {0: "Open chat", 1: "Open chat, 1 unread message", 2: "Open chat, 2 unread messages"}


class Tabs:
    """Two tabs of one visitor."""

    def __init__(self, *tabs: Widget) -> None:
        self.tabs = tabs

    def look(self, at: Widget | None, *, hidden: bool = False) -> None:
        """The visitor looks at this one; the others are in other windows, or behind it."""
        if at:
            at.page.bring_to_front()
        for tab in self.tabs:
            for frame in (tab.page.main_frame, tab.frame):
                frame.evaluate(LOOK, [tab is at or not hidden, tab is at])

    def expect_unread(self, count: int) -> None:
        for tab in self.tabs:
            expect(tab.launcher).to_have_accessible_name(NAMES[count])

    def wait_asked(self, what: str, times: int) -> None:
        """Each tab has asked so often whether it is the one to tell."""
        for tab in self.tabs:
            wait_in(tab.frame, "([what, times]) => asked[what] === times", [what, times])

    @property
    def tones(self) -> int:
        return sum(int(tab.frame.evaluate("tones")) for tab in self.tabs)

    @property
    def notifications(self) -> list[str]:
        return [text for tab in self.tabs for text in tab.frame.evaluate("shown.map(({ body }) => body)")]


def switch(widget: Widget, item: str, *, on: bool) -> None:
    """Toggle something in the menu, by the keyboard; it stays open, so that the visitor sees what it did."""
    widget.menu_button.click()
    found = widget.inside.get_by_role("menuitemcheckbox", name=item)
    expect(found).to_be_checked(checked=not on)
    found.press("Enter")
    expect(found).to_be_checked(checked=on)
    found.press("Escape")
    expect(widget.menu_button).to_be_focused()


def test_tabs_in_step(visitor: BrowserContext, backend: Backend, agent: Agent) -> None:
    """Nothing rings while the visitor looks at the chat in any tab; else one tab tells of each message."""
    visitor.grant_permissions(["notifications"])
    pages = [visitor.new_page(), visitor.new_page()]
    for page in pages:
        page.add_init_script(COUNT)
    first = Widget(pages[0], backend.url).start()
    first.send("Hello").get_by_text("Sent").wait_for()
    chat = agent.join()
    second = Widget(pages[1], backend.url).visit("/demo/delivery.html").wait_connected()
    second.page.mouse.click(5, 300)  # a page that was never touched may make no sound
    tabs = Tabs(first, second)

    tabs.look(first)
    agent.say(chat, "Seen at once")
    expect(first.message("Seen at once")).to_be_visible()
    expect(second.message("Seen at once")).to_have_count(1)
    expect(second.launcher).to_have_accessible_name("Open chat")
    first.close()
    agent.say(chat, "Heard")
    tabs.expect_unread(1)
    expect(second.page).to_have_title("(1) New message · Delivery and returns: Spoke & Saddle")
    tabs.wait_asked("sound", 1)
    assert tabs.tones == 2  # one sound, of two notes
    first.open()  # what is read in one tab is read in all
    expect(second.launcher).to_have_accessible_name("Open chat")
    expect(second.page).to_have_title("Delivery and returns: Spoke & Saddle")

    switch(first, "Sound", on=False)
    switch(first, "Notifications", on=True)
    first.close()
    tabs.look(None)
    agent.say(chat, "Neither heard nor told of: a page is in front")
    tabs.expect_unread(1)
    tabs.look(None, hidden=True)
    agent.say(chat, "Told of")
    tabs.expect_unread(2)
    tabs.wait_asked("notify", 1)
    tabs.wait_asked("sound", 1)
    assert tabs.notifications == ["Told of"]
    assert tabs.tones == 2
    teller = first if first.frame.evaluate("shown.length") else second
    teller.frame.evaluate("shown[0].dispatchEvent(new Event('click'))")
    expect(teller.launcher).to_have_attribute("aria-expanded", "true")
    tabs.look(teller)
    expect(teller.composer).to_be_focused()
    for tab in tabs.tabs:
        expect(tab.page).not_to_have_title(re.compile("New message"))

    other = second if teller is first else first
    teller.write("A draft")
    expect(other.composer).to_have_value("A draft")
    teller.composer.press("Enter")
    expect(teller.message("A draft")).to_contain_text("Sent")
    expect(other.composer).to_have_value("")
    expect(other.message("A draft")).to_have_count(1)
    tabs.look(other)
    other.open()
    switch(other, "Sound", on=True)
    assert tabs.tones == 4  # heard at once, so that one knows what to listen for


def test_a_browser_that_refuses(widget: Widget) -> None:
    """Asked when the visitor chooses it, and not before; said in words when the browser is against it."""
    widget.page.add_init_script(
        """self.wishes = 0;
        let permission = "default";
        Object.defineProperty(Notification, "permission", { get: () => permission });
        Notification.requestPermission = async () => { self.wishes += 1; return (permission = "denied"); };"""
    )
    widget.start()
    widget.menu_button.click()
    item = widget.inside.get_by_role("menuitemcheckbox", name="Notifications")
    expect(item).not_to_be_checked()
    assert widget.frame.evaluate("wishes") == 0
    item.click()
    expect(widget.alerts).to_contain_text("Your browser does not allow notifications from this site.")
    expect(item).to_have_count(0)
    assert widget.frame.evaluate("wishes") == 1
