"""chatwheel: live chat in Python, in the visitor's browser and outside it.

`init` makes a client that speaks the LiveChat Customer Chat API.
"""

from __future__ import annotations

from .sdk.factory import init
from .version import __version__

__all__ = ["__version__", "init"]
