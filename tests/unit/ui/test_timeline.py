"""The order of the conversation, whatever the order of arrival."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chatwheel.ui.entries import Delivery, Entry, Person
from chatwheel.ui.timeline import PAGE_SIZE, Timeline

AGENT = Person("a", "Grace")


def event(number: int) -> Entry:
    return Entry(key=f"e{number}", kind="message", at=float(number), author=AGENT, event_id=f"e{number}")


def pending(key: str) -> Entry:
    return Entry(key=key, kind="message", at=0.0, delivery=Delivery.SENDING)


def names(timeline: Timeline) -> list[str]:
    return [entry.key for entry in timeline]


@given(st.lists(st.integers(0, 400), max_size=300))
def test_events_stand_in_order_of_time_each_once(numbers: list[int]) -> None:
    timeline = Timeline().put_all(event(number) for number in numbers)
    assert names(timeline) == [f"e{number}" for number in sorted(set(numbers))]
    assert all(0 < len(page.entries) <= 2 * PAGE_SIZE for page in timeline.pages)
    assert len({page.number for page in timeline.pages}) == len(timeline.pages)


@given(st.lists(st.one_of(st.integers(0, 60), st.sampled_from(["x", "y", "z"])), max_size=80))
def test_what_waits_stands_at_the_end_in_its_own_order(what: list[int | str]) -> None:
    timeline = Timeline().put_all(event(w) if isinstance(w, int) else pending(w) for w in what)
    waiting = list(dict.fromkeys(w for w in what if isinstance(w, str)))
    assert names(timeline)[len(timeline) - len(waiting) :] == waiting


def test_a_confirmed_message_keeps_its_key_and_goes_where_its_time_puts_it() -> None:
    timeline = Timeline().put_all([event(1), pending("mine"), event(5)])
    assert names(timeline) == ["e1", "e5", "mine"]
    timeline = timeline.put(replace(pending("mine"), event_id="t_2", at=3.0))
    assert names(timeline) == ["e1", "mine", "e5"]
    assert timeline.find("t_2") is timeline.find("mine")


def test_a_push_without_custom_id_finds_its_entry_by_event_id() -> None:
    timeline = Timeline().put(replace(pending("mine"), event_id="t_2", at=3.0))
    timeline = timeline.put(replace(pending("t_2"), event_id="t_2", at=3.0, text="new"))
    assert [(entry.key, entry.text) for entry in timeline] == [("mine", "new")]


def test_growing_at_either_end_leaves_full_pages_alone() -> None:
    timeline = Timeline().put_all(event(number) for number in range(1000, 1200))
    pages = timeline.pages
    grown = timeline.put(event(5000)).put_all(event(number) for number in range(500, 600))
    assert all(page in grown.pages for page in pages if len(page.entries) >= PAGE_SIZE)


def test_update_changes_one_entry_and_one_page() -> None:
    timeline = Timeline().put_all(event(number) for number in range(200))
    changed = timeline.update("e150", lambda entry: replace(entry, text="!"))
    assert sum(new is not old for new, old in zip(changed.pages, timeline.pages, strict=True)) == 1
    found = changed.find("e150")
    assert found and found.text == "!"
    assert timeline.update("nobody", lambda entry: entry) is timeline


def test_remove() -> None:
    timeline = Timeline().put_all([event(1), event(2)])
    assert names(timeline.remove("e1")) == ["e2"]
    assert not timeline.remove("e1").remove("e2")
    assert timeline.remove("nobody") is timeline
