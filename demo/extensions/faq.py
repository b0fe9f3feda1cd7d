"""While nobody is there, frequent questions are answered here; every other message waits for the people."""

import re
from dataclasses import dataclass

from chatwheel.extension import Answer, Outgoing, Visit, chat


@dataclass(frozen=True)
class Topic:
    words: frozenset[str]
    answer: str


TOPICS = [
    Topic(
        frozenset({"deliver", "delivery", "shipping", "arrive", "long"}),
        "Bicycles leave the workshop within five working days and arrive ready to ride.",
    ),
    Topic(
        frozenset({"return", "returns", "refund", "back", "exchange"}),
        "Ride it for thirty days. If it is not yours, we fetch it and pay you back.",
    ),
    Topic(
        frozenset({"open", "hours", "closed", "when", "visit"}),
        "The workshop is open from nine to six, Tuesday to Saturday.",
    ),
    Topic(
        frozenset({"service", "repair", "repairs", "inspection", "brakes"}),
        "The first inspection is free. Bring the bicycle in after three hundred kilometres.",
    ),
]
COMMON = ("How long does delivery take?", "Can I return it?", "When are you open?")


@chat.greeting
def hello(visit: Visit) -> None:
    if not visit.available and not visit.returning:
        chat.say("Nobody is at the workshop right now. I know a few things myself:", replies=COMMON)


@chat.before_send
def answer(outgoing: Outgoing) -> Answer | None:
    if chat.available or outgoing.kind != "message":
        return None
    words = set(re.findall(r"\w+", outgoing.text.lower()))
    best = max(TOPICS, key=lambda topic: len(topic.words & words))
    if best.words & words:
        return Answer(best.answer)
    chat.say(
        "I do not know that. Your message waits for the people of the workshop, who answer in the morning."
    )
    return None
