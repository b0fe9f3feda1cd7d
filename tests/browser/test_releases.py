"""Two releases in one folder: who pins the older one keeps it, though the two do not understand each other."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from browser.backend import ROOT, Backend, Loop, site
from browser.conftest import NewContext, Watch
from browser.host_page import IDS, TAG, serve
from browser.pages import Widget
from tools.release import Release, pinned_embed


def deploy_another(home: Path, folder: Path) -> None:
    """A release in which the page greets the frame otherwise, over the one that is there."""
    (old,) = home.glob("app.*")
    sources = shutil.copytree(ROOT / "static", folder / "static")
    for name, before, after in (
        ("page.mjs", "chatwheel:hello", "chatwheel:good-day"),
        ("guard.mjs", "chatwheel:hello", "chatwheel:good-day"),
        ("frame.html", "<html ", "<html data-release=next "),
    ):
        text = (sources / name).read_text("utf-8")
        assert before in text
        (sources / name).write_text(text.replace(before, after), "utf-8")
    release = Release(home, sources)
    shutil.copytree(old / "runtime", release.folder / "runtime")
    for stable in ("embed.js", "frame.html"):
        for path in home.glob(f"{stable}*"):
            path.unlink()  # a link to the real site's, or what was compressed of it
    release.finish()


@pytest.fixture
def releases(loop: Loop, tmp_path: Path) -> Iterator[tuple[Backend, str, str]]:
    """A server of both; name and hash of the older one's embed.js."""
    folder = shutil.copytree(site(), tmp_path / "site", copy_function=os.link)
    name, integrity = pinned_embed(folder / "chatwheel")
    for path in (folder / "chatwheel").glob("livechat.js*"):
        path.unlink()
    for beside in ("element.mjs", "custom-elements.json"):
        for path in (folder / "chatwheel").glob(f"{beside}*"):
            path.unlink()
    deploy_another(folder / "chatwheel", tmp_path)
    backend = Backend(loop, site=folder)
    yield backend, name, integrity
    backend.close()


def test_who_pins_a_release_keeps_it(
    releases: tuple[Backend, str, str], contexts: NewContext, watch: Watch
) -> None:
    backend, name, integrity = releases
    watch.hosts.add(backend.origin)
    context: BrowserContext = contexts()
    pin = f"src='/chatwheel/{name}' integrity='{integrity}' crossorigin=anonymous"
    pages = {"pinned": f"<script async {pin} {IDS} data-api-url='/'></script>", "newest": TAG}
    marks = {}
    for path, tag in pages.items():
        serve(context, f"{backend.url}/{path}", tag)
        widget = Widget(context.new_page(), backend.url).start(f"/{path}")
        widget.send(f"Over the {path} one").get_by_text("Sent", exact=True).wait_for()
        marks[path] = widget.inside.locator("html").get_attribute("data-release")
        expect(widget.composer).to_be_focused()
    assert marks == {"pinned": None, "newest": "next"}
    version = name.split(".")[1]
    asked = [url for url in watch.requests if f".{version}" in url]
    assert f"{backend.url}/chatwheel/frame.{version}.html" in [url.split("#")[0] for url in asked]
    response = context.request.get(f"{backend.url}/chatwheel/{name}")
    assert "immutable" in response.headers["cache-control"]
