"""Files on their way: shown at once, uploaded one after the other, then sent as events by the outbox.

They arrive in the order in which they were chosen; messages do not wait for them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from chatwheel.sdk import ChatError, CustomerSDK, Upload
from chatwheel.sdk.uploads import MAX_FILE_SIZE
from chatwheel.ui import reduce
from chatwheel.ui.accepted_files import AcceptedFiles
from chatwheel.ui.conversation import Conversation
from chatwheel.ui.entries import Attachment, Delivery, Entry
from chatwheel.ui.hooks import Hold, Hooks, Outgoing
from chatwheel.ui.i18n import Strings
from chatwheel.ui.outbox import Outbox
from chatwheel.ui.stage import Stage
from chatwheel.ui.state import Notice
from chatwheel.ui.store import Store

logger = logging.getLogger("chatwheel.ui")


@dataclass
class Job:
    attachment: Attachment
    source: object
    upload: Upload | None = None


class Files:
    def __init__(
        self,
        sdk: CustomerSDK,
        store: Store,
        stage: Stage,
        outbox: Outbox,
        strings: Strings,
        hooks: Hooks,
        conversation: Conversation,
        accepted: str,
    ) -> None:
        """`accepted` is the rule of the site's owner, see `AcceptedFiles`."""
        self._sdk = sdk
        self._store = store
        self._outbox = outbox
        self._t = strings
        self._hooks = hooks
        self._accepted = AcceptedFiles(accepted)
        stage.do("accept", files=self._accepted.for_picker)
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._in_step = conversation.in_step  # without a connection files wait as messages do

    def add(self, key: str, at: float, attachment: Attachment, source: object) -> None:
        """The visitor chose a file. Those that are too large, or of a kind that is not accepted, are refused with
        words, before any byte is sent.
        """
        size = attachment.size or 0
        if not self._accepted.take(attachment):
            self._tell(self._accepted.refusal(attachment.name, self._t))
            return
        if size > MAX_FILE_SIZE:
            sizes = {"size": self._t.size(size), "limit": self._t.size(MAX_FILE_SIZE)}
            self._tell(self._t("upload.too_big", name=attachment.name, **sizes))
            return
        attachment = replace(attachment, share=0.0)
        self._jobs[key] = Job(attachment, source)
        entry = Entry(key=key, kind="file", at=at, delivery=Delivery.SENDING, attachment=attachment)
        self._store.apply(reduce.queued, entry)
        self._start(key)

    def cancel(self, key: str) -> None:
        job = self._jobs.pop(key, None)
        if job:
            if job.upload:
                job.upload.cancel()
            self._store.apply(reduce.discarded, key)

    def retry(self, key: str) -> bool:
        """Upload again; whether there was an upload of this key."""
        if key not in self._jobs:
            return False
        self._store.apply(reduce.delivery, key, Delivery.SENDING)
        self._start(key)
        return True

    def _start(self, key: str) -> None:
        task = asyncio.ensure_future(self._upload(key, self._jobs[key]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _upload(self, key: str, job: Job) -> None:
        self._store.apply(reduce.uploading, key, 0.0)
        async with self._turn:
            if await self._is_held(key, job):
                return
            if not self._in_step.is_set():
                self._store.apply(reduce.delivery, key, Delivery.WAITING)
                await self._in_step.wait()
                self._store.apply(reduce.delivery, key, Delivery.SENDING)
            if key in self._jobs:  # else it was cancelled while it waited
                await self._upload_now(key, job)

    async def _is_held(self, key: str, job: Job) -> bool:
        """Whether the site's own Python keeps the file here."""
        if not self._hooks.examines:
            return False
        file = job.attachment
        verdict = await self._hooks.clear(Outgoing("file", file.name, file.content_type, file.size or 0))
        if isinstance(verdict, Outgoing) or key not in self._jobs:
            return False
        words = verdict.reason if isinstance(verdict, Hold) else verdict.text
        self._store.apply(reduce.uploading, key, None)
        self._store.apply(reduce.delivery, key, Delivery.FAILED, words or self._t("failure.held"))
        return True

    async def _upload_now(self, key: str, job: Job) -> None:
        job.upload = self._sdk.upload_file(file=job.source, on_progress=self._progress(key))
        try:
            uploaded = await job.upload
        except ChatError as error:
            if key in self._jobs:  # else it was cancelled
                self._failed(key, job, error)
            return
        if not self._jobs.pop(key, None):
            return
        self._store.apply(reduce.uploading, key, None, uploaded.url)
        self._outbox.put(key, {"type": "file", "url": uploaded.url})

    def _progress(self, key: str) -> Callable[[float], None]:
        def report(share: float) -> None:
            if key in self._jobs:
                self._store.apply(reduce.uploading, key, share)

        return report

    def _failed(self, key: str, job: Job, error: ChatError) -> None:
        logger.info("not uploaded: %r", error)
        words = self._t("upload.failed", name=job.attachment.name, reason=error.message)
        self._store.apply(reduce.uploading, key, None)
        self._store.apply(reduce.delivery, key, Delivery.FAILED, words)

    def _tell(self, words: str) -> None:
        self._store.apply(reduce.noticed, Notice(uuid4().hex, words))
