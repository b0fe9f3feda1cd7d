"""The customer: who it is and where it is."""

from __future__ import annotations

from typing import Any, Final

from ..calls import Actions, Call
from ..clock import format_instant
from ..errors import ApiError, validation
from ..greetings import greet_on_page
from ..lens import CustomerLens, Json
from ..records import Customer, Page
from ..wire.base import MAX_SESSION_FIELDS, Empty
from ..wire.customer import (
    CheckGoals,
    CustomerFields,
    Omnichannel,
    RequestEmailVerification,
    SetSessionFields,
    UpdateCustomer,
    UpdateCustomerPage,
)
from .common import split_url

CUSTOMER_ACTIONS = Actions()

REMEMBERED_PAGES: Final = 20
_NEWER_FIELDS: Final = ("address", "phone_number", "omnichannel")


def customer_object(lens: CustomerLens, customer: Customer) -> Json:
    """Show a customer to itself, with its statistics."""
    return lens.customer_fields(customer) | {"statistics": lens.statistics(customer)}


@CUSTOMER_ACTIONS.add("get_customer", Empty)
def get_customer(call: Call, request: Empty) -> Json:
    """Answer with everything known of the customer."""
    lens = call.lens
    assert isinstance(lens, CustomerLens)
    return customer_object(lens, call.desk.customer(call.user_id))


@CUSTOMER_ACTIONS.add("update_customer", UpdateCustomer)
def update_customer(call: Call, request: UpdateCustomer) -> None:
    """Change name, address or session fields."""
    customer = call.desk.customer(call.user_id)
    changed = apply_fields(customer, request, knows_newer=call.lens.is_36)
    if not changed:
        raise validation("payload", "at least one of name, email, avatar, session_fields is required")
    call.desk.customers.save(customer)
    tell_customer_updated(call, customer, changed)
    if not {"name", "email"}.isdisjoint(changed):
        _say_updated(call, customer)


def _say_updated(call: Call, customer: Customer) -> None:
    """Leave a line in the open conversation, for agents only: with whom they talk."""
    desk = call.desk
    chat = desk.chat_of(customer.id)
    thread = None if chat is None else desk.active_thread(chat)
    if chat is None or thread is None:
        return
    name, email = desk.customer_name(customer.id), customer.email or ""
    text = f"The visitor is now {name}{f' ({email})' if email else ''}"
    variables = {"customer_name": name, "customer_email": email}
    desk.say(call, chat, thread, "customer_updated", text, variables, visibility="agents")


def apply_fields(customer: Customer, fields: CustomerFields, *, knows_newer: bool) -> dict[str, Any]:
    """Write given fields into the customer; return those that were given.

    What only newer versions know is, like any unknown field, ignored in older ones.
    """
    unknown = set() if knows_newer else set(_NEWER_FIELDS)
    given = fields.model_dump(exclude_none=True, exclude={"session_fields", *unknown})
    if fields.omnichannel is not None and knows_newer:
        given["omnichannel"] = _spell_channels(fields.omnichannel)
    for name, value in given.items():
        if name in _NEWER_FIELDS:
            customer.profile[name] = value
        else:
            setattr(customer, name, value)
    if fields.session_fields is not None:
        customer.session_fields = merge_session_fields(customer.session_fields, fields.session_fields)
        given["session_fields"] = customer.session_fields
    return given


def _spell_channels(channels: Omnichannel) -> Json:
    """Write channels as answers spell them, which is not how requests do."""
    shown: Json = {}
    if (messenger := channels.fbmessenger) is not None:
        shown["fb_messenger"] = [_without_none({"ID": messenger.id, "Name": messenger.name})]
    if (twilio := channels.twilio) is not None:
        shown["twilio"] = [_without_none({"PhoneNumber": twilio.phone_number, "Name": twilio.name})]
    return shown


def _without_none(values: Json) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def merge_session_fields(old: list[dict[str, str]], new: list[dict[str, str]]) -> list[dict[str, str]]:
    """Replace fields of the same key in their place and append the others, without passing the limit."""
    merged = {key: value for field in old for key, value in field.items()}
    merged |= {key: value for field in new for key, value in field.items()}
    if len(merged) > MAX_SESSION_FIELDS:
        raise ApiError(
            "customer_session_fields_limit_reached",
            f"session_fields: must not have more than {MAX_SESSION_FIELDS} keys",
        )
    return [{key: value} for key, value in merged.items()]


def tell_customer_updated(call: Call, customer: Customer, changed: dict[str, Any]) -> None:
    """Push what has changed to the customer's connections and to the agents."""
    older = {name: value for name, value in changed.items() if name not in _NEWER_FIELDS}

    def render(lens: Any) -> Json:
        return {"id": customer.id} | (changed if lens.is_36 else older)

    call.push("customer_updated", render, customer_id=customer.id)


@CUSTOMER_ACTIONS.add("set_customer_session_fields", SetSessionFields)
def set_customer_session_fields(call: Call, request: SetSessionFields) -> None:
    """Change the session's fields; only the agents are told."""
    customer = call.desk.customer(call.user_id)
    customer.session_fields = merge_session_fields(customer.session_fields, request.session_fields)
    call.desk.customers.save(customer)
    fields = customer.session_fields
    call.push("customer_updated", lambda _: {"id": customer.id, "session_fields": fields}, customer_id=None)


@CUSTOMER_ACTIONS.add("update_customer_page", UpdateCustomerPage, web=False)
def update_customer_page(call: Call, request: UpdateCustomerPage) -> None:
    """Remember where the visitor is and tell the agents."""
    customer = call.desk.customer(call.user_id)
    page = visit_page(call, customer, request.url, request.title or "")
    call.desk.customers.save(customer)
    tell_page(call, customer, page)
    greet_on_page(call, customer, page.url)


def visit_page(call: Call, customer: Customer, url: str, title: str) -> Page:
    """Count a page view, unless the visitor is still on the same page."""
    pages = customer.last_pages
    if pages and pages[-1].url == url:
        pages[-1].title = title or pages[-1].title
        return pages[-1]
    page = Page(url, title, call.desk.clock.instant())
    customer.last_pages = [*pages, page][-REMEMBERED_PAGES:]
    customer.page_views += 1
    return page


def tell_page(call: Call, customer: Customer, page: Page) -> None:
    """Push the visitor's page to the agents."""
    payload = {
        "customer_id": customer.id,
        "visit_id": customer.visits,
        "opened_at": format_instant(page.opened_at),
        "url": page.url,
        "title": page.title,
    }
    call.push("customer_page_updated", lambda _: payload, customer_id=None)


@CUSTOMER_ACTIONS.add("activate_customer_page", Empty, since="3.6", web=False)
@CUSTOMER_ACTIONS.add("deactivate_customer_page", Empty, since="3.6", web=False)
def change_page_focus(call: Call, request: Empty) -> None:
    """Accept the news that the visitor's tab has gained or lost focus; nothing depends on it here."""


@CUSTOMER_ACTIONS.add("request_email_verification", RequestEmailVerification, rtm=False)
def request_email_verification(call: Call, request: RequestEmailVerification) -> None:
    """Record the wish; this server sends no mail. The ten newest of a customer are kept."""
    parts = split_url(request.callback_uri, "callback_uri")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ApiError("validation", "callback_uri: must be an absolute http or https address")
    if call.desk.customer(call.user_id).email is None:
        raise ApiError("validation", "email: the customer has none to verify")
    call.desk.customers.add_verification(call.user_id, request.callback_uri, call.desk.clock.instant())


@CUSTOMER_ACTIONS.add("check_goals", CheckGoals, rtm=False)
def check_goals(call: Call, request: CheckGoals) -> None:
    """Count a page view of a visitor who is not connected."""
    customer = call.desk.customer(call.user_id)
    visit_page(call, customer, request.page_url, "")
    customer.session_fields = merge_session_fields(customer.session_fields, request.session_fields)
    call.desk.customers.save(customer)
