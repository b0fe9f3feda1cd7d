"""Product cards: agents send a custom event of this type, and visitors see a card with a picture and buttons."""

from pydantic import BaseModel, Field

from chatwheel.extension import Node, chat, h


class ProductCard(BaseModel):
    id: str
    name: str
    text: str = ""
    price: str
    picture: str
    url: str = ""
    in_stock: bool = True
    colors: list[str] = Field(default_factory=list)


@chat.renderer("product_card", ProductCard)
def card(product: ProductCard) -> Node:
    return h(
        "div",
        {"class": "card"},
        h("img", {"src": product.picture, "alt": product.name, "width": 400, "height": 260}),
        h(
            "div",
            {"class": "about"},
            h(
                "p",
                {"class": "row"},
                h("strong", None, product.name),
                h("span", {"class": "price"}, product.price),
            ),
            h("p", {"class": "muted"}, product.text) if product.text else None,
            h("p", {"class": "muted"}, "Colours: ", ", ".join(product.colors)) if product.colors else None,
        ),
        h(
            "button",
            {"class": "primary", "action": "add", "value": product.id, "disabled": not product.in_stock},
            "Add to basket" if product.in_stock else "Sold out",
        ),
        h("a", {"class": "button", "href": product.url}, "See all of it") if product.url else None,
    )


@chat.action("add")
def add(product: str) -> None:
    chat.tell_page("basket", {"add": product})
    chat.say("It is in your basket.")
