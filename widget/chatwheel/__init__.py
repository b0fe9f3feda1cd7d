"""chatwheel: live chat in Python, in the visitor's browser and outside it.

`init` makes a client that speaks the LiveChat Customer Chat API.
"""

from __future__ import annotations

__version__ = "0.1.0"

from .sdk.init import init

__all__ = ["__version__", "init"]
