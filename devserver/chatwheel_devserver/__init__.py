"""A local Customer Chat API server, to develop and test clients against.

``python -m chatwheel_devserver`` runs it alone; ``async with DevServer() as server:`` runs it inside a test.
"""

from .clock import Clock
from .config import Agent, Config, Group, Limits
from .errors import ApiError
from .hub import Frame
from .server import DevServer

__all__ = ["Agent", "ApiError", "Clock", "Config", "DevServer", "Frame", "Group", "Limits"]
