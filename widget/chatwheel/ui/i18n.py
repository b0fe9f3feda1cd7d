"""The widget's words. They come from `static/locales/*.json`: a flat map of keys to texts with `{names}` in braces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import TypeAlias

_FORMAT = Formatter()


@dataclass(frozen=True, slots=True)
class Phrase:
    """One of the widget's own texts, by its key: looked up when it is shown, so that it changes with the language."""

    key: str


Words: TypeAlias = Phrase | str
"""What is said: the widget's own words, or somebody else's as they are."""


class Strings:
    """Texts of one locale.

    `strings("upload.too_big", name=…)` gives the text of that key, its `{name}` filled. A key that the locale lacks
    gives the key itself, and a placeholder nobody filled stays as it is: a wrong word must never stop a chat.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        locale: str = "en",
        write: Callable[[float, int, str], str] | None = None,
    ) -> None:
        """`write` writes a number as a locale does: `Intl` in a browser. Without it, only the point is the locale's."""
        self._texts = texts
        self.locale = locale
        self._write = write

    def become(self, texts: Mapping[str, str], locale: str) -> None:
        """Another language for everybody who holds these; what was put into words before stays as it is."""
        self._texts = texts
        self.locale = locale

    def __call__(self, key: str, /, **values: object) -> str:
        text = self._texts.get(key, key)
        return _FORMAT.vformat(text, (), _Open(values)) if "{" in text else text

    def say(self, words: Words) -> str:
        """In the language of now what can be."""
        return self(words.key) if isinstance(words, Phrase) else words

    def size(self, count: int) -> str:
        """A number of bytes in words: `3.0 MB`."""
        if count < 1024:
            return self("size.bytes", count=self.number(count))
        if count < 1024 * 1024:
            return self("size.kilobytes", count=self.number(round(count / 1024)))
        return self("size.megabytes", count=self.number(count / (1024 * 1024), 1))

    def number(self, value: float, places: int = 0) -> str:
        """In the digits that the words have, with the locale's marks and so many places after the point."""
        if self._write:
            return self._write(value, places, self.locale)
        return f"{value:.{places}f}".replace(".", self._texts.get("size.point", "."))


class _Open(dict[str, object]):
    def __init__(self, values: Mapping[str, object]) -> None:
        super().__init__(values)

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"
