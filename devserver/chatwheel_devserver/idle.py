"""Threads in which nobody writes any more: first marked as idle, then archived."""

from __future__ import annotations

from .calls import Call
from .clock import MICROSECONDS
from .core import Core
from .desk import Seed, system_seed
from .lens import AgentLens
from .properties import merge, without
from .records import Thread


def look_after_threads(core: Core) -> None:
    """Mark and archive every thread that has been quiet for long enough."""
    limits, chats = core.config.limits, core.desk.chats
    for thread in chats.quiet_threads(_before(core, limits.thread_archive_seconds)):
        _archive(core, thread)
    idle_before = _before(core, limits.thread_idle_seconds)
    for thread in chats.quiet_threads(idle_before, is_marked=False):
        _mark_idle(core, thread)
    for thread in chats.revived_threads(idle_before):
        _lift_mark(core, thread)


def _before(core: Core, seconds: float) -> int:
    return int((core.clock.time() - seconds) * MICROSECONDS)


def _call(core: Core) -> Call:
    return Call(core.desk, "", AgentLens(core.config, core.url, "3.6"))


def _mark_idle(core: Core, thread: Thread) -> None:
    """Tell the agents, and only them, that a thread has gone quiet."""
    call, desk = _call(core), core.desk
    minutes = str(round(core.config.limits.thread_idle_seconds / 60))
    update = {"routing": {"idle": True}}
    with core.database.transaction():
        chat = desk.chat(thread.chat_id)
        thread.properties = merge(thread.properties, update)
        desk.chats.save_thread(thread)
        payload = {"chat_id": chat.id, "thread_id": thread.id, "properties": update}
        call.push("thread_properties_updated", lambda _: payload, customer_id=None)
        seed = Seed(
            "system_message",
            {
                "system_message_type": "routing.idle",
                "text": f"Nobody has written for {minutes} minutes",
                "text_vars": {"duration": minutes},
            },
            visibility="agents",
        )
        desk.write(call, chat, thread, seed, None)
    _tell(core, call)


def _lift_mark(core: Core, thread: Thread) -> None:
    """Tell the agents that somebody writes in a thread again."""
    call, deletion = _call(core), {"routing": ["idle"]}
    with core.database.transaction():
        thread.properties = without(thread.properties, deletion)
        core.desk.chats.save_thread(thread)
    payload = {"chat_id": thread.chat_id, "thread_id": thread.id, "properties": deletion}
    call.push("thread_properties_deleted", lambda _: payload, customer_id=None)
    _tell(core, call)


def _archive(core: Core, thread: Thread) -> None:
    call = _call(core)
    minutes = str(round(core.config.limits.thread_archive_seconds / 60))
    text = f"The chat was closed after {minutes} minutes without a message"
    with core.database.transaction():
        chat = core.desk.chat(thread.chat_id)
        seed = system_seed("routing.archived_inactive", text, {"duration": minutes})
        core.desk.close_thread(call, chat, thread, None, seed)
    _tell(core, call)


def _tell(core: Core, call: Call) -> None:
    core.hub.flush(call.outbox)
    for callback in call.afterwards:
        callback()
