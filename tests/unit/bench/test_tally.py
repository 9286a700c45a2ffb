"""What is counted: statuses, latencies, percentiles."""

import pytest

from bench.drive.tally import UNANSWERED, Tally, percentile


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.95, 0.0),
        ([3.0], 0.5, 3.0),
        ([3.0, 1.0, 2.0, 4.0], 0.5, 2.0),
        ([3.0, 1.0, 2.0, 4.0], 0.51, 3.0),
        (list(map(float, range(1, 101))), 0.95, 95.0),
        (list(map(float, range(1, 101))), 0.99, 99.0),
        (list(map(float, range(1, 101))), 1.0, 100.0),
        (list(map(float, range(1, 101))), 0.0, 1.0),
    ],
)
def test_percentile_is_the_nearest_rank(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


def test_errors_are_all_that_got_no_2xx_but_a_stale_version() -> None:
    tally = Tally()
    for step, status in (("register", 201), ("sign", 200), ("sign", 412), ("sign", 503), ("result", UNANSWERED)):
        tally.note(step, status, 0.1)
    assert tally.errors() == 2
    assert tally.count() == 5
    assert tally.count("sign") == 3
    assert tally.ok("sign") == 1
    assert tally.by_step()["result"] == {"none": 1}


def test_percentile_of_some_steps_and_of_all() -> None:
    tally = Tally()
    tally.note("register", 201, 1.0)
    tally.note("sign", 200, 3.0)
    assert tally.percentile(1.0, "register") == 1.0
    assert tally.percentile(1.0) == 3.0
