"""The widget and the agent's console as a person finds them: by role and name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypedDict

from playwright.sync_api import Frame, Locator, Page, expect

UNREAD = re.compile(r"^Open chat, (\d+) unread messages?$")
DELIVERED = re.compile("^(sent|seen)$")
"""What `data-delivery` says of a message that the server has; the words stand under the last of a group only."""
CONNECTED = 60_000
"""Milliseconds that Python may take to start on a busy machine."""


_UNTIL = """
async (arg) => {
  const test = %s;
  const end = performance.now() + 60_000;
  while (!test(arg)) {
    if (performance.now() > end) throw new Error(`after a minute it is still not so: ${test}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
"""


def wait_in(frame: Frame, test: str, arg: object = None) -> None:
    """Until a function of JavaScript says yes: `wait_for_function` would need `unsafe-eval` in the widget's frame."""
    frame.evaluate(_UNTIL % test, arg)


class FilePayload(TypedDict):
    """A file that exists in the test only."""

    name: str
    mimeType: str
    buffer: bytes


Files = str | Path | FilePayload | Sequence[str | Path] | Sequence[FilePayload]


LISTEN = """() => {
    globalThis.said = [];
    const regions = "[role=status], [role=alert]";
    const last = new Map(); // what each region holds is said when it changes
    const watch = (changes) => {
        const changed = new Set();
        for (const { target, addedNodes } of changes) {
            const element = target instanceof Element ? target : target.parentElement;
            if (element?.id === "live") said.push(...[...addedNodes].map((line) => line.textContent));
            else if (element?.closest(regions)) changed.add(element.closest(regions));
            for (const node of addedNodes) {
                if (node instanceof Element) for (const one of node.querySelectorAll(regions)) changed.add(one);
                if (node instanceof Element && node.matches(regions)) changed.add(node);
            }
        }
        for (const region of changed) {
            const copy = region.cloneNode(true);
            for (const quiet of copy.querySelectorAll("[aria-live=off]")) quiet.remove();
            const words = copy.textContent.trim();
            if (words && last.get(region) !== words) said.push(words);
            last.set(region, words);
        }
    };
    new MutationObserver(watch).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""
"""Notes what a screen reader is given to say: the live region's lines, and what status lines and alerts hold."""


class Widget:
    """The visitor's side, on a page of the shop."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.launcher = page.get_by_role("button", name=re.compile(r"^(Open|Close) chat"))
        self.element = page.locator("iframe[title='Chat widget']")
        self.inside = page.frame_locator("iframe[title='Chat widget']")
        self.log = self.inside.get_by_role("log", name="Messages")
        self.articles = self.log.get_by_role("article")
        self.composer = self.inside.get_by_role("textbox", name="Message")
        self.send_button = self.inside.get_by_role("button", name="Send message")
        self.attach_button = self.inside.get_by_role("button", name="Attach a file")
        self.menu_button = self.inside.get_by_role("button", name="Menu")
        self.close_button = self.inside.get_by_role("button", name="Close chat window")
        self.alerts = self.inside.get_by_role("alert")
        self.progress = self.inside.get_by_role("progressbar")
        self.connection = self.inside.locator("#connection")
        self.typing = self.inside.locator("#typing")
        self.starting = self.inside.locator("#starting")
        self.spoken = self.inside.locator("#live")

    # What is said

    def listen(self) -> None:
        """From now on, note what a screen reader is given to say."""
        self.frame.evaluate(LISTEN)

    def heard(self) -> list[str]:
        """What was said since `listen`, in order. Of many messages within a second only the number is said."""
        said: list[str] = self.frame.evaluate("said")
        return said

    # Coming and going

    def visit(self, path: str = "/") -> Widget:
        """Come to a page of the shop."""
        self.page.bring_to_front()  # pages in the background have few frames, and clicks wait for frames
        self.page.goto(self.url + path)
        expect(self.launcher).to_be_visible()
        return self

    def open(self) -> Widget:
        """Open the panel, as a visitor does; Python may still be starting."""
        self.page.bring_to_front()
        self.launcher.click()
        expect(self.composer).to_be_focused()
        return self

    def start(self, path: str = "/") -> Widget:
        """Visit, open, and wait until there is a connection."""
        return self.visit(path).open().wait_connected()

    def wait_started(self) -> Widget:
        """Python is up."""
        expect(self.inside.locator("#panel")).to_have_attribute("data-phase", "ready", timeout=CONNECTED)
        return self

    def wait_connected(self) -> Widget:
        """There is a connection, and nothing to say about it."""
        self.wait_started()
        expect(self.connection).to_be_empty(timeout=CONNECTED)
        return self

    def close(self) -> None:
        self.close_button.click()
        expect(self.launcher).to_have_attribute("aria-expanded", "false")

    @property
    def frame(self) -> Frame:
        """The frame itself, for looking at its document."""
        handle = self.element.element_handle()
        frame = handle.content_frame()
        assert frame
        return frame

    # Writing

    def write(self, text: str) -> None:
        """Write into the composer without sending."""
        self.composer.fill(text)

    def send(self, text: str) -> Locator:
        """Write and send; returns the message."""
        self.write(text)
        self.composer.press("Enter")
        return self.message(text)

    def message(self, text: str) -> Locator:
        """The messages with this text in them."""
        return self.articles.filter(has_text=text)

    def attach(self, *files: FilePayload | Path) -> None:
        """Choose files by the button."""
        with self.page.expect_file_chooser() as chooser:
            self.attach_button.click()
        chooser.value.set_files(list(files))  # type: ignore[arg-type]

    def hand_over(self, how: Literal["paste", "drop"], name: str, kind: str, text: str) -> None:
        """Paste or drop a file into the panel."""
        self.composer.evaluate(
            """(element, [how, name, type, text]) => {
                const data = new DataTransfer();
                data.items.add(new File([text], name, { type }));
                const options = { bubbles: true, cancelable: true };
                if (how === "paste") {
                    element.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: data }));
                    return;
                }
                for (const kind of ["dragenter", "dragover", "drop"]) {
                    element.dispatchEvent(new DragEvent(kind, { ...options, dataTransfer: data }));
                }
            }""",
            [how, name, kind, text],
        )

    # The menu

    def choose(self, item: str) -> None:
        """Take something from the menu."""
        self.menu_button.click()
        self.inside.get_by_role("menuitem", name=item).click()

    # Counting

    def texts(self) -> list[str]:
        """What the bubbles say, in order."""
        return self.log.locator(".bubble:not([aria-hidden] *)").all_text_contents()


class Console:
    """The agent's side."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.log = page.get_by_role("log", name="Messages")
        self.articles = self.log.get_by_role("article")
        self.composer = page.get_by_role("textbox", name="Message")
        self.draft = page.get_by_role("status", name="Visitor's draft")
        self.about = page.get_by_role("complementary", name="About the visitor")
        self.chats = page.get_by_role("navigation", name="Chats")

    def open(self) -> Console:
        """Come to work."""
        self.page.goto(f"{self.url}/agent/")
        expect(self.page.get_by_role("switch", name="Accepting chats")).to_be_checked()
        expect(self.page.get_by_role("status", name="Connection")).to_be_empty()
        return self

    def message(self, text: str) -> Locator:
        """The messages with this text in them."""
        return self.articles.filter(has_text=text)

    def send(self, text: str) -> Locator:
        """Write and send; returns the message."""
        self.composer.fill(text)
        self.composer.press("Enter")
        return self.message(text)

    def attach(self, *files: FilePayload | Path) -> None:
        """Choose files by the button."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name="Attach a file").click()
        chooser.value.set_files(list(files))  # type: ignore[arg-type]

    def take_chat(self) -> None:
        """Be the one who answers the chat on the screen."""
        self.page.get_by_role("button", name="Take chat").click()

    def close_chat(self) -> None:
        self.page.get_by_role("button", name="Close chat").click()
