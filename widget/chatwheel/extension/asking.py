"""A form in the conversation: shown, checked when it is sent, and settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from chatwheel.extension.fields import Answers, Fields
from chatwheel.ui.components.form import labelled
from chatwheel.ui.i18n import Strings
from chatwheel.ui.tree import Node, h

M = TypeVar("M", bound=BaseModel)


@dataclass
class Asked(Generic[M]):
    """A question that waits. `show` is called with what the visitor sees of it, whenever that changes."""

    key: str
    title: str
    submit: str
    fields: Fields[M]
    show: Callable[[Node], None]
    strings: Strings
    answer: asyncio.Future[M | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def draw(self) -> None:
        self.show(self._form({}))

    def submitted(self, answers: Answers) -> None:
        """The visitor sent the form: say what is wrong beside the fields, or hand it over."""
        read = self.fields.read(answers, self.strings)
        if isinstance(read, dict):
            self.show(self._form(read))
            return
        self.show(self._settled([*self.fields.said(read, self.strings)]))
        self.answer.set_result(read)

    def declined(self) -> None:
        self.show(
            h(
                "div",
                {"class": "ask"},
                self._heading(),
                h("p", {"class": "note"}, self.strings("ask.cancelled")),
            )
        )
        self.answer.set_result(None)

    def _heading(self) -> Node:
        return h("p", {"class": "heading"}, h("bdi", None, self.title))

    def _form(self, wrong: Mapping[str, str]) -> Node:
        t = self.strings
        controls = (
            labelled(one.shown, f"field-{self.key}-{number}", wrong.get(name), t)
            for number, (name, one) in enumerate(self.fields.fields.items())
        )
        common: dict[str, Any] = {"data-action": "extension", "data-key": self.key}
        return h(
            "form",
            {"class": "ask", **common, "data-do": "answer", "novalidate": True, "aria-label": self.title},
            self._heading(),
            controls,
            h("p", {"class": "wrong", "role": "alert"}, h("bdi", None, wrong[""])) if "" in wrong else None,
            h(
                "div",
                {"class": "row"},
                h("button", {"type": "submit", "class": "primary"}, self.submit or t("ask.submit")),
                h(
                    "button",
                    {"type": "button", "class": "link", **common, "data-do": "decline"},
                    t("ask.cancel"),
                ),
            ),
        )

    def _settled(self, said: list[tuple[str, str]]) -> Node:
        lines = (
            h("p", {"class": "said"}, h("span", {"dir": "auto"}, label), h("strong", {"dir": "auto"}, value))
            for label, value in said
        )
        return h("div", {"class": "ask"}, self._heading(), lines)
