"""What customers may ask for."""

from .chats import CHAT_ACTIONS
from .customers import CUSTOMER_ACTIONS
from .events import EVENT_ACTIONS
from .properties import PROPERTY_ACTIONS
from .status import STATUS_ACTIONS

ACTIONS = CHAT_ACTIONS | EVENT_ACTIONS | PROPERTY_ACTIONS | CUSTOMER_ACTIONS | STATUS_ACTIONS

__all__ = ["ACTIONS"]
