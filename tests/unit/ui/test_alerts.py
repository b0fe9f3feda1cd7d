"""What the visitor is told by when they do not see a message."""

from __future__ import annotations

from chatwheel.ui.components.window import Place
from unit.ui.pilot import Pilot, event


async def test_news_are_what_agents_have_just_written() -> None:
    """Not one's own, not the past, not the same twice; the stage decides who tells of them."""
    async with Pilot() as pilot:
        await pilot.with_chat(event("old", "earlier"))
        await pilot.push(event("e1", "Good morning" * 50))
        await pilot.push(event("e1", "Good morning" * 50))
        await pilot.push(event("e2", "mine", author="customer-1"))
        [news] = pilot.told("news")
        message: dict[str, str] = news["message"]  # type: ignore[assignment]
        assert (message["id"], message["name"]) == ("e1", "Grace") and len(message["text"]) == 160


async def test_switches_in_the_menu() -> None:
    """Notifications are offered where there can be some; a browser that refuses them is answered in words."""
    async with Pilot() as pilot:
        await pilot.act("menu")

        def switches() -> dict[str, str]:
            items = pilot.document.find(Place.MENU, "button", role="menuitemcheckbox")
            return {item.attributes["data-action"]: item.attributes["aria-checked"] for item in items}

        assert switches() == {"sound": "true"}
        await pilot.act("alerts", sound=False, notify=True)
        assert switches() == {"sound": "false", "notify": "true"}
        await pilot.act("alerts", sound=False, notify=None, refused=True)
        assert switches() == {"sound": "false"}
        assert "does not allow notifications" in pilot.document.shown(Place.ALERTS).text
