"""A load generator: many customers come at once, and each has a chat and sends a few messages.

python examples/load.py http://127.0.0.1:8000 200
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from collections import Counter

import chatwheel
from chatwheel.transport.cpython import CPythonTransport

MESSAGES = 5


async def be_customer(url: str, number: int, tls: ssl.SSLContext, took: list[float]) -> str:
    """Come, chat, go; returns `done`, or the code of what went wrong. `took` gets the seconds of each message."""
    transport = CPythonTransport(verify=tls)  # one each: a transport keeps one customer's cookies and token
    try:
        async with chatwheel.init(
            organization_id="demo-organization",
            client_id="demo-client",
            api_url=url,
            accounts_url=url,
            customer_data_provider=lambda: {"name": f"Customer {number}"},
            request_timeout=60,  # all of them come in the same second
            transport=transport,
        ) as sdk:
            chat_id = (await sdk.start_chat(continuous=True)).chat.id
            for message in range(MESSAGES):
                began = time.perf_counter()
                await sdk.send_event(chat_id=chat_id, event={"type": "message", "text": f"Message {message}"})
                took.append(time.perf_counter() - began)
    except chatwheel.ChatError as error:
        return error.code
    finally:
        await transport.aclose()
    return "done"


async def run(url: str, customers: int) -> tuple[Counter[str], list[float]]:
    """How the customers fared, and how many seconds each message took."""
    took: list[float] = []
    tls = ssl.create_default_context()  # one for all: reading the certificates takes a while
    coming = (be_customer(url, number, tls, took) for number in range(customers))
    return Counter(await asyncio.gather(*coming)), sorted(took)


if __name__ == "__main__":
    fared, seconds = asyncio.run(run(sys.argv[1], int(sys.argv[2])))
    middle = seconds[len(seconds) // 2] if seconds else 0
    print(f"{dict(fared)}; {len(seconds)} messages, half of them within {middle * 1000:.0f} ms")
