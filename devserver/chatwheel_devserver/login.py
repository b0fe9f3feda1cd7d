"""The first request of a connection: who is there, and what it finds."""

from __future__ import annotations

from .actions.common import chat_summary
from .actions.customers import apply_fields, customer_object, tell_page, visit_page
from .calls import Call
from .clock import MICROSECONDS, format_instant
from .connection import Connection
from .core import Core
from .errors import ApiError
from .greetings import greet_on_page
from .hub import Push, response_frame
from .lens import AgentLens, CustomerLens, Json
from .records import ChatFilter, Customer, Page
from .storage.database import ALL_ROWS
from .wire.agent import AgentLogin
from .wire.base import read_request
from .wire.customer import Login

#: A visitor who stays away longer comes for a new visit.
VISIT_GAP = 1800 * MICROSECONDS


def log_in(core: Core, connection: Connection, request_id: str | None, payload: object) -> Json | None:
    """Let a customer or an agent in and return the answer that was given, none to who is sent away; or raise."""
    if connection.is_logged_in:
        raise ApiError("validation", "action: this connection is logged in already")
    if connection.role == "customer":
        return _log_customer_in(core, connection, request_id, read_request(Login, payload))
    return _log_agent_in(core, connection, request_id, read_request(AgentLogin, payload))


def _log_customer_in(
    core: Core, connection: Connection, request_id: str | None, request: Login
) -> Json | None:
    bearer = core.identity.customer(request.token)
    customer = None if bearer is None else core.desk.customers.get(bearer.user_id)
    if bearer is None or customer is None:
        raise ApiError("authentication", "Invalid access token")
    if customer.banned_until > core.clock.time():
        raise ApiError("customer_banned", "Customer is banned")
    group_id = request.group_id or 0
    if not core.config.has_group(group_id):
        raise ApiError("group_not_found", f"Group {group_id} not found")
    if len(core.hub.of_customer(customer.id)) >= core.config.limits.connections_per_customer:
        connection.disconnect("too_many_connections")
        return None
    is_new_here = not core.hub.is_online(customer.id)
    limit = core.config.limits.users_online
    if is_new_here and limit is not None and len(core.hub.customer_ids) >= limit:
        raise ApiError("users_limit_reached", "Users limit reached")
    page = _note_visit(core, connection, customer, request, is_new_here=is_new_here)
    connection.become(customer.id, request.pushes)
    connection.token_expires_at, connection.token_hash = bearer.expires_at, bearer.token_hash
    connection.group_id = group_id
    lens = connection.lens
    assert isinstance(lens, CustomerLens)
    answer = _welcome(core, lens, core.desk.customer(customer.id), group_id)
    connection.deliver(response_frame("login", request_id, True, answer))
    core.hub.attach(connection)
    _announce(core, connection, customer, page, is_new_here=is_new_here)
    return answer


def _note_visit(
    core: Core, connection: Connection, customer: Customer, request: Login, *, is_new_here: bool
) -> Page | None:
    """Write what the login tells about the customer; return the page it has opened."""
    instant = core.clock.instant()
    if is_new_here and instant - customer.last_seen_at > VISIT_GAP:
        customer.visits += 1
        customer.last_visit_at = instant
        customer.last_pages = []
        customer.session_fields = []
        facts = {"referrer": request.referrer, "ip": connection.ip, "user_agent": connection.user_agent}
        customer.visit = {name: fact for name, fact in facts.items() if fact}
    customer.last_seen_at = instant
    apply_fields(customer, request.customer, knows_newer=connection.version >= "3.6")
    page = None
    call = Call(core.desk, customer.id, CustomerLens(core.config, "", "", customer.id))
    if request.customer_page is not None and request.customer_page.url:
        page = visit_page(call, customer, request.customer_page.url, request.customer_page.title or "")
    with core.database.transaction():
        core.desk.customers.save(customer)
    return page


def _welcome(core: Core, lens: CustomerLens, customer: Customer, group_id: int) -> Json:
    """Build the answer to a customer's login."""
    chats = []
    page = core.desk.chats.chats_page(ChatFilter(customer.id), descending=True, beyond=None, limit=25)
    for chat, _ in page:
        member = core.desk.chats.member(chat.id, customer.id)
        seen = 0 if member is None else member.seen_up_to or 0
        chats.append(
            {
                "chat_id": chat.id,
                "has_unread_events": core.desk.chats.has_unread(chat.id, customer.id, seen),
                "has_active_thread": core.desk.active_thread(chat) is not None,
            }
        )
    answer: Json = {
        "customer_id": customer.id,
        "customer": customer_object(lens, customer),
        "has_active_thread": any(chat["has_active_thread"] for chat in chats),
        "chats": chats,
        "__priv_dynamic_config": {
            "organization_id": core.config.organization_id,
            "online_groups_ids": core.desk.availability.online_ids(),
            "customer_groups": {
                "monitoring": {"id": group_id, "static_config_url": "", "language_config_url": ""}
            },
        },
    }
    greeting = core.desk.customers.open_greeting(customer.id)
    if greeting is not None:
        core.desk.customers.note_delivery(greeting.unique_id)
        answer["greeting"] = lens.greeting(greeting) | {"accepted": greeting.state == "accepted"}
    return answer


def _announce(
    core: Core, connection: Connection, customer: Customer, page: Page | None, *, is_new_here: bool
) -> None:
    """Tell the client its new counters, and the agents who has come."""
    counters = {
        "visits_count": str(customer.visits),
        "page_views_count": str(customer.page_views),
        "greetings_shown_count": str(customer.greetings_shown),
        "greetings_accepted_count": str(customer.greetings_accepted),
        "last_visit_timestamp": str(customer.last_visit_at),
    }
    outbox = [
        Push(
            "customer_side_storage_updated",
            lambda _: {"customer_side_storage": counters},
            only_requester=True,
        )
    ]
    if is_new_here:
        outbox.append(
            Push(
                "incoming_customer",
                lambda agent: {"customer": agent.customer(customer, online=True)},
                to_agents=True,
            )
        )
    elif page is not None:
        call = Call(core.desk, customer.id, connection.lens)
        tell_page(call, customer, page)
        outbox += call.outbox
    if page is not None:
        call = Call(core.desk, customer.id, connection.lens)
        with core.database.transaction():
            greet_on_page(call, customer, page.url)
        outbox += call.outbox
    core.hub.flush(outbox, origin=connection)


def note_departure(core: Core, customer_id: str) -> None:
    """Tell the agents that a customer's last connection has ended."""
    customer = core.desk.customers.get(customer_id)
    if customer is None or core.hub.is_online(customer_id):
        return
    instant = core.clock.instant()
    customer.last_seen_at = instant
    with core.database.transaction():
        core.desk.customers.save(customer)
    payload = {"id": customer_id, "left_at": format_instant(instant)}
    core.hub.flush([Push("customer_left", lambda _: payload, to_agents=True)])


def _log_agent_in(core: Core, connection: Connection, request_id: str | None, request: AgentLogin) -> Json:
    bearer = core.identity.agent(request.token)
    agent = None if bearer is None else core.config.agent(bearer.user_id)
    if agent is None:
        raise ApiError("authentication", "Invalid access token")
    connection.become(agent.email, request.pushes)
    lens = connection.lens
    assert isinstance(lens, AgentLens)
    if request.away:
        core.hub.not_accepting.add(agent.email)
    accepting = agent.email not in core.hub.not_accepting
    profile = {
        "id": agent.email,
        "name": agent.name,
        "permission": "normal",
        "avatar": lens.link(agent.avatar_path),
        "job_title": agent.job_title,
        "routing_status": "accepting_chats" if accepting else "not_accepting_chats",
    }
    call = Call(core.desk, agent.email, lens)
    license = {"id": 1, "organization_id": core.config.organization_id, "plan": "development"}
    answer = {"license": license, "my_profile": profile, "chats_summary": open_chats(call)}
    connection.deliver(response_frame("login", request_id, True, answer))
    core.hub.attach(connection)
    customers = [core.desk.customer(customer_id) for customer_id in core.hub.customer_ids]
    core.hub.flush(
        [
            Push(
                "incoming_customers",
                lambda seen_by: {
                    "customers": [seen_by.customer(customer, online=True) for customer in customers]
                },
                only_requester=True,
            )
        ],
        origin=connection,
    )
    return answer


def open_chats(call: Call) -> list[Json]:
    """Show every active chat, newest first: one that is missing counts as ended."""
    rows = call.desk.chats.chats_page(ChatFilter(active=True), descending=True, beyond=None, limit=ALL_ROWS)
    return [chat_summary(call, chat) for chat, _ in rows]
