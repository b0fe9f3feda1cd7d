"""Which files a visitor may send: a list of what is taken, by the end of the name and by the type.

What is not on the list is refused, also what nobody has heard of yet.
"""

from __future__ import annotations

import logging
import re

from chatwheel.ui.components.file import is_risky
from chatwheel.ui.entries import Attachment
from chatwheel.ui.i18n import Strings

logger = logging.getLogger("chatwheel.ui")

KINDS = {
    "images": "png jpg jpeg jpe jfif gif webp avif heic heif bmp tif tiff",
    "documents": "pdf doc docx xls xlsx ppt pptx ppsx odt ods odp odg rtf pages numbers key epub",
    "text": "txt text log csv tsv md json yaml yml ics vcf eml",
    "audio": "mp3 m4a aac wav ogg oga opus flac weba amr wma aif aiff",
    "video": "mp4 m4v mov webm avi mkv mpg mpeg 3gp ogv wmv",
    "archives": "zip 7z rar tar gz tgz bz2 xz zst",
}
"""Ends of names. Office's documents with macros are not among them."""

TYPES = {
    "images": ("image/",),
    "documents": (
        *("application/pdf", "application/rtf", "application/msword", "application/epub"),
        *("application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."),
        *("application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
    ),
    "text": ("text/plain", "text/csv", "text/markdown", "text/calendar", "application/json"),
    "audio": ("audio/",),
    "video": ("video/",),
    "archives": ("application/zip", "application/gzip", "application/x-7z", "application/x-tar"),
}
"""Beginnings of types: they tell of a name without an end, as phones give."""

ANY, NONE, DEFAULT = "any", "none", "default"
_ENDING = re.compile(r"\.[a-z0-9_-]{1,16}")


class AcceptedFiles:
    """The rule of a site's owner: words with spaces or commas between them.

    A word is a kind of `KINDS`, the end of a name (`.dwg`), `default` for all kinds, `any` for everything but what
    could run, or `none`. A word that is none of these is told in the log and left out.
    """

    def __init__(self, rule: str = "") -> None:
        words = [word for word in re.split(r"[\s,]+", rule.lower()) if word]
        known = [word for word in words if word in (*KINDS, ANY, NONE, DEFAULT) or _ENDING.fullmatch(word)]
        for word in {*words} - {*known}:
            logger.warning(
                "data-files: %r is not known, and left out. It takes endings such as .dwg, and %s.",
                word,
                ", ".join((*KINDS, DEFAULT, ANY, NONE)),
            )
        known = known or [DEFAULT]
        self._is_any = ANY in known
        self._kinds = [kind for kind in KINDS if kind in known or DEFAULT in known]
        self._named = [word for word in known if word.startswith(".")]
        self._endings = {f".{ending}" for kind in self._kinds for ending in KINDS[kind].split()}

    def take(self, file: Attachment) -> bool:
        """Whether the file may be sent. An ending that the owner named is taken even if it could run."""
        name = file.name.rstrip(". ").lower()  # some systems leave these out
        ending = name[name.rindex(".") :] if "." in name else ""
        if ending in self._named:
            return True
        if is_risky(file):
            return False
        if self._is_any or ending in self._endings:
            return True
        types = tuple(start for kind in self._kinds for start in TYPES[kind])
        return not ending and file.content_type.lower().startswith(types)

    def refusal(self, name: str, t: Strings) -> str:
        """Why the file of this name is not sent, and what could be."""
        if self._is_any:
            return t("upload.refused", name=name)
        words = [t(f"kind.{kind}") for kind in self._kinds]
        words += [f"\u2068{ending}\u2069" for ending in self._named]  # so that the dot stays before it
        if not words:
            return t("upload.none", name=name)
        kinds, *more = words
        for word in more:
            kinds = t("kind.list", list=kinds, more=word)
        return t("upload.refused_kind", name=name, kinds=kinds)

    @property
    def for_picker(self) -> str | None:
        """As HTML's `accept` has it: what the browser offers to choose. Empty for everything, `None` for nothing."""
        if self._is_any:
            return ""
        offered = [start + "*" for kind in self._kinds for start in TYPES[kind] if start.endswith("/")]
        offered += [
            f".{ending}"
            for kind in self._kinds
            if f"{TYPES[kind][0]}*" not in offered
            for ending in KINDS[kind].split()
        ]
        return ",".join(offered + self._named) or None
