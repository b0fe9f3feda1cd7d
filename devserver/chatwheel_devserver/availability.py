"""Whether a group is online, told to customers whenever it changes.

People decide when any are connected: a group is online while one of its people takes chats. Without people
the scripted agent holds the shop open, and without it the queue does, if the configuration opens it.
"""

from __future__ import annotations

from typing import Literal

from .config import Config, Group
from .hub import Hub, Push

Status = Literal["online", "offline"]


class Availability:
    """The status of each group."""

    def __init__(self, config: Config, hub: Hub) -> None:
        self._config = config
        self._hub = hub
        self._told: dict[int, Status] = {}
        self.refresh(tell=False)
        hub.on_change.append(self.refresh)

    def candidates(self, group_id: int) -> list[str]:
        """Return the agents who would take a chat of this group now, best first."""
        people = self._hub.people
        chosen = people or self._hub.agents
        emails = dict.fromkeys(session.user_id for session in chosen)
        return [email for email in emails if self._hub.is_accepting(email) and self._serves(email, group_id)]

    def status(self, group_id: int) -> Status:
        """Return the status of one group."""
        if self.candidates(group_id):
            return "online"
        return "online" if not self._hub.agents and self._config.queue_open else "offline"

    def statuses(self) -> dict[int, Status]:
        """Return the status of every group."""
        return {group.id: self.status(group.id) for group in self._config.groups}

    def online_ids(self) -> list[int]:
        """Return the groups that are online."""
        return [group_id for group_id, status in self.statuses().items() if status == "online"]

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
            self._hub.flush(
                [Push("groups_status_updated", lambda _: {"groups": changed}, to_all_customers=True)]
            )

    def _serves(self, email: str, group_id: int) -> bool:
        agent = self._config.agent(email)
        return agent is not None and (group_id == 0 or group_id in agent.group_ids)

    def group(self, group_id: int) -> Group | None:
        """Return a group of the organization."""
        return next((group for group in self._config.groups if group.id == group_id), None)
