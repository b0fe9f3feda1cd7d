"""Whatever a server, an agent or a visitor sends: nothing runs, nothing breaks, nothing is shown twice."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from browser.backend import CONSOLE_AGENT, Agent, Backend
from browser.conftest import NewContext, Watch
from browser.host_page import shop
from browser.pages import Console, Widget
from chatwheel.ui.happenings import KEYS
from chatwheel_devserver.config import CONSOLE_AGENT as SAM
from chatwheel_devserver.config import Config

RUN = "globalThis.hacked=1"
HOSTILE = [
    f"<img src=x onerror={RUN}><script>{RUN}</script><svg onload={RUN}>",
    f"javascript:{RUN} [link](javascript:{RUN}) <a href='javascript:{RUN}'>x</a>",
    f'https://example.org/"onmouseover="{RUN} www.example.com/<script>{RUN}</script>',
    "data:text/html,<h1>hello</h1> vbscript:x https://user:word@example.org/",
    "\u202eright to left\u202c and \u2066isolated\u2069 \u200f\u200e",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇦🇶 ﷽ Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
    "\x01\x07\x1b[31mcontrol\x7f\x85",
    "{{7*7}} ${7*7} %s %(name)s {name} {0}",
    "W" * 400,
    "https://example.org/" + "a" * 1500,
    f'**[bold](javascript:{RUN})** *[it](https://x.example/"onclick={RUN})*\n1. [data:](data:,)\n'
    f"- `<script>{RUN}</script>`\n```<b>\n```\n<script>{RUN}</script>\n{'*_' * 200}{'W' * 400}`{'W' * 400}`",
]
BUTTONS = ("url", "phone", "webview", "message", "cancel", "dance")
ELEMENTS = (
    "html head meta title link script style body main header svg symbol path circle use div span h1 h2 p button input "
    "textarea form label a article bdi br i img li progress section strong em code pre time ul nav aside dl dt dd ol "
    "dialog footer fieldset legend select option datalist h3"
)
ATTRIBUTES = (
    "id class dir lang hidden title role tabindex type name value placeholder rows maxlength min max required disabled "
    "checked selected multiple autocomplete enterkeyhint inputmode novalidate inert for label list open width height "
    "alt datetime download src href rel target referrerpolicy decoding loading draggable charset content http-equiv "
    "viewBox d cx cy r fill stroke stroke-width stroke-linecap stroke-linejoin xmlns media integrity crossorigin async "
    "allow sandbox contenteditable spellcheck popover accept focusable"
)
"""All that any element may have, besides `aria-…` and `data-…`; handlers, styles and `srcdoc` are not among them."""
BESIDE = "document.querySelector('#chatwheel').shadowRoot"
"""What the widget draws on the site's own page."""


def problems(frame: Frame | Page, root: str = "document") -> list[str]:
    """What is in a document, or a shadow tree, and must not be there."""
    is_beside = root == BESIDE
    found: list[str] = frame.evaluate(
        """([allowed, attributes, root]) => {
            const known = new Set(allowed.split(" ")), given = new Set(attributes.split(" ")), bad = [];
            const ownStyle = "#message, #progress-bar, #progress, .initial";
            const links = ["https:", "http:", "mailto:", "tel:"];
            if ("hacked" in globalThis) bad.push("something ran");
            for (const element of eval(root).querySelectorAll("*")) {
                const { localName } = element;
                const isOurs = element.closest("head, template") !== null;
                if (!known.has(localName) && !localName.includes("-config")) bad.push(`<${localName}>`);
                if (localName === "script" && document.body.contains(element)
                    && !/\\/(early|guard)[.]mjs$/.test(element.src)) bad.push("a script");
                for (const { name, value } of element.attributes) {
                    const isKnown = given.has(name) || /^(aria|data)-[a-z-]+$/.test(name)
                        || (name === "style" && element.matches(ownStyle))
                        || (name === "worker" && isOurs);  // PyScript's own
                    if (!isKnown) bad.push(`${localName}[${name}]`);
                    if (isOurs || !["href", "src", "action", "formaction", "xlink:href"].includes(name)) continue;
                    const { protocol, origin } = new URL(value, document.baseURI);
                    const isOwn = origin === location.origin;
                    const isFine = localName === "a" ? links.includes(protocol)
                        : localName === "use" ? value.startsWith("#")
                        : localName === "img" ? ["https:", "blob:"].includes(protocol) || isOwn
                        : isOwn;
                    if (!isFine) bad.push(`${localName}[${name}=${value}]`);
                }
                if (localName === "a" && element.target === "_blank" && !element.relList.contains("noopener"))
                    bad.push("a link that hands over its window");
            }
            const wide = [document.documentElement, ...document.querySelectorAll("[role=log], article")];
            for (const element of wide) {
                if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth)
                    bad.push(`${element.localName} is ${element.scrollWidth - element.clientWidth} px too wide`);
            }
            return bad;
        }""",
        [ELEMENTS + (" iframe b" if is_beside else ""), ATTRIBUTES + (" part" if is_beside else ""), root],
    )
    return found


def junk(chat_id: str, thread_id: str) -> list[str | dict[str, object]]:
    """Frames that no server should send."""
    event = {"id": "E1", "type": "message", "text": "Never to be seen", "created_at": "2026-01-01T00:00:00Z"}
    where = {"chat_id": chat_id, "thread_id": thread_id}
    payloads: list[object] = [
        None,
        {},
        "text",
        [],
        {**where, "event": None},
        {**where, "event": {}},
        {**where, "event": {"type": "message"}},
        {**where, "event": {**event, "id": None, "author_id": "somebody"}},
        {**where, "event": {**event, "text": {"an": "object"}}},
        {**where, "event": {**event, "type": "hologram"}},
        {"event": event},
        {"chat_id": "another", "thread_id": "T", "event": event},
        {**where, "user_id": "x", "seen_up_to": "yesterday"},
        {**where, "typing_indicator": {"is_typing": "perhaps"}},
        {"chat_id": "another", "thread_id": "T", "user_id": "x"},
        {"chat": {"id": 7, "users": "everybody", "thread": {"events": [1, None, {}]}}},
        {"user": {"id": "x", "type": "robot"}, **where},
    ]
    actions = [
        "incoming_event",
        "incoming_chat",
        "event_updated",
        "user_added_to_chat",
        "incoming_typing_indicator",
        "events_marked_as_seen",
        "queue_position_updated",
        "chat_transferred",
        "customer_updated",
        "something_new",
    ]
    frames: list[str | dict[str, object]] = [
        {"version": "3.5", "type": "push", "action": action, "payload": payload}
        for action in actions
        for payload in payloads
    ]
    frames += [
        {"type": "push", "action": "chat_deactivated", "payload": {"chat_id": "another", "thread_id": "T"}},
        {"type": "push", "action": "chat_deactivated", "payload": {}},
        {"type": "response", "action": "send_event", "request_id": "unknown", "success": True, "payload": {}},
        {"type": "response", "action": 7},
        {"type": "surprise", "action": "incoming_event", "payload": {}},
        {},
    ]
    frames += [
        "",
        "not JSON",
        "{",
        "[]",
        "null",
        "42",
        '"text"',
        '{"type":',
        "[" * 5000,
        "\x00\x01",
        "Infinity",
    ]
    return frames


def test_a_server_that_sends_junk(widget: Widget, agent: Agent, backend: Backend, watch: Watch) -> None:
    """Malformed, unknown and repeated frames: the conversation goes on as if they had not been."""
    watch.expect("console warning: dropped")
    widget.start()
    widget.send("Hello").get_by_text("Sent").wait_for()
    chat_id = agent.join()
    agent.say(chat_id, "Good morning")
    expect(widget.message("Good morning")).to_have_count(1)
    thread_id = str(agent.chat["last_thread_summary"]["id"])
    pushed = [
        frame.text
        for frame in backend.loop.call(lambda: backend.server.frames)
        if frame.direction == "out" and frame.role == "customer" and '"push"' in frame.text
    ]
    for frame in [*junk(chat_id, thread_id), *pushed, *reversed(pushed)]:
        backend.push(frame)
    agent.say(chat_id, "Still there?")
    expect(widget.message("Still there?")).to_have_count(1)
    expect(widget.send("Of course")).to_contain_text("Sent")
    assert widget.texts() == ["Hello", "Good morning", "Still there?", "Of course"]
    expect(widget.inside.get_by_text("This chat has ended.")).to_have_count(0)
    expect(widget.connection).to_be_empty()
    expect(widget.typing).to_be_empty()


def hostile_pushes(chat_id: str, thread_id: str) -> list[tuple[str, dict[str, object]]]:
    """What the local server would never let through."""
    where: dict[str, object] = {"chat_id": chat_id, "thread_id": thread_id}
    at = "2026-01-02T00:00:00.{:06d}Z"
    nasty = "javascript:" + RUN
    events: list[dict[str, object]] = [
        {"type": "message", "text": "x" * 100_000, "author_id": "evil"},
        {"type": "message", "text": "😀" * 100_000, "author_id": "evil"},
    ]
    for text in HOSTILE:
        events += [
            {"type": "system_message", "system_message_type": "x", "text": text},
            {"type": "file", "name": text, "url": nasty, "content_type": "text/html", "author_id": "evil"},
            {"type": "file", "name": text, "url": "data:text/html," + text, "content_type": "image/png",
             "thumbnail_url": nasty, "thumbnail2x_url": nasty, "width": -5, "height": 10**12, "size": -1,
             "author_id": "evil"},
            {"type": "rich_message", "template_id": "cards", "author_id": "evil", "elements": [
                {"title": text, "subtitle": text, "image": {"url": nasty, "name": text, "alternative_text": text},
                 "buttons": [{"type": kind, "text": text, "value": nasty, "postback_id": text, "user_ids": [text],
                              "webview_height": text, "target": text, "role": text} for kind in BUTTONS]}]},
            {"type": "rich_message", "template_id": "quick_replies", "author_id": "evil", "elements": [
                {"title": text, "buttons": [{"type": "message", "text": text, "value": text, "postback_id": text}]}]},
            {"type": "rich_message", "template_id": "sticker", "author_id": "evil", "elements": [
                {"title": text, "image": {"url": nasty, "name": text, "alternative_text": text}}]},
            {"type": "rich_message", "template_id": text, "author_id": "evil", "elements": [{"title": text}]},
            {"type": "system_message", "system_message_type": "routing.assigned_inactive", "text": text,
             "text_vars": {"agent_added": text, "agent_removed": text, "duration": text}},
            {"type": "system_message", "system_message_type": "rating.chat_commented", "text": text,
             "text_vars": {"customer": text, "comment": text, "score": text}},
            {"type": "message", "text": text, "author_id": "evil", "properties": {"url_details": {
                "url": nasty, "title": text, "description": text, "image_url": nasty}}},
            {"type": "filled_form", "form_id": text, "author_id": "evil", "fields": [
                {"type": "name", "id": text, "label": text, "answer": text},
                {"type": "checkbox", "id": text, "label": text, "answers": [{"id": text, "label": text}]},
                {"type": text, "id": text, "label": text, "answer": {"id": text, "label": text}}]},
            {"type": "custom", "content": {"title": text, "html": text, "url": nasty}, "author_id": "evil"},
            {"type": text, "text": text, "author_id": text},
        ]  # fmt: skip
    pushes: list[tuple[str, dict[str, object]]] = [
        ("incoming_event", {**where, "event": {"id": f"X{n}", "created_at": at.format(n), **event}})
        for n, event in enumerate(events)
    ]
    pushes += [
        (
            "incoming_multicast",
            {"type": "announcement", "content": {"name": text, "text": text, "url": nasty}},
        )
        for text in HOSTILE
    ]
    user = {"id": "evil", "type": "agent", "name": HOSTILE[1], "avatar": nasty, "present": True,
            "job_title": HOSTILE[0], "is_bot": True}  # fmt: skip
    for kind in KEYS:  # every system message that has words here, with every value that the words may ask for
        values = dict.fromkeys(
            (
                "agent",
                "agent_added",
                "agent_removed",
                "comment",
                "customer",
                "duration",
                "email",
                "initiator",
                "score",
                "targets",
            ),
            HOSTILE[0],
        )
        event = {"id": f"S-{kind}", "created_at": at.format(999), "type": "system_message",
                 "system_message_type": kind, "text": HOSTILE[0], "text_vars": values}  # fmt: skip
        pushes.append(("incoming_event", {**where, "event": event}))
    for number, text in enumerate(HOSTILE):  # version 3.6
        begun = {
            "id": f"P{number}",
            "type": "message",
            "text": text,
            "author_id": "evil",
            "custom_id": f"c{number}",
        }
        pushes += [
            ("incoming_event_preview", {**where, "event": begun}),
            ("incoming_thinking_indicator", {**where, "author_id": f"bot {number}", "title": text,
                                             "description": text, "custom_id": f"t{number}"}),
        ]  # fmt: skip
    return [
        ("user_added_to_chat", {**where, "user": user, "reason": HOSTILE[0], "requester_id": HOSTILE[0]}),
        *pushes,
        ("chat_transferred", {**where, "reason": HOSTILE[0], "requester_id": "evil",
                              "transferred_to": {"agent_ids": [HOSTILE[0]], "group_ids": [HOSTILE[0]]}}),
        ("queue_position_updated", {**where, "queue": {"position": HOSTILE[0], "wait_time": HOSTILE[0]}}),
        ("thread_properties_updated", {**where, "properties": {
            "rating": {"score": HOSTILE[0], "comment": HOSTILE[0]}, "routing": {"idle": HOSTILE[0]}}}),
    ]  # fmt: skip


def hostile_greeting(number: int, text: str) -> dict[str, object]:
    """Beside the launcher, on the page of the site itself."""
    nasty = "javascript:" + RUN
    event = {"id": f"G{number}_1", "type": "message", "text": text, "author_id": "evil",
             "created_at": "2026-01-02T00:00:00.000000Z"}  # fmt: skip
    rich = {**event, "type": "rich_message", "template_id": "cards", "elements": [
        {"title": text, "subtitle": text, "image": {"url": nasty, "name": text},
         "buttons": [{"type": "url", "text": text, "value": nasty, "postback_id": "p"}]}]}  # fmt: skip
    return {
        "id": number,
        "unique_id": f"greeting {number}",
        "displayed_first_time": True,
        "addon": text,
        "subtype": "announcement" if number % 3 == 2 else text,
        "event": rich if number % 2 else event,
        "agent": {"id": "evil", "name": text, "avatar": nasty, "job_title": text, "is_bot": True},
    }


def hostile_form() -> dict[str, object]:
    kinds = [
        "header",
        "name",
        "email",
        "text",
        "textarea",
        "radio",
        "checkbox",
        "select",
        "group_chooser",
        "subject",
        "question",
    ]
    fields = [
        {"type": kind, "id": f"{number}{text}", "label": text, "required": True,
         "options": [{"id": text, "label": text, "group_id": 0, "checked": True}]}
        for number, (kind, text) in enumerate(zip(kinds, HOSTILE, strict=True))
    ]  # fmt: skip
    return {"id": HOSTILE[0], "fields": fields}


HOSTILE_SAM = replace(
    SAM, name=HOSTILE[0], job_title=HOSTILE[4] + HOSTILE[8], avatar=f'/demo/delivery.svg?"onerror="{RUN}'
)
"""Even the agent's name is hostile, and the picture: of who has the chat, and of who would have it."""


HOSTS: Any = []
"""Whose pages the server reads for links: known when the page's own server has its port."""


@pytest.mark.server(config=Config(agents=(HOSTILE_SAM,), scripted_agent=CONSOLE_AGENT, url_info_hosts=HOSTS))
def test_hostile_strings(widget: Widget, contexts: NewContext, backend: Backend, watch: Watch) -> None:
    """In every string that the other side can set: shown as text, or not at all."""
    watch.expect("console warning: dropped", "console error: Not allowed to (load|navigate)")
    page = widget.page
    page.add_init_script(
        f"addEventListener('DOMContentLoaded', () => document.title = {json.dumps(HOSTILE[0])})"
    )
    console = Console(contexts().new_page(), backend.url).open()
    widget.start()
    expect(widget.inside.get_by_role("heading", level=1)).to_have_text(HOSTILE[0])  # who would have the chat
    assert problems(widget.frame) == []
    page.evaluate(
        "(name) => void chatwheel('updateCustomer', { name, email: name, sessionFields: { [name]: name } })",
        HOSTILE[0],
    )
    for text in HOSTILE:
        widget.send(text)
    expect(widget.articles).to_have_count(len(HOSTILE))
    expect(widget.articles.last).to_contain_text("Sent")
    with Agent.at(backend) as agent:
        chat_id = agent.join()
        for text in HOSTILE:
            agent.say(chat_id, text)
        for action, payload in hostile_pushes(chat_id, str(agent.chat["last_thread_summary"]["id"])):
            backend.news(action, payload)
        agent.say(chat_id, "That was all")
    expect(widget.message("That was all")).to_have_count(1)
    expect(console.message("That was all")).to_have_count(1)
    assert problems(widget.frame) == []
    assert page.evaluate("'hacked' in globalThis") is False
    assert problems(console.page) == []
    hrefs = widget.log.get_by_role("link").evaluate_all("all => all.map((link) => link.href)")
    assert [href for href in hrefs if href and not href.startswith(("https://", "http://", "mailto:"))] == []
    expect(widget.inside.get_by_role("heading", level=1)).to_be_visible()

    # What a page says of itself, and what the server says of a refusal.
    says = {"title": HOSTILE[0], "description": HOSTILE[1], "image": f"javascript:{RUN}"}
    head = "".join(f"<meta property='og:{name}' content='{escape(text)}'>" for name, text in says.items())
    with shop(head, {}) as url:
        watch.hosts.add(url.removeprefix("http://"))
        HOSTS[:] = [url.removeprefix("http://")]
        widget.send(f"Look at {url}/page")
        expect(widget.message("Look at").locator(".page-card")).to_contain_text("<img src=x")
    backend.server.faults.error("send_event", "validation", HOSTILE[0])
    widget.send("Refused")
    expect(widget.alerts.filter(has_text=RUN)).to_be_visible()
    assert problems(widget.frame) == []
    widget.alerts.get_by_role("button", name="Delete").click()

    # The visitor's own text is refused before it is sent, and stays.
    text = "y" * 100_000
    widget.write(text)
    widget.composer.press("Enter")
    expect(widget.alerts.filter(has_text="too long")).to_be_visible()
    expect(widget.composer).to_have_value(text)
    assert not [frame for frame in backend.requests("send_event") if len(str(frame)) > 50_000]
    widget.write("Shorter")
    expect(widget.alerts.filter(has_text="too long")).to_be_hidden()
    widget.composer.press("Enter")
    expect(console.message("Shorter")).to_have_count(1)


def test_hostile_greetings_and_forms(widget: Widget, backend: Backend, watch: Watch) -> None:
    """In what comes before a chat: beside the launcher, on the site's own page, and in what is to be filled in."""
    watch.expect("console warning: dropped", "console error: Not allowed to (load|navigate)")
    backend.set_form("prechat", hostile_form())
    widget.start()
    form = widget.inside.get_by_role("form", name="Before the chat")
    form.get_by_role("button", name="Start chat").click()
    expect(form.get_by_role("alert").first).to_be_visible()
    assert problems(widget.frame) == []

    widget.close()
    for number, text in enumerate(HOSTILE):
        backend.news("incoming_greeting", hostile_greeting(number, text))
        expect(widget.page.get_by_role("button", name="Dismiss")).to_be_visible()
        assert problems(widget.page, BESIDE) == []
        widget.page.get_by_role("button", name="Dismiss").click()
        backend.wait_for("cancel_greeting", unique_id=f"greeting {number}")
    backend.news("incoming_greeting", hostile_greeting(1, "Need a hand?"))
    widget.page.get_by_role("button", name="Need a hand?").click()
    expect(widget.articles).to_contain_text("Need a hand?")
    assert problems(widget.frame) == []
    assert widget.page.evaluate("'hacked' in globalThis") is False


def test_hostile_cards(widget: Widget, agent: Agent, backend: Backend) -> None:
    """In events of the site's own, which its Python draws."""
    widget.start("/demo/extensions/products.html")
    widget.send("Hello").get_by_text("Sent").wait_for()
    chat_id = agent.join()
    address = f'{backend.url}/demo/delivery.svg?"onerror={RUN}'
    for text in HOSTILE:
        product = {**dict.fromkeys(("id", "name", "text", "price"), text), "picture": address, "url": address}
        content = {"type": "product_card", **product, "colors": [text, text]}
        agent.request("send_event", {"chat_id": chat_id, "event": {"type": "custom", "content": content}})
    expect(widget.articles.locator(".drawn")).to_have_count(len(HOSTILE))
    expect(widget.message("<img src=x").first).to_be_visible()
    assert problems(widget.frame) == []
    assert widget.page.evaluate("'hacked' in globalThis") is False
