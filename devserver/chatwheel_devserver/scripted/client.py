"""An agent as a program sees it: chats that come in, messages in them, answers.

The same objects serve scripts (``@server.agent``) and tests that play a person (``DevServer.connect_agent``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from ..core import Core
from ..lens import Json
from .local import LocalAgent

TIMEOUT = 5.0


class ChatEndedError(Exception):
    """The chat was closed while something was expected in it."""


class AgentChat:
    """One chat, from the agent's side."""

    def __init__(self, agent: LocalAgent, chat: Json) -> None:
        self._agent = agent
        self.id: str = chat["id"]
        self.customer_id: str = next(user["id"] for user in chat["users"] if user["type"] == "customer")
        self.thread_id: str = chat["thread"]["id"]
        self.is_active = True
        #: What the customer has written and not sent yet.
        self.draft = ""
        #: Every event so far, oldest first, as agents see it.
        self.events: list[Json] = list(chat["thread"]["events"])
        self._taken = 0
        self._news = asyncio.Condition()

    # Hearing

    async def hear(self, action: str, payload: Json) -> None:
        """Take in a push about this chat."""
        async with self._news:
            if action == "incoming_event":
                self.events.append(payload["event"])
                if payload["event"].get("author_id") == self.customer_id:
                    self.draft = ""
            elif action == "incoming_sneak_peek":
                self.draft = payload["sneak_peek"]["text"]
            elif action == "chat_deactivated":
                self.is_active = False
            self._news.notify_all()

    async def next_event(self, *, within: float | None = None) -> Json:
        """Return the customer's next event of any type; raise ``ChatEndedError`` when there will be none."""
        async with asyncio.timeout(within), self._news:
            while True:
                while self._taken < len(self.events):
                    event = self.events[self._taken]
                    self._taken += 1
                    if event.get("author_id") == self.customer_id:
                        return event
                if not self.is_active:
                    raise ChatEndedError(f"the chat {self.id} is over")
                await self._news.wait()

    async def next_message(self, *, within: float | None = TIMEOUT) -> str:
        """Return the text of the customer's next message."""
        while True:
            event = await self.next_event(within=within)
            if event["type"] == "message":
                return str(event["text"])

    async def wait_for_draft(self, text: str, *, within: float | None = TIMEOUT) -> None:
        """Wait until the customer has written this without sending it."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: self.draft == text)

    async def wait_until_closed(self, *, within: float | None = TIMEOUT) -> None:
        """Wait for the end of the chat."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: not self.is_active)

    async def __aiter__(self) -> AsyncIterator[str]:
        """Yield the texts of the customer's messages until the chat is over."""
        try:
            while True:
                yield await self.next_message(within=None)
        except ChatEndedError:
            return

    # Saying

    async def request(self, action: str, payload: Json | None = None) -> Json:
        """Make any request about this chat; ``chat_id`` is filled in."""
        answer: Json = self._agent.request(action, {"chat_id": self.id} | (payload or {}))
        return answer

    async def join(self) -> None:
        """Become a member of the chat, as writing does by itself."""
        await self.request("add_user_to_chat", {"user_id": self._agent.user_id, "user_type": "agent"})

    async def send(self, event: dict[str, Any]) -> str:
        """Send an event of any type, joining first; return its id."""
        await self.join()
        return str((await self.request("send_event", {"event": event}))["event_id"])

    async def say(self, text: str) -> str:
        """Send a message; return its id."""
        return await self.send({"type": "message", "text": text})

    async def typing(self, is_typing: bool = True) -> None:
        """Show the customer that the agent types, or has stopped."""
        await self.join()
        await self.request("send_typing_indicator", {"is_typing": is_typing})

    async def mark_as_seen(self) -> None:
        """Tell the customer that everything so far was read."""
        await self.join()
        await self.request("mark_events_as_seen", {"seen_up_to": self.events[-1]["created_at"]})

    async def transfer(self, *, agent: str | None = None, group: int | None = None) -> None:
        """Hand the chat over to a colleague, by e-mail address, or to a group."""
        target = {"type": "group", "ids": [group]} if agent is None else {"type": "agent", "ids": [agent]}
        payload = {"id": self.id, "target": target, "ignore_requester_presence": True}
        self._agent.request("transfer_chat", payload)

    async def close(self) -> None:
        """End the chat."""
        payload = {"id": self.id, "ignore_requester_presence": True}
        self._agent.request("deactivate_chat", payload)


class AgentClient:
    """An agent who is at work: in the server's own process, but otherwise like one over a socket."""

    def __init__(self, core: Core, email: str, *, is_scripted: bool = False) -> None:
        self._core = core
        self._agent = LocalAgent(core, email, is_scripted=is_scripted)
        self._agent.wanted = None
        self.email = email
        #: The chats of this agent's working day, by their ids.
        self.chats: dict[str, AgentChat] = {}
        self._new: asyncio.Queue[AgentChat] = asyncio.Queue()
        self._listener: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Come to work; chats that are open already count as new."""
        self._core.hub.attach(self._agent)
        for thread in self._core.desk.chats.active_threads():
            self._open(self._agent.request("get_chat", {"chat_id": thread.chat_id}))
        self._listener = self._core.spawn(self._listen())

    def leave(self) -> None:
        """Go home."""
        self._core.hub.detach(self._agent)
        if self._listener is not None:
            self._listener.cancel()

    async def next_chat(self, *, within: float | None = TIMEOUT) -> AgentChat:
        """Return the next chat that was started or resumed."""
        async with asyncio.timeout(within):
            return await self._new.get()

    async def request(self, action: str, payload: Json | None = None) -> Any:
        """Make any request of the agents' API; raise ``ApiError`` if it is refused."""
        return self._agent.request(action, payload or {})

    async def accept_chats(self, accepting: bool = True) -> None:
        """Take chats, or take none."""
        status = "accepting_chats" if accepting else "not_accepting_chats"
        await self.request("set_routing_status", {"status": status})

    def _open(self, chat: Json) -> None:
        if chat["thread"]["active"]:
            self.chats[chat["id"]] = opened = AgentChat(self._agent, chat)
            self._new.put_nowait(opened)

    async def _listen(self) -> None:
        while True:
            frame = await self._agent.heard.get()
            action, payload = frame["action"], frame["payload"]
            if action == "incoming_chat":
                self._open(payload["chat"])
            elif isinstance(payload, dict) and (chat := self.chats.get(payload.get("chat_id", ""))):
                await chat.hear(action, payload)
