"""Who is in a chat: agents come, go, and watch unseen.

An agent whose ``visibility`` is ``agents`` only watches: customers are not told and do not see the agent in the chat,
and the chat waits or stays with whom it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .calls import Call
from .records import Chat, Member, Thread, TransferReason, UserType, Visibility

if TYPE_CHECKING:
    from .desk import Desk


class Members:
    """The part of the desk that lets people in and out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def serving(self, chat: Chat) -> list[Member]:
        """Return the agents who are in a chat for the customer, not only to watch."""
        return [member for member in self._desk.chats.members(chat.id) if member.serves]

    def watches(self, chat: Chat, email: str) -> bool:
        """Tell whether an agent is in a chat unseen."""
        member = self._desk.chats.member(chat.id, email)
        return member is not None and member.present and member.visibility == "agents"

    def set_present(
        self,
        chat_id: str,
        user_id: str,
        type: UserType,
        present: bool,
        visibility: Visibility = "all",
    ) -> Member:
        """Write whether a user is in the open conversation."""
        chats = self._desk.chats
        member = chats.member(chat_id, user_id) or Member(chat_id, user_id, type, present, None)
        member.present, member.visibility = present, visibility
        chats.set_member(member)
        return member

    # Coming

    def join(
        self,
        call: Call,
        chat: Chat,
        thread: Thread,
        email: str,
        requester_id: str | None,
        *,
        visibility: Visibility = "all",
        reason: TransferReason = "assigned",
    ) -> None:
        """Bring an agent into a chat; the first one who is seen is thereby assigned.

        Without a requester it is routing that does so, and nothing is said about it in the conversation.
        """
        desk = self._desk
        member = desk.chats.member(chat.id, email)
        if member is not None and member.present and visibility in (member.visibility, "agents"):
            return
        was_waiting = visibility == "all" and not self.serving(chat)
        member = self.set_present(chat.id, email, "agent", True, visibility)
        if visibility == "all":
            desk.chats.add_thread_user(thread.id, email)
            desk.router.forget_leavers(thread)
        if was_waiting and thread.queued_at is not None:
            thread.queued_at = None
            desk.chats.save_thread(thread)
        if was_waiting:
            desk.tell_transferred(call, chat, thread, reason, agent=email)
        self._tell_joined(call, chat, thread, member, requester_id, is_assigned=was_waiting)
        if requester_id is not None:
            self._say_joined(call, chat, thread, member, requester_id)
            call.afterwards.append(desk.router.settle)

    def _tell_joined(
        self,
        call: Call,
        chat: Chat,
        thread: Thread,
        member: Member,
        requester_id: str | None,
        *,
        is_assigned: bool,
    ) -> None:
        place = {"chat_id": chat.id, "thread_id": thread.id}
        customer = self._desk.customer(chat.customer_id)

        def render(lens: Any) -> dict[str, Any]:
            user = lens.user(member, customer)
            payload = {**place, "user": user, "reason": "assigned" if is_assigned else "manual"}
            return payload if requester_id is None else payload | {"requester_id": lens.user_id(requester_id)}

        call.push("user_added_to_chat", render, customer_id=_told(chat, member))

    def _say_joined(self, call: Call, chat: Chat, thread: Thread, member: Member, requester_id: str) -> None:
        if requester_id == member.user_id:
            self._say(call, chat, thread, member, "agent_joined", "{agent} joined the chat")
        else:
            text = "{initiator} brought {agent} into the chat"
            self._say(call, chat, thread, member, "agent_added", text, requester_id)

    # Going

    def leave(
        self,
        call: Call,
        chat: Chat,
        thread: Thread | None,
        email: str,
        *,
        reason: str,
        requester_id: str | None,
    ) -> Member | None:
        """Take an agent out of a chat, without a word in the conversation; return what part the agent had."""
        member = self._desk.chats.member(chat.id, email)
        if member is None or not member.present:
            return None
        member.present = False
        self._desk.chats.set_member(member)

        def render(lens: Any) -> dict[str, Any]:
            payload = {"chat_id": chat.id, "user_id": lens.user_id(email), "reason": reason}
            if thread is not None:
                payload["thread_id"] = thread.id
            return payload if requester_id is None else payload | {"requester_id": lens.user_id(requester_id)}

        call.push("user_removed_from_chat", render, customer_id=_told(chat, member))
        call.afterwards.append(self._desk.router.settle)
        return member

    def say_left(self, call: Call, chat: Chat, thread: Thread, member: Member, requester_id: str) -> None:
        """Write into the conversation that an agent has gone, or was taken out of it."""
        if requester_id == member.user_id:
            self._say(call, chat, thread, member, "agent_left", "{agent} left the chat")
        else:
            text = "{initiator} took {agent} out of the chat"
            self._say(call, chat, thread, member, "agent_removed", text, requester_id)

    def _say(
        self,
        call: Call,
        chat: Chat,
        thread: Thread,
        member: Member,
        kind: str,
        text: str,
        initiator: str = "",
    ) -> None:
        """Write a line about a member, for those who know of the member."""
        names = {"initiator": self._desk.agent_name(initiator)} if initiator else {}
        names["agent"] = self._desk.agent_name(member.user_id)
        self._desk.say(call, chat, thread, kind, text.format(**names), names, visibility=member.visibility)


def _told(chat: Chat, member: Member) -> str | None:
    """Return the customer, if this one hears of the member."""
    return chat.customer_id if member.visibility == "all" else None
