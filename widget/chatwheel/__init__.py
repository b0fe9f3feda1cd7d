"""chatwheel: live chat in Python, in the visitor's browser and outside it.

`init` makes a client that speaks the LiveChat Customer Chat API. Models, events and errors are in `chatwheel.sdk`.
"""

from .sdk.client import CustomerSDK
from .sdk.errors import ChatError
from .sdk.factory import init
from .version import __version__

__all__ = ["ChatError", "CustomerSDK", "__version__", "init"]
