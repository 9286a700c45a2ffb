"""A county's year of visits, in the short: phones without a network, households that change hands, a town that goes."""

import json

from bench.drive.made_up import Scale
from tests.county_year.year import Year
from tests.journeys.county import County

SHORT = Scale(
    towns=2, villages=2, workers=3, households=12, cases=24, days=40, visits=6.0, offline=9, hands=0.3, losses=0.15
)


async def test_every_visit_counts_once_for_whoever_made_it_and_each_worker_sees_the_official_figure(
    county: County,
) -> None:
    tally = await Year(county, SHORT, seed=20260303).live()
    assert (tally.households, tally.workers, tally.cases) == (144, 12, 24)
    assert tally.outcomes["applied"] > 500
    assert min(tally.outcomes["duplicate"], tally.decided["apply"], tally.decided["drop"], tally.lost) > 0
    assert (tally.outcomes["refused"], tally.outcomes["held"]) == (tally.decided["drop"], 0)
    assert (tally.merged, tally.reassigned >= 40) == (72, True)
    assert json.loads(json.dumps(tally.document()))["outcomes"]["applied"] == tally.outcomes["applied"]
