"""A local Customer Chat API server, to develop and test clients against.

``python -m chatwheel_devserver`` runs it alone; ``async with DevServer() as server:`` runs it inside a test, and
the pytest fixtures ``chat_server`` and ``chat_agent`` inside any suite.
"""

from .clock import Clock
from .config import Agent, CannedResponse, Config, GreetingRule, Group, Limits, RateLimit
from .config_file import ConfigError, load_config
from .errors import ApiError
from .hours import OpeningHours
from .recorder import Exchange, Frame
from .scripted.client import AgentChat, AgentClient, ChatEndedError
from .server import DevServer
from .threaded import Chat, ChatAgent, ThreadedServer

__all__ = [
    "Agent",
    "AgentChat",
    "AgentClient",
    "ApiError",
    "CannedResponse",
    "Chat",
    "ChatAgent",
    "ChatEndedError",
    "Clock",
    "Config",
    "ConfigError",
    "DevServer",
    "Exchange",
    "Frame",
    "GreetingRule",
    "Group",
    "Limits",
    "OpeningHours",
    "RateLimit",
    "ThreadedServer",
    "load_config",
]
