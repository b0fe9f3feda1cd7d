"""A visitor and an agent talk: everything that one does is seen by the other."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from browser.pages import Console, Widget


def test_both_write(widget: Widget, console: Console) -> None:
    widget.start()
    hello = widget.send("Hello, do you have pumps?")
    expect(hello).to_contain_text("Sent")
    expect(console.message("Hello, do you have pumps?")).to_have_count(1)
