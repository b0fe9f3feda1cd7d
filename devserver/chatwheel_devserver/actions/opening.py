"""Opening threads: what a start and a resume of customers and of agents have in common."""

from __future__ import annotations

from collections.abc import Sequence

from ..calls import Call
from ..clock import short_id
from ..desk import Opening, Seed
from ..lens import Json
from ..properties import check_update, merge
from ..records import Chat, Properties
from ..wire.agent import AgentChat
from ..wire.customer import InitialChat
from .common import groups_of, make_seed
from .repeats import without_repeats

AnyChat = InitialChat | AgentChat


def first_seeds(call: Call, initial: AnyChat) -> list[Seed]:
    """Prepare the events that a thread is to start with."""
    return [
        make_seed(call, draft, f"chat.thread.events.{index}")
        for index, draft in enumerate(initial.thread.events)
    ]


def new_chat(call: Call, customer_id: str, initial: AnyChat, group_ids: list[int], continuous: bool) -> Chat:
    """Store a chat that has no thread yet."""
    instant = call.desk.clock.instant()
    properties = _chat_properties(call, initial, continuous)
    chat = Chat(short_id(instant), customer_id, instant, group_ids, properties)
    call.desk.chats.add_chat(chat)
    return chat


def is_continuous(chat: Chat, wish: bool | None) -> bool:
    """Tell whether a chat goes on while nobody is online: as it did, unless the request says something else."""
    return bool(chat.properties.get("routing", {}).get("continuous", False)) if wish is None else wish


def change_chat(call: Call, chat: Chat, initial: AnyChat, continuous: bool) -> None:
    """Write what a resume says about the chat itself."""
    if initial.access is not None:
        chat.group_ids = groups_of(call, initial.access)
    chat.properties = merge(chat.properties, _chat_properties(call, initial, continuous))
    call.desk.chats.save_chat(chat)


def _chat_properties(call: Call, initial: AnyChat, continuous: bool) -> Properties:
    by_customer = call.lens.role == "customer"
    check_update(call.desk.config, "chat", initial.properties, by_customer=by_customer)
    return merge(dict(initial.properties), {"routing": {"continuous": continuous}})


def open_thread(
    call: Call,
    chat: Chat,
    initial: AnyChat,
    seeds: Sequence[Seed],
    *,
    active: bool,
    welcome: Seed | None = None,
) -> Json:
    """Open a thread and say what was made."""
    desk, role = call.desk, call.lens.role
    check_update(desk.config, "thread", initial.thread.properties, by_customer=role == "customer")
    routing = {"continuous": chat.properties["routing"]["continuous"]}
    pages = desk.customer(chat.customer_id).last_pages
    if pages:
        routing["start_url"] = pages[-1].url
    properties = merge(initial.thread.properties, {"routing": routing})
    opening = Opening(without_repeats(call, chat, seeds), properties, chat.group_ids, active, welcome)
    event_ids = desk.open_thread(call, chat, (call.user_id, role), opening)
    thread = desk.chats.last_thread(chat.id)
    answer: Json = {"thread_id": thread.id if thread is not None else ""}
    return answer | {"event_ids": event_ids} if event_ids else answer
