"""System messages: every type of the service's in words of the visitor's language."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatwheel.ui.entries import Entry, Happening
from chatwheel.ui.happenings import KEYS, words
from chatwheel.ui.i18n import Strings
from unit.ui.pilot import LOCALES, STRINGS, Pilot, event

VALUES = {
    name: name.upper()
    for name in (
        "agent",
        "initiator",
        "customer",
        "targets",
        "agent_added",
        "agent_removed",
        "email",
        "comment",
    )
} | {"duration": "30", "score": "good"}


def notice(type: str, values: dict[str, str] | None = None, text: str = "as the service words it") -> Entry:
    told = Happening(type, VALUES if values is None else values)
    return Entry(key="1", kind="notice", at=1, text=text, happening=told)


def system(id: str, type: str, text: str = "", at: int = 5, **text_vars: Any) -> dict[str, Any]:
    told = {
        **event(id, text, at=at),
        "type": "system_message",
        "system_message_type": type,
        "text_vars": text_vars,
    }
    del told["author_id"]
    return told


@pytest.mark.parametrize("language", ["ar", "de", "en", "ja"])
@pytest.mark.parametrize("type", KEYS)
def test_every_type_has_words(type: str, language: str) -> None:
    strings = Strings(json.loads((LOCALES / f"{language}.json").read_text("utf-8")))
    text = words(notice(type), strings)
    assert text not in ("", "as the service words it") and "{" not in text and not text.startswith("system.")


def test_the_words_of_a_few() -> None:
    def said(type: str) -> str:
        return words(notice(type), STRINGS)

    assert said("chat_transferred") == "INITIATOR transferred the chat to TARGETS"
    assert said("routing.assigned_signed_out") == "AGENT_REMOVED is no longer here. AGENT_ADDED takes over"
    assert said("routing.archived_inactive") == "The chat was closed after 30 min without a message"
    assert said("rating.chat_rated") == "You rated the chat: Good"


def test_what_is_unknown_or_incomplete_is_said_as_the_service_says_it() -> None:
    assert words(notice("shop.order_shipped"), STRINGS) == "as the service words it"
    assert words(notice("agent_left", {}), STRINGS) == "as the service words it"
    assert words(notice("agent_left", {}, text=""), STRINGS) == "{agent} left the chat"
    assert words(Entry(key="1", kind="notice", at=1, text="plain"), STRINGS) == "plain"


async def test_a_transfer_is_shown_and_said_and_an_end_said_once() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat(event("T1_1", "Hi"))
        await pilot.push(system("T1_2", "chat_transferred", initiator="Grace", targets="Sam\u202e"))
        assert pilot.articles[-1].text == "Grace transferred the chat to Sam"
        assert pilot.told("announce")[-1] == {"text": "Grace transferred the chat to Sam"}
        await pilot.push(system("T1_3", "unheard_of"))
        assert len(pilot.articles) == 2  # nothing to say
        await pilot.push(system("T1_4", "manual_archived_agent", "Grace closed the chat", agent="Grace"))
        assert pilot.articles[-1].text == "Grace ended the chat"
        assert len(pilot.told("announce")) == 1
        await pilot.push(system("T1_5", "shop.order_shipped", "<b>Shipped</b>"))
        assert pilot.articles[-1].text == "<b>Shipped</b>"
