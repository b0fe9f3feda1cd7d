"""All changes of the state: pure functions from a state and what happened to the next state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from chatwheel.ui.beginnings import silent, without_beginnings, without_thinking
from chatwheel.ui.entries import LOCAL, Attachment, Delivery, Entry, Link, Person
from chatwheel.ui.i18n import Words
from chatwheel.ui.state import (
    Alerts,
    Connection,
    Form,
    Given,
    Notice,
    Older,
    Queue,
    Rating,
    State,
    Transcript,
)
from chatwheel.ui.text import first_link

# -- the connection ----------------------------------------------------------------------------------------------


def connected(state: State, *, available: bool) -> State:
    return replace(state, connection=Connection.ONLINE, stop_reason="", available=available)


def customer_known(state: State, customer_id: str) -> State:
    return replace(state, customer_id=customer_id)


def connection_slow(state: State) -> State:
    slow = state.connection is Connection.STARTING
    return replace(state, connection=Connection.SLOW) if slow else state


def connection_lost(state: State) -> State:
    """What agents were about to say is forgotten: nobody would tell us how it went on."""
    return replace(silent(state), connection=Connection.RECONNECTING)


def connection_back(state: State) -> State:
    """It had never been lost."""
    return replace(state, connection=Connection.ONLINE)


def stopped(state: State, reason: str) -> State:
    """The client will not come back by itself; what still waits has failed."""
    return replace(silent(state), connection=Connection.STOPPED, stop_reason=reason)


def at_rest(state: State) -> State:
    return replace(silent(state), connection=Connection.RESTING)


def availability(state: State, available: bool) -> State:
    return replace(state, available=available)


# -- the chat ----------------------------------------------------------------------------------------------------


def chat_known(
    state: State, chat_id: str, thread_id: str, *, active: bool, queue: Queue | None = None
) -> State:
    """The chat's last thread, open or closed."""
    return replace(
        state,
        chat_id=chat_id,
        thread_id=thread_id or state.thread_id,
        rating=state.rating if thread_id in ("", state.thread_id) else Rating(),
        transcript=state.transcript if thread_id in ("", state.thread_id) else None,
        active=active,
        ended=bool(chat_id) and not active,
        thanks="" if active else state.thanks,
        queue=queue if active else None,
    )


def chat_closed(state: State) -> State:
    asked = (
        state.transcript if state.transcript and not state.transcript.is_sent else None
    )  # or it is on its way now
    return replace(silent(state), active=False, ended=True, queue=None, transcript=asked)


def queue_moved(state: State, queue: Queue | None) -> State:
    return replace(state, queue=queue)


def people_known(state: State, people: Iterable[Person]) -> State:
    """Agents as the server describes them; entries show the newest description.

    That somebody is a bot is said before a chat only, and remembered.
    """
    described = (
        replace(person, is_bot=True) if _is_bot(state, person) and not person.is_bot else person
        for person in people
    )
    changed = {person.id: person for person in described if state.people.get(person.id) != person}
    if not changed:
        return state

    def renewed(entry: Entry) -> Entry:
        person = changed.get(entry.author.id) if entry.author else None
        return replace(entry, author=person) if person else entry

    known = any(id in state.people for id in changed)
    present = [person.id for person in changed.values() if person.present]
    return replace(
        state,
        people=MappingProxyType({**state.people, **changed}),
        timeline=state.timeline.update_all(renewed) if known else state.timeline,
        agent_id=present[-1] if present else state.agent_id,
        queue=None if present else state.queue,
    )


def _is_bot(state: State, person: Person) -> bool:
    known = (state.people.get(person.id), state.predicted)
    return any(other is not None and other.id == person.id and other.is_bot for other in known)


def predicted(state: State, person: Person | None) -> State:
    """Who would answer if a chat began now; `None` for nobody."""
    return replace(state, predicted=person)


def person_left(state: State, user_id: str) -> State:
    person = state.people.get(user_id)
    if not person:
        return state
    people = {**state.people, user_id: replace(person, present=False)}
    return without_thinking(
        replace(state, people=MappingProxyType(people), typing=state.typing - {user_id}), [user_id]
    )


# -- the conversation --------------------------------------------------------------------------------------------


def arrived(state: State, entries: Iterable[Entry]) -> State:
    """Events of the server, new or known, live or from the history."""
    new = [_with_delivery(state, _keeping_what_we_have(state, entry)) for entry in entries]
    timeline = without_beginnings(state.timeline, new).put_all(new)
    authors = [entry.author.id for entry in new if entry.author]
    agents = (entry.author.id for entry in reversed(timeline) if entry.author and not entry.local)
    last = next(agents, state.agent_id)
    after = replace(
        state,
        timeline=timeline,
        typing=state.typing.difference(authors),
        hesitant=state.hesitant.difference(authors),
        agent_id=last if authors else state.agent_id,
    )
    return _settled(_counted(without_thinking(after, authors)))


def _keeping_what_we_have(state: State, entry: Entry) -> Entry:
    """Of a page that is named, and of one's own file, more is known here: the file's picture is not fetched again while
    the browser still holds it."""
    if entry.kind == "message":
        before = state.timeline.find(entry.key) if first_link(entry.text) else None
        has_link = before is not None and before.link is not None and before.text == entry.text
        return replace(entry, link=before.link) if before and has_link and not entry.link else entry
    known = state.timeline.find(entry.key) if entry.mine and entry.attachment else None
    if not known or not known.attachment or not entry.attachment:
        return entry
    ours, theirs = known.attachment, entry.attachment
    attachment = replace(
        theirs,
        preview=ours.preview if ours.preview.startswith("blob:") else theirs.preview,
        name=theirs.name or ours.name,
        content_type=theirs.content_type or ours.content_type,
        size=ours.size if theirs.size is None else theirs.size,
    )
    return replace(entry, attachment=attachment)


def _with_delivery(state: State, entry: Entry) -> Entry:
    if not entry.mine:
        return entry
    return replace(entry, delivery=Delivery.SEEN) if entry.at <= state.agents_seen_up_to else entry


def queued(state: State, entry: Entry) -> State:
    """The visitor sent something; it is shown at once."""
    return replace(state, timeline=state.timeline.put(entry))


def delivery(state: State, key: str, how: Delivery, error: str = "") -> State:
    """How far a message that the server has not confirmed has come."""

    def change(entry: Entry) -> Entry:
        return entry if entry.event_id else replace(entry, delivery=how, error=error)

    return replace(state, timeline=state.timeline.update(key, change))


def reworded(state: State, key: str, text: str) -> State:
    """What leaves is not what was written."""
    return replace(state, timeline=state.timeline.update(key, lambda entry: replace(entry, text=text)))


def kept_here(state: State, key: str) -> State:
    """A message of the visitor's was answered here: no server will confirm it."""

    def change(entry: Entry) -> Entry:
        return replace(entry, local=True, delivery=None)

    return _settled(replace(state, timeline=state.timeline.update(key, change)))


def said_here(state: State, entry: Entry) -> State:
    """The site's own Python says something, or changes what it has said. It stands below all there is."""
    return _settled(_counted(replace(state, timeline=state.timeline.put(entry))))


def _latest(state: State) -> float:
    """When the last entry was that has its place: clocks differ, and what comes later stands below."""
    return next((entry.at for entry in reversed(state.timeline) if entry.event_id), 0.0)


def _settled(state: State) -> State:
    """What was said here below a message that was on its way gets its place when that message has got its own."""
    floating: list[Entry] = []
    for entry in reversed(state.timeline):
        if entry.event_id:
            break
        floating.insert(0, entry)
    timeline, latest = state.timeline, _latest(state)
    for entry in floating:
        if not entry.local:
            break
        latest = max(entry.at, latest)
        timeline = timeline.remove(entry.key).put(replace(entry, at=latest, event_id=f"{LOCAL}{entry.key}"))
    return state if timeline is state.timeline else replace(state, timeline=timeline)


def uploading(state: State, key: str, share: float | None, url: str = "") -> State:
    """How much of a file has gone up; `url` when it is all there."""

    def change(entry: Entry) -> Entry:
        file = entry.attachment or Attachment(name="")
        return replace(entry, attachment=replace(file, share=share, url=url or file.url))

    return replace(state, timeline=state.timeline.update(key, change))


def discarded(state: State, key: str) -> State:
    return _counted(replace(state, timeline=state.timeline.remove(key)))


def unfolded(state: State, key: str) -> State:
    return replace(
        state, timeline=state.timeline.update(key, lambda entry: replace(entry, unfolded=not entry.unfolded))
    )


def pressed(state: State, name: str, postback_id: str, is_pressed: bool) -> State:
    """The visitor pressed or released a button of a rich message, here or in another tab."""

    def change(entry: Entry) -> Entry:
        if not entry.rich:
            return entry
        cards = (
            replace(
                card,
                buttons=tuple(
                    replace(button, pressed=is_pressed) if button.postback_id == postback_id else button
                    for button in card.buttons
                ),
            )
            for card in entry.rich.cards
        )
        return replace(entry, rich=replace(entry.rich, cards=tuple(cards)))

    return replace(state, timeline=state.timeline.update(name, change))


def older(state: State, how: Older) -> State:
    return replace(state, older=how)


def typing(state: State, user_id: str, is_typing: bool) -> State:
    ids = state.typing | {user_id} if is_typing else state.typing - {user_id}
    if ids == state.typing:
        return state
    return replace(state, typing=ids, hesitant=state.hesitant if is_typing else state.hesitant | {user_id})


def rated(state: State, score: int | None, comment: str) -> State:
    return replace(state, rating=replace(state.rating, score=score, comment=comment, wanted=False))


def rating_asked(state: State, asked: bool) -> State:
    return replace(state, rating=replace(state.rating, asked=asked, wanted=asked), menu_open=False)


def transcript_shown(state: State, transcript: Transcript | None) -> State:
    return replace(state, transcript=transcript, menu_open=False)


def linked(state: State, event_id: str, link: Link) -> State:
    """Something is known of the page that a message names."""
    return replace(state, timeline=state.timeline.update(event_id, lambda entry: replace(entry, link=link)))


def form_shown(state: State, form: Form | None) -> State:
    return replace(state, form=form, thanks="" if form else state.thanks)


def form_given(state: State, given: Given) -> State:
    """More is known of the visitor while a form stands there."""
    form = state.form
    return replace(state, form=replace(form, given=given)) if form and form.given != given else state


def thanked(state: State, words: str) -> State:
    return replace(state, thanks=words)


def form_checked(state: State, errors: Mapping[str, Words], *, busy: bool) -> State:
    form = state.form
    if not form:
        return state
    attempts = form.attempts + bool(errors)
    shown = replace(form, errors=MappingProxyType(dict(errors)), busy=busy, attempts=attempts)
    return replace(state, form=shown)


# -- who has seen what -------------------------------------------------------------------------------------------


def seen_by_agents(state: State, up_to: float) -> State:
    if up_to <= state.agents_seen_up_to:
        return state
    state = replace(state, agents_seen_up_to=up_to)
    for entry in reversed(state.timeline):
        if entry.delivery is Delivery.SEEN:
            break
        if entry.mine and entry.event_id and entry.at <= up_to:
            seen: Callable[[Entry], Entry] = lambda e: replace(e, delivery=Delivery.SEEN)  # noqa: E731
            state = replace(state, timeline=state.timeline.update(entry.key, seen))
    return state


def marked(state: State, up_to: float) -> State:
    """The server knows that the visitor has seen this much, from here or from another tab."""
    up_to = max(up_to, state.marked_up_to)
    return _counted(replace(state, marked_up_to=up_to, seen_up_to=max(up_to, state.seen_up_to)))


def looked_at(state: State, key: str) -> State:
    """The visitor has this entry before their eyes, and has had all before it."""
    if not state.attentive:
        return state
    seen, heard, is_below = state.seen_up_to, state.heard_up_to, True
    for entry in reversed(state.timeline):
        is_below = is_below and entry.key != key
        if is_below or not (entry.event_id or entry.local):
            continue
        if entry.local:
            heard = max(heard, entry.at)
        elif entry.at <= state.seen_up_to:
            break
        else:
            seen = max(seen, entry.at)
    if (seen, heard) == (state.seen_up_to, state.heard_up_to):
        return state
    return _counted(replace(state, seen_up_to=seen, heard_up_to=heard))


def _counted(state: State) -> State:
    count = _unread(state)
    return state if count == state.unread else replace(state, unread=count)


def _unread(state: State) -> int:
    """How much agents wrote after what the visitor has seen."""
    count = 0
    for page in reversed(state.timeline.pages):
        if page.first.at > state.seen_up_to and page.said is not None:
            count += page.said
            continue
        for entry in reversed(page.entries):
            if entry.event_id and not entry.local and entry.at <= state.seen_up_to:
                return count
            count += _is_unread(entry, state)
    return count


def _is_unread(entry: Entry, state: State) -> bool:
    if entry.local:  # by this machine's clock, which may differ from the server's
        return entry.author is not None and entry.at > state.heard_up_to
    return entry.author is not None and not entry.is_live


# -- the panel ---------------------------------------------------------------------------------------------------


def shown(state: State, *, open: bool, visible: bool) -> State:
    return _counted(replace(state, open=open, visible=visible, menu_open=state.menu_open and open))


def menu(state: State, open: bool) -> State:
    return replace(state, menu_open=open)


def alerts_chosen(state: State, *, sound: bool, notify: bool | None) -> State:
    return replace(state, alerts=Alerts(sound, notify))


def noticed(state: State, notice: Notice) -> State:
    """Three alerts at most: the oldest goes."""
    others = tuple(other for other in state.notices if other.id != notice.id)
    return replace(state, notices=(*others, notice)[-3:])


def notice_dismissed(state: State, id: str) -> State:
    return replace(state, notices=tuple(notice for notice in state.notices if notice.id != id))
