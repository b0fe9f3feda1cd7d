"""Who the visitor is: what a site with a login of its own says, and what is left when one of them goes."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from browser.backend import Backend
from browser.conftest import Watch
from browser.host_page import STUB, TAG, serve, settled
from browser.pages import Widget

WATCH = "document.addEventListener('chatwheel:state', ({ detail }) => { globalThis.customer = detail.customerId; });"
LOGIN = """
globalThis.asked = [];
globalThis.failures = [];
globalThis.login = (who) => chatwheel("identity", async ({ fresh }) => {
  asked.push(fresh);
  return tokens[who];
});
document.addEventListener("chatwheel:identity_failed", ({ detail }) => failures.push(detail.message));
"""


def token(backend: Backend) -> dict[str, Any]:
    """As the accounts server answers."""
    core = backend.server.core
    grant = backend.loop.call(lambda: core.identity.grant("demo-client", customer_id=None, secret=None))
    return {
        "access_token": grant.access_token,
        "entity_id": grant.customer_id,
        "expires_in": grant.expires_in,
        "token_type": "Bearer",
    }


def wait_for_customer(page: Page, test: str) -> str:
    """Who is connected, when a function of JavaScript says that it is who it should be."""
    page.wait_for_function(f"globalThis.customer && ({test})(customer)")
    return str(page.evaluate("customer"))


def test_the_page_says_who_is_there(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """Tokens are the page's; one customer neither sees nor sends what another has left; what fails is told."""
    ada, bob = token(backend), token(backend)
    tokens = f"globalThis.tokens = {{ ada: {ada}, bob: {bob} }};"
    serve(visitor, f"{backend.url}/shop", f"<script>{STUB}{WATCH}{tokens}{LOGIN}login('ada');</script>{TAG}")
    widget = Widget(visitor.new_page(), backend.url)
    page = widget.page
    widget.visit("/shop").open().wait_connected()
    assert wait_for_customer(page, f"(id) => id === '{ada['entity_id']}'")
    assert page.evaluate("asked") == [False]
    widget.send("From Ada").get_by_text("Sent", exact=True).wait_for()
    widget.write("Ada's draft")

    # Somebody else: nothing of hers is there, nor is it lost.
    page.evaluate("login('bob')")
    wait_for_customer(page, f"(id) => id === '{bob['entity_id']}'")
    widget.wait_connected()
    expect(widget.articles).to_have_count(0)
    expect(widget.composer).to_have_value("")
    widget.write("Bob's draft")
    page.evaluate("login('ada')")
    wait_for_customer(page, f"(id) => id === '{ada['entity_id']}'")
    expect(widget.composer).to_have_value("Ada's draft")
    expect(widget.message("From Ada")).to_have_count(1)

    # A token that is worth nothing any more is asked for anew.
    fresh = token(backend)
    page.evaluate("(fresh) => { tokens.ada = { ...fresh, entity_id: tokens.ada.entity_id }; }", fresh)
    before = len(page.evaluate("asked"))
    page.evaluate(
        """async (token) => {
            const headers = { Authorization: `Bearer ${token}` };
            await fetch("/v2/customer/token", { method: "DELETE", headers });
        }""",
        ada["access_token"],
    )
    page.wait_for_function(f"asked.slice({before}).includes(true)")
    assert not [url for url in watch.requests if url.endswith("/token") and "v2" in url][1:]

    # What a provider does wrong is said, to the page and in the console; the chat stays and can be closed.
    watch.expect("chatwheel\\('identity'", "answer 401")
    for wrong, said in (
        ("() => { throw new Error('the session is over') }", "the session is over"),
        ("() => 'a token'", "it gave string, not a token"),
        ("() => ({ accessToken: 'x' })", "no entityId"),
        ("() => ({ accessToken: 'x\\n', entityId: 'e' })", "no accessToken"),
        ("({ getToken: () => null })", "it has no hasToken"),
    ):
        page.evaluate("() => { failures.length = 0; }")
        settled(page, f"chatwheel('identity', {wrong})")
        page.wait_for_function("failures.length > 0")
        assert said in page.evaluate("failures[0]")
    assert settled(page, "chatwheel('identity', 'Ada')") == "INVALID_ARGUMENT"
    widget.close()


def test_logging_out(visitor: BrowserContext, backend: Backend, watch: Watch) -> None:
    """`logout` leaves nothing of a visitor to the next, who is somebody else to the service; `forget` deletes all."""
    serve(visitor, f"{backend.url}/shop", f"<script>{STUB}{WATCH}</script>{TAG}")
    widget = Widget(visitor.new_page(), backend.url)
    page = widget.page
    assert settled(widget.visit("/shop").page, "chatwheel('logout')") is None
    widget.open().wait_connected()
    first = wait_for_customer(page, "() => true")
    widget.send("Mine alone").get_by_text("Sent", exact=True).wait_for()
    widget.write("A secret draft")
    snapshots = page.evaluate("caches.keys()")

    settled(page, "chatwheel('logout')")
    second = wait_for_customer(page, f"(id) => id !== '{first}'")
    widget.wait_connected()
    expect(widget.articles).to_have_count(0)
    expect(widget.composer).to_have_value("")
    assert page.evaluate("localStorage.getItem('chatwheel:demo-organization')") is None
    assert "secret" not in page.evaluate("JSON.stringify(localStorage)")
    assert page.evaluate("caches.keys()") == snapshots, "they are of nobody"
    widget.send("Theirs").get_by_text("Sent", exact=True).wait_for()

    # Whoever came then is the same on the next page.
    widget.visit("/shop").open().wait_connected()
    assert wait_for_customer(page, "() => true") == second
    expect(widget.message("Theirs")).to_have_count(1)

    settled(page, "chatwheel('forget')")
    expect(widget.element).to_have_count(0)
    kept: dict[str, Any] = page.evaluate("({ ...localStorage, ...sessionStorage })")
    assert list(kept) == ["chatwheel:apart:demo-organization:demo-client"]
    assert page.evaluate("caches.keys()") == []

    # What somebody else has left after all, as by a browser that was closed in the middle of it, is not theirs.
    page.evaluate(
        """() => {
            globalThis.customer = null;
            const scope = "demo-organization:demo-client";
            localStorage[`chatwheel:customer:${scope}`] = "somebody-else";
            localStorage[`chatwheel:draft:${scope}`] = "Half a secret";
            const message = { key: "k1", at: Date.now(), text: "The other half", customer: "somebody-else" };
            localStorage[`chatwheel:unsent:${scope}:tab:k1`] = JSON.stringify(message);
        }"""
    )
    widget.open().wait_connected()
    assert wait_for_customer(page, "() => true") not in (first, second)
    expect(widget.composer).to_have_value("")
    expect(widget.articles).to_have_count(0)
    page.wait_for_function("!/half/i.test(JSON.stringify(localStorage))")
    assert not [frame for frame in backend.loop.call(lambda: backend.server.frames) if "half" in frame.text]
