"""Forms and their fields."""

from typing import Annotated, Any

from pydantic import AliasChoices, Field

from .base import Flag, Items, Lenient, MaybeFlag, MaybeText, Model, Text, no_items, nothing


class FormOption(Model):
    """A choice of a field; `group_id` in group choosers only."""

    id: Text = ""
    label: Text = ""
    group_id: Any = None
    checked: MaybeFlag = None


class FormField(Model):
    """A field. `type` is `header`, `name`, `email`, `question`, `textarea`, `radio`, `select`, `checkbox`,
    `checkbox_for_email`, `group_chooser`, `rating`, `subject`, or something newer.
    """

    id: Text = ""
    type: Text = ""
    label: Text = ""
    required: MaybeFlag = None
    checked: MaybeFlag = None
    options: Items[FormOption] = Field(default_factory=no_items)
    comment_label: MaybeText = None


class SentOption(FormOption):
    """A choice in a form event, whose names the JavaScript SDK leaves as they are on the wire."""

    group_id: Any = Field(
        default=None, validation_alias=AliasChoices("group_id", "groupId"), serialization_alias="group_id"
    )


class SentField(FormField):
    """A field of a form event, whose names the JavaScript SDK leaves as they are on the wire."""

    options: Items[SentOption] = Field(default_factory=no_items)  # type: ignore[assignment]
    comment_label: MaybeText = Field(
        default=None,
        validation_alias=AliasChoices("comment_label", "commentLabel"),
        serialization_alias="comment_label",
    )


class AnsweredField(FormField):
    """A field with its answer: `answer`, or `answers` for checkboxes; neither if it was left open.

    An answer chosen among options is a `FormOption`, any other is what was written.
    """

    answer: Annotated[FormOption | Any, Field(union_mode="left_to_right")] = None
    answers: Annotated[list[FormOption] | None, Lenient(nothing)] = None


class FormDefinition(Model):
    """A form's fields."""

    id: Text = ""
    fields: Items[FormField] = Field(default_factory=no_items)


class FormResult(Model):
    """Answer of `get_form`; there is no `form` unless `enabled`."""

    enabled: Flag = False
    form: Annotated[FormDefinition | None, Lenient(nothing)] = None
