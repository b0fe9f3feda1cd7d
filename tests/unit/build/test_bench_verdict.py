"""What the load bench says about its figures."""

from __future__ import annotations

import pytest

from bench.load import verdict


@pytest.mark.parametrize(
    ("p99", "late", "said"), [(99.9, 90.0, "in time"), (100.0, 2.4, "TOO SLOW"), (119.0, 105.0, "no verdict")]
)
def test_answers_are_judged_beside_the_machine_itself(p99: float, late: float, said: str) -> None:
    assert verdict({"p99": p99, "late": late}).startswith(said)
