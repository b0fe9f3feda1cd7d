"""Text that a stranger wrote, made safe to show: control characters go, links become links, nothing else happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import combining
from urllib.parse import urlsplit

from chatwheel.ui.tree import Node, h

_CONTROLS = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# An address ends where a sign would turn the rest of it around: it would look like another.
LINK = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"'`{}|\\^\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]{2,2000}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b",
    re.I,
)
_LONGEST = 2_100
"""Characters that an address has at the most."""
_WORD = 60
_JOINS = "\u200d\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
"""What belongs to the sign before it: selectors, tones of skin, joiners."""
_TRAILING = ".,;:!?…*_"
"""Also marks of emphasis around an address, whoever wrote them."""
_NAMES = re.compile(r"\S[.\u2024\u3002\uff0e\uff61]\S|[@/\\]")
"""What makes a reader take words for an address: a dot (or what looks like one) inside, or one of its signs."""
_CLOSING = {")": "(", "]": "["}
_EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff](?:\ufe0f|[\U0001f3fb-\U0001f3ff]|"
    "\u200d[\u2600-\u27bf\U0001f000-\U0001faff])*){1,3}"
)


def plain(text: str) -> str:
    """Without control characters (line breaks and tabs stay)."""
    return text if text.isprintable() else _CONTROLS.sub("", text)


def one_line(text: str) -> str:
    """For names and titles: no control characters, no bidi overrides, one line."""
    return " ".join(_BIDI.sub("", plain(text)).split())


def is_emoji(text: str) -> bool:
    """Whether this is one to three emoji and nothing else, which are shown large."""
    return len(text) <= 40 and _EMOJI.fullmatch(text.strip()) is not None


def linked(text: str) -> Iterator[str | Node]:
    """The text with its web and mail addresses as links. The stage checks every address once more."""
    text = plain(text)
    if "@" not in text and "://" not in text and "www." not in text.lower():
        yield text  # nearly all texts: not worth a search
        return
    end = 0
    for match in LINK.finditer(text):
        address = trimmed(match.group())
        if match.start() > end:
            yield text[end : match.start()]
        yield from anchor(address)
        end = match.start() + len(address)
    if end < len(text):
        yield text[end:]


def host(address: str) -> str:
    """Whose page it is, as the network has it: letters that look like others are told apart. Empty if it has none."""
    try:
        name = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return ".".join(map(_ascii, name.split(".")))


def anchor(address: str) -> Iterator[Node]:
    """A link that shows its own address, and its host if that is in disguise."""
    yield h("a", {"href": _href(address)}, address)
    if hidden := _hidden_host(_href(address)):
        yield h("span", None, f" ({hidden})")


def unsaid_target(address: str, label: str, around: str) -> str:
    """Where a link with words of its own leads, if those could be taken for another address; else nothing.

    `around` is the label with what stands beside it: together they may look like an address that neither is.
    """
    if hidden := _hidden_host(address):
        return hidden
    scheme, _, rest = address.partition(":")
    label = label.strip().lower()
    if scheme.lower() == "tel":
        named = re.sub(r"\D", "", label)
        return rest if len(named) > 2 and named != re.sub(r"\D", "", rest) else ""
    if not _NAMES.search(around):
        return ""
    if scheme.lower() == "mailto":
        target = rest.partition("?")[0]
        return "" if label == target.lower() else target
    try:
        target = urlsplit(address).hostname or ""
        named = urlsplit(_href(label) if LINK.fullmatch(label) else f"https://{label}").hostname or ""
    except ValueError:
        return address
    return "" if target and target.removeprefix("www.") == named.removeprefix("www.") else target or address


def _hidden_host(address: str) -> str:
    """Where an address really leads, if it looks like another: it begins with a name before an `@`, or is written with
    letters that look like others.
    """
    try:
        parts = urlsplit(address)
        name = parts.hostname or ""
    except ValueError:
        return ""
    is_disguised = parts.scheme != "mailto" and ("@" in parts.netloc or not name.isascii())
    return host(address) if is_disguised else ""


def _ascii(label: str) -> str:
    """A part of a host's name as the network has it."""
    return label if label.isascii() else f"xn--{label.encode('punycode').decode()}"


def beginning(text: str, length: int) -> str:
    """About so many of the first characters: no word is cut in two, no address, and nothing that is one sign."""
    if len(text) <= length:
        return text
    end = length
    for match in LINK.finditer(text, max(0, length - _LONGEST), length + _LONGEST):
        if match.start() < length < match.end():
            end = match.start()
    space = max(text.rfind(sign, end - _WORD, end + 1) for sign in " \n\t") if end > _WORD else -1
    if end == length and space >= 0:
        end = space
    while end and (text[end] in _JOINS or text[end - 1] == "\u200d" or combining(text[end])):
        end -= 1
    return text[: end or length].rstrip()


def first_link(text: str) -> str:
    """The first address of a page in a text; empty if there is none."""
    if "://" not in text and "www." not in text.lower():
        return ""
    found = (_href(trimmed(match.group())) for match in LINK.finditer(plain(text)))
    return next((address for address in found if not address.startswith("mailto:")), "")


def trimmed(address: str) -> str:
    """Without the punctuation that belongs to the sentence around it."""
    while address:
        last = address[-1]
        opening = _CLOSING.get(last)
        if last in _TRAILING or (opening and address.count(last) > address.count(opening)):
            address = address[:-1]
        else:
            break
    return address


def _href(address: str) -> str:
    lower = address.lower()
    if lower.startswith(("http://", "https://")):
        return address
    return f"https://{address}" if lower.startswith("www.") else f"mailto:{address}"
