"""Methods about properties of chats, threads and events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import actions
from .caller import Caller
from .models import Success

Values = Mapping[str, Mapping[str, Any]]
"""`{namespace: {name: value}}`"""
Names = Mapping[str, Sequence[str]]
"""`{namespace: [name, …]}`"""


class PropertyMethods(Caller):
    """Properties: values under a namespace and a name."""

    async def update_chat_properties(self, *, id: str, properties: Values) -> Success:
        """Set properties of the chat `id`; others stay (Customer Chat API: update_chat_properties).

        Args:
            id: the chat.
            properties: values by namespace and name.

        Returns:
            `success`; `chat_properties_updated` follows.

        Raises:
            NotFound: there is no such chat.
            Authorization: a customer may not write one of them there.
            Validation: one of them is unknown, or its value is of the wrong kind.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.update_chat_properties(id="C1", properties={"rating": {"score": 1}})
        """
        return await self._call(actions.update_chat_properties(id, properties))

    async def delete_chat_properties(self, *, id: str, properties: Names) -> Success:
        """Delete properties of the chat `id` (Customer Chat API: delete_chat_properties).

        Args:
            id: the chat.
            properties: names by namespace.

        Returns:
            `success`; `chat_properties_deleted` follows.

        Raises:
            NotFound: there is no such chat.
            Authorization: a customer may not delete one of them there.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.delete_chat_properties(id="C1", properties={"rating": ["score"]})
        """
        return await self._call(actions.delete_chat_properties(id, properties))

    async def update_thread_properties(self, *, chat_id: str, thread_id: str, properties: Values) -> Success:
        """Set properties of a thread; others stay (Customer Chat API: update_thread_properties).

        Args:
            chat_id: the chat.
            thread_id: the thread.
            properties: values by namespace and name.

        Returns:
            `success`; `thread_properties_updated` follows.

        Raises:
            NotFound: there is no such thread.
            Authorization: a customer may not write one of them there.
            Validation: one of them is unknown, or its value is of the wrong kind.
            ChatError: what every call may raise; see `Caller`.

        Example:
            properties = {"rating": {"score": 1}}
            await sdk.update_thread_properties(chat_id="C1", thread_id="T1", properties=properties)
        """
        return await self._call(actions.update_thread_properties(chat_id, thread_id, properties))

    async def delete_thread_properties(self, *, chat_id: str, thread_id: str, properties: Names) -> Success:
        """Delete properties of a thread (Customer Chat API: delete_thread_properties).

        Args:
            chat_id: the chat.
            thread_id: the thread.
            properties: names by namespace.

        Returns:
            `success`; `thread_properties_deleted` follows.

        Raises:
            NotFound: there is no such thread.
            Authorization: a customer may not delete one of them there.
            ChatError: what every call may raise; see `Caller`.

        Example:
            properties = {"rating": ["score"]}
            await sdk.delete_thread_properties(chat_id="C1", thread_id="T1", properties=properties)
        """
        return await self._call(actions.delete_thread_properties(chat_id, thread_id, properties))

    async def update_event_properties(
        self, *, chat_id: str, thread_id: str, event_id: str, properties: Values
    ) -> Success:
        """Set properties of an event; others stay (Customer Chat API: update_event_properties).

        Args:
            chat_id: the chat.
            thread_id: the event's thread.
            event_id: the event.
            properties: values by namespace and name.

        Returns:
            `success`; `event_properties_updated` follows.

        Raises:
            NotFound: there is no such event.
            Authorization: a customer may not write one of them there.
            Validation: one of them is unknown, or its value is of the wrong kind.
            ChatError: what every call may raise; see `Caller`.

        Example:
            place = {"chat_id": "C1", "thread_id": "T1", "event_id": "T1_1"}
            await sdk.update_event_properties(**place, properties={"rating": {"score": 1}})
        """
        return await self._call(actions.update_event_properties(chat_id, thread_id, event_id, properties))

    async def delete_event_properties(
        self, *, chat_id: str, thread_id: str, event_id: str, properties: Names
    ) -> Success:
        """Delete properties of an event (Customer Chat API: delete_event_properties).

        Args:
            chat_id: the chat.
            thread_id: the event's thread.
            event_id: the event.
            properties: names by namespace.

        Returns:
            `success`; `event_properties_deleted` follows.

        Raises:
            NotFound: there is no such event.
            Authorization: a customer may not delete one of them there.
            ChatError: what every call may raise; see `Caller`.

        Example:
            place = {"chat_id": "C1", "thread_id": "T1", "event_id": "T1_1"}
            await sdk.delete_event_properties(**place, properties={"rating": ["score"]})
        """
        return await self._call(actions.delete_event_properties(chat_id, thread_id, event_id, properties))
