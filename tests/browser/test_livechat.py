"""A site that was made for LiveChat's own widget switches by one address: its snippet, its calls, its callbacks."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, expect

from browser.backend import Agent, Backend
from browser.host_page import serve
from browser.pages import Widget

# The stub that such a page holds is LiveChat's; this one keeps calls and hands them over in the same way.
PAGE = """
<script>
  window.asked = [];
  const fetchToken = async () => {
    const ids = { client_id: "demo-client", organization_id: "demo-organization" };
    const body = JSON.stringify({ response_type: "token", grant_type: "cookie", ...ids });
    const answer = await fetch("/v2/customer/token", { method: "POST", body });
    const { access_token: accessToken, entity_id: entityId, token_type: tokenType, expires_in } = await answer.json();
    return { accessToken, entityId, tokenType, expiresIn: expires_in * 1000, creationDate: Date.now() };
  };
  const note = (name, value) => (asked.push(name), value);
  const provider = {
    hasToken: async () => note("hasToken", false),
    getToken: () => note("getToken", fetchToken()),
    getFreshToken: () => note("getFreshToken", fetchToken()),
    invalidate: async () => note("invalidate"),
  };
  window.__lc = {
    custom_identity_provider: () => provider,
    license: 1, group: 0, visitor: { name: "Ada", email: "ada@example.org" }, asyncInit: ASYNC,
  };
  window.LiveChatWidget = (() => {
    const widget = { _q: [], _h: null, _v: "2.0" };
    const pass = (name, given) => (widget._h ? widget._h.apply(null, [name, given]) : widget._q.push([name, given]));
    for (const name of ["on", "once", "off", "call"]) widget[name] = (...given) => void pass(name, given);
    widget.get = (...given) => {
      if (!widget._h) throw new Error("too early");
      return pass("get", given);
    };
    widget.init = () => {
      const script = document.createElement("script");
      script.async = true;
      script.src = "/chatwheel/livechat.js?organization-id=demo-organization&client-id=demo-client&api-url=/";
      document.head.appendChild(script);
    };
    if (!window.__lc.asyncInit) widget.init();
    return widget;
  })();
  window.heard = [];
  for (const name of ["ready", "availability_changed", "visibility_changed", "customer_status_changed", "new_event",
      "rating_submitted", "greeting_displayed", "greeting_hidden", "rich_message_button_clicked"]) {
    LiveChatWidget.on(name, (payload) => heard.push([name, payload]));
  }
  LiveChatWidget.call("set_session_variables", { cart: 42 });
  LiveChatWidget.once("new_event", () => heard.push(["once"]));
</script>
"""


def test_one_address_switches(visitor: BrowserContext, backend: Backend, agent: Agent) -> None:
    serve(visitor, f"{backend.url}/shop", PAGE.replace("ASYNC", "false"))
    widget = Widget(visitor.new_page(), backend.url)
    page = widget.page

    def heard(name: str) -> list[Any]:
        return [event[1] for event in page.evaluate("heard") if event[0] == name and len(event) > 1]

    def call(*given: object) -> None:
        page.evaluate("(given) => LiveChatWidget.call(...given)", list(given))

    # Ready without a click, as pages expect; what was asked before is done.
    page.goto(f"{backend.url}/shop")
    page.wait_for_function("heard.some(([name]) => name === 'ready')")
    (ready,) = heard("ready")
    assert ready["state"] == {"availability": "online", "visibility": "minimized"}
    assert "getToken" in page.evaluate("asked"), "the page says who the visitor is"
    assert ready["customerData"]["name"] == "Ada"
    assert ready["customerData"]["sessionVariables"] == {"cart": "42"}
    assert ready["customerData"]["status"] == "browsing" and ready["customerData"]["isReturning"] is False
    backend.loop.run(backend.server.wait_for_frame(lambda f: "ada@example.org" in f.text))
    page.evaluate("LiveChatWidget.on('ready', () => heard.push(['again']))")
    assert page.evaluate("heard.at(-1)") == ["again"]

    # A greeting, seen and hidden.
    customer_id = page.evaluate("LiveChatWidget.get('customer_data').id")
    backend.loop.call(lambda: backend.server.greet(customer_id, "Need a hand?"))
    expect(page.get_by_role("button", name="Need a hand?")).to_be_visible()
    call("hide_greeting")
    expect(page.get_by_role("button", name="Need a hand?")).to_have_count(0)
    (shown,), (hidden,) = heard("greeting_displayed"), heard("greeting_hidden")
    assert shown == hidden and shown["uniqueId"]
    assert heard("new_event")[0]["greeting"] == shown
    assert [change["status"] for change in heard("customer_status_changed")] == ["invited", "browsing"]

    # A conversation.
    call("maximize", {"messageDraft": "I need help!"})
    expect(widget.composer).to_have_value("I need help!")
    widget.composer.press("Enter")
    widget.message("I need help!").get_by_text("Sent", exact=True).wait_for()
    chat_id = agent.join()
    agent.say(chat_id, "Here I am")
    button = {"type": "message", "text": "Yes", "value": "yes", "postback_id": "yes", "user_ids": []}
    elements = [{"title": "Better?", "buttons": [button]}]
    rich = {"type": "rich_message", "template_id": "quick_replies", "elements": elements}
    agent.request("send_event", {"chat_id": chat_id, "event": rich})
    widget.inside.get_by_role("button", name="Yes").click()
    page.wait_for_function("heard.filter(([name]) => name === 'new_event').length === 5")
    events = heard("new_event")[1:]
    assert [(event["type"], event["author"]["type"]) for event in events] == [
        ("message", "customer"),
        ("message", "agent"),
        ("rich_message", "agent"),
        ("message", "customer"),
    ]
    assert all(event["timestamp"] > 1_700_000_000_000 for event in events)
    page.wait_for_function("heard.some(([name]) => name === 'rich_message_button_clicked')")
    assert heard("rich_message_button_clicked")[0]["postbackId"] == "yes"
    assert page.evaluate("LiveChatWidget.get('chat_data').chatId") == chat_id
    widget.choose("Rate this chat")
    widget.inside.get_by_role("button", name="Good", exact=True).click()
    page.wait_for_function("heard.some(([name]) => name === 'rating_submitted')")
    assert heard("rating_submitted") == ["good"]
    assert page.evaluate("heard.filter(([name]) => name === 'once').length") == 1

    # In and out of sight, gone, and back.
    call("update_session_variables", {"cart": 43})
    call("minimize")
    call("hide")
    expect(widget.launcher).to_be_hidden()
    assert page.evaluate("LiveChatWidget.get('state').visibility") == "hidden"
    call("minimize")
    expect(widget.launcher).to_be_visible()
    seen = [change["visibility"] for change in heard("visibility_changed")]
    assert seen == ["maximized", "minimized", "hidden", "minimized"]
    assert page.evaluate("LiveChatWidget.get('customer_data').sessionVariables") == {"cart": "43"}
    call("maximize")
    call("destroy")
    expect(widget.launcher).to_have_count(0)
    page.evaluate("LiveChatWidget.on('ready', () => heard.push(['too early']))")
    assert page.evaluate("LiveChatWidget.get('state').visibility") == "minimized"
    assert page.evaluate("heard.at(-1)") != ["too early"]
    page.evaluate("LiveChatWidget.init()")
    expect(widget.launcher).to_be_visible()
    page.wait_for_function("heard.filter(([name]) => name === 'ready').length === 2")
    assert heard("ready")[1]["customerData"]["status"] == "chatting"
