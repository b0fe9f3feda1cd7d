"""Exports everything a customer said and heard, one JSON object a line, oldest thread first.

The customer is whoever the token belongs to: `await sdk.auth.get_token()` of that customer's client, written to a file
by `token.model_dump_json()`.

    python examples/export.py http://127.0.0.1:8000 token.json > history.jsonl
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import chatwheel
from chatwheel.sdk.models import Thread, Token


class Identity:
    """A token that is there already, and cannot be renewed."""

    def __init__(self, token: Token) -> None:
        self._token = token

    async def get_token(self) -> Token:
        return self._token

    async def get_fresh_token(self) -> Token:
        return self._token

    async def has_token(self) -> bool:
        return True

    async def invalidate(self) -> None:
        pass


async def export(url: str, token: str) -> AsyncIterator[str]:
    """The lines of the export."""
    async with chatwheel.init(
        organization_id="demo-organization",
        client_id="demo-client",
        api_url=url,
        accounts_url=url,
        identity_provider=lambda: Identity(Token.model_validate_json(token)),
    ) as sdk:
        chats = await sdk.list_chats(limit=25)
        for chat in chats.chats_summary:
            threads: list[Thread] = []
            async for page in sdk.get_chat_history(chat_id=chat.id):
                threads = [*page.threads, *threads]  # pages come latest first
            for thread in threads:
                for event in thread.events:
                    yield json.dumps({"chatId": chat.id, **event.to_js()}, ensure_ascii=False)


async def main(url: str, token: str) -> None:
    async for line in export(url, token):
        print(line)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8")))
