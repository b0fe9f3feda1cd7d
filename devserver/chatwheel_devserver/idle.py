"""Threads in which nobody writes any more: first marked as idle, then archived; and those that one side neglects.

How long the agent may keep a question unanswered, and the customer be off the site, is without limit by default.
"""

from __future__ import annotations

from math import inf

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
    if core.clock.time() - core.started_at >= limits.customer_grace_seconds:
        for thread in chats.abandoned_threads(_before(core, limits.customer_grace_seconds)):
            _close_abandoned(core, thread)
    if limits.agent_reply_seconds < inf:
        for thread in chats.unanswered_threads(_before(core, limits.agent_reply_seconds)):
            _replace_agent(core, thread)


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


def _close_abandoned(core: Core, thread: Thread) -> None:
    """Close the chat of a customer who has gone from the site."""
    call, desk = _call(core), core.desk
    chat = desk.chat(thread.chat_id)
    if core.hub.is_online(chat.customer_id):
        return
    with core.database.transaction():
        name = desk.customer_name(chat.customer_id)
        seed = system_seed("archived_customer_disconnected", f"{name} has left the site", {"customer": name})
        desk.close_thread(call, chat, thread, None, seed)
    _tell(core, call)


def _replace_agent(core: Core, thread: Thread) -> None:
    """Give a chat whose agent does not answer to a colleague; without one who is free it stays."""
    call, desk = _call(core), core.desk
    chat = desk.chat(thread.chat_id)
    serving = [member.user_id for member in desk.members.serving(chat)]
    successor = desk.router.choose(thread, without=serving[0]) if len(serving) == 1 else None
    if successor is None:
        return
    minutes = str(round(core.config.limits.agent_reply_seconds / 60))
    removed, added = desk.agent_name(serving[0]), desk.agent_name(successor)
    variables = {"agent_added": added, "agent_removed": removed, "duration": minutes}
    text = f"{added} has taken over, because {removed} had not answered for {minutes} minutes"
    with core.database.transaction():
        desk.members.leave(call, chat, thread, serving[0], reason="inactive", requester_id=None)
        desk.members.join(call, chat, thread, successor, None, reason="inactive")
        desk.say(call, chat, thread, "routing.assigned_inactive", text, variables)
    _tell(core, call)


def _tell(core: Core, call: Call) -> None:
    core.hub.flush(call.outbox)
    for callback in call.afterwards:
        callback()
