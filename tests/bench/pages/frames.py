"""Runs in a worker: frames through the client, and through plain JavaScript beside it; see tests/bench/frames.py."""

from __future__ import annotations

import asyncio
import gc
import json
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from polyscript import xworker
from pyodide.code import run_js
from pyodide.ffi import to_js
from pyodide_js import _module

import chatwheel
from chatwheel.transport import browser, browser_tabs
from chatwheel.transport.memory import MemoryTransport

BUTTONS = [
    {"type": "message", "text": f"Button {n}", "postback_id": f"b{n}", "user_ids": []} for n in range(3)
]
CARD = {
    "title": "A card",
    "subtitle": "What it is about, in a line",
    "image": {"url": "https://shop.example/a.jpg", "width": 640, "height": 480},
    "buttons": BUTTONS,
}
KINDS: dict[str, dict[str, Any]] = {
    "small": {"type": "message", "text": "Good morning, how can I help you?"},
    "rich": {"type": "rich_message", "template_id": "cards", "elements": [CARD] * 4},
}
PLAIN = """(texts) => {
  let told = 0;
  const handlers = { incoming_event: ({ event }) => { told += event.id.length; } };
  const from = performance.now();
  for (const text of texts) {
    const frame = JSON.parse(text);
    if (frame.type === "response") told += frame.payload.threads.length;
    else handlers[frame.action]?.(frame.payload);
  }
  return performance.now() - from;
}"""


def event(kind: str, number: int) -> dict[str, Any]:
    about = {"author_id": "kim", "created_at": f"2026-01-01T00:00:{number:09}Z", "properties": {}}
    return {"id": f"T_{number}", **about, **KINDS[kind]}


def pushes(kind: str, start: int, count: int) -> list[str]:
    return [
        json.dumps(
            {
                "version": "3.5",
                "action": "incoming_event",
                "type": "push",
                "payload": {"chat_id": "C1", "thread_id": "T1", "event": event(kind, number)},
            }
        )
        for number in range(start, start + count)
    ]


class Client:
    """A client in a world of memory, and how many events it has told."""

    async def open(self) -> None:
        self.transport = MemoryTransport()
        self.sdk = chatwheel.init(organization_id="o", client_id="c", transport=self.transport)
        self.told = 0
        self.sdk.on("incoming_event", self._count)
        await self.sdk.wait_for("connected")

    def _count(self, payload: Any) -> None:
        self.told += 1

    async def take(self, texts: list[str]) -> float:
        """Milliseconds until all were told."""
        wanted = self.told + len(texts)
        began = time.perf_counter()
        for text in texts:
            self.transport.deliver(text)
        while self.told < wanted:  # noqa: ASYNC110 - an event would be a turn of the loop late
            await asyncio.sleep(0)
        return (time.perf_counter() - began) * 1000


client = Client()
numbers: Iterator[int] = iter(range(0, 10**9, 5000))


async def rate(kind: str, count: int) -> str:
    """Frames a second, through the client and in plain JavaScript."""
    if not hasattr(client, "sdk"):
        await client.open()
    await client.take(pushes(kind, next(numbers), 200))  # warm
    texts = pushes(kind, next(numbers), count)
    python = await client.take(texts)
    return answer(texts, python)


async def history(count: int) -> str:
    """Pages of a hundred events a second; each is the answer to a request."""
    thread = {"id": "T1", "active": True, "events": [event("small", n) for n in range(100)]}
    frame = {"request_id": "?", "action": "list_threads", "type": "response", "success": True}
    text = json.dumps({**frame, "payload": {"threads": [thread]}})
    python = 0.0
    for _ in range(count):
        asked = asyncio.ensure_future(client.sdk.list_threads(chat_id="C1"))
        await asyncio.sleep(0)
        reply = text.replace("?", json.loads(client.transport.socket.sent[-1])["request_id"], 1)
        began = time.perf_counter()
        client.transport.deliver(reply)
        assert len((await asked).threads[0].events) == 100
        python += (time.perf_counter() - began) * 1000
    return answer([text] * count, python)


def answer(texts: list[str], python: float) -> str:
    plain = run_js(PLAIN)
    js_texts = to_js(texts)
    plain(js_texts)  # warm
    javascript = max(plain(js_texts), 0.1)
    return json.dumps({"python": len(texts) / python * 1000, "javascript": len(texts) / javascript * 1000})


async def memory(count: int) -> str:
    """Python's objects and the heap before and after so many events; what is kept was kept before."""
    await client.take(pushes("small", next(numbers), 2000))
    before = counts()
    for _ in range(count // 2000):
        await client.take(pushes("small", next(numbers), 2000))
    return json.dumps({"before": before, "after": counts()})


def counts() -> dict[str, int]:
    gc.collect()
    return {"objects": len(gc.get_objects()), "heap bytes": int(_module.HEAP8.length)}


async def connects(address: str, count: int) -> str:
    """Callbacks that JavaScript holds, and Python's objects, before and after so many connections.

    Every other one is shared as tabs share theirs, with its locks and channels.
    """
    held: list[weakref.ref[Any]] = []
    create = vars(browser)["create_proxy"]

    def noting(handler: Callable[..., Any]) -> Any:
        held.append(weakref.ref(handler))
        return create(handler)

    for module in (browser, browser_tabs):
        vars(module)["create_proxy"] = noting
    await connect(address, 5)
    held.clear()
    before = counts()
    await connect(address, count)
    for module in (browser, browser_tabs):
        vars(module)["create_proxy"] = create
    await asyncio.sleep(0.5)  # sockets close
    gc.collect()
    alive, made = sum(each() is not None for each in held), len(held)
    held.clear()
    after = await at_rest(before["objects"])
    return json.dumps({"callbacks": alive, "made": made, "before": before, "after": after})


async def at_rest(objects: int) -> dict[str, int]:
    """The counts as soon as they are back, or a while later: a browser's timers stay until their time is up."""
    until = time.monotonic() + 60
    while (now := counts())["objects"] > objects + 20 and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(1)
    return now


async def connect(address: str, count: int) -> None:
    for number in range(count):
        own = browser.BrowserTransport(page_url=address)
        transport = browser_tabs.shared(own) if number % 2 else own
        async with chatwheel.init(
            organization_id="demo-organization",
            client_id="demo-client",
            api_url=address,
            accounts_url=address,
            transport=transport,
        ) as sdk:
            await sdk.wait_for("connected", timeout=20)
        await transport.aclose()


for function in (rate, history, memory, connects):
    setattr(xworker.sync, function.__name__, function)
