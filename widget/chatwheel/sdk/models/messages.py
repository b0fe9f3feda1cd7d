"""Events of a thread: messages, files, forms and the like. An event of an unknown type is an `UnknownEvent`."""

from functools import cache
from math import ceil
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AliasChoices, Field, TypeAdapter

from .base import (
    Full,
    Items,
    Lenient,
    MaybeNumber,
    MaybeText,
    Model,
    Properties,
    Text,
    no_items,
    no_members,
    nothing,
)
from .forms import AnsweredField, SentField
from .rich import RichElement


class BaseEvent(Full):
    """What all events have. Times are RFC 3339 texts, untouched.

    `custom_id` is whatever the sender chose to recognise the event by; `thread_id` is `None` only in greetings.
    """

    always: ClassVar[tuple[str, ...]] = ("type", "thread_id", "properties")

    id: Text = ""
    type: Any = None
    author_id: MaybeText = None
    created_at: Text = ""
    thread_id: MaybeText = None
    custom_id: MaybeText = None
    properties: Properties = Field(default_factory=no_members)
    recipients: MaybeText = None


class ChosenProduct(Model):
    """What was chosen of a product (version 3.6)."""

    product_id: Text = ""
    option_id: MaybeText = None
    quantity: MaybeNumber = None


class Postback(Model):
    """Which button of a rich message a message answers."""

    id: Text = ""
    thread_id: MaybeText = None
    event_id: MaybeText = None
    type: MaybeText = None
    value: MaybeText = None
    ecommerce: Annotated[ChosenProduct | None, Lenient(nothing)] = None


class MessageEvent(BaseEvent):
    """A text."""

    type: Literal["message"] = "message"
    text: Text = ""
    postback: Annotated[Postback | None, Lenient(nothing)] = None


class Thumbnail(Model):
    """A smaller picture; sizes in CSS pixels."""

    url: MaybeText = None
    width: int = 0
    height: int = 0


class Thumbnails(Model):
    """`default` fits 300 by 300, `high` 600 by 600."""

    default: Thumbnail
    high: Thumbnail


def _thumbnail(url: str | None, width: float, height: float, limit: int) -> Thumbnail:
    larger = max(width, height)
    scale = min(larger, limit) / larger if larger > 0 else 1.0
    return Thumbnail(url=url, width=ceil(width * scale), height=ceil(height * scale))


class FileEvent(BaseEvent):
    """A file. Pictures have `width`, `height` and `thumbnails`."""

    type: Literal["file"] = "file"
    name: Text = ""
    url: Text = ""
    content_type: Text = ""
    size: MaybeNumber = None
    width: MaybeNumber = None
    height: MaybeNumber = None
    thumbnail_url: MaybeText = None
    thumbnail2x_url: MaybeText = Field(
        default=None, validation_alias=AliasChoices("thumbnail2x_url", "thumbnail2xUrl")
    )
    thumbnails: Annotated[Thumbnails | None, Lenient(nothing)] = None
    alternative_text: MaybeText = None

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        if self.thumbnails is None and self.width and self.height:
            small = _thumbnail(self.thumbnail_url, self.width, self.height, 300)
            high = _thumbnail(self.thumbnail2x_url, self.width, self.height, 600)
            self.fill(thumbnails=Thumbnails(default=small, high=high))

    @property
    def is_image(self) -> bool:
        """Whether this is a picture with known sizes."""
        return self.thumbnails is not None


class SystemMessageEvent(BaseEvent):
    """A note by the system; `system_message_type` says which, `text_vars` fills its text."""

    type: Literal["system_message"] = "system_message"
    text: Text = ""
    system_message_type: MaybeText = None
    text_vars: Annotated[dict[str, Any] | None, Lenient(nothing)] = None

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self.fill(author_id="system")


class RichMessageEvent(BaseEvent):
    """Cards, quick replies or a sticker."""

    type: Literal["rich_message"] = "rich_message"
    template: Text = Field(default="", validation_alias=AliasChoices("template_id", "templateId", "template"))
    elements: Items[RichElement] = Field(default_factory=no_items)


class FormEvent(BaseEvent):
    """A form to be filled in."""

    type: Literal["form"] = "form"
    form_id: Text = ""
    fields: Items[SentField] = Field(default_factory=no_items)
    form_type: MaybeText = None

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self.fill(author_id="system")


class FilledFormEvent(BaseEvent):
    """A form with its answers."""

    type: Literal["filled_form"] = "filled_form"
    form_id: Text = ""
    fields: Items[AnsweredField] = Field(default_factory=no_items)
    form_type: MaybeText = None


class CustomEvent(BaseEvent):
    """Whatever an application puts into `content`."""

    type: Literal["custom"] = "custom"
    content: Any = None


class SystemEvent(BaseEvent):
    """Something that happened (version 3.6): `subtype` says what, `details` is JSON as a text."""

    type: Literal["system"] = "system"
    source: MaybeText = None
    subtype: MaybeText = None
    version: MaybeNumber = None
    details: MaybeText = None


class UnknownEvent(BaseEvent):
    """An event of a type this version does not know, or one that could not be read; its members are all kept."""

    type: Any = None


Event = Annotated[
    Annotated[
        MessageEvent
        | FileEvent
        | SystemMessageEvent
        | RichMessageEvent
        | FormEvent
        | FilledFormEvent
        | CustomEvent
        | SystemEvent,
        Field(discriminator="type"),
    ]
    | UnknownEvent,
    Field(union_mode="left_to_right"),
]


@cache
def _reader() -> TypeAdapter[Event]:
    return TypeAdapter(Event)


def parse_event(data: Any, thread_id: str | None = None) -> Event:
    """An event from plain data; `thread_id` names its thread if the data does not."""
    event = _reader().validate_python(data)
    return in_thread(event, thread_id)


def in_thread(event: Event, thread_id: str | None) -> Event:
    """Note the thread of a freshly read event that does not know it yet."""
    if event.thread_id is None and thread_id is not None:
        event.fill(thread_id=thread_id)
    return event
