"""What the visitor writes without a connection arrives once and in order, though the page was left meanwhile."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from browser.backend import Agent, Backend
from browser.conftest import Watch
from browser.pages import CONNECTED, DELIVERED, Widget

OFFLINE = (r"ERR_INTERNET_DISCONNECTED", r"console (error|warning): .*(WebSocket|net::ERR|login failed)")


NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });"


def kept(widget: Widget, storage: str = "localStorage") -> int:
    """How many messages the browser keeps because they are not confirmed."""
    count: int = widget.frame.evaluate(
        f"Object.keys({storage}).filter((key) => key.startsWith('chatwheel:unsent:')).length"
    )
    return count


def custom_ids(backend: Backend) -> list[str]:
    """Of every message that a visitor has asked to send."""
    return [request["payload"]["event"]["custom_id"] for request in backend.requests("send_event")]


def test_a_tunnel(
    widget: Widget, visitor: BrowserContext, backend: Backend, agent: Agent, watch: Watch
) -> None:
    """Left while offline, left while the answer was lost, and closed while another tab is open."""
    watch.expect(*OFFLINE)
    widget.start()
    widget.send("Before").get_by_text("Sent").wait_for()
    chat = agent.join()
    said = ["Before"]

    visitor.set_offline(True)  # what is open stays open, in Chromium: not so in a tunnel
    backend.server.faults.ignore("login", times=99)
    backend.drop()
    expect(widget.connection).to_contain_text("What you write is sent when it is back.")
    for text in ("In the tunnel, one", "In the tunnel, two"):
        widget.send(text)
        said.append(text)
    expect(widget.articles.last).to_contain_text("Waiting for connection")
    assert kept(widget) == 2
    widget.page.goto("about:blank")
    assert agent.texts(chat) == said[:1]
    backend.server.faults.clear()
    visitor.set_offline(False)
    widget.visit()  # there is a conversation, so Python starts without a click
    expect(widget.element).to_be_attached()
    widget.open().wait_connected()
    expect(widget.message("In the tunnel, two")).to_have_attribute("data-delivery", DELIVERED)
    assert agent.texts(chat) == said == widget.texts()
    assert kept(widget) == 0

    # The server has it, its answer is lost, and the page is gone before it can ask.
    backend.server.faults.lose_answer("send_event")
    backend.server.faults.ignore("login", times=9)
    widget.send("Answer lost")
    expect(widget.connection).to_contain_text("Trying to reconnect")
    widget.send("Behind it")
    said += ["Answer lost", "Behind it"]
    assert agent.texts(chat) == said[:-1]
    assert kept(widget) == 2
    widget.page.reload()
    backend.server.faults.clear()
    widget.open()
    widget.send("While Python starts")  # behind what was written before
    said.append("While Python starts")
    widget.wait_connected()
    expect(widget.message("While Python starts")).to_have_attribute("data-delivery", DELIVERED)
    assert agent.texts(chat) == said == widget.texts()

    other = Widget(visitor.new_page(), backend.url).start("/demo/delivery.html")
    visitor.set_offline(True)
    backend.server.faults.ignore("login", times=99)  # the workers' sockets get through, in Chromium
    backend.drop()
    expect(widget.connection).to_contain_text("What you write is sent when it is back.")
    widget.send("From the tab that is closed")
    expect(widget.articles.last).to_contain_text("Waiting for connection")
    widget.page.close()
    expect(other.message("From the tab that is closed")).to_contain_text("Waiting for connection")
    backend.server.faults.clear()
    visitor.set_offline(False)
    said.append("From the tab that is closed")
    expect(other.articles.last).to_have_attribute("data-delivery", DELIVERED, timeout=CONNECTED)
    assert agent.texts(chat) == said == other.texts()
    assert kept(other) == 0
    ids = custom_ids(backend)
    assert len(set(ids)) == len(ids) == len(said) - 1  # "Before" began the chat


def test_a_file_in_the_tunnel_and_a_browser_without_locks(
    widget: Widget, visitor: BrowserContext, backend: Backend, agent: Agent, watch: Watch
) -> None:
    """A file's contents cannot be kept: the visitor is told. Tabs that do not know of each other keep their own."""
    watch.expect(*OFFLINE)
    widget.page.add_init_script(NO_LOCKS)
    widget.start()
    widget.send("Before").get_by_text("Sent").wait_for()
    visitor.set_offline(True)
    backend.server.faults.ignore("login", times=99)  # as above: the worker's socket gets through
    backend.drop()
    expect(widget.connection).to_contain_text("Trying to reconnect")
    widget.attach({"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    expect(widget.message("receipt.pdf")).to_have_count(1)
    widget.send("Do you see my receipt?")
    assert (kept(widget, "sessionStorage"), kept(widget)) == (2, 0)
    widget.page.goto("about:blank")
    backend.server.faults.clear()
    visitor.set_offline(False)
    widget.start()
    expect(widget.message("Do you see my receipt?")).to_have_attribute("data-delivery", DELIVERED)
    assert agent.texts(agent.join()) == ["Before", "Do you see my receipt?"]
    alert = widget.message("receipt.pdf").get_by_role("alert")
    expect(alert).to_contain_text(
        "“receipt.pdf” was not sent: the page was left too early. Please attach it again."
    )
    expect(alert.get_by_role("button")).to_have_text(["Delete"])
    alert.get_by_role("button", name="Delete").click()
    expect(widget.message("receipt.pdf")).to_have_count(0)
    assert kept(widget, "sessionStorage") == 0
