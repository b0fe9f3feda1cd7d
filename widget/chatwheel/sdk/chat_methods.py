"""Methods about chats and what is said in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from . import actions
from .call import several, unchanged
from .caller import Caller
from .errors import MissingChatThread
from .events import IncomingChat
from .models import Chat, ChatsPage, Event, Model, Success, ThreadsPage

Data = Model | Mapping[str, Any]
"""An object given as a model or as a plain mapping, its names in snake_case or camelCase."""


class ChatMethods(Caller):
    """Chats, threads, events, rating."""

    async def start_chat(
        self, *, chat: Data | None = None, active: bool = True, continuous: bool | None = None
    ) -> IncomingChat:
        """Start the customer's chat (Customer Chat API: start_chat).

        Args:
            chat: `access` (`group_ids`), `properties`, and `thread` with its first `events` and `properties`.
            active: `False` makes a thread that is closed from the start, for messages left behind.
            continuous: whether agents may be offline.

        Returns:
            An object whose `chat` is the new chat with its thread.

        Raises:
            ChatLimitReached: the customer has a chat already; resume it.
            GroupsOffline: nobody can answer.
            GroupNotFound: a group does not exist.
            CustomerBanned: the customer is banned.
            InvalidArgument: `chat` is no object, or one of its events cannot be sent.
            ChatError: what every call may raise; see `Caller`.

        Example:
            started = await sdk.start_chat(chat={"thread": {"events": [{"type": "message", "text": "Hello"}]}})
            chat_id = started.chat.id
        """
        return await self._call(actions.start_chat(chat, active=active, continuous=continuous))

    async def resume_chat(
        self, *, chat: Data, active: bool = True, continuous: bool | None = None
    ) -> IncomingChat:
        """Open a new thread in an existing chat (Customer Chat API: resume_chat).

        Args:
            chat: as for `start_chat`, and its `id`.
            active: `False` makes a thread that is closed from the start.
            continuous: whether agents may be offline; unset leaves it as it is.

        Returns:
            An object whose `chat` is the chat with its new thread.

        Raises:
            ChatAlreadyActive: the chat has an open thread.
            GroupsOffline: nobody can answer.
            NotFound: there is no such chat.
            InvalidArgument: `chat` has no `id`, or one of its events cannot be sent.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.resume_chat(chat={"id": "C1"})
        """
        return await self._call(actions.resume_chat(chat, active=active, continuous=continuous))

    async def deactivate_chat(self, *, id: str) -> Success:
        """Close the open thread of the chat `id` (Customer Chat API: deactivate_chat).

        Args:
            id: the chat.

        Returns:
            `success`; `chat_deactivated` follows.

        Raises:
            ChatInactive: there is no open thread.
            NotFound: there is no such chat.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.deactivate_chat(id="C1")
        """
        return await self._call(actions.deactivate_chat(id))

    async def get_chat(self, *, chat_id: str, thread_id: str | None = None) -> Chat:
        """Read a chat with one thread (Customer Chat API: get_chat).

        Args:
            chat_id: the chat.
            thread_id: the thread; the latest if left out.

        Returns:
            The chat. `user_data` is emitted for each of its users first.

        Raises:
            NotFound: there is no such chat or thread.
            Authorization: it is not this customer's.
            ChatError: what every call may raise; see `Caller`.

        Example:
            chat = await sdk.get_chat(chat_id="C1")
            names = [user.name for user in chat.users]
        """
        return await self._call(actions.get_chat(chat_id, thread_id))

    async def list_chats(self, *, page_id: str | None = None, limit: int | None = None) -> ChatsPage:
        """List the customer's chats, latest first (Customer Chat API: list_chats).

        Args:
            page_id: a page id of an earlier answer; `limit` then does not count.
            limit: chats to a page, 1 to 25; 10 if left out.

        Returns:
            A page. `user_data` is emitted for each user first.

        Raises:
            InvalidArgument: `limit` is not from 1 to 25.
            ChatError: what every call may raise; see `Caller`.

        Example:
            page = await sdk.list_chats(limit=5)
            active = [chat.id for chat in page.chats_summary if chat.active]
        """
        return await self._call(actions.list_chats(page_id, limit))

    async def list_threads(
        self,
        *,
        chat_id: str,
        page_id: str | None = None,
        sort_order: Literal["asc", "desc"] | None = None,
        limit: int | None = None,
        min_events_count: int | None = None,
    ) -> ThreadsPage:
        """List threads of a chat with their events (Customer Chat API: list_threads).

        Args:
            chat_id: the chat.
            page_id: a page id of an earlier answer; what follows then does not count.
            sort_order: `desc`, newest first, unless said otherwise.
            limit: threads to a page; the server's default is 3.
            min_events_count: instead of `limit`: as many threads as hold this many events, 1 to 100.

        Returns:
            A page; the events of each thread are oldest first.

        Raises:
            NotFound: there is no such chat.
            Validation: `limit` and `min_events_count` at once, or out of their range.
            ChatError: what every call may raise; see `Caller`.

        Example:
            page = await sdk.list_threads(chat_id="C1", min_events_count=25)
            latest = page.threads[0].events
        """
        return await self._call(actions.list_threads(chat_id, page_id, sort_order, limit, min_events_count))

    async def send_event(self, *, chat_id: str, event: Data, attach_to_last_thread: bool = False) -> Event:
        """Send an event (Customer Chat API: send_event).

        Args:
            chat_id: the chat.
            event: its `type` (`message`, `file`, `filled_form`, `system_message`, `rich_message` or `custom`) and
                members; give it a `custom_id` to recognise it when it comes back.
            attach_to_last_thread: add to the last thread if none is open.

        Returns:
            The event as the server keeps it. It is not emitted as `incoming_event`.

        Raises:
            ChatInactive: no thread is open.
            ConnectionLost: nobody knows whether it arrived; look for its `custom_id` in the history.
            InvalidArgument: the event's type cannot be sent.
            NotFound: there is no such chat.
            EntityTooLarge: the text is longer than 16 KB.
            Validation: the server refuses a member of the event.
            ChatError: what every call may raise; see `Caller`.

        Example:
            event = {"type": "message", "text": "Hello", "custom_id": "mine-1"}
            sent = await sdk.send_event(chat_id="C1", event=event)
        """
        return await self._call(actions.send_event(chat_id, event, attach_to_last_thread))

    async def send_rich_message_postback(
        self, *, chat_id: str, thread_id: str, event_id: str, postback: Data
    ) -> Success:
        """Press or release a button of a rich message (Customer Chat API: send_rich_message_postback).

        Args:
            chat_id: the chat.
            thread_id: the message's thread.
            event_id: the message.
            postback: `id` of the button and `toggled`.

        Returns:
            `success`.

        Raises:
            ChatInactive: no thread is open.
            NotFound: there is no such event.
            ChatError: what every call may raise; see `Caller`.

        Example:
            postback = {"id": "yes", "toggled": True}
            await sdk.send_rich_message_postback(chat_id="C1", thread_id="T1", event_id="T1_1", postback=postback)
        """
        return await self._call(actions.send_rich_message_postback(chat_id, thread_id, event_id, postback))

    async def mark_events_as_seen(self, *, chat_id: str, seen_up_to: str) -> Success:
        """Mark events as seen (Customer Chat API: mark_events_as_seen).

        Args:
            chat_id: the chat.
            seen_up_to: `created_at` of the last event seen.

        Returns:
            `success`; `events_marked_as_seen` follows.

        Raises:
            NotFound: there is no such chat.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.mark_events_as_seen(chat_id="C1", seen_up_to="2024-05-01T10:00:07.000000Z")
        """
        return await self._call(actions.mark_events_as_seen(chat_id, seen_up_to))

    async def rate_chat(self, *, chat_id: str, rating: Data) -> Success:
        """Rate the latest thread of a chat (Customer Chat API: list_threads, update_thread_properties).

        Args:
            chat_id: the chat.
            rating: `score`, 0 or 1, and perhaps a `comment`.

        Returns:
            `success`.

        Raises:
            MissingChatThread: the chat has no thread.
            NotFound: there is no such chat.
            Validation: the score is neither 0 nor 1.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.rate_chat(chat_id="C1", rating={"score": 1, "comment": "Quick and kind"})
        """
        properties = {"rating": unchanged(rating, "rating")}
        thread_id = await self._latest_thread(chat_id)
        return await self._call(actions.update_thread_properties(chat_id, thread_id, properties))

    async def cancel_rate(self, *, chat_id: str, properties: Sequence[str] = ("score",)) -> Success:
        """Take a rating back (Customer Chat API: list_threads, delete_thread_properties).

        Args:
            chat_id: the chat.
            properties: which parts of it: `score`, `comment`.

        Returns:
            `success`.

        Raises:
            InvalidArgument: `properties` is no list of texts.
            MissingChatThread: the chat has no thread.
            NotFound: there is no such chat.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.cancel_rate(chat_id="C1", properties=["score", "comment"])
        """
        parts = several(properties, "properties", str)
        thread_id = await self._latest_thread(chat_id)
        return await self._call(actions.delete_thread_properties(chat_id, thread_id, {"rating": parts}))

    async def _latest_thread(self, chat_id: str) -> str:
        page = await self._call(actions.list_threads(chat_id))
        if not page.threads:
            raise MissingChatThread(f'The chat "{chat_id}" has no thread.')
        return page.threads[0].id
