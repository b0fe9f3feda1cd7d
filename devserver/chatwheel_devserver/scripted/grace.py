"""Grace: answers visitors while nobody has the console open, at the pace of a person.

One task listens; each chat that needs an answer has a task of its own, which reads, types and answers. A new message
starts the answer again, so several short messages get one reply.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from ..core import Core
from ..errors import ApiError
from ..lens import Json
from .local import LocalAgent
from .replies import custom_content, kind_of, reply_to

logger = logging.getLogger("chatwheel.devserver.grace")

#: How long a console may be away (a reload, a restart) before Grace takes over again, in units of the delay.
_PATIENCE: Final = 4.0
_READING_SHARE: Final = 0.4
_SECONDS_PER_CHARACTER: Final = 0.012


class Grace:
    """The scripted agent."""

    def __init__(self, core: Core, delay: float) -> None:
        self._core = core
        self._delay = delay
        self._agent = LocalAgent(core, core.config.scripted_agent)
        self._answers: dict[str, asyncio.Task[None]] = {}
        self._return: asyncio.Task[None] | None = None
        self._is_away = False

    def start(self) -> None:
        """Come to work."""
        self._core.hub.attach(self._agent)
        self._core.spawn(self._listen())
        self._core.hub.on_change.append(self._look_around)
        self._look_around()
        if not self._is_away:
            self._pick_up()

    # Making way for people

    def _look_around(self) -> None:
        """Leave when a person comes; come back some time after the last one has gone."""
        if self._core.hub.people:
            if self._return is not None:
                self._return.cancel()
                self._return = None
            if not self._is_away:
                self._is_away = True
                self._step_back()
        elif self._is_away and self._return is None:
            self._return = self._core.spawn(self._come_back())

    def _step_back(self) -> None:
        for task in self._answers.values():
            task.cancel()
        self._answers.clear()
        for chat_id in self._open_chats():
            self._ask("send_typing_indicator", {"chat_id": chat_id, "is_typing": False})
            user = {"chat_id": chat_id, "user_id": self._agent.user_id, "user_type": "agent"}
            self._ask("remove_user_from_chat", user)

    async def _come_back(self) -> None:
        await asyncio.sleep(self._delay * _PATIENCE)
        self._return = None
        if not self._core.hub.people:
            self._is_away = False
            self._pick_up()

    def _pick_up(self) -> None:
        """Answer the chats in which the visitor has had the last word."""
        desk = self._core.desk
        for thread in desk.chats.active_threads():
            spoken = [event for event in desk.chats.events(thread.id) if event.type != "system_message"]
            chat = desk.chats.chat(thread.chat_id)
            if chat is not None and spoken and spoken[-1].author_id == chat.customer_id:
                self._answer_soon(chat.id, self._agent.lens.event(spoken[-1]))

    def _open_chats(self) -> list[str]:
        """Return the active chats that Grace is in."""
        desk = self._core.desk
        members = (
            desk.chats.member(thread.chat_id, self._agent.user_id) for thread in desk.chats.active_threads()
        )
        return [member.chat_id for member in members if member is not None and member.present]

    # Answering

    async def _listen(self) -> None:
        while True:
            frame = await self._agent.heard.get()
            if not self._is_away:
                self._hear(frame["action"], frame["payload"])

    def _hear(self, action: str, payload: Json) -> None:
        match action:
            case "incoming_chat":
                chat = payload["chat"]
                events = [event for event in chat["thread"]["events"] if event["type"] != "system_message"]
                if chat["thread"]["active"]:
                    self._answer_soon(chat["id"], events[-1] if events else None)
            case "incoming_event":
                event = payload["event"]
                if self._is_from_visitor(payload["chat_id"], event):
                    self._answer_soon(payload["chat_id"], event)
            case "chat_deactivated":
                task = self._answers.pop(payload["chat_id"], None)
                if task is not None:
                    task.cancel()

    def _is_from_visitor(self, chat_id: str, event: Json) -> bool:
        chat = self._core.desk.chats.chat(chat_id)
        return chat is not None and event.get("author_id") == chat.customer_id

    def _answer_soon(self, chat_id: str, event: Json | None) -> None:
        pending = self._answers.get(chat_id)
        if pending is not None:
            pending.cancel()
        task = self._core.spawn(self._answer(chat_id, event))
        self._answers[chat_id] = task
        task.add_done_callback(lambda done: self._forget(chat_id, done))

    def _forget(self, chat_id: str, task: asyncio.Task[None]) -> None:
        if self._answers.get(chat_id) is task:
            del self._answers[chat_id]

    async def _answer(self, chat_id: str, event: Json | None) -> None:
        """Join, read, type, answer."""
        await asyncio.sleep(self._delay * _READING_SHARE)
        user = {"chat_id": chat_id, "user_id": self._agent.user_id, "user_type": "agent"}
        self._agent_request("add_user_to_chat", user)
        text = self._words(chat_id, event)
        if event is not None:
            seen = {"chat_id": chat_id, "seen_up_to": event["created_at"]}
            self._agent_request("mark_events_as_seen", seen)
        if text is None:
            return
        typing = {"chat_id": chat_id, "is_typing": True}
        self._agent_request("send_typing_indicator", typing)
        try:
            await asyncio.sleep(self._typing_time(text))
            self._agent_request(
                "send_event", {"chat_id": chat_id, "event": {"type": "message", "text": text}}
            )
            content = custom_content(event, self._turn(chat_id, event)) if event else None
            if content is not None:
                custom = {"type": "custom", "content": content}
                self._agent_request("send_event", {"chat_id": chat_id, "event": custom})
        finally:
            self._ask("send_typing_indicator", typing | {"is_typing": False})

    def _typing_time(self, text: str) -> float:
        if self._delay == 0:
            return 0.0
        return self._delay * (1 - _READING_SHARE) + min(1.0, self._delay) * _SECONDS_PER_CHARACTER * len(text)

    def _words(self, chat_id: str, event: Json | None) -> str | None:
        """Choose an answer that has not just been given."""
        if event is None:
            return None
        return reply_to(event, self._turn(chat_id, event))

    def _turn(self, chat_id: str, event: Json) -> int:
        """How often the visitor has said something of this kind before."""
        return max(0, self._count(chat_id, kind_of(event)) - 1)

    def _count(self, chat_id: str, kind: str) -> int:
        """Count what the visitor has said of this kind in this thread."""
        desk = self._core.desk
        thread = desk.chats.last_thread(chat_id)
        chat = desk.chats.chat(chat_id)
        if thread is None or chat is None:
            return 0
        said: list[dict[str, Any]] = [
            {"type": event.type, **event.body}
            for event in desk.chats.events(thread.id)
            if event.author_id == chat.customer_id and event.type != "system_message"
        ]
        return sum(kind_of(event) == kind for event in said)

    def _agent_request(self, name: str, payload: Json) -> None:
        try:
            self._agent.request(name, payload)
        except ApiError as error:
            # The visitor has ended the chat meanwhile, or a person has taken it.
            logger.debug("no answer: %s", error)
            raise asyncio.CancelledError from error

    def _ask(self, name: str, payload: Json) -> None:
        """Make a request whose refusal does not matter."""
        try:
            self._agent.request(name, payload)
        except ApiError as error:
            logger.debug("%s was refused: %s", name, error)
