"""A pydantic model as a form: its fields, what was filled in as an instance, and what is wrong in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from chatwheel.extension.api import ExtensionError
from chatwheel.sdk.models import FormField, FormOption
from chatwheel.ui.i18n import Strings
from chatwheel.ui.text import one_line, plain

M = TypeVar("M", bound=BaseModel)
Answers = Mapping[str, Sequence[str]]

MOST_RADIOS = 4
"""With more there is a menu instead."""
NUMBERS = ("int_", "float_", "decimal_", "finite_")
DATES = ("date_", "datetime_", "time_")


@dataclass(frozen=True)
class Field:
    """A field of the form, and the values that its options stand for."""

    shown: FormField
    values: Mapping[str, Any]
    is_flag: bool = False


class Fields(Generic[M]):
    """The form of a model.

    Raises:
        ExtensionError: a field holds something that cannot be typed into a form.
    """

    def __init__(self, model: type[M]) -> None:
        self._model = model
        schema = model.model_json_schema()
        required = schema.get("required", [])
        self._definitions = schema.get("$defs", {})
        self.fields = {
            name: self._field(name, one, name in required)
            for name, one in schema.get("properties", {}).items()
        }
        if not self.fields:
            raise ExtensionError(f"{model.__name__} has no fields to ask for.")

    def _field(self, name: str, schema: dict[str, Any], required: bool) -> Field:
        inner = self._resolved(schema)
        label = schema.get("title") or inner.get("title") or name
        options = inner.get("enum") or ([inner["const"]] if "const" in inner else [])
        kind = "question"
        if options:
            kind = "radio" if len(options) <= MOST_RADIOS else "select"
        elif inner.get("type") == "boolean":
            kind, required = "checkbox_for_email", False
        elif inner.get("format") in ("email", "textarea"):
            kind = inner["format"]
        elif inner.get("type") not in ("string", "integer", "number"):
            raise ExtensionError(f"The field {name!r} of {self._model.__name__} cannot be typed into a form.")
        values = {str(value): value for value in options}
        shown = FormField(
            id=name,
            type=kind,
            label=label,
            required=required,
            options=[
                FormOption(id=id, label=id, checked=value == schema.get("default"))
                for id, value in values.items()
            ],
        )
        return Field(shown, values, kind == "checkbox_for_email")

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Without references and the other choices: of `str | None` the text, of a decimal the number."""
        if "$ref" in schema:
            definition: dict[str, Any] = self._definitions[schema["$ref"].rpartition("/")[2]]
            return self._resolved(definition)
        for choices in ("anyOf", "allOf", "oneOf"):
            for choice in schema.get(choices, ()):
                found = self._resolved(choice)
                if found.get("type") != "null":
                    return {**found, **{key: schema[key] for key in ("format",) if key in schema}}
        return schema

    def read(self, answers: Answers, t: Strings) -> M | dict[str, str]:
        """An instance; or what is wrong, by the field's name, by `""` for the form as a whole."""
        given = {name: self._value(name, answers.get(name, ())) for name in self.fields}
        try:
            return self._model.model_validate({name: value for name, value in given.items() if value != ""})
        except ValidationError as error:
            wrong: dict[str, str] = {}
            for one in error.errors():
                name = str(one["loc"][0]) if one["loc"] else ""
                wrong.setdefault(name if name in self.fields else "", _in_words(one, t))
            return wrong

    def _value(self, name: str, given: Sequence[str]) -> Any:
        field = self.fields[name]
        if field.is_flag:
            return bool(given)
        text = given[0] if given else ""
        if field.values:
            return field.values.get(text, "")
        return plain(text).strip() if field.shown.type == "textarea" else one_line(text)

    def said(self, instance: M, t: Strings) -> list[tuple[str, str]]:
        """Labels and what was answered, without what was left open."""
        values = instance.model_dump(mode="json", by_alias=True)
        pairs = ((field.shown.label, values.get(name)) for name, field in self.fields.items())
        return [
            (label, t("ask.yes") if value is True else str(value))
            for label, value in pairs
            if value not in (None, "", False)
        ]


def _in_words(error: Any, t: Strings) -> str:
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind == "missing":
        return t("form.required")
    if kind == "string_too_short":
        return t("ask.short", count=context["min_length"])
    if kind == "string_too_long":
        return t("ask.long", count=context["max_length"])
    if kind == "value_error":
        return str(context["error"])  # the model's own words
    if kind.startswith(NUMBERS):
        return t("ask.number")
    if kind.startswith(DATES):
        return t("ask.date")
    is_pydantics = "url" in error  # and in English; an error of the model's own has none
    return t("ask.wrong") if is_pydantics and not t.locale.startswith("en") else str(error["msg"])
