"""The events that clients may send."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from .base import (
    MAX_BUTTONS,
    MAX_ELEMENTS,
    CustomId,
    GroupId,
    Identifier,
    MessageText,
    PropertiesUpdate,
    Request,
)

NonEmptyText = Annotated[MessageText, StringConstraints(min_length=1)]


#: Fields of a form that a visitor fills in.
FieldType = Literal[
    "name",
    "email",
    "question",
    "textarea",
    "subject",
    "radio",
    "select",
    "checkbox",
    "group_chooser",
    "checkbox_for_email",
    "rating",
]


class EventDraft(Request):
    """What every event has."""

    custom_id: CustomId = None
    properties: PropertiesUpdate = Field(default_factory=dict)
    #: The customer's word for who may read it …
    recipients: Literal["all", "agents"] | None = None
    #: … and the agent's word.
    visibility: Literal["all", "agents"] | None = None


class Ecommerce(Request):
    """A product chosen in a rich message."""

    product_id: str
    option_id: str | None = None
    quantity: int | None = None


class MessagePostback(Request):
    """Which button of which rich message made the client send this message."""

    id: str
    thread_id: Identifier
    event_id: Identifier
    type: str | None = None
    value: str | None = None
    ecommerce: Ecommerce | None = None

    @model_validator(mode="after")
    def _type_and_value_together(self) -> Self:
        if (self.type is None) != (self.value is None):
            raise ValueError("type and value go together")
        return self


class MessageDraft(EventDraft):
    """A text."""

    type: Literal["message"]
    text: NonEmptyText
    postback: MessagePostback | None = None


class FileDraft(EventDraft):
    """A file that was uploaded before."""

    type: Literal["file"]
    url: str
    alternative_text: str | None = None


class Choice(Request):
    """A chosen option of a form's field."""

    id: str
    label: str
    group_id: GroupId | None = None


class FilledField(Request):
    """A form's field with the visitor's answer; without one if it was left empty."""

    type: FieldType
    id: str
    label: str
    answer: str | bool | Choice | dict[str, Any] | None = None
    answers: list[Choice] | None = None

    @model_validator(mode="after")
    def _answer_fits(self) -> Self:
        text_types = ("name", "email", "question", "textarea", "subject")
        if self.type in text_types and not isinstance(self.answer, str | None):
            raise ValueError("answer must be a string")
        if self.type in ("radio", "select", "group_chooser") and not isinstance(self.answer, Choice | None):
            raise ValueError("answer must be an object with id and label")
        if self.type == "checkbox_for_email" and not isinstance(self.answer, bool | None):
            raise ValueError("answer must be true or false")
        if self.type == "group_chooser" and isinstance(self.answer, Choice) and self.answer.group_id is None:
            raise ValueError("answer must name its group_id")
        if self.type == "rating" and isinstance(self.answer, bool | dict):
            raise ValueError("answer must be a string or an object with id and label")
        if self.type == "checkbox" and self.answer is not None:
            raise ValueError("a checkbox is answered with answers")
        if self.answers is not None and self.type != "checkbox":
            raise ValueError("answers belongs to a checkbox")
        return self


class FilledFormDraft(EventDraft):
    """A form with the visitor's answers."""

    type: Literal["filled_form"]
    form_id: Identifier
    form_type: str | None = None
    fields: list[FilledField]


class Image(Request):
    """An element's picture."""

    url: str
    name: str | None = None
    content_type: str | None = None
    size: int | None = None
    width: int | None = None
    height: int | None = None
    alternative_text: str | None = None


class Button(Request):
    """An element's button."""

    text: str
    postback_id: str | None = None
    user_ids: list[str] = Field(default_factory=list)
    type: Literal["message", "url", "phone", "webview", "cancel"] | None = None
    value: str | None = None
    webview_height: Literal["compact", "tall", "full"] | None = None
    target: Literal["new", "current"] | None = None
    role: Literal["default", "primary", "danger"] | None = None
    button_id: str | None = None

    @model_validator(mode="after")
    def _value_where_needed(self) -> Self:
        if self.type in ("message", "url", "phone", "webview") and self.value is None:
            raise ValueError("type and value go together")
        if self.value is not None and self.type is None:
            raise ValueError("type and value go together")
        return self


class ProductOption(Request):
    """A variant of a product."""

    option_id: Identifier
    label: str
    price: float | str | None = None
    regular_price: float | str | None = None
    currency: str | None = None
    color: str | None = None
    image_url: str | None = None
    image_thumbnail_url: str | None = None
    available: bool | None = None
    selected: bool | None = None


class ProductAddon(Request):
    """What else is shown with a product."""

    addon_type: Identifier
    range_from: float | None = None
    range_to: float | None = None
    currency: str | None = None


class Product(Request):
    """The product of an element; from version 3.6 on."""

    view_type: Literal["tags", "swatch", "images", "select"]
    product_id: Identifier
    label: str
    options: list[ProductOption] = Field(default_factory=list)
    addons: list[ProductAddon] = Field(default_factory=list)


class Element(Request):
    """One card of a rich message."""

    title: str | None = None
    subtitle: str | None = None
    image: Image | None = None
    buttons: Annotated[list[Button], Field(max_length=MAX_BUTTONS)] | None = None
    ecommerce: Product | None = None


class RichMessageDraft(EventDraft):
    """Cards, quick replies or a sticker."""

    type: Literal["rich_message"]
    template_id: Literal["cards", "quick_replies", "sticker", "ecommerce"]
    elements: Annotated[list[Element], Field(max_length=MAX_ELEMENTS)] | None = None


class SystemMessageDraft(EventDraft):
    """A line about what has happened."""

    type: Literal["system_message"]
    system_message_type: Identifier
    text: MessageText | None = None
    text_vars: dict[str, str] | None = None


class CustomDraft(EventDraft):
    """Anything an application wants to tell its other half."""

    type: Literal["custom"]
    content: dict[str, Any] | None = None


class FormDraft(EventDraft):
    """A form for the visitor to fill in; only agents send one."""

    type: Literal["form"]
    form_id: Identifier
    form_type: str | None = None
    fields: list[dict[str, Any]]


CustomerDraft = Annotated[
    MessageDraft | FileDraft | FilledFormDraft | RichMessageDraft | SystemMessageDraft | CustomDraft,
    Field(discriminator="type"),
]
AgentDraft = Annotated[
    MessageDraft
    | FileDraft
    | FilledFormDraft
    | RichMessageDraft
    | SystemMessageDraft
    | CustomDraft
    | FormDraft,
    Field(discriminator="type"),
]

_COMMON = {"type", "custom_id", "properties", "recipients", "visibility"}


def event_body(draft: EventDraft) -> dict[str, Any]:
    """Return what is particular to this type of event, as it goes onto the wire."""
    return draft.model_dump(exclude=_COMMON, exclude_none=True)
