"""What must be known to look up an order. The shop's backend validates with the very same file."""

import re
from typing import Annotated

from pydantic import BaseModel, Field, field_validator


class OrderQuestion(BaseModel):
    number: Annotated[str, Field(title="Order number")]
    postcode: Annotated[str, Field(title="Postcode", min_length=4, max_length=10)]

    @field_validator("number")
    @classmethod
    def looks_like_ours(cls, number: str) -> str:
        number = number.upper().replace(" ", "")
        if not re.fullmatch(r"CW-?\d{4}", number):
            raise ValueError("An order number looks like CW-1001.")
        return f"CW-{number[-4:]}"
