"""Chats: list, read, start, resume, end."""

from __future__ import annotations

from ..calls import Actions, Call
from ..desk import Seed, system_seed
from ..errors import ApiError, validation
from ..lens import Json
from ..records import Chat, ChatFilter
from ..wire.customer import ChatById, GetChat, ListChats, ListThreads, ResumeChat, StartChat
from .common import (
    chat_summary,
    chats_page,
    groups_of,
    need_active,
    own_chat,
    threads_page,
)
from .opening import change_chat, first_seeds, is_continuous, new_chat, open_thread
from .repeats import repeated_opening

CHAT_ACTIONS = Actions()


@CHAT_ACTIONS.add("list_chats", ListChats)
def list_chats(call: Call, request: ListChats) -> Json:
    """Answer with a page of chat summaries."""
    which = ChatFilter(call.user_id)
    page = chats_page(call, request, which, largest=25)
    return {
        "chats_summary": [chat_summary(call, chat) for chat, _ in page.rows],
        "total_chats": call.desk.chats.count_chats(which),
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
    if any(user.id != call.user_id for user in request.chat.users):
        raise ApiError("validation", "chat.users: must be the customer itself")
    seeds = first_seeds(call, request.chat)
    if (known := call.desk.chat_of(call.user_id)) is not None:
        if (repeated := repeated_opening(call, known, seeds)) is not None:
            return {"chat_id": known.id} | repeated
        raise ApiError("chat_limit_reached", "A customer has one chat; resume it instead")
    group_ids = groups_of(call, request.chat.access)
    _check_online(call, group_ids, needed=request.active and not request.continuous)
    chat = new_chat(call, call.user_id, request.chat, group_ids, request.continuous)
    return {"chat_id": chat.id} | _open(call, chat, request, seeds)


@CHAT_ACTIONS.add("resume_chat", ResumeChat)
def resume_chat(call: Call, request: ResumeChat) -> Json:
    """Open a new thread in a chat whose last one is over."""
    chat = own_chat(call, request.chat.id)
    seeds = first_seeds(call, request.chat)
    if (repeated := repeated_opening(call, chat, seeds)) is not None:
        return repeated
    if call.desk.active_thread(chat) is not None:
        raise ApiError("chat_already_active", "Chat is already active")
    continuous = is_continuous(chat, request.continuous)
    change_chat(call, chat, request.chat, continuous)
    _check_online(call, chat.group_ids, needed=request.active and not continuous)
    return _open(call, chat, request, seeds)


@CHAT_ACTIONS.add("deactivate_chat", ChatById)
def deactivate_chat(call: Call, request: ChatById) -> None:
    """End the open thread."""
    chat = own_chat(call, request.id)
    thread = need_active(call, chat)
    name = call.desk.customer_name(call.user_id)
    seed = system_seed("manual_archived_customer", f"{name} ended the chat", {"customer": name})
    call.desk.close_thread(call, chat, thread, call.user_id, seed)


def _check_online(call: Call, group_ids: list[int], *, needed: bool) -> None:
    online = call.desk.availability.online_ids()
    if needed and not any(group_id in online for group_id in group_ids):
        raise ApiError("groups_offline", "No agent of these groups is online")


def _open(call: Call, chat: Chat, request: StartChat | ResumeChat, seeds: list[Seed]) -> Json:
    # Versions that know no welcome messages ignore the field, like any unknown one.
    welcome_id = request.welcome_message_id if call.lens.is_36 else None
    if welcome_id is not None and not call.desk.customers.was_welcomed(call.user_id, welcome_id):
        raise validation("welcome_message_id", "is none that request_welcome_message has answered")
    welcome = None if welcome_id is None else call.desk.welcome_seed()
    return open_thread(call, chat, request.chat, seeds, active=request.active, welcome=welcome)
