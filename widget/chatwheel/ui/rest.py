"""After a long silence the service ends the connection: it is taken up again when the visitor wants something.

The client itself would connect again at once, and after another silence once more, for as long as a forgotten tab is
open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chatwheel.sdk import CustomerSDK
from chatwheel.ui import reduce
from chatwheel.ui.state import Connection
from chatwheel.ui.store import Store

SILENCE = "inactivity_timeout"
IDLE_INTENTS = ("seen", "alerts", "menu-close")
"""What the stage reports though nobody has done anything, or nothing that needs a connection."""


class Rest:
    def __init__(self, sdk: CustomerSDK, store: Store) -> None:
        self._sdk = sdk
        self._store = store

    def begins(self, reason: str) -> bool:
        """Whether a connection that was ended for this reason is left alone for now; then it is."""
        if reason != SILENCE:
            return False
        self._sdk.disconnect()
        self._store.apply(reduce.at_rest)
        return True

    def ends(self) -> None:
        """Somebody wants something: connect, if this is why there is no connection."""
        if self._store.state.connection is Connection.RESTING:
            self._store.apply(reduce.connection_lost)
            self._sdk.connect()

    def heard(self, name: str, intent: Mapping[str, Any]) -> None:
        """What the stage reports ends it if it is the visitor's doing; an emptied draft comes of sending, too."""
        if name not in IDLE_INTENTS and (name != "draft" or intent.get("text")):
            self.ends()
