"""A form: labelled fields, what is wrong beside them, one button."""

from __future__ import annotations

from collections.abc import Sequence

from chatwheel.sdk.models import FormField, FormOption
from chatwheel.ui.i18n import Strings, Words
from chatwheel.ui.state import Form, State
from chatwheel.ui.text import one_line, plain
from chatwheel.ui.tree import Attribute, Node, h

AUTOCOMPLETE = {"name": "name", "email": "email"}


def form(state: State, t: Strings) -> list[Node]:
    shown = state.form
    if not shown:
        return []
    # Not `disabled` while the answers are on their way: the button would lose the focus.
    submit: dict[str, Attribute] = {"type": "submit", "class": "primary"}
    submit["aria-disabled"] = "true" if shown.busy else None
    buttons = [h("button", submit, t(f"form.{shown.kind}"))]
    if shown.kind == "postchat":
        skip = {"type": "button", "class": "link", "data-action": "form-skip"}
        buttons.append(h("button", skip, t("form.skip")))
    first = _first_open(shown) if shown.is_wanted else None
    return [
        h(
            "form",
            {
                "class": "form",
                "data-action": "form",
                "data-kind": shown.kind,
                "data-beside": shown.beside,
                "data-attempts": shown.attempts or None,
                "novalidate": True,
                "aria-label": t(f"form.{shown.kind}_label"),
            },
            [
                labelled(
                    field,
                    f"field-{number}",
                    shown.errors.get(field.id),
                    t,
                    given=shown.given.get(field.id),
                    has_focus=field is first,
                )
                for number, field in enumerate(shown.fields)
            ],
            h("div", {"class": "row"}, buttons),
            key=f"{shown.kind} {shown.id}",
        )
    ]


def _first_open(shown: Form) -> FormField | None:
    """Where there is something to do: what is known stands there already."""
    fields = [field for field in shown.fields if field.type != "header"]
    return next((field for field in fields if field.id not in shown.given), fields[0] if fields else None)


def labelled(
    field: FormField,
    name: str,
    error: Words | None,
    t: Strings,
    *,
    given: Sequence[str] | None = None,
    has_focus: bool = False,
) -> Node:
    """A field with its label and what is wrong with its answer; `name` is its own in the document, `given` what stands
    in it from the beginning.
    """
    if field.type == "header":
        # Its own direction inside, the form's for the line: as the labels below it.
        return h("p", {"class": "intro"}, h("bdi", None, one_line(field.label)))
    common: dict[str, Attribute] = {
        "name": field.id,
        "aria-required": "true" if field.required else None,
        "aria-invalid": "true" if error else None,
        "aria-describedby": f"{name}-error" if error else None,
        "data-focus": has_focus,
    }
    said = (
        h("p", {"class": "wrong", "id": f"{name}-error", "role": "alert"}, h("bdi", None, t.say(error)))
        if error
        else None
    )
    if field.type in ("radio", "checkbox", "rating") or (
        field.type == "group_chooser" and len(field.options) < 5
    ):
        return _choices(field, name, common, said, given, t)
    control = _control(field, {**common, "id": name}, given, t)
    if field.type == "checkbox_for_email":
        return h("div", {"class": "field"}, h("label", {"class": "choice"}, control, _label(field, t)), said)
    return h("div", {"class": "field"}, h("label", {"for": name}, _label(field, t)), control, said)


def _label(field: FormField, t: Strings) -> Node:
    text = one_line(field.label)
    return h("bdi", None, text if field.required else t("form.optional", label=text))


def _control(
    field: FormField, attributes: dict[str, Attribute], given: Sequence[str] | None, t: Strings
) -> Node:
    match field.type:
        case "textarea":
            return h("textarea", {**attributes, "rows": 3, "dir": "auto"}, plain(given[0]) if given else None)
        case "select" | "group_chooser":
            empty = h("option", {"value": ""}, t("form.choose"))
            return h("select", attributes, empty, [_option(option, given) for option in field.options])
        case "checkbox_for_email":
            return h("input", {**attributes, "type": "checkbox", "value": "yes", "checked": bool(given)})
        case _:
            attributes |= {
                "type": "email" if field.type == "email" else "text",
                "value": one_line(given[0]) if given else None,
                "autocomplete": AUTOCOMPLETE.get(field.type),
                "dir": "auto",
            }
            return h("input", attributes)


def _option(option: FormOption, given: Sequence[str] | None) -> Node:
    return h("option", {"value": option.id, "selected": _is_chosen(option, given)}, one_line(option.label))


def _is_chosen(option: FormOption, given: Sequence[str] | None) -> bool:
    """By the visitor, else by the site's owner."""
    return bool(option.checked) if given is None else option.id in given


def _choices(
    field: FormField,
    name: str,
    common: dict[str, Attribute],
    said: Node | None,
    given: Sequence[str] | None,
    t: Strings,
) -> Node:
    """A group; what is wrong is said of all of it, and to whoever comes to it. ARIA knows no group of checkboxes that
    is wrong, but each of them may be.
    """
    kind = "checkbox" if field.type == "checkbox" else "radio"
    options = list(field.options)
    if field.type == "rating":
        options = [FormOption(id="1", label=t("rating.good")), FormOption(id="0", label=t("rating.bad"))]
    inputs = (
        h(
            "label",
            {"class": "choice"},
            h(
                "input",
                {
                    "type": kind,
                    "name": common["name"],
                    "value": option.id,
                    "checked": _is_chosen(option, given),
                    "aria-invalid": common["aria-invalid"] if kind == "checkbox" else None,
                    "data-focus": bool(common["data-focus"]) and option is options[0],
                },
            ),
            h("bdi", None, one_line(option.label)),
        )
        for option in options
    )
    group: dict[str, Attribute] = {
        "class": "field",
        "id": name,
        "aria-describedby": common["aria-describedby"],
    }
    if kind == "radio":
        required = "true" if field.required else None
        group |= {"role": "radiogroup", "aria-required": required, "aria-invalid": common["aria-invalid"]}
    return h("fieldset", group, h("legend", None, _label(field, t)), inputs, said)
