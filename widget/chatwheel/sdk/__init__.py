"""The SDK: everything a chat needs short of showing it."""

from .auth import Auth
from .call import Call
from .client import CustomerSDK
from .connection import Status
from .errors import ChatError
from .events import EventName
from .factory import init
from .history import ChatHistory
from .models import Event, Token
from .uploads import MAX_FILE_SIZE, Upload

__all__ = [
    "MAX_FILE_SIZE",
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
