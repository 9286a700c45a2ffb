"""What `make chaos` draws by lot, and that it leaves no fail point out."""

import random

from libs.common.run.failpoints import POINTS
from tests.chaos.failpoints import ACK, LOSS, TIMERS, each_once, places
from tests.chaos.kills import drawn_victims


def test_every_fail_point_is_one_at_which_some_process_is_killed() -> None:
    assert {place.point for place in places(kafka=True)} | {*TIMERS, LOSS} == POINTS
    assert {place.point for place in places(kafka=False)} | {*TIMERS, ACK} == POINTS


def test_each_point_once_shares_the_work_among_the_processes() -> None:
    chosen = each_once(places(kafka=False), random.Random(7))
    assert sorted(place.point for place in chosen) == sorted({place.point for place in places(kafka=False)})
    assert len({place.process for place in chosen}) == 7
    assert sum(place.point == LOSS for place in chosen) == 1


def test_the_same_seed_draws_the_same_victims_and_spares_nobody() -> None:
    names = [f"process-{number}" for number in range(8)]
    drawn = drawn_victims(random.Random(3), names, 30)
    assert drawn == drawn_victims(random.Random(3), names, 30)
    assert {drawn.count(name) for name in names} == {3, 4}
