"""The SDK: everything a chat needs short of showing it."""

from .actions import Call
from .auth import Auth
from .client import CustomerSDK, Status
from .errors import ChatError
from .events import EventName
from .history import ChatHistory
from .init import init
from .models import Event, Token
from .uploads import Upload

__all__ = [
    "Auth",
    "Call",
    "ChatError",
    "ChatHistory",
    "CustomerSDK",
    "Event",
    "EventName",
    "Status",
    "Token",
    "Upload",
    "init",
]
