"""Automatic routing: who gets a chat, who waits, and at which place of the queue.

A group's queue is the list of its threads that carry ``queued_at``, oldest first; a thread of several groups waits in
the queues of all of them and takes the first agent of any. Nothing else is stored, so that positions are right again
after a restart.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .availability import capacity
from .calls import Call
from .hub import Push
from .lens import AgentLens, Json
from .records import Queue, Thread

if TYPE_CHECKING:
    from .desk import Desk


class Router:
    """Gives out the chats of groups with automatic routing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._told: dict[str, Queue] = {}
        #: Who has left which thread: nobody is given back what they have just given away.
        self._leavers: dict[str, set[str]] = {}
        desk.hub.on_change.append(self.settle)

    def choose(self, thread: Thread, *, without: str = "") -> str | None:
        """Return who gets a thread, never ``without``; None queues it or leaves it to be taken by hand."""
        availability = self._desk.availability
        for group_id in self._queues_of(thread):
            free = self._without_leavers(thread, availability.free(group_id), without)
            if free and not self._desk.chats.queued_threads(group_id):
                return free[0]
        return None

    def _without_leavers(self, thread: Thread, emails: list[str], without: str = "") -> list[str]:
        kept_out = self._leavers.get(thread.id, set()) | {without}
        return [email for email in emails if email not in kept_out]

    def note_leaver(self, thread: Thread, email: str) -> None:
        """Remember who has left a thread: routing gives it to somebody else."""
        self._leavers.setdefault(thread.id, set()).add(email)

    def forget_leavers(self, thread: Thread) -> None:
        """Let everybody have a thread again, because it has an agent or is over."""
        self._leavers.pop(thread.id, None)

    def queues(self, thread: Thread) -> bool:
        """Tell whether a thread that nobody takes is queued."""
        return bool(self._queues_of(thread))

    def _queues_of(self, thread: Thread) -> list[int]:
        """Return the groups in whose queues a thread waits."""
        return [group_id for group_id in thread.group_ids if self._desk.availability.is_automatic(group_id)]

    def place(self, thread: Thread) -> Queue | None:
        """Return where a thread stands in the queue in which it waits least."""
        queues = self._queues_of(thread)
        if thread.queued_at is None or not queues:
            return None
        places = [self._place_in(group_id, thread, thread.queued_at) for group_id in queues]
        return min(places, key=lambda place: (place.wait_time, place.position))

    def _place_in(self, group_id: int, thread: Thread, queued_at: int) -> Queue:
        waiting = [other.id for other in self._desk.chats.queued_threads(group_id)]
        position = waiting.index(thread.id) + 1 if thread.id in waiting else len(waiting) + 1
        return Queue(position, self._estimate(group_id, position), queued_at)

    def _estimate(self, group_id: int, position: int) -> int:
        """Estimate the seconds until a place of the queue gets an agent."""
        config = self._desk.config
        group = config.group(group_id)
        agents = [config.agent(email) for email in self._desk.availability.candidates(group_id)]
        slots = sum(capacity(agent, group) for agent in agents if agent is not None and group is not None)
        return math.ceil(position * config.seconds_per_chat / max(1.0, slots))

    def settle(self) -> None:
        """Give waiting chats to agents who have become free, then tell everybody's new place."""
        desk = self._desk
        if not any(group.routing == "automatic" for group in desk.config.groups):
            return
        call = Call(desk, "", AgentLens(desk.config, "", "3.6"))
        with desk.database.transaction():
            for group in desk.config.groups:
                self._give_out(call, group.id)
        self._tell_places(call)
        desk.hub.flush(call.outbox)
        desk.availability.refresh()

    def _give_out(self, call: Call, group_id: int) -> None:
        desk = self._desk
        for thread in desk.chats.queued_threads(group_id):
            free = desk.availability.free(group_id)
            if not free:
                return
            agent = next(iter(self._without_leavers(thread, free)), None)
            if agent is None:
                continue
            desk.members.join(call, desk.chat(thread.chat_id), thread, agent, None)

    def _tell_places(self, call: Call) -> None:
        places: dict[str, Queue] = {}
        changed: list[Json] = []
        for group in self._desk.config.groups:
            for thread in self._desk.chats.queued_threads(group.id):
                place = self.place(thread)
                if place is None or thread.id in places:
                    continue
                places[thread.id] = place
                if self._told.get(thread.id) != place:
                    changed.append(self._tell_customer(call, thread, place))
        self._told = places
        if changed:
            call.outbox.append(Push("queue_positions_updated", lambda _: changed, to_agents=True))

    def _tell_customer(self, call: Call, thread: Thread, place: Queue) -> Json:
        payload = {
            "chat_id": thread.chat_id,
            "thread_id": thread.id,
            "queue": {"position": place.position, "wait_time": place.wait_time},
        }
        customer_id = self._desk.chat(thread.chat_id).customer_id
        call.push("queue_position_updated", lambda _: payload, customer_id=customer_id, to_agents=False)
        return payload

    def note(self, thread: Thread) -> None:
        """Remember that a thread's place was told with its chat."""
        place = self.place(thread)
        if place is not None:
            self._told[thread.id] = place
