"""Forms and their fields."""

from typing import Annotated, Any

from pydantic import Field

from .base import Flag, Items, Lenient, MaybeFlag, MaybeText, Model, Text, nothing


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
    options: Items[FormOption] = Field(default_factory=list)
    comment_label: MaybeText = None


class AnsweredField(FormField):
    """A field with its answer: `answer`, or `answers` for checkboxes; neither if it was left open."""

    answer: Any = None
    answers: Annotated[list[Any] | None, Lenient(nothing)] = None


class FormDefinition(Model):
    """A form's fields."""

    id: Text = ""
    fields: Items[FormField] = Field(default_factory=list)


class FormResult(Model):
    """Answer of `get_form`; there is no `form` unless `enabled`."""

    enabled: Flag = False
    form: Annotated[FormDefinition | None, Lenient(nothing)] = None
