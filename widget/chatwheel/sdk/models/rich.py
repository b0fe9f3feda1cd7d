"""Parts of rich messages: elements, pictures and buttons."""

from typing import Annotated, ClassVar

from pydantic import Field

from .base import Full, Items, Lenient, MaybeNumber, MaybeText, Model, Text, nothing


class RichImage(Model):
    """A picture of an element."""

    url: Text = ""
    name: MaybeText = None
    alternative_text: MaybeText = None
    content_type: MaybeText = None
    size: MaybeNumber = None
    width: MaybeNumber = None
    height: MaybeNumber = None


class RichButton(Full):
    """A button. `type` is `message`, `phone`, `url`, `webview`, `cancel`, something newer, or `None`.

    `user_ids` are those who pressed it, `role` is `default`, `primary` or `danger`.
    """

    always: ClassVar[tuple[str, ...]] = ("role",)

    text: Text = ""
    type: MaybeText = None
    value: MaybeText = None
    postback_id: Text = ""
    user_ids: Items[str] = Field(default_factory=list)
    role: Annotated[str, Lenient(lambda: "default")] = "default"
    target: MaybeText = None
    webview_height: MaybeText = None


class RichElement(Model):
    """One card: title, subtitle, picture, buttons; each may be missing."""

    title: MaybeText = None
    subtitle: MaybeText = None
    image: Annotated[RichImage | None, Lenient(nothing)] = None
    buttons: Items[RichButton] = Field(default_factory=list)
