"""Python of the site's own in the widget; see `docs/extensions.md`.

```python
from chatwheel.extension import Outgoing, chat

@chat.before_send
def shout(message: Outgoing) -> str:
    return message.text.upper()
```
"""

from chatwheel.extension.api import Chat, ExtensionError, Reply, Visit
from chatwheel.transport.base import HttpResponse
from chatwheel.ui.hooks import Answer, Hold, Outgoing
from chatwheel.ui.tree import Node, h

chat = Chat()
"""The chat of the page. Each file that is loaded finds a fresh one here."""

__all__ = [
    "Answer",
    "Chat",
    "ExtensionError",
    "Hold",
    "HttpResponse",
    "Node",
    "Outgoing",
    "Reply",
    "Visit",
    "chat",
    "h",
]
