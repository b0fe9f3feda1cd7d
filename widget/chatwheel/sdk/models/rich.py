"""Parts of rich messages: elements, pictures and buttons."""

from typing import Annotated, ClassVar

from pydantic import Field

from .base import Full, Items, Lenient, MaybeFlag, MaybeNumber, MaybeText, Model, Text, no_items, nothing


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

    `user_ids` are those who pressed it, `role` is `default`, `primary` or `danger`; `button_id` in greetings only.
    """

    always: ClassVar[tuple[str, ...]] = ("role",)

    text: Text = ""
    type: MaybeText = None
    value: MaybeText = None
    postback_id: Text = ""
    user_ids: Items[str] = Field(default_factory=no_items)
    role: Annotated[str, Lenient(lambda: "default")] = "default"
    target: MaybeText = None
    webview_height: MaybeText = None
    button_id: MaybeText = None


class ProductOption(Model):
    """A choice of a product (version 3.6); prices in units of `currency`."""

    option_id: Text = ""
    label: Text = ""
    price: MaybeNumber = None
    regular_price: MaybeNumber = None
    currency: MaybeText = None
    color: MaybeText = None
    image_url: MaybeText = None
    image_thumbnail_url: MaybeText = None
    available: MaybeFlag = None
    selected: MaybeFlag = None


class ProductAddon(Model):
    """Something that belongs to a product (version 3.6), such as a range of prices."""

    addon_type: Text = ""
    range_from: MaybeNumber = None
    range_to: MaybeNumber = None
    currency: MaybeText = None


class Product(Model):
    """A product shown in an element (version 3.6); `view_type` is `tags`, `swatch`, `images` or `select`."""

    view_type: MaybeText = None
    product_id: Text = ""
    label: MaybeText = None
    options: Items[ProductOption] = Field(default_factory=no_items)
    addons: Items[ProductAddon] = Field(default_factory=no_items)


class RichElement(Model):
    """One card: title, subtitle, picture, buttons, a product; each may be missing."""

    title: MaybeText = None
    subtitle: MaybeText = None
    image: Annotated[RichImage | None, Lenient(nothing)] = None
    buttons: Items[RichButton] = Field(default_factory=no_items)
    ecommerce: Annotated[Product | None, Lenient(nothing)] = None
