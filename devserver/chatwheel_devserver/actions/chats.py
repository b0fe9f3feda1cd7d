"""Chats: list, read, start, resume, end."""

from __future__ import annotations

from ..calls import Actions, Call
from ..clock import short_id
from ..desk import Opening, Seed, system_seed
from ..errors import ApiError
from ..lens import Json
from ..properties import check_update, merge
from ..records import Chat, Properties
from ..wire.customer import ChatById, GetChat, InitialChat, ListChats, ListThreads, ResumeChat, StartChat
from .common import (
    chat_summary,
    chats_page,
    groups_of,
    make_seed,
    need_active,
    own_chat,
    sent_before,
    threads_page,
)

CHAT_ACTIONS = Actions()


@CHAT_ACTIONS.add("list_chats", ListChats)
def list_chats(call: Call, request: ListChats) -> Json:
    """Answer with a page of chat summaries."""
    page = chats_page(call, request, customer_id=call.user_id, largest=25)
    return {
        "chats_summary": [chat_summary(call, chat) for chat, _ in page.rows],
        "total_chats": call.desk.chats.count_chats(call.user_id),
        **page.ids(),
    }


@CHAT_ACTIONS.add("list_threads", ListThreads)
def list_threads(call: Call, request: ListThreads) -> Json:
    """Answer with a page of threads and their events."""
    chat = own_chat(call, request.chat_id)
    page = threads_page(call, chat, request)
    return {
        "threads": [call.lens.thread(view) for view in page.rows],
        "found_threads": call.desk.chats.count_threads(chat.id),
        **page.ids(),
    }


@CHAT_ACTIONS.add("get_chat", GetChat)
def get_chat(call: Call, request: GetChat) -> Json:
    """Answer with a chat and its latest thread, or the one asked for."""
    chat = own_chat(call, request.chat_id)
    if request.thread_id is None:
        thread = call.desk.chats.last_thread(chat.id)
    else:
        thread = call.desk.thread(chat, request.thread_id)
    return call.lens.chat(call.desk.chat_view(chat, thread))


@CHAT_ACTIONS.add("start_chat", StartChat)
def start_chat(call: Call, request: StartChat) -> Json:
    """Open the customer's one and only chat."""
    desk = call.desk
    if any(user.id != call.user_id for user in request.chat.users):
        raise ApiError("validation", "chat.users: must be the customer itself")
    for chat in _chats_of(call):
        if (repeated := _repeated_opening(call, chat, request.chat)) is not None:
            return {"chat_id": chat.id} | repeated
        raise ApiError("chat_limit_reached", "A customer has one chat; resume it instead")
    group_ids = groups_of(call, request.chat.access)
    _check_online(call, group_ids, needed=request.active and not request.continuous)
    properties = _chat_properties(call, request.chat, request.continuous)
    instant = desk.clock.instant()
    new_chat = Chat(short_id(instant), call.user_id, instant, group_ids, properties)
    desk.chats.add_chat(new_chat)
    return {"chat_id": new_chat.id} | _open(call, new_chat, request)


@CHAT_ACTIONS.add("resume_chat", ResumeChat)
def resume_chat(call: Call, request: ResumeChat) -> Json:
    """Open a new thread in a chat whose last one is over."""
    desk = call.desk
    chat = own_chat(call, request.chat.id)
    if (repeated := _repeated_opening(call, chat, request.chat)) is not None:
        return repeated
    if desk.active_thread(chat) is not None:
        raise ApiError("chat_already_active", "Chat is already active")
    was_continuous = bool(chat.properties.get("routing", {}).get("continuous", False))
    continuous = was_continuous if request.continuous is None else request.continuous
    if request.chat.access is not None:
        chat.group_ids = groups_of(call, request.chat.access)
    _check_online(call, chat.group_ids, needed=request.active and not continuous)
    chat.properties = merge(chat.properties, _chat_properties(call, request.chat, continuous))
    desk.chats.save_chat(chat)
    return _open(call, chat, request)


@CHAT_ACTIONS.add("deactivate_chat", ChatById)
def deactivate_chat(call: Call, request: ChatById) -> None:
    """End the open thread."""
    chat = own_chat(call, request.id)
    thread = need_active(call, chat)
    name = call.desk.customer_name(call.user_id)
    seed = system_seed("manual_archived_customer", f"{name} ended the chat", {"customer": name})
    call.desk.close_thread(call, chat, thread, call.user_id, seed)


def _chats_of(call: Call) -> list[Chat]:
    page = call.desk.chats.chats_page(
        customer_id=call.user_id, active_only=False, descending=True, beyond=None, limit=1
    )
    return [chat for chat, _ in page]


def _repeated_opening(call: Call, chat: Chat, initial: InitialChat) -> Json | None:
    """Answer again what was answered before, if the first events are those of the last thread.

    A client that has lost the answer sends the same request once more, with the same custom ids.
    """
    known = [sent_before(call, chat, draft.custom_id) for draft in initial.thread.events]
    events = [event for event in known if event is not None]
    thread = call.desk.chats.last_thread(chat.id)
    if thread is None or not events or len(events) < len(known):
        return None
    if any(event.thread_id != thread.id for event in events):
        return None
    view = call.desk.chat_view(chat, thread)
    call.repeat(
        "incoming_chat", lambda lens: {"requester_id": lens.user_id(call.user_id), "chat": lens.chat(view)}
    )
    return {"thread_id": thread.id, "event_ids": [event.id for event in events]}


def _check_online(call: Call, group_ids: list[int], *, needed: bool) -> None:
    online = call.desk.availability.online_ids()
    if needed and not any(group_id in online for group_id in group_ids):
        raise ApiError("groups_offline", "No agent of these groups is online")


def _chat_properties(call: Call, initial: InitialChat, continuous: bool) -> Properties:
    check_update(call.desk.config, "chat", initial.properties, by_customer=True)
    return merge(dict(initial.properties), {"routing": {"continuous": continuous}})


def _open(call: Call, chat: Chat, request: StartChat | ResumeChat) -> Json:
    """Open the thread of a start or resume and say what was made."""
    desk, initial = call.desk, request.chat
    check_update(desk.config, "thread", initial.thread.properties, by_customer=True)
    routing = {"continuous": chat.properties["routing"]["continuous"]}
    pages = desk.customer(call.user_id).last_pages
    if pages:
        routing["start_url"] = pages[-1].url
    seeds: list[Seed] = []
    for index, draft in enumerate(initial.thread.events):
        if sent_before(call, chat, draft.custom_id) is None:
            seeds.append(make_seed(call, draft, f"chat.thread.events.{index}"))
    if len({seed.custom_id for seed in seeds if seed.custom_id}) < sum(
        bool(seed.custom_id) for seed in seeds
    ):
        raise ApiError("validation", "chat.thread.events: custom_id must not repeat")
    properties = merge(initial.thread.properties, {"routing": routing})
    is_welcomed = request.welcome_message_id is not None and call.lens.is_36
    welcome = desk.welcome_seed() if is_welcomed else None
    opening = Opening(seeds, properties, chat.group_ids, request.active, welcome)
    event_ids = desk.open_thread(call, chat, (call.user_id, "customer"), opening)
    thread = desk.chats.last_thread(chat.id)
    answer: Json = {"thread_id": thread.id if thread is not None else ""}
    return answer | {"event_ids": event_ids} if event_ids else answer
