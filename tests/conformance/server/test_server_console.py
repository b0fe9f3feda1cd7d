"""The console's tools in a browser: queue, canned responses, cards, transfer, greeting."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from chatwheel_devserver import Agent, DevServer, Group
from conformance.server.bare import Bare, message
from conformance.server.conftest import Connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    groups = (Group(0, "Everybody", routing="automatic"), Group(1, "Sales"))
    sam = Agent("sam@demo.example", "Sam", group_ids=(0, 1), max_chats=1)
    lena = Agent("lena@demo.example", "Lena")
    async with DevServer(groups=groups, agents=(sam, lena)) as server:
        yield server


@pytest.fixture
async def console(server: DevServer) -> AsyncIterator[Page]:
    """The console, open; nothing may be complained of in it."""
    complaints: list[str] = []
    path = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("console", lambda entry: complaints.append(entry.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{server.url}/agent/")
        await expect(page.get_by_role("status", name="Connection")).to_be_empty()
        yield page
        await browser.close()
    assert complaints == []


async def visitor(customer: Connect, name: str, *, writes: bool = True) -> Bare:
    client = await customer(customer={"name": name})
    if writes:
        chat = {"thread": {"events": [message(f"Hello from {name}")]}}
        await client.request("start_chat", {"chat": chat})
    return client


async def test_the_queue_is_shown_and_moves(console: Page, customer: Connect) -> None:
    for name in ("Ada", "Ben", "Cleo"):
        await visitor(customer, name)
    waiting = console.get_by_role("region", name="Waiting")
    await expect(waiting.get_by_role("listitem")).to_contain_text(["#1", "#2"])
    await waiting.get_by_role("button", name="Cleo").click()
    await expect(console.get_by_text("Number 2 in the queue")).to_be_visible()
    await console.get_by_role("region", name="Active").get_by_role("button", name="Ada").click()
    await console.get_by_role("button", name="Close chat").click()
    await expect(waiting.get_by_role("listitem")).to_contain_text(["#1"])


async def test_two_consoles_are_two_colleagues(console: Page, server: DevServer, agent: Connect) -> None:
    await console.goto(f"{server.url}/agent/?as=lena@demo.example")
    await expect(console.get_by_role("status", name="Connection")).to_be_empty()
    statuses = (await (await agent()).request("list_routing_statuses"))["items"]
    assert {"agent_id": "lena@demo.example", "status": "accepting_chats"} in statuses


async def test_canned_responses_and_cards_are_sent(console: Page, customer: Connect) -> None:
    ada = await visitor(customer, "Ada")
    text = console.get_by_role("textbox", name="Message")
    await expect(text).to_be_visible()
    box = await text.bounding_box()
    assert box is not None and box["height"] > 35
    await text.press_sequentially("/mo")
    await expect(console.get_by_role("option")).to_have_count(2)
    await text.press("ArrowDown")
    await text.press("Enter")
    await expect(text).to_have_value("Is there anything else I can do for you?")
    await text.press("Enter")
    await ada.frame(lambda frame: frame["payload"].get("event", {}).get("text", "").startswith("Is there"))

    await console.get_by_role("button", name="Cards and quick replies").click()
    dialog = console.get_by_role("dialog")
    await dialog.get_by_role("button", name="Send", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_have_text("A card needs a title.")
    await dialog.get_by_text("Quick replies", exact=True).click()
    await dialog.get_by_role("textbox", name="Title", exact=True).fill("Which size?")
    for label in ("Small", "Large"):
        await dialog.get_by_role("button", name="Add a button").click()
        await dialog.get_by_role("textbox", name="Button").last.fill(label)
    await dialog.get_by_role("button", name="Send", exact=True).click()
    frame = await ada.frame(lambda frame: frame["payload"].get("event", {}).get("type") == "rich_message")
    event = frame["payload"]["event"]
    assert event["template_id"] == "quick_replies"
    assert [button["text"] for button in event["elements"][0]["buttons"]] == ["Small", "Large"]
    await expect(
        console.get_by_role("log").get_by_role("article").filter(has_text="Which size?")
    ).to_be_visible()
    await console.get_by_role("button", name="Cards and quick replies").click()
    await dialog.get_by_text("Cards", exact=True).click()
    await dialog.get_by_role("textbox", name="Title", exact=True).fill("City pump")
    await dialog.get_by_role("button", name="Add a button").click()
    await dialog.get_by_role("textbox", name="Button").fill("Size guide")
    await dialog.get_by_label("What the button does").select_option("Opens in the chat")
    await dialog.get_by_role("button", name="Send", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("begins with https://")
    await dialog.get_by_label("Address or number").fill("https://shop.example/sizes")
    await dialog.get_by_role("button", name="Send", exact=True).click()
    frame = await ada.frame(lambda frame: frame["payload"].get("event", {}).get("template_id") == "cards")
    [button] = frame["payload"]["event"]["elements"][0]["buttons"]
    assert (button["type"], button["value"]) == ("webview", "https://shop.example/sizes")


async def test_a_chat_is_transferred_and_a_visitor_greeted(
    console: Page, customer: Connect, server: DevServer
) -> None:
    lena = await server.connect_agent("lena@demo.example")
    ada = await visitor(customer, "Ada")
    await console.get_by_role("button", name="Transfer").click()
    await console.get_by_role("dialog").get_by_role("button", name="Lena").click()
    assert (await ada.push("chat_transferred", reason="manual"))["transferred_to"]["agent_ids"]
    await expect(console.get_by_role("dialog")).to_have_count(0)
    lena.leave()
    ben = await visitor(customer, "Ben", writes=False)
    await console.get_by_role("button", name="Greet Ben").click()
    await console.get_by_role("textbox", name="Greeting").fill("Can I help you?")
    await console.get_by_role("button", name="Send greeting").click()
    assert (await ben.push("incoming_greeting"))["event"]["text"] == "Can I help you?"
    await expect(console.get_by_text("Greeted")).to_be_visible()


async def test_while_it_loads_it_does_not_say_that_there_is_nothing(
    server: DevServer, customer: Connect, console: Page
) -> None:
    ada = await visitor(customer, "Ada")
    await ada.request("deactivate_chat", {"id": (await ada.push("incoming_chat"))["chat"]["id"]})
    server.faults.delay("list_chats", 0.5, role="agent")
    chats, empty = console.get_by_role("navigation", name="Chats"), console.get_by_text("No chats yet")
    await console.reload(wait_until="commit")
    await expect(chats).to_have_attribute("aria-busy", "true")
    await expect(console.get_by_role("status", name="Connection")).to_be_empty()
    await expect(empty).to_be_hidden()
    await expect(console.get_by_text("All quiet")).to_be_hidden()
    await expect(chats).to_have_attribute("aria-busy", "false")
    await expect(
        console.get_by_role("region", name="Ended").get_by_role("button", name="Ada")
    ).to_be_visible()
    await expect(empty).to_be_hidden()


async def test_a_long_upload_holds_up_no_other_chat(
    server: DevServer, customer: Connect, console: Page
) -> None:
    await visitor(customer, "Ada")
    ben = await visitor(customer, "Ben")
    chats, text = (
        console.get_by_role("navigation", name="Chats"),
        console.get_by_role("textbox", name="Message"),
    )
    await chats.get_by_role("button", name="Ada").click()
    server.faults.delay("upload_file", 600, role="agent")
    await console.locator("#files").set_input_files(
        files={"name": "plan.txt", "mimeType": "text/plain", "buffer": b"a plan"}
    )
    await expect(console.get_by_role("progressbar", name="Sending plan.txt")).to_be_visible()
    await chats.get_by_role("button", name="Ben").click()
    await text.fill("Hello Ben")
    await text.press("Enter")
    await ben.frame(lambda frame: frame["payload"].get("event", {}).get("text") == "Hello Ben")


async def test_earlier_conversations_colleagues_and_what_the_server_is_for(
    server: DevServer, customer: Connect, agent: Connect, console: Page
) -> None:
    await expect(console.get_by_text("For development")).to_be_visible()
    ada = await visitor(customer, "Ada")
    chat_id = (await ada.push("incoming_chat"))["chat"]["id"]
    for number in range(6):
        await ada.request("deactivate_chat", {"id": chat_id})
        thread = {"events": [message(f"And again, number {number}")]}
        await ada.request("resume_chat", {"chat": {"id": chat_id, "thread": thread}})
    said = console.get_by_role("log").get_by_role("article").filter(has_text="again")
    await expect(said).to_contain_text(["number 5"])
    earlier = console.get_by_role("button", name="Earlier conversations")
    await earlier.click()
    await expect(said).to_have_count(5)
    await earlier.click()
    await expect(said).to_have_count(6)
    await expect(console.get_by_role("log").get_by_text("Hello from Ada")).to_be_visible()
    await expect(earlier).to_be_hidden()

    lena = await agent(email="lena@demo.example")
    await lena.request("add_user_to_chat", {"chat_id": chat_id, "user_id": lena.email, "user_type": "agent"})
    typing, colleagues = {"chat_id": chat_id}, console.get_by_role("status", name="Colleagues")
    await lena.request("send_typing_indicator", typing | {"is_typing": True})
    await expect(colleagues).to_have_text("Lena is typing…")
    await lena.request("send_event", {"chat_id": chat_id, "event": message("I know this one")})
    await expect(colleagues).to_be_empty()
