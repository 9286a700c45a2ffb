"""People come when they were to come, however long anybody takes."""

import asyncio
import itertools
import time

from bench.drive.arrivals import Phase, arrivals, moments

BURST = [Phase(1, 10), Phase(35, 10), Phase(0, 5), Phase(2, 10)]


def test_the_same_seed_gives_the_same_moments_and_another_seed_others() -> None:
    assert list(moments(BURST, 7)) == list(moments(BURST, 7))
    assert list(moments(BURST, 7)) != list(moments(BURST, 8))


def test_moments_ascend_and_each_phase_has_about_its_rate() -> None:
    found = list(moments([Phase(10, 100), Phase(200, 100), Phase(0, 100), Phase(1, 100)], 1))
    assert all(before < after for before, after in itertools.pairwise(found))
    by_phase = [sum(1 for moment in found if start <= moment < start + 100) for start in (0, 100, 200, 300)]
    assert 850 < by_phase[0] < 1150
    assert 19_000 < by_phase[1] < 21_000
    assert by_phase[2] == 0
    assert 70 < by_phase[3] < 130


async def test_whoever_is_late_gets_the_planned_moment_not_the_present() -> None:
    begun = time.monotonic()
    seen = []
    async for due in arrivals([0.0, 0.01, 0.02, 0.03]):
        seen.append(due - begun)
        if len(seen) == 1:
            await asyncio.sleep(0.05)
    # The first look took as long as all the others were away: they come at once, with the moments that were planned.
    gaps = [after - before for before, after in itertools.pairwise(seen)]
    assert all(abs(gap - 0.01) < 1e-6 for gap in gaps)
