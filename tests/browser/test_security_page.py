"""The border between the host page and the widget: what a page's policy has to allow, and what never crosses it."""

from __future__ import annotations

import json
import re
from queue import SimpleQueue
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, expect

from browser import boot
from browser.backend import ROOT, Agent, Backend
from browser.boot import UNTIL
from browser.conftest import PATIENCE, Watch
from browser.host_page import IDS, serve, shop
from browser.pages import DELIVERED, Widget

VIOLATIONS = """
globalThis.violations = [];
addEventListener("securitypolicyviolation", ({ disposition, effectiveDirective, blockedURI }) => {
  violations.push([disposition, effectiveDirective, blockedURI]);
});
"""
ASK_ANOTHER = """(url) => new Promise((resolve) => {
  addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective), { once: true });
  fetch(url).then(() => resolve("it may"), () => {});
})"""
SPY = """
globalThis.crossed = [];
addEventListener("message", ({ data, origin }) => crossed.push(["window", origin, data]));
const plain = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (data, ...more) {
  crossed.push(["to the frame", data]);
  return plain.call(this, data, ...more);
};
const setter = Object.getOwnPropertyDescriptor(MessagePort.prototype, "onmessage").set;
Object.defineProperty(MessagePort.prototype, "onmessage", {
  set(listener) {
    setter.call(this, (event) => {
      crossed.push(["from the frame", event.data]);
      listener(event);
    });
  },
});
"""


PAGE, FRAME = "The host page", "The frame"


def documented(heading: str, *, after: str = "", **words: str) -> str:
    """The policy that `docs/csp.md` gives under a heading, word for word but for what stands in for the reader's own.

    Here every host is this machine, told by its port: any port stands for any host of a domain. There is no TLS.
    """
    docs = (ROOT / "docs/csp.md").read_text(encoding="utf-8")
    [section] = re.findall(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", docs, re.S | re.M)
    blocks = re.findall(r"^```\n(.*?)^```$", section, re.S | re.M)
    policy = " ".join(next(block for block in blocks if after in block).split())
    for name, word in words.items():
        assert name in policy
        policy = policy.replace(name, word)
    policy = re.sub(r"(http|ws)s://\*\.[A-Za-z.-]+", r"\1://127.0.0.1:*", policy)
    return policy.replace("https:", "http:")


def trusted_types() -> str:
    docs = (ROOT / "docs/csp.md").read_text(encoding="utf-8")
    [words] = re.findall(r"`(require-trusted-types-for [^`]*)`", docs)
    return str(words)


def send_with_frame(visitor: BrowserContext, policy: str) -> None:
    """A header beside the policy that the frame's document has."""

    def fulfil(route: Route) -> None:
        response = route.fetch()
        headers = {**response.headers, "content-security-policy": policy}
        route.fulfill(response=response, headers=headers)

    visitor.route(re.compile(r"/frame\.html$"), fulfil)


def violations(page: Page) -> list[Any]:
    """In the page and in the frame; those of the worker are in the console, which `watch` reads."""
    return [violation for frame in page.frames for violation in frame.evaluate("globalThis.violations")]


def tokens(backend: Backend) -> list[str]:
    """The access tokens that visitors have logged in with."""
    return [frame["payload"]["token"].removeprefix("Bearer ") for frame in backend.requests("login")]


def test_a_strict_page_of_another_origin(
    visitor: BrowserContext, backend: Backend, agent: Agent, watch: Watch
) -> None:
    """With what `docs/csp.md` lists and nothing else, and Trusted Types, everything works; the token stays inside."""
    site = {"https://YOUR-SITE": backend.url}
    policy = f"default-src 'none'; {documented(PAGE, **site)} {trusted_types()}"
    assert "unsafe" not in policy and policy.count(";") == 4, "no more than what is promised"
    wide = f"default-src 'none'; {documented('For all hosts of a domain')}"
    name, report = documented("To see before it stops anything", **site).split(": ", 1)
    # The page's own: a script that spies, and an icon.
    policy, wide, report = (
        each.replace("script-src", "script-src 'nonce-abc'") + "; img-src data:"
        for each in (policy, wide, report)
    )
    tag = f"<script async src='{backend.url}/chatwheel/embed.js' {IDS} data-api-url='{backend.url}'></script>"
    headers = {"Content-Security-Policy": f"{policy}, {wide}", name: report}
    reports: SimpleQueue[str] = SimpleQueue()
    spied = visitor.new_page()
    spied.add_init_script(VIOLATIONS)
    with shop(f"<script nonce=abc>{SPY}</script>{tag}", headers, reports) as url:
        origins = f"{backend.url} {backend.url.replace('http', 'ws', 1)}"
        send_with_frame(visitor, documented(FRAME, after="ORIGINS", ORIGINS=origins, PAGES=url))
        watch.hosts.add(url.removeprefix("http://"))
        widget = Widget(spied, url).start()
        page = widget.page
        widget.send("From a strict page").get_by_text("Sent", exact=True).wait_for()
        widget.hand_over("paste", "notes.txt", "text/plain", "A file")
        expect(widget.message("notes.txt")).to_have_attribute("data-delivery", DELIVERED)
        widget.close()
        agent.say(agent.join(), "An answer")
        expect(page.get_by_role("button", name="An answer")).to_be_visible()
        # `wait_for_function` would need `unsafe-eval` here.
        page.evaluate("chatwheel('setTheme', 'dark')")
        page.evaluate("chatwheel('getCustomer').then((customer) => { globalThis.customer = customer; })")
        assert violations(page) == [] and reports.empty()

        crossed = page.evaluate("crossed.map((message) => JSON.stringify(message))")
        assert any("An answer" in message for message in crossed), "the spy hears"
        assert page.evaluate("crossed.filter(([way]) => way === 'window')") == []
        kept = page.evaluate(
            "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, customer])"
        )
        names = page.evaluate("performance.getEntries().map(({ name }) => name)")
        used = tokens(backend)
        assert used and all(len(token) > 20 for token in used)
        for text in (*crossed, *names, kept, page.content()):
            assert not any(token in text for token in used)

        # All of them are in force, and heard when they are violated: each policy of the page, and the worker's.
        watch.expect(r"Content Security Policy", r"pixel\.png csp$")
        page.evaluate("document.body.append(Object.assign(new Image(), { src: '/pixel.png' }))")
        page.evaluate(UNTIL % "violations.length === 3")
        assert sorted(how for how, *_ in violations(page)) == ["enforce", "enforce", "report"]
        assert boot.worker_of(page).evaluate(ASK_ANOTHER, url) == "connect-src"
        assert (
            json.loads(reports.get(timeout=PATIENCE / 1000))["csp-report"]["effective-directive"] == "img-src"
        )
        page.goto("about:blank")


def test_a_page_with_nonces(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """The same with a nonce instead of addresses, and wide words for the frame."""
    policy = documented("With nonces", NONCE="abc", **{"https://YOUR-SITE": backend.url})
    policy = f"default-src 'none'; {policy} {trusted_types()}; img-src data:"
    attributes = f"src='{backend.url}/chatwheel/embed.js' {IDS} data-api-url='{backend.url}'"
    headers = {"Content-Security-Policy": policy}
    spied = visitor.new_page()
    spied.add_init_script(VIOLATIONS)
    send_with_frame(visitor, documented(FRAME, after="YOUR-DOMAIN"))
    with shop(f"<script async nonce=abc {attributes}></script>", headers) as url:
        watch.hosts.add(url.removeprefix("http://"))
        widget = Widget(spied, url).start()
        widget.send("From a page with nonces").get_by_text("Sent", exact=True).wait_for()
        assert violations(widget.page) == []
        widget.page.goto("about:blank")
    # Without the nonce there is none.
    watch.expect(r"Content Security Policy", r"embed\.js csp$")
    with shop(f"<script async {attributes}></script>", headers) as url:
        watch.hosts.add(url.removeprefix("http://"))
        spied.goto(url)
        spied.evaluate(UNTIL % "violations.length")
        assert not spied.evaluate("'chatwheel' in globalThis")


def test_the_frame_listens_to_nobody_else(visitor: BrowserContext, backend: Backend) -> None:
    """Only the page that holds the frame can say hello, once; afterwards there is the private channel alone."""
    serve(
        visitor,
        f"{backend.url}/holder",
        "<iframe title=Frame src='/chatwheel/frame.html'></iframe><iframe id=other srcdoc=''></iframe>",
    )
    page = visitor.new_page()
    page.goto(f"{backend.url}/holder")
    page.wait_for_load_state()
    hello: dict[str, Any] = {
        "organizationId": "demo-organization",
        "clientId": "demo-client",
        "page": {"url": page.url, "title": "", "open": True, "focused": True},
    }
    said = page.evaluate(
        """async (settings) => {
            const frame = frames[0];
            const answers = [];
            const listen = (port, who) => { port.onmessage = ({ data }) => answers.push([who, data[0]]); };
            const say = (from, who, message = ["chatwheel:hello", settings]) => {
                const { port1, port2 } = new MessageChannel();
                listen(port1, who);
                from.eval("(frame, message, port) => frame.postMessage(message, '*', [port])")(frame, message, port2);
            };
            say(document.querySelector("#other").contentWindow, "a sibling");
            say(window, "something else", ["hello", settings]);
            say(window, "the holder");
            say(window, "the holder again");
            while (!answers.length) await new Promise((done) => setTimeout(done, 10));
            await new Promise((done) => setTimeout(done, 100));
            return [...new Set(answers.map(([who]) => who))];
        }""",
        json.loads(json.dumps(hello)),
    )
    assert said == ["the holder"]
