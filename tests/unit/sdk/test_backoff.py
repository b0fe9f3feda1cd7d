"""Delays between attempts."""

from __future__ import annotations

import pytest

from chatwheel.sdk.backoff import Backoff, login_backoff, slow_login_backoff, socket_backoff


@pytest.mark.parametrize(
    ("backoff", "expected"),
    [
        (socket_backoff(), [1, 2, 4, 5, 5, 5]),
        (login_backoff(), [0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 19.2, 38.4, 60, 60]),
        (slow_login_backoff(), [1, 2, 4, 8, 16, 32, 60, 60]),
    ],
)
def test_delays_double_up_to_their_limit(backoff: Backoff, expected: list[float]) -> None:
    assert [backoff.next(0) for _ in expected] == expected
    backoff.reset()
    assert backoff.next(0) == expected[0]


@pytest.mark.parametrize(
    ("random", "socket", "login"),
    [
        (0.05, 0.975, 0.296),
        (0.15, 1.075, 0.313),
        (0.25, 0.875, 0.278),
        (0.45, 0.775, 0.260),
        (0.55, 1.275, 0.349),
        (0.95, 1.475, 0.385),
    ],
)
def test_delays_are_scattered(random: float, socket: float, login: float) -> None:
    assert socket_backoff().next(random) == socket
    assert login_backoff().next(random) == login


def test_a_long_outage_does_not_overflow() -> None:
    backoff = login_backoff()
    assert [backoff.next(0.5) for _ in range(5000)][-1] == 60
