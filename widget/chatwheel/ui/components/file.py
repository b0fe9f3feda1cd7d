"""A file: a picture is shown, everything else is a card with its name and size."""

from __future__ import annotations

from chatwheel.ui.components.icons import icon
from chatwheel.ui.entries import Attachment, Delivery, Entry
from chatwheel.ui.i18n import Strings
from chatwheel.ui.tree import Attribute, Node, h

LARGEST = (260, 260)
"""Pixels that a picture takes at the most."""


def file(entry: Entry, attachment: Attachment, t: Strings) -> Node:
    source = attachment.preview or attachment.url
    on_its_way = attachment.share is not None and entry.delivery is not Delivery.FAILED
    if attachment.is_image and source and not on_its_way and entry.delivery is not Delivery.FAILED:
        return _picture(attachment, source, t)
    return _card(entry, attachment, source, on_its_way, t)


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
    if attachment.url and entry.event_id:
        return h(
            "a",
            {"class": "card", "href": attachment.url, "download": attachment.name},
            body,
            icon("download"),
        )
    return h("div", {"class": "card"}, body)


def _progress(attachment: Attachment, t: Strings) -> Node:
    attributes: dict[str, Attribute] = {
        "max": 100,
        "value": round(100 * (attachment.share or 0.0)),
        "aria-label": t("upload.progress", name=attachment.name),
    }
    return h("progress", attributes)


def _progress_text(attachment: Attachment, size: str, t: Strings) -> str:
    return t("upload.share", percent=round(100 * (attachment.share or 0.0)), size=size)
