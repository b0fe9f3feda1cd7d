"""Events: send, take back, press buttons, draft, read."""

from __future__ import annotations

from ..calls import Actions, Call
from ..clock import parse_instant
from ..errors import ApiError, not_found
from ..lens import Json
from ..records import Chat, Event, Thread
from ..wire.customer import DeleteEvent, MarkEventsAsSeen, SendEvent, SendPostback, SendSneakPeek
from .common import find_event, make_seed, need_active, own_chat
from .repeats import answer_event_again, repeated_event

EVENT_ACTIONS = Actions()


@EVENT_ACTIONS.add("send_event", SendEvent)
def send_event(call: Call, request: SendEvent) -> Json:
    """Write an event; one that is sent once more is answered again."""
    chat = own_chat(call, request.chat_id)
    seed = make_seed(call, request.event)
    if (known := repeated_event(call, chat, seed)) is not None:
        return answer_event_again(call, known)
    thread = writable_thread(call, chat, attach=request.attach_to_last_thread)
    event = call.desk.write(call, chat, thread, seed, (call.user_id, "customer"))
    return {"event_id": event.id}


def writable_thread(call: Call, chat: Chat, *, attach: bool) -> Thread:
    """Return the open thread, or the last one if the client wants to attach to it."""
    last = call.desk.chats.last_thread(chat.id)
    return last if attach and last is not None else need_active(call, chat)


@EVENT_ACTIONS.add("delete_event", DeleteEvent, since="3.6")
def delete_event(call: Call, request: DeleteEvent) -> None:
    """Take back one's own event."""
    chat = own_chat(call, request.chat_id)
    event = find_event(call, chat, request.thread_id, request.event_id)
    if event.author_id != call.user_id:
        raise ApiError("not_allowed", "Only one's own events can be deleted")
    event.deleted = True
    call.desk.chats.save_event(event)
    call.push(
        "event_deleted",
        lambda _: {"chat_id": chat.id, "thread_id": event.thread_id, "event_id": event.id},
        customer_id=chat.customer_id,
    )


@EVENT_ACTIONS.add("send_rich_message_postback", SendPostback)
def send_rich_message_postback(call: Call, request: SendPostback) -> None:
    """Put the customer on, or take it off, every button with this postback id."""
    chat = own_chat(call, request.chat_id)
    event = find_event(call, chat, request.thread_id, request.event_id)
    if event.type != "rich_message":
        raise not_found("Rich message")
    thread = call.desk.thread(chat, request.thread_id)
    if not _toggle(event, request.postback.id, call.user_id, request.postback.toggled):
        raise not_found("Button")
    call.desk.chats.save_event(event)
    if not thread.active:
        return
    postback = request.postback.model_dump(exclude_none=True)
    newer = {
        name: postback.pop(name) for name in ("button_type", "button_value", "ecommerce") if name in postback
    }
    call.push(
        "incoming_rich_message_postback",
        lambda lens: {
            "user_id": lens.user_id(call.user_id),
            "chat_id": chat.id,
            "thread_id": thread.id,
            "event_id": event.id,
            "postback": postback | newer if lens.is_36 else postback,
        },
        customer_id=chat.customer_id,
    )
    call.desk.tell_event(call, "event_updated", chat, event)


def _toggle(event: Event, postback_id: str, user_id: str, toggled: bool) -> bool:
    buttons = [
        button
        for element in event.body.get("elements", [])
        for button in element.get("buttons") or []
        if button.get("postback_id") == postback_id
    ]
    for button in buttons:
        others = [other for other in button.get("user_ids", []) if other != user_id]
        button["user_ids"] = [*others, user_id] if toggled else others
    return bool(buttons)


@EVENT_ACTIONS.add("send_sneak_peek", SendSneakPeek)
def send_sneak_peek(call: Call, request: SendSneakPeek) -> None:
    """Show the agents what the customer is writing."""
    chat = own_chat(call, request.chat_id)
    thread = need_active(call, chat)
    peek = {
        "author_id": call.user_id,
        "text": request.sneak_peek_text,
        "timestamp": int(call.desk.clock.time()),
    }
    call.push(
        "incoming_sneak_peek",
        lambda _: {"chat_id": chat.id, "thread_id": thread.id, "sneak_peek": peek},
        customer_id=None,
    )


@EVENT_ACTIONS.add("mark_events_as_seen", MarkEventsAsSeen)
def mark_events_as_seen(call: Call, request: MarkEventsAsSeen) -> None:
    """Move the caller's mark forward."""
    chat = own_chat(call, request.chat_id)
    role = call.lens.role
    call.desk.mark_seen(call, chat, (call.user_id, role), parse_instant(request.seen_up_to))
