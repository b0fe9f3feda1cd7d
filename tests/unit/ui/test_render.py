"""What is sent to the stage, and when: one message of edits a frame, the first at once, of a long view two."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chatwheel.ui.render import Renderer
from chatwheel.ui.state import State
from chatwheel.ui.tree import Edit, Node, h

PLACE = 5


@dataclass
class Parts:
    """A view that draws one more paragraph with each call, until there are `size`."""

    size: int
    drawn: int = 0
    states: list[State] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return self.drawn >= self.size

    def __call__(self, state: State, /) -> Mapping[int, Sequence[Node]]:
        self.states.append(state)
        self.drawn = min(self.drawn + 1, self.size)
        return {PLACE: [h("p", None, f"{n} {state.unread}", key=str(n)) for n in range(self.drawn)]}


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def made(view: Parts) -> tuple[Renderer, list[list[Edit]]]:
    sent: list[list[Edit]] = []
    return Renderer(view, sent.append, asyncio.get_running_loop().call_soon), sent


async def test_changes_made_together_are_one_message() -> None:
    renderer, sent = made(Parts(1))
    renderer.show(State(unread=1))
    renderer.show(State(unread=2))
    assert not sent
    await settled()
    assert len(sent) == 1 and "0 2" in str(sent)


async def test_while_a_message_is_on_its_way_changes_are_collected() -> None:
    renderer, sent = made(Parts(1))
    for unread in (1, 2, 3):
        renderer.show(State(unread=unread))
        await settled()
    assert len(sent) == 1
    renderer.applied()
    await settled()
    assert len(sent) == 2 and "0 3" in str(sent[1])
    renderer.applied()
    await settled()
    assert len(sent) == 2


async def test_two_parts_are_on_their_way_and_no_more() -> None:
    view = Parts(4)
    renderer, sent = made(view)
    renderer.show(State())
    for number in (2, 3, 4):
        await settled()
        assert len(sent) == view.drawn == number
        renderer.applied()
    for _ in range(3):
        await settled()
        assert len(sent) == 4 and view.is_complete
        renderer.applied()


async def test_what_changes_behind_the_last_part_waits_until_all_are_there() -> None:
    renderer, sent = made(Parts(2))
    renderer.show(State(unread=1))
    await settled()
    assert len(sent) == 2
    renderer.show(State(unread=2))
    renderer.applied()
    await settled()
    assert len(sent) == 2
    renderer.applied()
    await settled()
    assert len(sent) == 3 and "1 2" in str(sent[2])


async def test_what_changes_meanwhile_is_in_the_next_part() -> None:
    view = Parts(3)
    renderer, sent = made(view)
    renderer.show(State(unread=1))
    await settled()
    renderer.show(State(unread=7))
    for _ in range(4):
        renderer.applied()
        await settled()
    assert view.is_complete and view.states[-1].unread == 7
    assert "2 7" in str(sent) and "0 7" in str(sent)
