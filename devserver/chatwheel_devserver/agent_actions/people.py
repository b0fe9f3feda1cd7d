"""Who is in a chat, who takes chats, who is on the site."""

from __future__ import annotations

from ..absence import find_successor, hand_over
from ..actions.common import need_active
from ..calls import Actions, Call
from ..errors import ApiError, validation
from ..greetings import show_greeting
from ..lens import AgentLens, Json
from ..wire.agent import (
    AddUserToChat,
    BanCustomer,
    GetCustomer,
    ListAgentsForTransfer,
    RemoveUserFromChat,
    SendGreeting,
    SetRoutingStatus,
)
from ..wire.base import Empty
from .chats import need_presence

AGENT_PEOPLE_ACTIONS = Actions()


@AGENT_PEOPLE_ACTIONS.add("add_user_to_chat", AddUserToChat)
def add_user_to_chat(call: Call, request: AddUserToChat) -> None:
    """Bring an agent into a chat: oneself to take it, or a colleague."""
    chat = call.desk.chat(request.chat_id)
    thread = need_active(call, chat)
    if request.user_type == "customer":
        raise ApiError("validation", "user_type: a chat has exactly one customer")
    if call.desk.config.agent(request.user_id) is None:
        raise validation("user_id", "must be the e-mail address of an agent")
    if request.user_id != call.user_id and not request.ignore_requester_presence:
        need_presence(call, chat)
    visibility = request.visibility
    call.desk.members.join(call, chat, thread, request.user_id, call.user_id, visibility=visibility)


@AGENT_PEOPLE_ACTIONS.add("remove_user_from_chat", RemoveUserFromChat)
def remove_user_from_chat(call: Call, request: RemoveUserFromChat) -> None:
    """Take an agent out of a chat; one that was the last goes to somebody else, or waits."""
    chat = call.desk.chat(request.chat_id)
    thread = need_active(call, chat)
    if request.user_type == "customer":
        raise ApiError("validation", "user_type: the customer cannot be removed")
    if not request.ignore_requester_presence:
        need_presence(call, chat)
    members, email = call.desk.members, request.user_id
    member = members.leave(call, chat, thread, email, reason="manual", requester_id=call.user_id)
    if member is None:
        return
    members.say_left(call, chat, thread, member, call.user_id)
    if member.visibility == "all" and not members.serving(chat):
        call.desk.router.note_leaver(thread, email)
        find_successor(call, chat, thread, email, "other")


@AGENT_PEOPLE_ACTIONS.add("set_routing_status", SetRoutingStatus)
def set_routing_status(call: Call, request: SetRoutingStatus) -> None:
    """Take chats, or take none; customers hear whether the group is still online."""
    email = request.agent_id or call.user_id
    hub = call.desk.hub
    if call.desk.config.agent(email) is None:
        raise validation("agent_id", "must be the e-mail address of an agent")
    if request.status == "accepting_chats":
        hub.not_accepting.discard(email)
    else:
        hub.not_accepting.add(email)
    payload = {"agent_id": email, "status": request.status}
    call.push("routing_status_set", lambda _: payload, customer_id=None)
    call.afterwards.append(hub.changed)


@AGENT_PEOPLE_ACTIONS.add("logout", Empty, web=False)
def logout(call: Call, request: Empty) -> None:
    """Sign out: with the agent's last connection the chats go to others."""
    session, hub = call.session, call.desk.hub

    def leave() -> None:
        if session is not None:
            hub.detach(session)
            session.end()
        if not any(agent.user_id == call.user_id for agent in hub.agents):
            hand_over(call.desk, call.user_id, "signed_out")

    call.afterwards.append(leave)


@AGENT_PEOPLE_ACTIONS.add("list_routing_statuses", Empty)
def list_routing_statuses(call: Call, request: Empty) -> Json:
    """Answer who takes chats."""
    hub = call.desk.hub
    here = {session.user_id for session in hub.agents}
    return {
        "items": [
            {"agent_id": agent.email, "status": _status(hub.is_accepting(agent.email), agent.email in here)}
            for agent in call.desk.config.agents
        ]
    }


def _status(accepting: bool, here: bool) -> str:
    if not here:
        return "offline"
    return "accepting_chats" if accepting else "not_accepting_chats"


@AGENT_PEOPLE_ACTIONS.add("list_agents_for_transfer", ListAgentsForTransfer)
def list_agents_for_transfer(call: Call, request: ListAgentsForTransfer) -> list[Json]:
    """Answer, as an array, who could take a chat over."""
    desk = call.desk
    members = {member.user_id for member in desk.members.serving(desk.chat(request.chat_id))}
    emails = dict.fromkeys(session.user_id for session in desk.hub.agents)
    return [
        {
            "agent_id": email,
            "name": desk.agent_name(email),
            "active_chats": desk.chats.count_of_agent(email),
        }
        for email in emails
        if email not in members | {call.user_id} and desk.hub.is_accepting(email)
    ]


@AGENT_PEOPLE_ACTIONS.add("get_customer", GetCustomer)
def get_customer(call: Call, request: GetCustomer) -> Json:
    """Answer with one customer, its visit and whether it is online."""
    lens = call.lens
    assert isinstance(lens, AgentLens)
    customer = call.desk.customer(request.id)
    return lens.customer(customer, online=call.desk.hub.is_online(customer.id))


@AGENT_PEOPLE_ACTIONS.add("send_greeting", SendGreeting)
def send_greeting(call: Call, request: SendGreeting) -> Json:
    """Show a greeting in the agent's own name to a visitor who is on the site and in no chat.

    An action of this server's own, for its console.
    """
    customer = call.desk.customer(request.customer_id)
    agent = call.desk.config.agent(call.user_id)
    if not call.desk.hub.is_online(customer.id):
        raise validation("customer_id", "must be a visitor who is on the site")
    if agent is None or call.desk.has_open_chat(customer.id):
        raise validation("customer_id", "must be a visitor who is in no chat")
    return {"unique_id": show_greeting(call, customer, agent, request.text, greeting_id=0).unique_id}


@AGENT_PEOPLE_ACTIONS.add("list_canned_responses", Empty)
def list_canned_responses(call: Call, request: Empty) -> Json:
    """Answer with the texts that agents keep at hand; simplified from the configuration API of the real service."""
    canned = call.desk.config.canned_responses
    return {"canned_responses": [{"shortcut": one.shortcut, "text": one.text} for one in canned]}


@AGENT_PEOPLE_ACTIONS.add("list_groups", Empty)
def list_groups(call: Call, request: Empty) -> Json:
    """Answer with the groups, their status and how many chats wait in each."""
    desk = call.desk
    statuses = desk.availability.statuses()
    return {
        "groups": [
            {
                "id": group.id,
                "name": group.name,
                "routing_status": statuses[group.id],
                "queued_chats": len(desk.chats.queued_threads(group.id)),
            }
            for group in desk.config.groups
        ]
    }


@AGENT_PEOPLE_ACTIONS.add("ban_customer", BanCustomer)
def ban_customer(call: Call, request: BanCustomer) -> None:
    """Keep a customer away and end its connections."""
    desk = call.desk
    customer = desk.customer(request.id)
    customer.banned_until = int(desk.clock.time() + request.ban.days * 86_400)
    desk.customers.save(customer)
    chat = desk.chat_of(customer.id)
    if chat is not None and (thread := desk.active_thread(chat)) is not None:
        name, days = desk.agent_name(call.user_id), str(request.ban.days)
        text = f"{name} banned the visitor for {days} days"
        desk.say(call, chat, thread, "customer_banned", text, {"agent": name, "duration": days})

    def drop() -> None:
        for session in desk.hub.of_customer(customer.id):
            session.disconnect("customer_banned")

    call.afterwards.append(drop)
