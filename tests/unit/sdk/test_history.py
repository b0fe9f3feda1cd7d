"""A chat's past, page by page."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatwheel.sdk.errors import ChatError

from .conftest import World

PAGES: dict[str | None, dict[str, Any]] = {
    None: {"threads": [{"id": "T5"}, {"id": "T4"}], "next_page_id": "p2"},
    "p2": {"threads": [{"id": "T3"}, {"id": "T2"}], "next_page_id": "p3"},
    "p3": {"threads": [{"id": "T1"}]},
}


@pytest.fixture
def paged(world: World) -> World:
    world.transport.answer("list_threads", lambda frame: PAGES[frame["payload"].get("page_id")])
    return world


async def test_reading_by_hand(paged: World) -> None:
    history = paged.sdk.get_chat_history(chat_id="C1")
    pages = [await history.next() for _ in range(5)]
    assert [([t.id for t in page.threads], page.done) for page in pages] == [
        (["T4", "T5"], False),
        (["T2", "T3"], False),
        (["T1"], True),
        ([], True),
        ([], True),
    ]
    assert [frame["payload"] for frame in paged.transport.sent("list_threads")] == [
        {"chat_id": "C1", "min_events_count": 25},
        {"chat_id": "C1", "page_id": "p2"},
        {"chat_id": "C1", "page_id": "p3"},
    ]


async def test_reading_in_a_loop(paged: World) -> None:
    read = [page async for page in paged.sdk.get_chat_history(chat_id="C1")]
    assert [page.done for page in read] == [False, False, True]
    assert {thread.chat_id for page in read for thread in page.threads} == {"C1"}


async def test_asking_many_times_at_once(paged: World) -> None:
    history = paged.sdk.get_chat_history(chat_id="C1")
    pages = await asyncio.gather(*(history.next() for _ in range(6)))
    assert [page.done for page in pages] == [False, False, True, True, True, True]
    assert len(paged.transport.sent("list_threads")) == 3
    assert [page async for page in history] == []


async def test_an_empty_chat(world: World) -> None:
    world.transport.answer("list_threads", {"threads": []})
    assert [page async for page in world.sdk.get_chat_history(chat_id="C1")] == []


async def test_a_page_that_fails_can_be_asked_for_again(paged: World) -> None:
    history = paged.sdk.get_chat_history(chat_id="C1")
    await history.next()
    paged.transport.answer("list_threads", ChatError("no", code="internal"))
    with pytest.raises(ChatError):
        await history.next()
    paged.transport.answer("list_threads", lambda frame: PAGES[frame["payload"].get("page_id")])
    assert [thread.id for thread in (await history.next()).threads] == ["T2", "T3"]
