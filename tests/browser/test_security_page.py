"""The border between the host page and the widget: what a page's policy has to allow, and what never crosses it."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import BrowserContext, expect

from browser.backend import ROOT, Agent, Backend
from browser.conftest import Watch
from browser.host_page import IDS, serve, shop
from browser.pages import Widget

SPY = """
globalThis.violations = [];
globalThis.crossed = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) => {
  violations.push([violatedDirective, blockedURI, sourceFile]);
});
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


def documented(site: str) -> str:
    """What `docs/csp.md` tells a site's owner to allow, word for word, beside `default-src 'none'`."""
    words = (ROOT / "docs/csp.md").read_text(encoding="utf-8")
    [directives] = re.findall(r"^## The host page\n.*?^```\n(.*?)^```$", words, re.S | re.M)
    [types] = re.findall(r"`(require-trusted-types-for [^`]*)`", words)
    policy = " ".join(["default-src 'none';", *directives.split(), types])
    return policy.replace("https://YOUR-SITE", site)


def tokens(backend: Backend) -> list[str]:
    """The access tokens that visitors have logged in with."""
    return [frame["payload"]["token"].removeprefix("Bearer ") for frame in backend.requests("login")]


def test_a_strict_page_of_another_origin(
    visitor: BrowserContext, backend: Backend, agent: Agent, watch: Watch
) -> None:
    """With what `docs/csp.md` lists and nothing else, and Trusted Types, everything works; the token stays inside."""
    policy = documented(backend.url)
    assert "unsafe" not in policy and policy.count(";") == 4, "no more than what is promised"
    # The page's own: a script that spies, and an icon.
    policy = policy.replace("script-src", "script-src 'nonce-abc'") + "; img-src data:"
    tag = f"<script async src='{backend.url}/chatwheel/embed.js' {IDS} data-api-url='{backend.url}'></script>"
    with shop(f"<script nonce=abc>{SPY}</script>{tag}", {"Content-Security-Policy": policy}) as url:
        watch.hosts.add(url.removeprefix("http://"))
        widget = Widget(visitor.new_page(), url).start()
        page = widget.page
        widget.send("From a strict page").get_by_text("Sent", exact=True).wait_for()
        widget.close()
        agent.say(agent.join(), "An answer")
        expect(page.get_by_role("button", name="An answer")).to_be_visible()
        # `wait_for_function` would need `unsafe-eval` here.
        page.evaluate("chatwheel('setTheme', 'dark')")
        page.evaluate("chatwheel('getCustomer').then((customer) => { globalThis.customer = customer; })")
        assert page.evaluate("violations") == []

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
        page.goto("about:blank")


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
