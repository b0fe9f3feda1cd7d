"""Chats as agents handle them: list, read, start, reopen, hand over, close."""

from __future__ import annotations

from ..actions.chats import get_chat, list_threads
from ..actions.common import chat_summary, chats_page, groups_of, need_active
from ..actions.opening import change_chat, first_seeds, is_continuous, new_chat, open_thread
from ..actions.repeats import repeated_opening
from ..calls import Actions, Call
from ..desk import system_seed
from ..errors import ApiError, validation
from ..lens import Json
from ..records import Chat, ChatFilter, Thread, Visibility
from ..wire.agent import (
    AgentResumeChat,
    AgentStartChat,
    AgentTarget,
    ChatFilters,
    DeactivateChat,
    GroupTarget,
    ListAgentChats,
    TransferChat,
)
from ..wire.customer import ChatById, GetChat, ListThreads

AGENT_CHAT_ACTIONS = Actions()

AGENT_CHAT_ACTIONS.add("get_chat", GetChat)(get_chat)
AGENT_CHAT_ACTIONS.add("list_threads", ListThreads)(list_threads)


def attended(call: Call, chat_id: str) -> tuple[Chat, Thread]:
    """Return a chat and its open thread, if the agent is in it."""
    chat = call.desk.chat(chat_id)
    thread = need_active(call, chat)
    need_presence(call, chat)
    return chat, thread


def need_presence(call: Call, chat: Chat) -> None:
    """Refuse agents who are not in the chat."""
    member = call.desk.chats.member(chat.id, call.user_id)
    if member is None or not member.present:
        raise ApiError("authorization", "Requester is not a user of the chat")


def own_visibility(call: Call, chat: Chat, wish: Visibility | None) -> Visibility:
    """Return who hears of what an agent does in a chat: everybody, but of who watches unseen only agents."""
    if not call.desk.members.watches(chat, call.user_id):
        return wish or "all"
    if wish == "all":
        raise ApiError(
            "not_allowed", "visibility: an agent who is not seen by the customer speaks to agents only"
        )
    return "agents"


@AGENT_CHAT_ACTIONS.add("list_chats", ListAgentChats)
def list_chats(call: Call, request: ListAgentChats) -> Json:
    """Answer with a page of the organization's chats."""
    filters = request.filters or ChatFilters()
    which = ChatFilter(
        active=None if filters.include_active else False,
        with_threads_only=not filters.include_chats_without_threads,
    )
    page = chats_page(call, request, which, largest=100)
    return {
        "chats_summary": [chat_summary(call, chat) for chat, _ in page.rows],
        "found_chats": call.desk.chats.count_chats(which),
        **page.ids(),
    }


@AGENT_CHAT_ACTIONS.add("start_chat", AgentStartChat)
def start_chat(call: Call, request: AgentStartChat) -> Json:
    """Start a chat with a visitor who has none."""
    customer_ids = [user.id for user in request.chat.users if user.type == "customer"]
    if len(customer_ids) != 1:
        raise validation("chat.users", "must name exactly one customer")
    customer = call.desk.customer(customer_ids[0])
    seeds = first_seeds(call, request.chat)
    if (known := call.desk.chat_of(customer.id)) is not None:
        if (repeated := repeated_opening(call, known, seeds)) is not None:
            return {"chat_id": known.id} | repeated
        raise ApiError("chat_limit_reached", "The customer has a chat; resume it instead")
    group_ids = groups_of(call, request.chat.access)
    chat = new_chat(call, customer.id, request.chat, group_ids, request.continuous)
    return {"chat_id": chat.id} | open_thread(call, chat, request.chat, seeds, active=request.active)


@AGENT_CHAT_ACTIONS.add("resume_chat", AgentResumeChat)
def resume_chat(call: Call, request: AgentResumeChat) -> Json:
    """Open a new thread in a chat."""
    chat = call.desk.chat(request.chat.id)
    seeds = first_seeds(call, request.chat)
    if (repeated := repeated_opening(call, chat, seeds)) is not None:
        return repeated
    if call.desk.active_thread(chat) is not None:
        raise ApiError("chat_already_active", "Chat is already active")
    change_chat(call, chat, request.chat, is_continuous(chat, request.continuous))
    return open_thread(call, chat, request.chat, seeds, active=request.active)


@AGENT_CHAT_ACTIONS.add("deactivate_chat", DeactivateChat)
def deactivate_chat(call: Call, request: DeactivateChat) -> None:
    """Close the open thread."""
    chat = call.desk.chat(request.id)
    thread = need_active(call, chat)
    if not request.ignore_requester_presence:
        need_presence(call, chat)
    name = call.desk.agent_name(call.user_id)
    seed = system_seed("manual_archived_agent", f"{name} closed the chat", {"agent": name})
    call.desk.close_thread(call, chat, thread, call.user_id, seed)


@AGENT_CHAT_ACTIONS.add("transfer_chat", TransferChat)
def transfer_chat(call: Call, request: TransferChat) -> None:
    """Hand a chat over to another agent or group."""
    desk = call.desk
    chat = desk.chat(request.id)
    thread = need_active(call, chat)
    if not request.ignore_requester_presence:
        need_presence(call, chat)
    target = request.target or GroupTarget(type="group", ids=list(chat.group_ids))
    agent, group_ids = _resolve(call, chat, target, ignore=request.ignore_agents_availability)
    chat.group_ids = thread.group_ids = group_ids
    if target.type == "group":
        agent = desk.router.choose(thread)
    waits = agent is None and desk.router.queues(thread)
    thread.queued_at = desk.clock.instant() if waits else None
    desk.chats.save_chat(chat)
    desk.chats.save_thread(thread)
    desk.tell_transferred(call, chat, thread, "manual", agent=agent, requester_id=call.user_id)
    _say_transferred(call, chat, thread, target)
    for member in desk.members.serving(chat):
        if member.user_id != agent:
            desk.members.leave(call, chat, thread, member.user_id, reason="manual", requester_id=call.user_id)
    call.afterwards.append(desk.router.settle)
    if agent is not None:
        desk.members.join(call, chat, thread, agent, agent if target.type == "agent" else None)


def _resolve(
    call: Call, chat: Chat, target: GroupTarget | AgentTarget, *, ignore: bool
) -> tuple[str | None, list[int]]:
    """Return who takes the chat, if a person was named, and the groups it then belongs to."""
    if target.type == "agent":
        if any(call.desk.config.agent(email) is None for email in target.ids):
            raise validation("target.ids", "must be e-mail addresses of agents")
        free = [email for email in target.ids if ignore or call.desk.hub.is_accepting(email)]
        if not free:
            raise ApiError("validation", "target.ids: none of these agents takes chats now")
        return free[0], chat.group_ids
    group_ids = list(target.ids)
    if not all(call.desk.config.has_group(group_id) for group_id in group_ids):
        raise ApiError("group_not_found", "target.ids: no such group")
    if not ignore and not any(call.desk.availability.candidates(group_id) for group_id in group_ids):
        raise ApiError("validation", "target.ids: nobody of these groups takes chats now")
    return None, group_ids


def _say_transferred(call: Call, chat: Chat, thread: Thread, target: GroupTarget | AgentTarget) -> None:
    if target.type == "agent":
        names = [call.desk.agent_name(email) for email in target.ids]
    else:
        groups = {group.id: group.name for group in call.desk.config.groups}
        names = [groups.get(group_id, str(group_id)) for group_id in target.ids]
    initiator, targets = call.desk.agent_name(call.user_id), ", ".join(names)
    text = f"{initiator} transferred the chat to {targets}"
    call.desk.say(call, chat, thread, "chat_transferred", text, {"initiator": initiator, "targets": targets})


@AGENT_CHAT_ACTIONS.add("follow_chat", ChatById)
def follow_chat(call: Call, request: ChatById) -> None:
    """Note that the agent follows a chat; every agent is told about every chat here anyway."""
    call.desk.chats.set_followed(call.desk.chat(request.id).id, call.user_id, True)


@AGENT_CHAT_ACTIONS.add("unfollow_chat", ChatById)
def unfollow_chat(call: Call, request: ChatById) -> None:
    """Note that the agent follows a chat no more."""
    call.desk.chats.set_followed(call.desk.chat(request.id).id, call.user_id, False)
