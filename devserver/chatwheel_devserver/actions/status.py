"""Who is there: groups, the agent who would answer, forms, links, greetings."""

from __future__ import annotations

from ..calls import Actions, Call
from ..errors import ApiError, validation
from ..lens import CustomerLens, Json
from ..link_preview import fetch_preview
from ..records import Greeting
from ..wire.customer import (
    AcceptGreeting,
    CancelGreeting,
    GetForm,
    GetPredictedAgent,
    GetUrlInfo,
    GreetingButton,
    ListGroupStatuses,
    RequestWelcomeMessage,
)
from .common import split_url

STATUS_ACTIONS = Actions()


@STATUS_ACTIONS.add("list_group_statuses", ListGroupStatuses)
def list_group_statuses(call: Call, request: ListGroupStatuses) -> Json:
    """Answer with the status of groups; unknown ones are left out."""
    statuses = call.desk.availability.statuses()
    wanted = statuses if request.all else request.group_ids or []
    return {
        "groups_status": {str(group_id): statuses[group_id] for group_id in wanted if group_id in statuses}
    }


@STATUS_ACTIONS.add("get_predicted_agent", GetPredictedAgent)
def get_predicted_agent(call: Call, request: GetPredictedAgent) -> Json:
    """Answer who would take the chat."""
    return _predict(call, _group_of(call, request.group_id))


def _group_of(call: Call, group_id: int | None) -> int:
    return call.group_id if group_id is None else group_id


def _predict(call: Call, group_id: int) -> Json:
    _need_group(call, group_id)
    availability = call.desk.availability
    if availability.status(group_id) == "offline":
        raise ApiError("group_offline", f"Group {group_id} is offline")
    candidates = availability.candidates(group_id)
    if not candidates:
        raise ApiError("group_unavailable", f"Nobody of group {group_id} is free")
    lens = call.lens
    assert isinstance(lens, CustomerLens)
    is_queued = availability.status(group_id) == "online_for_queue"
    return {"agent": lens.predicted_agent(candidates[0]), "queue": is_queued}


@STATUS_ACTIONS.add("request_welcome_message", RequestWelcomeMessage, since="3.6")
def request_welcome_message(call: Call, request: RequestWelcomeMessage) -> Json:
    """Answer who would take the chat, and push what the visitor is welcomed with."""
    predicted = _predict(call, _group_of(call, request.group_id))
    welcome_id = request.id or f"WM{call.desk.clock.instant():X}"
    seed = call.desk.welcome_seed()
    call.desk.customers.add_welcome(call.user_id, welcome_id)
    if seed is not None:
        event = {"type": seed.type, **seed.body, "author_id": predicted["agent"]["id"]}
        call.repeat("incoming_welcome_message", lambda _: {"id": welcome_id, "event": event})
    agent = predicted["agent"]
    if agent["is_bot"]:
        agent["bot_type"] = "chatbot"
    return {"id": welcome_id, "predicted_agent": agent, "queue": predicted["queue"]}


@STATUS_ACTIONS.add("get_form", GetForm)
def get_form(call: Call, request: GetForm) -> Json:
    """Answer with the group's form, if it has one."""
    _need_group(call, request.group_id)
    forms = call.desk.config.forms
    form = forms.get((request.group_id, request.type)) or forms.get((0, request.type))
    return {"enabled": False} if form is None else {"enabled": True, "form": dict(form)}


@STATUS_ACTIONS.add("get_url_info", GetUrlInfo)
async def get_url_info(call: Call, request: GetUrlInfo) -> Json:
    """Answer with a page's metadata; with the address alone if the page may not be fetched."""
    parts = split_url(request.url, "url")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise validation("url", "must be an absolute http or https address")
    return {"url": request.url} | await fetch_preview(call.desk.config, call.desk.own_hosts, request.url)


@STATUS_ACTIONS.add("accept_greeting", AcceptGreeting)
def accept_greeting(call: Call, request: AcceptGreeting) -> None:
    """Remember that the visitor has seen a greeting."""
    greeting = _own_greeting(call, request.unique_id)
    if greeting.greeting_id != request.greeting_id:
        raise ApiError("greeting_not_found", "Greeting not found")
    if greeting.state == "shown":
        customer = call.desk.customer(call.user_id)
        customer.greetings_accepted += 1
        call.desk.customers.save(customer)
        call.desk.customers.set_greeting_state(greeting.unique_id, "accepted")
    _tell_greeting(call, "greeting_accepted", greeting)


@STATUS_ACTIONS.add("cancel_greeting", CancelGreeting)
def cancel_greeting(call: Call, request: CancelGreeting) -> None:
    """Remember that the visitor has closed a greeting."""
    greeting = _own_greeting(call, request.unique_id)
    call.desk.customers.set_greeting_state(greeting.unique_id, "canceled")
    _tell_greeting(call, "greeting_canceled", greeting)


@STATUS_ACTIONS.add("send_greeting_button_clicked", GreetingButton, since="3.6")
def send_greeting_button_clicked(call: Call, request: GreetingButton) -> None:
    """Accept the news that a greeting's button was pressed."""
    _own_greeting(call, request.greeting_unique_id)


def _own_greeting(call: Call, unique_id: str) -> Greeting:
    greeting = call.desk.customers.greeting(unique_id)
    if greeting is None or greeting.customer_id != call.user_id or greeting.state == "canceled":
        raise ApiError("greeting_not_found", "Greeting not found")
    return greeting


def _tell_greeting(call: Call, action: str, greeting: Greeting) -> None:
    unique_id = greeting.unique_id
    call.push(action, lambda _: {"unique_id": unique_id}, customer_id=call.user_id, to_agents=False)


def _need_group(call: Call, group_id: int) -> None:
    if not call.desk.config.has_group(group_id):
        raise ApiError("group_not_found", f"Group {group_id} not found")
