"""Later visits start from a snapshot; one that is not good is thrown away, and the chat works all the same."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browser import boot
from browser.backend import Agent, Backend
from browser.conftest import Watch
from browser.pages import Widget

pytestmark = pytest.mark.first_visit

STORE = """
async ([address, harm]) => {
  const { pack, unpack } = await import(address);
  const cache = await caches.open("chatwheel-boot");
  globalThis.url ??= (await cache.keys())[0].url;
  globalThis.good ??= await (await cache.match(url)).arrayBuffer();
  const put = (body) => cache.put(url, new Response(body));
  await put(good);
  const whole = unpack(good.slice(0));
  const wrong = new Uint8Array(whole.memory);
  const harms = {
    "Python's memory gone": async () => {
      wrong.fill(0, wrong.length >> 3);
      await put(await pack({ ...whole, memory: wrong }));
    },
    "a restore that never ended": () => caches.open("chatwheel-restoring"),
  };
  await harms[harm]();
}
"""
HARMS = ("Python's memory gone", "a restore that never ended")
UNPACK = """
async (address) => {
  const { unpack } = await import(address);
  const changed = new Uint32Array(good.slice(0));
  changed[changed.length >> 1] ^= 1;
  const whys = [];
  const short = [good.byteLength - 4096, 4096, 0].map((length) => good.slice(0, length));
  for (const bad of [...short, new ArrayBuffer(24), changed.buffer]) {
    try { unpack(bad); } catch (error) { whys.push(error.message); }
  }
  return whys;
}
"""
FIND = """
async (texts) => {
  const cache = await caches.open("chatwheel-boot");
  const [request] = await cache.keys();
  const bytes = new Uint8Array(await (await cache.match(request)).arrayBuffer());
  const all = new TextDecoder("latin1").decode(bytes);
  const wide = (text, width) => [...text].join("\\0".repeat(width - 1));
  return texts.filter((text) => [1, 2, 4].some((width) => all.includes(wide(text, width))));
}
"""
KEEP_LATE = """
const { postMessage } = MessagePort.prototype;
const after = [];
MessagePort.prototype.postMessage = function (...what) {
  if (what[0]?.[0] === "keep") return after.push(() => postMessage.apply(this, what));
  postMessage.apply(this, what);
  if (String(what[0]).startsWith('["edits"')) for (const post of after.splice(0)) post();
};
"""
DRAW = """
import json, random, uuid, tempfile
json.dumps([random.random(), random.getrandbits(64), str(uuid.uuid4()), next(tempfile._get_candidate_names())])
"""
ARCHIVE_LOADS = """
performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => /python\\.\\w+\\.zip$/.test(name))
"""
READ = """
from zipimport import zipimporter
len(zipimporter("/lib/python314.zip").get_data("/lib/python314.zip/chatwheel_boot.pyc"))
"""


def test_a_later_visit(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """It restores, holds nothing personal, and draws numbers of its own; a bad snapshot is no harm."""
    watch.expect(r"ERR_ABORTED")
    boot.expose_python(visitor)
    boot.prepend(visitor, "snapshot.mjs", KEEP_LATE)  # when Python is up already
    first = boot.visit(visitor, backend.url)
    assert not boot.is_restored(first.page)
    secret = "My name is Rosalind Quibbleworth"
    expect(first.send(secret)).to_contain_text("Sent")
    boot.wait_for_snapshot(first.page)
    token = str(backend.wait_for("login")["payload"]["token"]).removeprefix("Bearer ")
    personal = [token, token[:24], "Quibbleworth", "demo-client"]
    # What must be found shows that the search finds things.
    assert first.page.evaluate(FIND, [*personal, "customer_id", "TypeAdapter"]) == [
        "customer_id",
        "TypeAdapter",
    ]
    first.page.close()

    draws = []
    for _ in range(2):
        later = boot.visit(visitor, backend.url)
        assert boot.is_restored(later.page)
        expect(later.message(secret)).to_be_visible()
        draws.append(boot.run(later.page, DRAW))
        _reads_late(later.page)
        boot.wait_for_proof(later.page)
        later.page.close()
    assert draws[0] != draws[1]
    assert not {*eval(draws[0])} & {*eval(draws[1])}

    page = visitor.new_page()
    page.goto(f"{backend.url}/chatwheel/runtime/NOTICE.txt")
    for harm in HARMS:
        _survives(page, harm, visitor, backend)
    assert page.evaluate(UNPACK, boot.address("snapshot.mjs")) == [*["it was cut short"] * 4, "it is damaged"]


def _reads_late(page: Page) -> None:
    """The archive of modules is not read before something wants what is in it."""
    worker = boot.worker_of(page)
    assert not worker.evaluate(ARCHIVE_LOADS)
    assert boot.run(page, READ) > 1000
    assert len(worker.evaluate(ARCHIVE_LOADS)) == 1


def _survives(page: Page, harm: str, visitor: BrowserContext, backend: Backend) -> None:
    page.evaluate(STORE, [boot.address("snapshot.mjs"), harm])
    widget = boot.visit(visitor, backend.url)
    assert not boot.is_restored(widget.page), harm
    assert boot.kept(page) == [], harm
    widget.page.close()


REFUSED = "Object.defineProperty(globalThis, 'caches', { get() { throw new Error('refused'); } });"
BROKEN = "Cache.prototype.match = async () => { throw new DOMException('x', 'InvalidStateError'); };"
NO_STREAMING = "delete WebAssembly.compileStreaming; delete WebAssembly.instantiateStreaming;"


def test_what_is_missing_is_done_without(visitor: BrowserContext, backend: Backend) -> None:
    """Refused storage, and no compilation of what is still arriving: the ordinary start, at every visit."""
    boot.prepend(visitor, "snapshot.mjs", REFUSED)
    boot.prepend(visitor, "python.mjs", NO_STREAMING)
    widget = boot.visit(visitor, backend.url)
    expect(widget.send("Hello")).to_contain_text("Sent")


def test_what_is_wrong_is_done_without(visitor: BrowserContext, backend: Backend) -> None:
    """Broken storage, a server that does not know `.wasm`, and a module that is not in the archive."""
    boot.prepend(visitor, "snapshot.mjs", BROKEN)
    boot.expose_python(visitor)
    visitor.route(
        "**/*.wasm",
        lambda route: route.fulfill(response=route.fetch(), content_type="application/octet-stream"),
    )
    widget = boot.visit(visitor, backend.url)
    assert boot.run(widget.page, "import wave, email.mime.audio; wave.WAVE_FORMAT_PCM") == 1
    expect(widget.send("Hello")).to_contain_text("Sent")


# A browser that old knows no options, and takes all workers for plain ones.
NO_MODULE_WORKERS = "globalThis.Worker = class extends Worker { constructor(url) { super(url); } };"
COUNT = "globalThis.offlines = 0; addEventListener('offline', () => { offlines += 1; });"
IMPORT = "python.runPython('import wave; wave.WAVE_FORMAT_PCM')"


def test_no_module_workers(widget: Widget, visitor: BrowserContext, agent: Agent, watch: Watch) -> None:
    """Python runs on the frame's own thread then: a chat like any other, and a start that failed is begun again."""
    watch.expect("ERR_FAILED", "ERR_INTERNET_DISCONNECTED")
    posted: list[str] = []
    visitor.on("request", lambda request: posted.append(request.post_data or ""))
    visitor.add_init_script(NO_MODULE_WORKERS)
    boot.expose_python(visitor)
    visitor.route("**/pydantic_core.*", lambda route: route.abort())
    widget.visit().open()
    expect(widget.starting.get_by_role("alert")).to_contain_text("The chat could not start")
    visitor.unroute("**/pydantic_core.*")
    widget.starting.get_by_role("button", name="Try again").click()
    widget.wait_connected()
    assert not widget.page.workers
    widget.send("Is anybody there?").get_by_text("Sent").wait_for()
    agent.say(agent.join(), "Yes, I am.")
    expect(widget.message("Yes, I am.")).to_be_visible()
    assert widget.frame.evaluate(IMPORT) == 1  # from the rest of the standard library
    widget.frame.evaluate(COUNT)
    visitor.set_offline(True)
    expect(widget.connection).to_contain_text("Trying to reconnect")
    visitor.set_offline(False)
    widget.wait_connected()
    assert widget.frame.evaluate("offlines") == 1  # what the stage tells Python does not come back
    # The frame's address, which Python sees there, is not the page's that the visitor is on.
    assert "grant_type" in str(posted) and "redirect_uri" not in str(posted)


DEAR = ({"saveData": True}, {"effectiveType": "slow-2g"}, {"effectiveType": "3g"}, {"effectiveType": "2g"})
HERE_BEFORE = """
Object.defineProperty(navigator, "connection", { value: %s, configurable: true });
localStorage.setItem("chatwheel:demo-organization", "1");
"""
IS_MADE = """
async ([address, connection]) => {
  const { keepSnapshotSoon } = await import(address);
  const made = [];
  Object.defineProperty(navigator, "connection", { value: connection, configurable: true });
  globalThis.setTimeout = globalThis.requestIdleCallback = (step) => step();  // all at once
  globalThis.Worker = class extends EventTarget { constructor() { super(); made.push(1); } };
  keepSnapshotSoon();
  await fetch("/chatwheel/runtime/NOTICE.txt"); // long after
  return made.length > 0;
}
"""


def test_each_byte_is_dear(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """With `saveData`, or on a slow line, nothing but the script is fetched before the click, whatever the tag says.

    Nor is a snapshot made.
    """
    address = boot.address("keeper.mjs")
    for connection in DEAR:
        widget = Widget(visitor.new_page(), backend.url)
        widget.page.add_init_script(HERE_BEFORE % json.dumps(connection))
        watch.requests.clear()
        widget.visit()
        widget.launcher.hover()
        widget.launcher.focus()
        widget.page.wait_for_load_state("networkidle")
        fetched = [url for url in watch.requests if "/chatwheel/" in url]
        assert fetched == [f"{backend.url}/chatwheel/embed.js"], connection
        if connection != DEAR[-1]:
            assert not widget.page.evaluate(IS_MADE, [address, connection])
            assert widget.page.evaluate(IS_MADE, [address, {"effectiveType": "4g", "saveData": False}])
            widget.page.close()
    widget.open().wait_connected()
