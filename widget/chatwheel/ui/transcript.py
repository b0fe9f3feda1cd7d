"""The conversation by e-mail: the visitor says to which address, the service sends it when the chat is over."""

from __future__ import annotations

import logging
from dataclasses import replace

from chatwheel.sdk import ChatError, CustomerSDK
from chatwheel.ui import reduce
from chatwheel.ui.forms import EMAIL
from chatwheel.ui.i18n import Phrase, Strings
from chatwheel.ui.known import Known
from chatwheel.ui.stage import Stage
from chatwheel.ui.state import Transcript
from chatwheel.ui.store import Store
from chatwheel.ui.voice import Voice

logger = logging.getLogger("chatwheel.ui")


class Transcripts:
    def __init__(
        self, sdk: CustomerSDK, store: Store, stage: Stage, voice: Voice, strings: Strings, known: Known
    ) -> None:
        self._sdk = sdk
        self._store = store
        self._stage = stage
        self._voice = voice
        self._t = strings
        self._known = known

    def ask(self) -> None:
        """Show the form."""
        self._store.apply(reduce.transcript_shown, Transcript(email=self._known.email))

    def close(self) -> None:
        self._store.apply(reduce.transcript_shown, None)

    async def send(self, email: str) -> None:
        """Tell the service where to send it; what is wrong with the address is said beside it."""
        asked = self._store.state.transcript
        if not asked or asked.is_busy:
            return
        email = email.strip()
        if not EMAIL.fullmatch(email):
            problem = Phrase("form.email" if email else "form.required")
            self._store.apply(reduce.transcript_shown, Transcript(email=email, error=problem))
            return
        self._store.apply(reduce.transcript_shown, Transcript(email=email, is_busy=True))
        state = self._store.state
        try:
            await self._sdk.update_thread_properties(
                chat_id=state.chat_id,
                thread_id=state.thread_id,
                properties={"routing": {"transcript_email": email}},
            )
        except ChatError as error:
            logger.info("no transcript: %r", error)
            said = self._t("failure.transcript", reason=error.message)
            self._store.apply(reduce.transcript_shown, Transcript(email=email, error=said))
            return
        self._known.told(None, email)
        self._store.apply(reduce.transcript_shown, replace(asked, email=email, error="", is_sent=True))
        self._voice.say(self._t("transcript.sent", email=email))
        self._stage.do("focus")
