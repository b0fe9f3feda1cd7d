"""What the host page answers when it is asked who the visitor is, and what becomes of it when it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

import chatwheel
from chatwheel.page_identity import PATIENCE, PageIdentity
from chatwheel.sdk import ChatError
from chatwheel.transport.memory import MemoryTransport

TOKEN = {"accessToken": "abc", "entityId": "customer-1", "tokenType": "Bearer"}


class Host:
    """A page that answers by a function, or not at all."""

    def __init__(self, answer: Callable[[str], dict[str, Any] | None]) -> None:
        self.server = MemoryTransport()
        self.identity = PageIdentity(self.post, self.server.clock)
        self.asked: list[str] = []
        self.events: list[Any] = []
        self._answer = answer

    def post(self, kind: str, body: Any) -> None:
        if kind == "event":
            self.events.append(body)
            return
        self.asked.append(body["method"])
        answer = self._answer(body["method"])
        if answer is not None:
            self.identity.answered({"id": body["id"], **answer})


def obliging(method: str) -> dict[str, Any]:
    return {"ok": True if method == "hasToken" else TOKEN}


async def test_a_client_logs_in_with_what_the_page_gives() -> None:
    host = Host(obliging)
    sdk = chatwheel.init(
        organization_id="o", client_id="c", transport=host.server, identity_provider=lambda: host.identity
    )
    async with sdk:
        await host.server.settle()
        (login,) = host.server.sent("login")
        assert login["payload"]["token"] == "Bearer abc"
        assert sdk.customer_id == "customer-1" and not host.events
        assert await sdk.auth.has_token()
        await sdk.auth.invalidate()
        assert (await sdk.auth.get_fresh_token()).access_token == "abc"
        assert host.asked[-3:] == ["hasToken", "invalidate", "getFreshToken"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": {"message": "the session is over"}}, "the session is over"),
        ({"ok": {"accessToken": 5}}, "no token"),
        ({"ok": None}, "no token"),
        ({"ok": "abc"}, "no token"),
        (None, "did not answer within 20 seconds"),
    ],
)
async def test_every_failure_ends_with_words(answer: dict[str, Any] | None, said: str) -> None:
    host = Host(lambda method: answer)
    asking = asyncio.ensure_future(host.identity.get_token())
    await host.server.clock.advance(PATIENCE + 1)
    with pytest.raises(ChatError, match=said) as caught:
        await asking
    assert caught.value.code == "IDENTITY_FAILED"
    (event,) = host.events
    assert event["name"] == "identity_failed" and said in event["payload"]["message"]


async def test_answers_that_nobody_waits_for_change_nothing() -> None:
    host = Host(obliging)
    host.identity.answered({"id": "unknown", "ok": TOKEN})
    host.identity.answered({})
    assert (await host.identity.get_token()).entity_id == "customer-1"
