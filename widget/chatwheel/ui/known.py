"""What the visitor has told already: nobody is asked for the same twice (WCAG 3.3.7), and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chatwheel.sdk import CustomerSDK, events
from chatwheel.sdk.models import FormField
from chatwheel.ui import reduce
from chatwheel.ui.state import Form, Given
from chatwheel.ui.store import Store
from chatwheel.ui.text import one_line

Answers = Mapping[str, Sequence[str]]
"""What was filled in: the values of each field's id."""

SHORT = ("name", "email", "question", "subject")
"""Types of fields whose answers hold for the next form, too. A message or a choice is of its own form alone."""


class Known:
    """Name and address come from the service, whoever told it; answers and what was begun, from the forms."""

    def __init__(self, sdk: CustomerSDK, store: Store) -> None:
        self._store = store
        self._about: dict[str, str] = {}
        self._answers: dict[tuple[str, str], tuple[str, ...]] = {}
        self._begun: dict[tuple[str, str], tuple[str, ...]] = {}
        sdk.on("connected", self._connected)
        sdk.on("customer_updated", self._updated)

    @property
    def email(self) -> str:
        return self._about.get("email", "")

    def told(self, name: str | None, email: str | None) -> None:
        """A form that stands there hears of it: a field that the visitor has typed into keeps what is in it."""
        given = {"name": one_line(name or ""), "email": one_line(email or "")}
        self._about |= {what: text for what, text in given.items() if text}
        form = self._store.state.form
        if form and not form.busy:
            self._store.apply(reduce.form_given, self.given(form.fields))

    def _connected(self, payload: events.Connected) -> None:
        self.told(payload.customer.name, payload.customer.email)

    def _updated(self, payload: events.CustomerUpdated) -> None:
        self.told(payload.name, payload.email)

    def begun(self, form: Form, answers: Answers) -> None:
        """So far a form is filled in: it may have to go before it is sent."""
        self._begun |= {_of(field): tuple(answers.get(field.id, ())) for field in form.fields}

    def answered(self, form: Form, answers: Answers) -> None:
        """A form was sent."""
        for field in form.fields:
            self._begun.pop(_of(field), None)
            given = tuple(answers.get(field.id, ()))
            if field.type in SHORT and any(value.strip() for value in given):
                self._answers[_of(field)] = given
                if field.type in ("name", "email"):
                    self._about[field.type] = one_line(given[0])

    def given(self, fields: Iterable[FormField]) -> Given:
        """What is to stand in these fields from the beginning, by their ids."""
        found = {field.id: self._find(field) for field in fields}
        return {id: values for id, values in found.items() if values is not None}

    def _find(self, field: FormField) -> tuple[str, ...] | None:
        begun = self._begun.get(_of(field))
        if begun is not None and (begun or field.type == "checkbox"):
            return begun
        about = self._about.get(field.type)
        return (about,) if about else self._answers.get(_of(field))


def _of(field: FormField) -> tuple[str, str]:
    """Forms number their fields as they like: what asks for the same has the same label."""
    return field.type, one_line(field.label).casefold()
