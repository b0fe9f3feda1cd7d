"""A file: a picture is shown, everything else is a card with its name and size."""

from __future__ import annotations

from chatwheel.ui.components.icons import icon
from chatwheel.ui.entries import Attachment, Delivery, Entry
from chatwheel.ui.i18n import Strings
from chatwheel.ui.tree import Attribute, Node, h

# fmt: off
RISKY = frozenset((
    "apk", "app", "appimage", "appinstaller", "appx", "bat", "chm", "cmd", "com", "command", "cpl", "crx",
    "csh", "deb", "desktop", "dll", "dmg", "exe", "gadget", "hlp", "hta", "htm", "html", "inf", "ins", "isp",
    "jar", "js", "jse", "lnk", "mhtml", "mjs", "msc", "msi", "msix", "msp", "mst", "pif", "pkg", "ps1", "psm1",
    "reg", "rpm", "scf", "scr", "sct", "sh", "shb", "shs", "svg", "svgz", "url", "vb", "vbe", "vbs", "wsc",
    "wsf", "wsh", "xbap", "xht", "xhtml", "xpi",
))
# fmt: on
"""Ends of names. What these hold runs, on the machine or in the browser that opens it."""
RISKY_TYPES = ("text/html", "application/xhtml", "image/svg", "text/javascript", "application/javascript")

LARGEST = (260, 260)
"""Pixels that a picture takes at the most."""


def file(entry: Entry, attachment: Attachment, t: Strings) -> Node:
    source = attachment.preview or attachment.url
    on_its_way = attachment.share is not None and entry.delivery is not Delivery.FAILED
    if attachment.is_image and source and not on_its_way and entry.delivery is not Delivery.FAILED:
        return _picture(attachment, source, t)
    return _card(entry, attachment, source, on_its_way, t)


def is_risky(file: Attachment) -> bool:
    """Whether it could run. Some systems leave out dots and spaces at a name's end."""
    _, dot, ending = file.name.rstrip(". ").lower().rpartition(".")
    return bool(dot and ending in RISKY) or file.content_type.lower().startswith(RISKY_TYPES)


def _picture(attachment: Attachment, source: str, t: Strings) -> Node:
    text = attachment.alternative_text or attachment.name or t("file.unnamed")
    image = h("img", {"src": source, "alt": text, **_shown_size(attachment)})
    if not attachment.url:
        return h("div", {"class": "picture"}, image)
    label = t("file.open", name=text)
    return h("a", {"class": "picture", "href": attachment.url, "aria-label": label}, image)


def _shown_size(attachment: Attachment) -> dict[str, int]:
    """Said beforehand, so that nothing jumps when the picture arrives."""
    width, height = attachment.width, attachment.height
    if not width or not height or width < 0 or height < 0:
        return {}
    scale = min(1.0, LARGEST[0] / width, LARGEST[1] / height)
    return {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}


def _card(entry: Entry, attachment: Attachment, source: str, on_its_way: bool, t: Strings) -> Node:
    size = t.size(attachment.size) if attachment.size is not None else ""
    image = attachment.is_image and source.startswith("blob:")
    sign = h("img", {"src": source, "alt": ""}) if image else icon("file")
    words = h(
        "span",
        {"class": "words"},
        h("span", {"class": "name"}, h("bdi", None, attachment.name or t("file.unnamed"))),
        h(
            "span",
            {"class": "size"},
            h("bdi", None, _progress_text(attachment, size, t) if on_its_way else size),
        ),
        _progress(attachment, t) if on_its_way else None,
    )
    body = [h("span", {"class": "sign"}, sign), words]
    if on_its_way:
        cancel: dict[str, Attribute] = {
            "type": "button",
            "class": "quiet",
            "data-action": "cancel-upload",
            "data-key": entry.key,
            "aria-label": t("upload.cancel", name=attachment.name),
        }
        return h("div", {"class": "card"}, body, h("button", cancel, icon("close")))
    if not attachment.url or not entry.event_id:
        return h("div", {"class": "card"}, body)
    if not entry.mine and is_risky(attachment):
        return _warned(entry, attachment, body, t)
    link = {"class": "card", "href": attachment.url, "download": attachment.name}
    return h("a", link, body, icon("download"))


def _warned(entry: Entry, attachment: Attachment, body: list[Node], t: Strings) -> Node:
    """What could run is not had by one press: who presses is told first, and then may have it."""
    fold: dict[str, Attribute] = {
        "type": "button",
        "class": "card",
        "data-action": "unfold",
        "data-key": entry.key,
        "aria-expanded": "true" if entry.unfolded else "false",
    }
    card = h("button", fold, body, icon("alert"))
    if not entry.unfolded:
        return h("div", {"class": "risky"}, card)  # as below: the button that is pressed stays
    link = {"class": "link", "href": attachment.url, "download": attachment.name}
    warning = h("p", None, t("file.risky"), " ", h("a", link, t("file.risky_open")))
    return h("div", {"class": "risky"}, card, warning)


def _progress(attachment: Attachment, t: Strings) -> Node:
    attributes: dict[str, Attribute] = {
        "max": 100,
        "value": round(100 * (attachment.share or 0.0)),
        "aria-label": t("upload.progress", name=attachment.name),
    }
    return h("progress", attributes)


def _progress_text(attachment: Attachment, size: str, t: Strings) -> str:
    return t("upload.share", percent=t.number(round(100 * (attachment.share or 0.0))), size=size)
