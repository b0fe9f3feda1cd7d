"""What the service tells of a chat, in the visitor's language: who came and went, why it was closed, how it was rated.

The service sends its own English wording along. It is shown for types that are not known here, and where a value that
our words need is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from chatwheel.ui.entries import Entry, Happening
from chatwheel.ui.i18n import Strings

KEYS: Mapping[str, str] = {
    "agent_added": "system.agent_added",
    "agent_joined": "system.agent_joined",
    "agent_left": "system.agent_left",
    "agent_removed": "system.agent_removed",
    "customer_added": "system.customer_added",
    "customer_removed": "system.customer_removed",
    "customer_banned": "system.customer_banned",
    "customer_updated": "system.customer_updated",
    "manual_archived_agent": "system.closed_by_agent",
    "manual_archived_customer": "system.closed_by_you",
    "archived_customer_disconnected": "system.closed_you_left",
    "system_archived": "system.closed",
    "routing.archived_inactive": "system.closed_quiet",
    "routing.archived_offline": "system.closed_nobody",
    "routing.archived_deleted": "system.closed_agent_gone",
    "routing.archived_disconnected": "system.closed_agent_gone",
    "routing.archived_remotely_signed_out": "system.closed_agent_gone",
    "routing.archived_signed_out": "system.closed_agent_gone",
    "routing.archived_other": "system.closed",
    "chat_transferred": "system.transferred",
    "routing.assigned_deleted": "system.taken_over",
    "routing.assigned_disconnected": "system.taken_over",
    "routing.assigned_remotely_signed_out": "system.taken_over",
    "routing.assigned_signed_out": "system.taken_over",
    "routing.assigned_inactive": "system.taken_over",
    "routing.assigned_other": "system.taken_over_other",
    "routing.unassigned_deleted": "system.waiting_agent_gone",
    "routing.unassigned_disconnected": "system.waiting_agent_gone",
    "routing.unassigned_remotely_signed_out": "system.waiting_agent_gone",
    "routing.unassigned_signed_out": "system.waiting_agent_gone",
    "routing.unassigned_other": "system.waiting",
    "routing.idle": "system.idle",
    "rating.chat_rated": "system.rated",
    "rating.chat_commented": "system.commented",
    "rating.chat_rating_canceled": "system.unrated",
    "transcript_requested": "system.transcript_requested",
    "transcript_sent": "system.transcript_sent",
}
"""The words of each type that the service has (Customer Chat API: system_message_type)."""

SCORES = {"good": "rating.good", "1": "rating.good", "bad": "rating.bad", "0": "rating.bad"}

SAID_ELSEWHERE = frozenset(type for type, key in KEYS.items() if key.startswith("system.closed"))
"""Not announced: the end of the chat itself is."""


def is_known(happening: Happening) -> bool:
    return happening.type in KEYS


def words(entry: Entry, t: Strings) -> str:
    """The text of a notice."""
    happening = entry.happening
    key = KEYS.get(happening.type) if happening else None
    if not happening or not key:
        return entry.text
    values = dict(happening.values)
    if "score" in values:
        values["score"] = t(SCORES[values["score"]]) if values["score"] in SCORES else values["score"]
    text = t(key)
    missing = any(name is not None and not values.get(name) for _, name, _, _ in Formatter().parse(text))
    return entry.text if missing and entry.text else t(key, **values)
