"""What agents may ask for: as much of the Agent Chat API as a console needs."""

from .chats import AGENT_CHAT_ACTIONS
from .events import AGENT_EVENT_ACTIONS
from .people import AGENT_PEOPLE_ACTIONS

AGENT_ACTIONS = AGENT_CHAT_ACTIONS | AGENT_EVENT_ACTIONS | AGENT_PEOPLE_ACTIONS

__all__ = ["AGENT_ACTIONS"]
