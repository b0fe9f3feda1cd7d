"""Whether a group is online, told to customers whenever it changes.

People decide when any are connected: a group is online while one of its people takes chats. Without people
the scripted agent holds the shop open, and without it the queue does, if the configuration opens it. With
automatic routing a group whose agents all have as many chats as they may have is online for its queue only.
"""

from __future__ import annotations

from typing import Any, Literal

from .clock import Clock
from .config import Agent, Config, Group
from .hub import Hub, Push
from .storage.chats import ChatTable

Status = Literal["online", "online_for_queue", "offline"]


class Availability:
    """The status of each group."""

    def __init__(self, config: Config, clock: Clock, hub: Hub, chats: ChatTable) -> None:
        self._config = config
        self._clock = clock
        self._hub = hub
        self._chats = chats
        self._told: dict[int, Status] = {}
        self.refresh(tell=False)
        hub.on_change.append(self.refresh)

    def candidates(self, group_id: int) -> list[str]:
        """Return the agents who take chats of this group now, best first."""
        people = self._hub.people
        chosen = people or self._hub.agents
        emails = dict.fromkeys(session.user_id for session in chosen)
        found = [email for email in emails if self._hub.is_accepting(email) and self._serves(email, group_id)]
        return sorted(found, key=self._chats.count_of_agent) if self.is_automatic(group_id) else found

    def free(self, group_id: int) -> list[str]:
        """Return the candidates who may get one more chat, the least busy first."""
        group = self._config.group(group_id)
        if group is None:
            return []
        return [email for email in self.candidates(group_id) if self._has_room(email, group)]

    def is_automatic(self, group_id: int) -> bool:
        """Tell whether the server gives out this group's chats."""
        group = self._config.group(group_id)
        return group is not None and group.routing == "automatic"

    def status(self, group_id: int) -> Status:
        """Return the status of one group."""
        hours = self._config.opening_hours
        if hours is not None and not hours.is_open(self._clock.time()):
            return "offline"
        if not self.candidates(group_id):
            return "online" if not self._hub.agents and self._config.queue_open else "offline"
        if not self.is_automatic(group_id) or self.free(group_id):
            return "online"
        group = self._config.group(group_id)
        limit = None if group is None else group.queue_limit
        is_full = limit is not None and len(self._chats.queued_threads(group_id)) >= limit
        return "offline" if is_full else "online_for_queue"

    def statuses(self) -> dict[int, Status]:
        """Return the status of every group."""
        return {group.id: self.status(group.id) for group in self._config.groups}

    def online_ids(self) -> list[int]:
        """Return the groups in which a chat can be started."""
        return [group_id for group_id, status in self.statuses().items() if status != "offline"]

    def refresh(self, *, tell: bool = True) -> None:
        """Compare with what customers know and tell them what is new."""
        now = self.statuses()
        changed = [
            {"id": group_id, "status": status}
            for group_id, status in now.items()
            if self._told.get(group_id) != status
        ]
        self._told = now
        if changed and tell:
            self._hub.flush(_news(changed))

    def _serves(self, email: str, group_id: int) -> bool:
        agent = self._config.agent(email)
        return agent is not None and (group_id == 0 or group_id in agent.group_ids)

    def _has_room(self, email: str, group: Group) -> bool:
        agent = self._config.agent(email)
        return agent is not None and self._chats.count_of_agent(email) < capacity(agent, group)


def _news(changed: list[dict[str, Any]]) -> list[Push]:
    """Tell of groups that have changed: to older versions by the message for everything."""
    groups = {"groups": changed}
    multicast = {"type": "groups_status", "content": groups}
    return [
        Push("groups_status_updated", lambda _: groups, to_all_customers=True),
        Push("incoming_multicast", lambda _: multicast, to_all_customers=True, before="3.5"),
    ]


def capacity(agent: Agent, group: Group) -> float:
    """Return how many chats an agent may have at a time; a program has no limit."""
    if agent.is_bot:
        return float("inf")
    return agent.max_chats if group.chats_per_agent is None else min(agent.max_chats, group.chats_per_agent)
