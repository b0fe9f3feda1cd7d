"""The structures of the Customer Chat API. One base class; nothing here happens in time."""

from .base import Model
from .chats import Access, Chat, ChatsPage, ChatSummary, HistoryPage, Queue, Thread, ThreadsPage
from .forms import AnsweredField, FormDefinition, FormField, FormOption, FormResult
from .messages import (
    BaseEvent,
    CustomEvent,
    Event,
    FileEvent,
    FilledFormEvent,
    FormEvent,
    MessageEvent,
    Postback,
    RichMessageEvent,
    SystemMessageEvent,
    Thumbnail,
    Thumbnails,
    UnknownEvent,
    parse_event,
)
from .results import Greeting, GreetingAgent, Success, Token, UploadedFile, UrlInfo
from .rich import RichButton, RichElement, RichImage
from .users import Agent, Customer, PredictedAgent, Statistics, User

__all__ = [
    "Access",
    "Agent",
    "AnsweredField",
    "BaseEvent",
    "Chat",
    "ChatSummary",
    "ChatsPage",
    "CustomEvent",
    "Customer",
    "Event",
    "FileEvent",
    "FilledFormEvent",
    "FormDefinition",
    "FormEvent",
    "FormField",
    "FormOption",
    "FormResult",
    "Greeting",
    "GreetingAgent",
    "HistoryPage",
    "MessageEvent",
    "Model",
    "Postback",
    "PredictedAgent",
    "Queue",
    "RichButton",
    "RichElement",
    "RichImage",
    "RichMessageEvent",
    "Statistics",
    "Success",
    "SystemMessageEvent",
    "Thread",
    "ThreadsPage",
    "Thumbnail",
    "Thumbnails",
    "Token",
    "UnknownEvent",
    "UploadedFile",
    "UrlInfo",
    "User",
    "parse_event",
]
