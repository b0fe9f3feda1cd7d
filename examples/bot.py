"""A bot that stands in for a visitor: it starts a chat and answers whatever an agent writes, until the chat is closed.

python examples/bot.py http://127.0.0.1:8000
"""

from __future__ import annotations

import asyncio
import sys

import chatwheel
from chatwheel.sdk.events import IncomingEvent
from chatwheel.sdk.models import MessageEvent

ANSWERS = {"hello": "Hello! What can you do for me?", "name": "I am a bot.", "bye": "Goodbye!"}


def answer_to(text: str) -> str:
    """The answer to the first word that is known."""
    known = (answer for word, answer in ANSWERS.items() if word in text.lower())
    return next(known, f"You said: {text}")


async def run(url: str) -> None:
    """Chat with whoever answers."""
    async with chatwheel.init(
        organization_id="demo-organization", client_id="demo-client", api_url=url, accounts_url=url
    ) as sdk:

        @sdk.on("incoming_event")
        async def answer(payload: IncomingEvent) -> None:
            event = payload.event
            if isinstance(event, MessageEvent) and event.author_id != sdk.customer_id:
                said = {"type": "message", "text": answer_to(event.text)}
                await sdk.send_event(chat_id=payload.chat_id, event=said)

        closed = asyncio.ensure_future(sdk.wait_for("chat_deactivated"))
        first = {"type": "message", "text": "Ask me something"}
        await sdk.start_chat(chat={"thread": {"events": [first]}})
        await closed


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
