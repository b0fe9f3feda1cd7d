"""What Grace says: answers to what visitors of the demo shop ask.

Pure functions of what was said and how often something of the kind was said before, so that a conversation varies
but a test can foresee it.
"""

from __future__ import annotations

import re
from typing import Any, Final

_TOPICS: Final[tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]] = tuple(
    (name, re.compile(rf"\b(?:{pattern})", re.IGNORECASE), answers)
    for name, pattern, answers in (
        (
            "thanks",
            r"thank|thx|cheers|perfect\b|great\b|awesome|appreciate",
            (
                "You are welcome! Is there anything else I can do for you?",
                "Glad I could help. Just write if something else comes up.",
                "My pleasure!",
            ),
        ),
        (
            "bicycle",
            r"bicycle|bike\b|model no|recommend|which one",
            (
                "With pleasure: this one rides without oil and without noise.",
                "If there are children to carry, look at this one.",
                "This one is our lightest to pay for: seven speeds and a basket.",
            ),
        ),
        (
            "returns",
            r"return|refund|exchange|money back|send (?:it|this|them) back|wrong size|too (?:big|small)",
            (
                "No problem: 30 days, unused, and we cover the postage. Shall I e-mail you a label?",
                "The refund takes three to five working days once the parcel is back with us.",
                "If you would rather have another size or colour, tell me which one and I will reserve it.",
            ),
        ),
        (
            "damage",
            r"broken|damage|defect|scratch|does ?n.t work|not working|faulty|missing",
            (
                "Oh, I am sorry about that. Could you send me a photo of it?",
                "That should not happen. Shall I send a replacement today, or would you prefer your money back?",
            ),
        ),
        (
            "delivery",
            r"deliver|shipping|shipment|ship\b|arrive|parcel|package|tracking|courier|how long",
            (
                "Orders placed before 2 pm leave the same day, and standard delivery takes two to three working days.",
                "I can look that up. What is your order number? It starts with CW.",
                "Delivery is free from 50 euros on; below that it is 3.90. Express comes the next morning.",
            ),
        ),
        (
            "order",
            r"order|bought|purchase|invoice|receipt|cw[- ]?\d+",
            (
                "Sure, let me have a look. Could you give me the order number? It starts with CW.",
                "Thanks! It is packed, and you will get an e-mail with the tracking link this afternoon.",
                "I can still change the address or add something. What would you like?",
            ),
        ),
        (
            "payment",
            r"pay|card|paypal|price|cost|discount|voucher|coupon|how much",
            (
                "We take cards, PayPal and bank transfer; nothing is charged before the parcel leaves us.",
                "There is a code for first orders: WELCOME10 takes ten percent off.",
            ),
        ),
        (
            "stock",
            r"stock|available|availability|size|colou?r|sold out",
            (
                "Let me check the shelf… Yes, we have a few left. Shall I put one aside for you?",
                "The next batch arrives on Thursday. I can drop you a line when it is here.",
            ),
        ),
        (
            "hours",
            r"open(?:ing)?\b|hours|closed?\b|weekend",
            ("We are here from nine to six on weekdays and until two on Saturdays.",),
        ),
        (
            "human",
            r"bot\b|robot|human|real person",
            (
                "I am Grace, the demo's scripted colleague. Open the agent console and you can take over from me.",
            ),
        ),
        (
            "goodbye",
            r"bye|goodbye|see you|that.s all|nothing else|no,? thank",
            ("Have a lovely day!", "Bye, and thanks for stopping by!"),
        ),
        (
            "greeting",
            r"hi\b|hello|hey\b|good (?:morning|afternoon|evening)|howdy|hola|ciao",
            (
                "Hello! I am Grace. What can I do for you?",
                "Hi there! How can I help?",
                "Hello again! What can I do for you?",
            ),
        ),
    )
)
_QUESTIONS: Final = (
    "Good question. Let me check that for you; could you tell me a little more?",
    "I will find out. Is it about an order you have placed, or about something you are looking at?",
    "Let me ask a colleague in the warehouse. Anything else I should mention to them?",
)
_OTHER: Final = (
    "I see. Could you tell me a little more, so that I can help?",
    "Understood. Is it about an order, a delivery or a return?",
    "Got it, thank you. I have written that down.",
    "All right. Is there anything else I should know?",
)
_BICYCLES: Final[tuple[dict[str, Any], ...]] = tuple(
    {
        "id": f"model-{number}",
        "name": f"Model No. {number}",
        "text": text,
        "price": price,
        "picture": f"/demo/extensions/model-{number}.svg",
    }
    for number, text, price in (
        (2, "Belt drive: no oil, no noise.", "€ 1,240"),
        (3, "Carries two children and the shopping.", "€ 2,480"),
        (1, "Seven speeds, steel frame, basket.", "€ 890"),
    )
)
_NAME: Final = re.compile(
    r"\b(?i:my name(?:'s| is)) ([A-Za-z][\w'-]{1,30})|\b(?i:this is) ([A-Z][\w'-]{1,30})\b"
)


def topic_of(text: str) -> str:
    """Name what a message is about."""
    for name, pattern, _ in _TOPICS:
        if pattern.search(text):
            return name
    return "question" if text.rstrip().endswith("?") else "other"


def reply_to(event: dict[str, Any], turn: int) -> str | None:
    """Answer an event; ``turn`` counts earlier events of the same kind. None if there is nothing to say."""
    match event["type"]:
        case "file":
            return _about_file(event, turn)
        case "filled_form":
            return "Thank you, that helps."
        case "message":
            return _about_text(str(event.get("text", "")), turn)
    return None


def custom_content(event: dict[str, Any], turn: int) -> dict[str, Any] | None:
    """What follows the answer as a custom event, for pages that know how to show it: the bicycle that it names."""
    is_asked = event["type"] == "message" and topic_of(str(event.get("text", ""))) == "bicycle"
    return {"type": "product_card", **_BICYCLES[turn % len(_BICYCLES)]} if is_asked else None


def kind_of(event: dict[str, Any]) -> str:
    """Tell events apart whose answers should not repeat."""
    return topic_of(str(event.get("text", ""))) if event["type"] == "message" else str(event["type"])


def _about_file(event: dict[str, Any], turn: int) -> str:
    name = str(event.get("name") or "your file")
    if str(event.get("content_type", "")).startswith("image/"):
        endings = ("That makes it much clearer.", "I can see it well.", "Good picture!")
    else:
        endings = ("I will have a look at it.", "I have put it with your order.", "Let me read it.")
    return f"Thanks, I have got {name}. {endings[turn % len(endings)]}"


def _about_text(text: str, turn: int) -> str:
    name = _NAME.search(text)
    if name is not None:
        return f"Nice to meet you, {name.group(1) or name.group(2)}! What can I do for you?"
    topic = topic_of(text)
    for known, _, answers in _TOPICS:
        if known == topic:
            return answers[turn % len(answers)]
    answers = _QUESTIONS if topic == "question" else _OTHER
    return answers[turn % len(answers)]
