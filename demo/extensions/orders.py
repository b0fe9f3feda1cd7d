"""Where is my order? A form in the conversation asks for what is needed, and the shop's API knows the rest."""

import json

from order_question import OrderQuestion

from chatwheel.extension import Answer, Outgoing, Visit, chat, h


@chat.greeting
def hello(visit: Visit) -> None:
    if not visit.returning:
        chat.say(
            h(
                "div",
                {"class": "card"},
                h("div", {"class": "about"}, h("p", None, "You can ask me where your order is.")),
                h("button", {"action": "order"}, "Where is my order?"),
            )
        )


@chat.before_send
def asked(outgoing: Outgoing) -> Answer | None:
    if outgoing.kind == "message" and "where is my order" in outgoing.text.lower():
        chat.start(order_status())
        return Answer()
    return None


@chat.action("order")
async def order_status(value: str = "") -> None:
    question = await chat.ask(OrderQuestion, title="Find your order", submit="Look it up")
    if question is None:
        return
    response = await chat.request("GET", f"orders/{question.number}.json")
    order = json.loads(response.text) if response.status == 200 else {}
    if order.get("postcode") != question.postcode:  # a real shop asks its server, which does not tell
        chat.say(
            f"There is no order {question.number} for that postcode. Shall I ask a colleague?",
            replies=["Yes, please"],
        )
        return
    about = h(
        "div",
        {"class": "about"},
        h(
            "p",
            {"class": "row"},
            h("strong", None, order["item"]),
            h("span", {"class": "badge"}, order["status"]),
        ),
        h("p", {"class": "muted"}, f"Order {question.number}. {order['note']}"),
    )
    chat.say(h("div", {"class": "card"}, about))
