"""Forms of the site's owner: before a chat, after one, and when nobody is there; fetched, checked, sent as answers."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal
from uuid import uuid4

from chatwheel.sdk import ChatError, CustomerSDK
from chatwheel.sdk.models import FormField, FormResult
from chatwheel.ui import reduce
from chatwheel.ui.conversation import STALE, UNDECIDED, Conversation
from chatwheel.ui.hooks import Answer, Hooks, Outgoing
from chatwheel.ui.i18n import Phrase, Strings, Words
from chatwheel.ui.known import Answers, Known
from chatwheel.ui.state import Form, State
from chatwheel.ui.store import Store
from chatwheel.ui.text import one_line, plain
from chatwheel.ui.voice import Voice

logger = logging.getLogger("chatwheel.ui")

Kind = Literal["prechat", "postchat", "ticket"]
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
THANKS = {"ticket": "form.ticket_done", "postchat": "form.postchat_done"}
"""What is said when they were sent; after a form before a chat, the chat says enough."""


class Forms:
    """`may_start` is set when nothing has to be asked any more before a chat is begun."""

    def __init__(
        self,
        sdk: CustomerSDK,
        store: Store,
        conversation: Conversation,
        strings: Strings,
        group_id: int,
        tell: Callable[[str, ChatError], None],
        hooks: Hooks,
        known: Known,
        voice: Voice,
    ) -> None:
        self._sdk = sdk
        self._store = store
        self._conversation = conversation
        self._t = strings
        self._group_id = group_id
        self._tell = tell
        self._hooks = hooks
        self.may_start = asyncio.Event()
        self._asking = asyncio.Lock()
        self._known = known
        self._voice = voice
        self._sent = ""
        """The answers that are on their way, by their `custom_id`."""
        self.on_late: Callable[[str, dict[str, Any]], object] = lambda key, event: None
        """Told of answers, as an event by its key, that were to begin a chat which has begun without them."""
        store.listen(self._changed)

    async def before(self, *, is_wanted: bool = False) -> None:
        """Ask what must be asked before a chat; `is_wanted` if the visitor waits for it."""
        async with self._asking:
            await self._ask(is_wanted)

    async def _ask(self, is_wanted: bool) -> None:
        state = self._store.state
        if state.active:
            self.may_start.set()
        if state.active or (state.form and self._stays(state.form, is_wanted)):
            return
        form = await self._fetch("prechat" if state.available else "ticket")
        if self._store.state.form is not state.form:
            return  # it was answered meanwhile
        if form and not self._store.state.active:
            self.may_start.clear()
            beside = form.kind == "ticket" and self._hooks.examines
            self._show(replace(form, beside=beside, is_wanted=is_wanted))
        else:
            self._store.apply(reduce.form_shown, None)
            self.may_start.set()

    def _stays(self, form: Form, is_wanted: bool) -> bool:
        """Whether a form that is shown is still the one to be asked."""
        if form.busy:
            return True
        if form.kind == "prechat":
            return self._store.state.available  # else it could not be sent
        return not is_wanted or (form.kind == "ticket" and not self._store.state.available)

    async def availability_changed(self) -> None:
        """Somebody came, or the last one went. A ticket that may be half written stays until a chat is wanted."""
        state = self._store.state
        if state.form or not state.ended:
            await self.before()

    async def admit(self) -> bool:
        """Wait until a chat may be begun; whether something had to be asked before, with whose answer it has begun."""
        if not self.may_start.is_set():
            await self.before(is_wanted=True)
        is_asked = not self.may_start.is_set()
        await self.may_start.wait()
        return is_asked

    async def after(self) -> None:
        """A conversation was closed. Before the next one it is all asked again, but not before there is to be one."""
        self.may_start.clear()
        form = await self._fetch("postchat")
        if form and not self._store.state.active:
            self._show(form)

    def _show(self, form: Form) -> None:
        self._store.apply(reduce.form_shown, replace(form, given=self._known.given(form.fields)))

    def begun(self) -> None:
        """A chat goes on: whatever was asked before it is settled. Answers that are on their way are waited for."""
        self.may_start.set()
        form = self._store.state.form
        if form and not form.busy:
            self._store.apply(reduce.form_shown, None)

    async def _fetch(self, kind: Kind) -> Form | None:
        try:
            result = await self._sdk.get_form(group_id=self._group_id, type=kind)
        except ChatError as error:
            logger.info("no form: %r", error)  # a chat without its form is better than none
            return None
        return shown(kind, result)

    async def submit(self, answers: Answers) -> None:
        """Check the answers; show what is wrong, or send them."""
        form = self._store.state.form
        if not form or form.busy:
            return
        errors = check(form, answers)
        self._store.apply(reduce.form_checked, errors, busy=not errors)
        if errors:
            return
        if self._hooks.examines:
            answers, errors = await self._cleared(form, answers)
            if errors:
                self._store.apply(reduce.form_checked, errors, busy=False)
                return
        self._known.answered(form, answers)
        self._sent = key = uuid4().hex
        event = {**filled(form, answers), "custom_id": key}
        try:
            await self._send(form, answers, event)
        except ChatError as error:
            if not await self._has_arrived(form, event, error):
                self._known.begun(form, answers)
                self._store.apply(reduce.form_checked, {}, busy=False)
                self._tell("failure.form", error)
                return
        self._settle(key)

    def typed(self, answers: Answers) -> None:
        """So far the form is filled in. Whatever takes its place, it comes back like that."""
        form = self._store.state.form
        if form and not form.busy:
            self._known.begun(form, answers)

    async def _has_arrived(self, form: Form, event: dict[str, Any], error: ChatError) -> bool:
        """Whether the answers are where they belong, although sending them has failed: nobody may have heard the answer
        in time, or the chat has begun without them.
        """
        if error.code not in UNDECIDED | STALE:
            return False
        await self._conversation.resynchronize()
        state = self._store.state
        if event["custom_id"] != self._sent or state.timeline.find(event["custom_id"]):
            return True
        if not state.active or form.kind == "postchat":
            return False
        self.on_late(event["custom_id"], event)
        return True

    def _changed(self, new: State, old: State) -> None:
        """They may be there before it is said that they have been sent."""
        if self._sent and new.timeline is not old.timeline and new.timeline.find(self._sent):
            self._settle(self._sent)

    def _settle(self, key: str) -> None:
        """Once: the form has done what it was for."""
        form = self._store.state.form
        if key != self._sent:
            return
        self._sent = ""
        if not form or form.kind != "postchat":  # that one is about the chat that was
            self.may_start.set()
        self._store.apply(reduce.form_shown, None)
        if form and form.kind in THANKS:
            self._store.apply(reduce.thanked, THANKS[form.kind])
            self._voice.say(self._t(THANKS[form.kind]))

    async def _cleared(self, form: Form, answers: Answers) -> tuple[Answers, dict[str, Words]]:
        """What the site's own Python makes of what was typed, and what it does not let out, by the field's id."""
        cleared, errors = dict(answers), dict[str, Words]()
        for field in form.fields:
            given = answers.get(field.id, ())
            if field.options or not given or not given[0].strip():
                continue
            verdict = await self._hooks.clear(Outgoing("answer", given[0], field=one_line(field.label)))
            if isinstance(verdict, Outgoing):
                cleared[field.id] = [verdict.text]
            else:
                said = verdict.text if isinstance(verdict, Answer) else verdict.reason
                errors[field.id] = said or Phrase("failure.held")
        return cleared, errors

    async def _send(self, form: Form, answers: Answers, event: dict[str, Any]) -> None:
        if form.kind == "postchat":
            chat_id = self._store.state.chat_id
            self._conversation.take_event(
                await self._sdk.send_event(chat_id=chat_id, event=event, attach_to_last_thread=True)
            )
            return
        await self._introduce(form, answers)
        chat: dict[str, Any] = {"thread": {"events": [event]}}
        group_id = chosen_group(form, answers)
        if group_id is not None:
            chat["access"] = {"group_ids": [group_id]}
        how = {"active": False, "continuous": True} if form.kind == "ticket" else {}
        if self._store.state.chat_id:
            chat["id"] = self._store.state.chat_id
            begun = await self._sdk.resume_chat(chat=chat, **how)
        else:
            begun = await self._sdk.start_chat(chat=chat, **how)
        self._conversation.take_chat(begun.chat)

    async def _introduce(self, form: Form, answers: Answers) -> None:
        """Name and address are not asked for twice."""
        known = {
            field.type: one_line(answers[field.id][0])
            for field in form.fields
            if field.type in ("name", "email") and answers.get(field.id, [""])[0].strip()
        }
        if known:
            await self._sdk.update_customer(name=known.get("name"), email=known.get("email"))

    def skip(self) -> None:
        """After a chat nobody has to answer."""
        form = self._store.state.form
        if form and form.kind == "postchat":
            self._store.apply(reduce.form_shown, None)


def shown(kind: Kind, result: FormResult) -> Form | None:
    if not result.enabled or not result.form or not result.form.fields:
        return None
    return Form(kind=kind, id=result.form.id, fields=tuple(result.form.fields))


def check(form: Form, answers: Answers) -> dict[str, Words]:
    """What is wrong, by the field's id."""
    errors: dict[str, Words] = {}
    for field in form.fields:
        given = [value for value in answers.get(field.id, ()) if value.strip()]
        if field.required and not given:
            errors[field.id] = Phrase("form.required")
        elif field.type == "email" and given and not EMAIL.fullmatch(given[0].strip()):
            errors[field.id] = Phrase("form.email")
    return errors


def chosen_group(form: Form, answers: Answers) -> Any:
    for field in form.fields:
        if field.type == "group_chooser":
            for option in field.options:
                if [option.id] == list(answers.get(field.id, ())):
                    return option.group_id
    return None


def filled(form: Form, answers: Answers) -> dict[str, Any]:
    """The event that carries the answers (Customer Chat API: `filled_form`)."""
    fields = [answered(field, answers.get(field.id, ())) for field in form.fields if field.type != "header"]
    return {
        "type": "filled_form",
        "form_id": form.id,
        "fields": fields,
        "properties": {"lc2": {"form_type": form.kind}},
    }


def answered(field: FormField, given: Sequence[str]) -> dict[str, Any]:
    """A field with its answer; without one when it was left open."""
    data: dict[str, Any] = {"type": field.type, "id": field.id, "label": field.label}
    chosen = [
        {"id": option.id, "label": option.label}
        | ({"groupId": option.group_id} if field.type == "group_chooser" else {})
        for option in field.options
        if option.id in given
    ]
    if field.type == "checkbox":
        return data | ({"answers": chosen} if chosen else {})
    if field.type == "checkbox_for_email":
        return data | {"answer": bool(given)}
    if field.options:
        return data | ({"answer": chosen[0]} if chosen else {})
    text = plain(given[0].strip()) if given else ""
    return data | ({"answer": text} if text else {})
