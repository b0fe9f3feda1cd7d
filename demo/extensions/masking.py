"""Card numbers never reach the agents: not in messages, not while they are being typed, not in forms."""

import re

from chatwheel.extension import Hold, Outgoing, chat

DIGITS = re.compile(r"\d(?:[ -]?\d)+")
TOO_MUCH = 9
"""Digits of an unfinished text that look as if they were going to be a card number."""


@chat.before_send
def mask(outgoing: Outgoing) -> str | Hold:
    """Numbers that could be a card's, by their length and check digit. Best effort, as all guessing is."""
    if outgoing.kind == "file" and any(is_card(found) for found in DIGITS.findall(outgoing.text)):
        return Hold("The file's name holds a card number. Please rename it first.")
    is_secret = is_beginning if outgoing.kind == "preview" else is_card
    return DIGITS.sub(
        lambda found: masked(found.group()) if is_secret(found.group()) else found.group(), outgoing.text
    )


def is_card(text: str) -> bool:
    """Luhn's check, for 13 to 19 digits."""
    digits = [int(digit) for digit in text if digit.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_beginning(text: str) -> bool:
    """Nobody knows yet how it goes on."""
    return sum(digit.isdigit() for digit in text) >= TOO_MUCH


def masked(text: str) -> str:
    digits = "".join(digit for digit in text if digit.isdigit())
    return f"•••• {digits[-4:]}" if is_card(text) else "•" * len(digits)
