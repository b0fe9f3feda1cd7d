"""What several actions need: access to chats, drafts made into seeds, pages of chats and threads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from ..calls import Call
from ..clock import format_instant
from ..desk import Seed
from ..errors import ApiError, not_found, validation
from ..lens import Json
from ..paging import Cursor, Page, cut_page, read_cursor
from ..properties import check_update
from ..records import Chat, ChatFilter, ChatView, Event, Properties, Thread, ThreadView
from ..wire.customer import Access, ListChats, ListThreads
from ..wire.events import EventDraft, FileDraft, event_body

DEFAULT_CHATS: Final = 10
DEFAULT_THREADS: Final = 3
MAX_PAGE: Final = 100
#: The name of the list of chats in cursors; a list of threads has its chat's id.
_CHATS: Final = "chats"


def own_chat(call: Call, chat_id: str) -> Chat:
    """Return a chat that the caller may use; another customer's chat does not exist for this one."""
    chat = call.desk.chat(chat_id)
    if call.lens.role == "customer" and chat.customer_id != call.user_id:
        raise not_found("Chat")
    return chat


def need_active(call: Call, chat: Chat) -> Thread:
    """Return the chat's open thread, or refuse."""
    thread = call.desk.active_thread(chat)
    if thread is None:
        raise ApiError("chat_inactive", "Chat is inactive")
    return thread


def groups_of(call: Call, access: Access | None) -> list[int]:
    """Return the groups that a chat is opened in: that of the login, unless others are named."""
    group_ids = [call.group_id] if access is None or not access.group_ids else access.group_ids
    for group_id in group_ids:
        if not call.desk.config.has_group(group_id):
            raise ApiError("group_not_found", f"Group {group_id} not found")
    return group_ids


def find_event(call: Call, chat: Chat, thread_id: str, event_id: str) -> Event:
    """Return an event that the caller may read."""
    thread = call.desk.thread(chat, thread_id)
    event = call.desk.chats.event(event_id)
    if event is None or event.thread_id != thread.id or not call.lens.visible([event]):
        raise not_found("Event")
    return event


def make_seed(call: Call, draft: EventDraft, field: str = "event") -> Seed:
    """Prepare a client's event: check its properties, fill in what is known of its file."""
    by_customer = call.lens.role == "customer"
    properties: Properties = dict(draft.properties)
    check_update(call.desk.config, "event", properties, by_customer=by_customer)
    body = event_body(draft)
    if isinstance(draft, FileDraft):
        body |= _file_body(call, draft.url, f"{field}.url")
    visibility = (draft.recipients if by_customer else draft.visibility) or "all"
    return Seed(str(getattr(draft, "type", "")), body, draft.custom_id, visibility, properties)


def _file_body(call: Call, url: str, field: str) -> dict[str, Any]:
    """Describe an uploaded file; its links are stored without the host."""
    parts = split_url(url, field)
    pieces = parts.path.split("/")
    file = call.desk.files.get(pieces[2]) if len(pieces) == 4 and pieces[1] == "files" else None
    hosts = {urlsplit(call.lens.base_url).netloc}
    is_ours = file is not None and parts.scheme in ("http", "https") and parts.netloc in hosts | {file.host}
    if file is None or not is_ours or unquote(pieces[3]) != file.name:
        raise validation(field, "must be the address of a file that was uploaded to this server")
    call.desk.files.mark_used(file.id)
    body: dict[str, Any] = {
        "url": parts.path,
        "name": file.name,
        "content_type": file.content_type,
        "size": file.size,
    }
    if file.width is not None and file.height is not None:
        body |= {"width": file.width, "height": file.height}
    if file.has_thumbnail:
        body |= {
            "thumbnail_url": f"/files/{file.id}/thumbnail",
            "thumbnail2x_url": f"/files/{file.id}/thumbnail2x",
        }
    return body


def split_url(url: str, field: str) -> SplitResult:
    """Take an address apart; one that cannot be is a fault of the request."""
    try:
        return urlsplit(url)
    except ValueError as error:
        raise validation(field, "is not an address") from error


def chats_page(call: Call, request: ListChats, which: ChatFilter, *, largest: int) -> Page[tuple[Chat, int]]:
    """Cut a page of chats, in the order of their last threads."""
    if request.page_id is not None:
        cursor = read_cursor(request.page_id, largest, _CHATS)
    else:
        cursor = Cursor(request.sort_order != "asc", "count", request.limit or DEFAULT_CHATS, _CHATS)

    def read(descending: bool, beyond: int | None, limit: int) -> list[tuple[Chat, int]]:
        return call.desk.chats.chats_page(which, descending=descending, beyond=beyond, limit=limit)

    return cut_page(
        cursor,
        read(cursor.reads_descending, cursor.beyond, cursor.size + 1),
        lambda row: row[1],
        lambda taken: len(taken) >= cursor.size,
        lambda instant: bool(read(not cursor.reads_descending, instant, 1)),
    )


def chat_summary(call: Call, chat: Chat) -> Json:
    """Show a chat as lists do: without its events."""
    desk, lens = call.desk, call.lens
    last = desk.chats.last_thread(chat.id)
    for_customer = call.user_id if lens.role == "customer" else None
    last_events = desk.chats.last_event_per_type(chat.id, for_customer=for_customer)
    summary: Json = {
        "id": chat.id,
        "users": lens.users(
            ChatView(chat, desk.customer(chat.customer_id), desk.chats.members(chat.id), None)
        ),
        "access": {"group_ids": chat.group_ids},
        "properties": lens.properties("chat", chat.properties),
        "active": last is not None and last.active,
        "last_event_per_type": lens.last_events(last_events),
    }
    if last is None:
        return summary
    if lens.role == "customer":
        return summary | {
            "last_thread_id": last.id,
            "last_thread_created_at": format_instant(last.created_at),
        }
    return summary | {
        "last_thread_summary": _thread_summary(call, last),
        "is_followed": call.user_id in desk.chats.follower_ids(chat.id),
    }


def _thread_summary(call: Call, thread: Thread) -> Json:
    user_ids = call.desk.chats.thread_user_ids(thread.id)
    view = ThreadView(thread, [], user_ids, call.desk.router.place(thread))
    return {name: value for name, value in call.lens.thread(view).items() if name != "events"}


def threads_page(call: Call, chat: Chat, request: ListThreads) -> Page[ThreadView]:
    """Cut a page of threads, by their number or by the number of their events."""
    if request.page_id is not None:
        cursor = read_cursor(request.page_id, MAX_PAGE, chat.id)
    elif request.min_events_count is not None:
        cursor = Cursor(request.sort_order != "asc", "events", request.min_events_count, chat.id)
    else:
        cursor = Cursor(request.sort_order != "asc", "count", request.limit or DEFAULT_THREADS, chat.id)

    def read(descending: bool, beyond: int | None, limit: int) -> list[Thread]:
        return call.desk.chats.threads_page(chat.id, descending=descending, beyond=beyond, limit=limit)

    def is_full(taken: Sequence[ThreadView]) -> bool:
        if cursor.measure == "count":
            return len(taken) >= cursor.size
        return sum(len(call.lens.visible(view.events)) for view in taken) >= cursor.size

    # Threads without events would never fill a page by events: cap it, as a page by number is capped.
    limit = (cursor.size if cursor.measure == "count" else MAX_PAGE) + 1
    views: list[ThreadView] = []
    for thread in read(cursor.reads_descending, cursor.beyond, limit):
        enough = is_full(views)
        views.append(ThreadView(thread, [], []) if enough else call.desk.thread_view(thread))
        if enough:
            break
    return cut_page(
        cursor,
        views,
        lambda view: view.thread.created_at,
        lambda taken: is_full(taken) or len(taken) >= MAX_PAGE,
        lambda instant: bool(read(not cursor.reads_descending, instant, 1)),
    )
