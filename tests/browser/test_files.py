"""Files of both sides: on their way with a bar, taken back, too large, refused, gone, shown."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Request, expect

from browser.backend import Agent, Backend, Loop
from browser.conftest import NewContext, Watch
from browser.gate import Gate
from browser.host_page import TAG, serve
from browser.pages import DELIVERED, Console, FilePayload, Widget
from browser.proxy import Proxy

MEGABYTE = 1024 * 1024
SECRET = b"taken at home"
UPLOAD = "**/action/upload_file*"
UNDER_WAY = re.compile(r"^[1-9]\d?$")


def noise(width: int, height: int) -> bytes:
    """A picture that cannot be compressed: three bytes a pixel."""
    pixels = random.Random(width).randbytes(width * height * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def picture(name: str = "noise.png", width: int = 60, height: int = 40) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": noise(width, height)}


def plain(name: str, size: int = 100) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": random.Random(size).randbytes(size)}


def photograph(turned: int | None = 6) -> bytes:
    """What a telephone makes: turned, with a place, a maker and remarks, and a video behind the picture."""
    known = Image.Exif()
    known[0x010F] = SECRET.decode()
    if turned:
        known[0x0112] = turned
    known.get_ifd(0x8825).update({1: "N", 2: (52.0, 13.0, 7.0)})
    file = io.BytesIO()
    picture = Image.radial_gradient("L").resize((60, 40)).convert("RGB")
    remarks = {"exif": known, "comment": SECRET, "xmp": SECRET, "icc_profile": b"colours"}
    picture.save(file, "JPEG", progressive=True, **remarks)
    iptc = b"Photoshop 3.0\0" + SECRET
    segment = b"\xff\xed" + (len(iptc) + 2).to_bytes(2) + iptc
    whole = file.getvalue()
    return whole[:2] + segment + whole[2:] + b"\0\0\0\x18ftypmp42" + SECRET


@pytest.fixture
def line(loop: Loop, backend: Backend) -> Iterator[Proxy]:
    """A network that stops in the middle of an upload."""
    proxy = Proxy(loop, backend.url)
    yield proxy
    proxy.stop()


@pytest.fixture
def distant(line: Proxy, contexts: NewContext, backend: Backend, watch: Watch) -> Widget:
    """A visitor behind that network."""
    watch.hosts.update((line.origin, backend.origin))
    return Widget(contexts().new_page(), line.url)


def test_three_megabytes_and_a_change_of_mind(
    distant: Widget, line: Proxy, console: Console, backend: Backend, watch: Watch
) -> None:
    """Progress is shown, messages do not wait, what arrives is what was sent; a cancelled file never arrives."""
    distant.start()
    distant.send("Here is a picture")
    console.take_chat()
    whole = picture("noise.png", 1100, 1000)
    assert len(whole["buffer"]) > 3 * MEGABYTE
    line.hold(after=MEGABYTE // 2)
    distant.attach(whole)
    bar = distant.inside.get_by_role("progressbar", name="Upload of noise.png")
    expect(bar).to_have_attribute("value", UNDER_WAY)
    tile = distant.articles.filter(has=bar)
    expect(tile).to_contain_text(re.compile(r"\d+ % of 3\.\d MB"))
    expect(tile.locator("img")).to_have_attribute("src", re.compile("^blob:"))
    expect(distant.send("Can you see it?")).to_have_attribute("data-delivery", DELIVERED)
    expect(console.message("Can you see it?")).to_have_count(1)

    line.open()
    expect(bar).to_have_count(0)
    link = distant.log.get_by_role("link", name="Open noise.png")
    expect(link.get_by_role("img", name="noise.png")).to_be_visible()
    address = link.get_attribute("href") or ""
    assert distant.page.request.get(address).body() == whole["buffer"]
    expect(console.log.get_by_role("img", name="noise.png")).to_be_visible()

    line.hold(after=MEGABYTE // 2)
    distant.attach(plain("regret.txt", 9 * MEGABYTE), plain("kept.txt"))
    bar = distant.inside.get_by_role("progressbar", name="Upload of regret.txt")
    expect(bar).to_have_attribute("value", UNDER_WAY)
    distant.inside.get_by_role("button", name="Cancel upload of regret.txt").click()
    expect(distant.message("regret.txt")).to_have_count(0)
    expect(distant.message("kept.txt")).to_contain_text("100 bytes")
    expect(distant.message("kept.txt")).to_have_attribute("data-delivery", DELIVERED)
    expect(console.message("kept.txt")).to_have_count(1)
    line.open()
    expect(distant.send("That is all")).to_have_attribute("data-delivery", DELIVERED)
    expect(console.message("That is all")).to_have_count(1)
    expect(console.message("regret.txt")).to_have_count(0)
    sent = [request["payload"]["event"]["type"] for request in backend.requests("send_event")]
    assert sent.count("file") == 2


def test_photographs_do_not_tell_where_they_were_taken(
    widget: Widget, visitor: BrowserContext, backend: Backend
) -> None:
    """What the server gets has the picture, its colours and which way is up; what is not understood goes as it is."""
    taken, upright = photograph(), photograph(turned=None)
    scan = taken.rindex(b"\xff\xda")
    torn, broken = taken[: scan + 40], taken[:2] + b"\xff\xe1\xff\xff" + taken[2:]

    def arrived(at: Widget, content: bytes, kind: str = "image/jpeg") -> bytes:
        count = at.articles.count()
        at.attach({"name": "photo.jpg", "mimeType": kind, "buffer": content})
        expect(at.articles).to_have_count(count + 1)
        expect(at.articles.last).to_have_attribute("data-delivery", DELIVERED)
        address = backend.requests("send_event")[-1]["payload"]["event"]["url"]
        return at.page.request.get(address).body()

    widget.start()
    widget.send("Hello").get_by_text("Sent").wait_for()
    for before, turned in ((taken, {0x0112: 6}), (upright, {})):
        after = arrived(widget, before)
        assert SECRET in before and SECRET not in after and len(after) < len(before)
        with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
            assert dict(old.getexif())[0x010F] and dict(new.getexif()) == turned
            assert not new.getexif().get_ifd(0x8825) and not {"comment", "xmp", "photoshop"} & {*new.info}
            assert old.tobytes() == new.tobytes() and new.info["icc_profile"] == b"colours"
        assert arrived(widget, after) == after  # there is nothing more to take out
    size = "image => [image.naturalWidth, image.naturalHeight]"
    assert widget.log.get_by_role("img").first.evaluate(size) == [40, 60]  # it is shown upright
    after = arrived(widget, torn)
    assert SECRET not in after and after.endswith(torn[scan:])
    for content in (broken, taken[:9], b"\xff\xd8\xff\xe1\0\1", b"no picture"):
        assert arrived(widget, content) == content
    assert arrived(widget, noise(8, 8), "image/png") == noise(8, 8)

    more = " data-keep-metadata data-files='images, .dwg .HTML' data-api-url"
    serve(visitor, f"{backend.url}/owner", TAG.replace(" data-api-url", more))
    owned = Widget(visitor.new_page(), backend.url).visit("/owner").open().wait_connected()
    expect(owned.articles).to_have_count(widget.articles.count())
    assert arrived(owned, taken) == taken
    # The same owner takes few kinds of files, and one that could run.
    expect(owned.inside.locator("#picker")).to_have_attribute("accept", "image/*,.dwg,.html")
    owned.hand_over("drop", "notes.txt", "text/plain", "not here")
    expect(owned.alerts).to_contain_text("“notes.txt” was not sent: files of this kind are not accepted.")
    owned.hand_over("drop", "page.html", "text/html", "<p>")
    expect(owned.message("page.html")).to_have_attribute("data-delivery", DELIVERED)


def test_files_that_do_not_go(widget: Widget, agent: Agent, watch: Watch, tmp_path: Path) -> None:
    """Too large, empty, refused by the server, vanished: words in each case, and the conversation goes on."""
    widget.start()
    widget.send("Hello").get_by_text("Sent").wait_for()
    widget.attach(plain("huge.zip", 11 * MEGABYTE))
    expect(widget.alerts.filter(has_text="huge.zip")).to_contain_text("11.0 MB")
    expect(widget.alerts.filter(has_text="huge.zip")).to_contain_text("up to 10.0 MB")
    expect(widget.message("huge.zip")).to_have_count(0)
    assert not [url for url in watch.requests if "upload_file" in url]
    widget.alerts.filter(has_text="huge.zip").get_by_role("button", name="Dismiss").click()
    expect(widget.alerts.filter(has_text="huge.zip")).to_have_count(0)

    watch.expect(r"answer 500: .*upload_file", r"the server responded with a status of 500")
    context = widget.page.context
    error = {"error": {"type": "internal", "message": "The disk is full"}}
    context.route(UPLOAD, lambda route: route.fulfill(status=500, body=json.dumps(error)))
    widget.attach(plain("unlucky.txt"))
    alert = widget.message("unlucky.txt").get_by_role("alert")
    expect(alert).to_contain_text("“unlucky.txt” was not sent")
    context.unroute(UPLOAD)
    alert.get_by_role("button", name="Try again").click()
    expect(widget.message("unlucky.txt")).to_contain_text("Sent")
    expect(alert).to_have_count(0)

    # It vanishes while it waits for the network.
    watch.expect(r"upload_file.*ERR_", r"ERR_FILE_NOT_FOUND|ERR_UPLOAD_FILE_CHANGED")
    vanishing = tmp_path / "vanishing.zip"
    vanishing.write_bytes(plain("", 2 * MEGABYTE)["buffer"])
    gate = Gate(widget.page, UPLOAD)
    widget.attach(vanishing)
    gate.wait()
    vanishing.unlink()
    gate.open()
    alert = widget.message("vanishing.zip").get_by_role("alert")
    expect(alert).to_contain_text("“vanishing.zip”")
    alert.get_by_role("button", name="Delete").click()
    expect(widget.message("vanishing.zip")).to_have_count(0)

    expect(widget.send("Let us go on")).to_contain_text("Sent")
    assert "Let us go on" in agent.texts(agent.join())


def test_pasted_dropped_and_from_the_agent(widget: Widget, console: Console, watch: Watch) -> None:
    """Every way in; pictures are pictures, SVG of an agent's and the rest are cards that can be downloaded."""
    widget.start()
    widget.send("Hello")
    console.take_chat()
    widget.hand_over("paste", "pasted.txt", "text/plain", "from the clipboard")
    expect(console.message("pasted.txt")).to_have_count(1)
    uploads = [url for url in watch.requests if "upload_file" in url]
    # What is not on the list is refused on each of them, and nothing of it leaves the browser.
    refusal = "was not sent: files of this kind are not accepted. Accepted: pictures, documents"
    widget.hand_over("paste", "page.html", "text/html", "<script>")
    expect(widget.alerts.filter(has_text="page.html")).to_contain_text(refusal)
    widget.hand_over("drop", "page.svg", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    expect(widget.alerts.filter(has_text="page.svg")).to_contain_text(refusal)
    expect(widget.inside.locator("#picker")).to_have_attribute(
        "accept", re.compile(r"^image/\*,.*\.pdf,.*\.zip")
    )
    widget.attach({"name": "unheard.of", "mimeType": "text/plain", "buffer": b"of no known kind"})
    expect(widget.alerts.filter(has_text="unheard.of")).to_contain_text(refusal)
    assert [url for url in watch.requests if "upload_file" in url] == uploads
    widget.hand_over("drop", "dropped.csv", "text/csv", "one,two")
    expect(console.message("dropped.csv")).to_have_count(1)
    expect(widget.inside.get_by_text("Drop the files to send them")).to_be_hidden()
    console.attach(
        {
            "name": "logo.svg",
            "mimeType": "image/svg+xml",
            "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        }
    )
    warned = widget.log.get_by_role("button", name="logo.svg")  # such a file may run: it takes two presses
    warned.press("Enter")
    expect(warned).to_have_attribute("aria-expanded", "true")
    expect(warned).to_be_focused()  # and not the composer, far from what is said now
    download = widget.message("logo.svg").get_by_role("link", name="Download anyway")
    expect(download).to_have_attribute("download", "logo.svg")
    for name in ("pasted.txt", "dropped.csv"):
        card = widget.log.get_by_role("link", name=name)
        expect(card).to_have_attribute("download", name)
        expect(card.locator("img")).to_have_count(0)

    asked = list[Request]()
    widget.page.on("request", lambda request: asked.append(request))
    console.attach(picture("bike.png"), plain("terms.txt", 2048))
    expect(widget.log.get_by_role("img", name="bike.png")).to_be_visible()
    assert widget.log.get_by_role("img", name="bike.png").evaluate("image => image.naturalWidth > 0")
    shown = widget.log.get_by_role("img", name="bike.png").get_attribute("src")
    headers = [request.all_headers() for request in asked if request.url == shown]
    assert headers  # whoever keeps the pictures does not learn of the page:
    assert not [name for all_of_one in headers for name in all_of_one if name == "referer"]
    card = widget.log.get_by_role("link", name="terms.txt")
    expect(card).to_contain_text("2 KB")
    with widget.page.expect_download() as fetched:
        card.click()
    assert fetched.value.suggested_filename == "terms.txt"
    assert fetched.value.path().read_bytes() == plain("", 2048)["buffer"]
    expect(widget.message("terms.txt").get_by_role("heading")).to_have_text("Sam")
