"""Agents who go: after a short time in which they may come back, their chats go to others, or wait.

A reload of the console or a moment without a network must not cost anybody a conversation, so a lost connection counts
only after ``agent_grace_seconds``. Who signs out goes at once. A server that starts finds the agents of the time
before in their chats; they have the same time to come back.
"""

from __future__ import annotations

from typing import Literal

from .calls import Call
from .desk import Desk
from .lens import AgentLens
from .records import Chat, Thread, TransferReason

Reason = Literal["disconnected", "signed_out", "deleted", "inactive", "other"]


class Absences:
    """Since when agents have been away."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._here: set[str] = set()
        self._since = dict.fromkeys(desk.chats.busy_agents(), desk.clock.time())
        desk.hub.on_change.append(self._look_around)

    def _look_around(self) -> None:
        here = {session.user_id for session in self._desk.hub.agents}
        self._since |= dict.fromkeys(self._here - here, self._desk.clock.time())
        for email in here:
            self._since.pop(email, None)
        self._here = here

    def sweep(self) -> None:
        """Hand over the chats of everybody who has been away for too long."""
        before = self._desk.clock.time() - self._desk.config.limits.agent_grace_seconds
        for email in [email for email, since in self._since.items() if since <= before]:
            del self._since[email]
            # An agent whom the configuration does not name any more will not come back.
            is_known = self._desk.config.agent(email) is not None
            hand_over(self._desk, email, "disconnected" if is_known else "deleted")


def hand_over(desk: Desk, email: str, reason: Reason) -> None:
    """Take an agent out of all chats: each goes to a colleague, into the queue, or to whoever takes it."""
    call = Call(desk, "", AgentLens(desk.config, "", "3.6"))
    with desk.database.transaction():
        for thread in desk.chats.threads_of_agent(email):
            _hand_over(call, desk.chat(thread.chat_id), thread, email, reason)
    desk.hub.flush(call.outbox)
    for callback in call.afterwards:
        callback()


def _hand_over(call: Call, chat: Chat, thread: Thread, email: str, reason: Reason) -> None:
    members = call.desk.members
    member = members.leave(call, chat, thread, email, reason=reason, requester_id=None)
    if member is None or member.visibility == "agents":
        return
    if members.serving(chat):
        members.say_left(call, chat, thread, member, email)
    else:
        find_successor(call, chat, thread, email, reason)


def find_successor(call: Call, chat: Chat, thread: Thread, email: str, reason: Reason) -> None:
    """Give a chat that its last agent has left to a colleague, or let it wait."""
    desk, name = call.desk, call.desk.agent_name(email)
    successor = desk.router.choose(thread, without=email)
    if successor is None:
        desk.requeue(chat, thread)
        desk.tell_transferred(call, chat, thread, "unassigned")
        text = f"{name} has left the chat; somebody else will take over"
        desk.say(call, chat, thread, f"routing.unassigned_{reason}", text, {"agent": name})
    else:
        told: TransferReason = reason if reason in ("inactive", "other") else "assigned"
        desk.members.join(call, chat, thread, successor, None, reason=told)
        added = desk.agent_name(successor)
        variables = {"agent_added": added, "agent_removed": name}
        text = f"{added} has taken over from {name}"
        desk.say(call, chat, thread, f"routing.assigned_{reason}", text, variables)
