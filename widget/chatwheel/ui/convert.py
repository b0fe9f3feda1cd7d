"""From what the SDK gives to what the widget shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from chatwheel.sdk.models import (
    Agent,
    CustomEvent,
    Event,
    FileEvent,
    FilledFormEvent,
    FormOption,
    MessageEvent,
    RichButton,
    RichImage,
    RichMessageEvent,
    SystemMessageEvent,
    Thread,
)
from chatwheel.ui.entries import (
    Attachment,
    Button,
    Card,
    Delivery,
    Entry,
    Happening,
    Kind,
    Link,
    Person,
    Rich,
    live_key,
)
from chatwheel.ui.happenings import is_known
from chatwheel.ui.text import one_line, plain
from chatwheel.ui.tree import Node, words

MOST_CARDS = 20
MOST_BUTTONS = 26
"""Twice what the service lets through (10 cards, 13 buttons): more is no message but an attempt to fill the page."""

Draw = Callable[[CustomEvent], Node | None]
"""Draws an event of the site's own; `None` for one that it does not know."""


def nothing(event: CustomEvent) -> None:
    """Draws no event."""


def seconds(timestamp: str | None, otherwise: float = 0.0) -> float:
    """An RFC 3339 time as seconds since the epoch; `otherwise` for what is not one."""
    try:
        return datetime.fromisoformat(timestamp or "").timestamp()
    except ValueError:
        return otherwise


def timestamp(at: float) -> str:
    """The time back as the server writes it, to the microsecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def person(user: Agent) -> Person:
    return Person(
        id=user.id,
        name=one_line(user.name or ""),
        avatar=_address(user.avatar),
        title=one_line(user.job_title or ""),
        present=bool(user.present),
        is_bot=bool(user.is_bot),
    )


def people(users: Iterable[object]) -> Iterator[Person]:
    """The agents among the users of a chat."""
    return (person(user) for user in users if isinstance(user, Agent))


def entries(
    thread: Thread, authors: Mapping[str, Person], customer_id: str, now: float, draw: Draw = nothing
) -> Iterator[Entry]:
    for event in thread.events:
        shown = entry(event, authors, customer_id, now, draw)
        if shown:
            yield shown


def entry(
    event: Event, authors: Mapping[str, Person], customer_id: str, now: float, draw: Draw = nothing
) -> Entry | None:
    """The entry of an event; `None` for events of which the visitor sees nothing.

    `now`, in seconds since the epoch, stands in for a time that cannot be read.
    """
    if not event.id:
        return None
    mine = event.author_id == customer_id
    author = None if mine else authors.get(event.author_id or "") or Person(event.author_id or "", "")
    common = (
        event.custom_id or event.id,
        seconds(event.created_at, now),
        author,
        event.id,
        event.thread_id or "",
    )
    match event:
        case MessageEvent() if event.text:
            message = _entry("message", *common, text=plain(event.text))
            link = url_details(event.properties)
            return replace(message, link=link) if link else message
        case FileEvent():
            return _entry("file", *common, attachment=attachment(event))
        case RichMessageEvent() if event.elements:
            content = rich(event, customer_id)
            return _entry("rich", *common, text=in_words(content), rich=content)
        case FilledFormEvent() if event.fields:
            return _entry("message", *common, text=answers(event))
        case CustomEvent():
            drawn = draw(event)
            return _entry("custom", *common, text=words(drawn), drawn=drawn) if drawn else None
        case SystemMessageEvent():
            return _notice(event, common)
        case _:
            return None


def _notice(event: SystemMessageEvent, common: tuple[str, float, Person | None, str, str]) -> Entry | None:
    key, at, _author, event_id, thread_id = common
    values = {name: one_line(str(value)) for name, value in (event.text_vars or {}).items()}
    happening = Happening(event.system_message_type or "", values)
    if not event.text and not is_known(happening):
        return None
    shown = _entry("notice", key, at, None, event_id, thread_id, text=plain(event.text))
    return replace(shown, happening=happening)


def url_details(properties: Mapping[str, object]) -> Link | None:
    """What the sender's side knows of the page that a message names."""
    details = properties.get("url_details")
    if not isinstance(details, dict) or not details.get("title") or not details.get("url"):
        return None
    texts = {
        name: one_line(str(details.get(name) or "")) for name in ("url", "title", "description", "image_url")
    }
    return Link(texts["url"], texts["title"], texts["description"], _address(texts["image_url"]))


def live(event: Event, authors: Mapping[str, Person], now: float) -> Entry | None:
    """The beginning of an answer as it is being written (Customer Chat API: incoming_event_preview)."""
    if not isinstance(event, MessageEvent) or not event.text:
        return None
    author = authors.get(event.author_id or "") or Person(event.author_id or "", "")
    return Entry(
        key=event.custom_id or live_key(author.id),
        kind="message",
        at=seconds(event.created_at, now),
        author=author,
        text=plain(event.text),
        is_live=True,
    )


def _entry(
    kind: Kind,
    key: str,
    at: float,
    author: Person | None,
    event_id: str,
    thread_id: str,
    *,
    text: str = "",
    attachment: Attachment | None = None,
    rich: Rich | None = None,
    drawn: Node | None = None,
) -> Entry:
    return Entry(
        key=key,
        kind=kind,
        at=at,
        author=author,
        text=text,
        event_id=event_id,
        thread_id=thread_id,
        delivery=None if author or kind == "notice" else Delivery.SENT,
        attachment=attachment,
        rich=rich,
        drawn=drawn,
    )


def answers(event: FilledFormEvent) -> str:
    """A form that was filled in, a line for each answer."""
    lines = []
    for field in event.fields:
        given = field.answers if field.answers is not None else [field.answer]
        words = [one_line(one.label if isinstance(one, FormOption) else str(one)) for one in given if one]
        if words:
            label = one_line(field.label)
            mark = "" if label.endswith((":", "?", "？", "؟")) else ":"  # noqa: RUF001 - other scripts' marks
            lines.append(f"{label}{mark} {', '.join(words)}")
    return "\n".join(lines)


def attachment(file: FileEvent) -> Attachment:
    thumbnails = file.thumbnails
    return Attachment(
        name=one_line(file.name or ""),
        content_type=file.content_type or "",
        size=_whole(file.size),
        url=_address(file.url),
        preview=_address(thumbnails.high.url or thumbnails.default.url) if thumbnails else "",
        width=_whole(file.width),
        height=_whole(file.height),
        alternative_text=one_line(file.alternative_text or ""),
    )


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _address(url: str | None) -> str:
    """The service leaves the scheme out at times."""
    return f"https:{url}" if url and url.startswith("//") else url or ""


def rich(event: RichMessageEvent, customer_id: str) -> Rich:
    cards = (
        Card(
            title=plain(element.title or ""),
            subtitle=plain(element.subtitle or ""),
            image=_picture(element.image) if element.image else None,
            buttons=tuple(_button(button, customer_id) for button in element.buttons[:MOST_BUTTONS]),
        )
        for element in event.elements[:MOST_CARDS]
    )
    return Rich(event.template, tuple(cards))


def _picture(image: RichImage) -> Attachment:
    return Attachment(
        name=one_line(image.name or ""),
        content_type=image.content_type or "",
        url=_address(image.url),
        width=_whole(image.width),
        height=_whole(image.height),
        alternative_text=one_line(image.alternative_text or ""),
    )


def _button(button: RichButton, customer_id: str) -> Button:
    return Button(
        text=one_line(button.text),
        postback_id=button.postback_id,
        kind=button.type or "",
        value=(button.value or "").strip(),
        height=button.webview_height or "",
        leaves=button.target == "current",
        role=button.role,
        pressed=customer_id in button.user_ids,
    )


def in_words(content: Rich) -> str:
    """A rich message for those who listen: its titles and subtitles, else its pictures, else its buttons."""
    lines = [line for card in content.cards for line in (card.title, card.subtitle)]
    pictures = [card.image.alternative_text or card.image.name for card in content.cards if card.image]
    buttons = [button.text for card in content.cards for button in card.buttons]
    told: list[str] = next(filter(any, (lines, pictures, buttons)), [])
    return ". ".join(filter(None, told))
