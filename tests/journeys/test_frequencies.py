"""A quarter of 宁陕县 by HTTP on either bus: households of eleven towns that are visited each week, month or quarter.

At the quarter's end the gap lists name exactly those that are overdue, and migrants who were reached by phone are in
contact without having been visited.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from libs.common.events.household_terms import VisitEvery
from libs.common.pack.areas import AreaLevel
from libs.common.pack.loader import load_pack
from tests.conftest import MakeDatabase
from tests.journeys.county import DEMO, County, open_county
from tests.journeys.visits import HOUSEHOLDS, IN_THE_PLACE, ROUNDS, VISITS, appoint, many, visit

NINGSHAN = DEMO.parent / "ningshan"
QUARTER = (date(2026, 4, 1), date(2026, 6, 30))
MONTHS = [(date(2026, 4, 1), date(2026, 4, 30)), (date(2026, 5, 1), date(2026, 5, 31)), (date(2026, 6, 1), QUARTER[1])]
WEEKS = [(QUARTER[0] + timedelta(days=7 * n), QUARTER[0] + timedelta(days=7 * n + 6)) for n in range(13)]
PERIODS = {VisitEvery.WEEK: WEEKS, VisitEvery.MONTH: MONTHS, VisitEvery.QUARTER: [QUARTER]}
OVERDUE = {VisitEvery.WEEK: {1, 4, 7}, VisitEvery.MONTH: {0, 10}, VisitEvery.QUARTER: {5}}
"""By frequency the towns whose household is left out in the last period."""
MIGRANT = "migrant"


@pytest.fixture
async def ningshan(either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Any) -> AsyncIterator[County]:
    start = datetime.combine(QUARTER[0], time(1), UTC)
    async with open_county(await make_database("template0"), tmp_path, start=start, pack=NINGSHAN, **either_bus) as one:
        yield one
        await one.check()


class Quarter:
    """The households of each town, by frequency, and the rounds of each period."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.homes: dict[tuple[int, str], str] = {}
        self.rounds: dict[tuple[VisitEvery, date], str] = {}

    async def settle_in(self, villages: list[str]) -> None:
        """One household of each frequency in each town, and one whose people work elsewhere."""
        for town, village in enumerate(villages):
            for every in VisitEvery:
                self.homes[town, every] = await self._home(village, visit_every=every)
            migrant = {"household_class": "away", "visit_every": VisitEvery.QUARTER}
            self.homes[town, MIGRANT] = await self._home(village, **migrant)

    async def _home(self, village: str, **fields: Any) -> str:
        body = {"area_code": village, "contact_staff_id": "S-1", **fields}
        return str((await self.county.operator.do(HOUSEHOLDS, body))["household_id"])

    async def open(self, every: VisitEvery, period: tuple[date, date]) -> None:
        """The round of a period."""
        first, last = period
        terms = {"begins_on": first.isoformat(), "ends_on": last.isoformat(), "visit_every": every}
        body = {"name": f"{first}", "area_code": self.county.place, "classes": ["resident", "away"], **terms}
        self.rounds[every, first] = (await self.county.operator.do(ROUNDS, body))["round_id"]

    async def go(self, every: VisitEvery, period: tuple[date, date], day: date) -> None:
        """Everybody of a frequency is visited on a day, but for those who are left out of the last period."""
        at = datetime.combine(day, time(9), IN_THE_PLACE)
        left_out = OVERDUE[every] if period == PERIODS[every][-1] else set()
        told = [visit(self.homes[town, every], at, "S-1") for town in range(11) if town not in left_out]
        if every is VisitEvery.QUARTER:
            told += [visit(self.homes[town, MIGRANT], at, "S-1", outcome="by_phone") for town in range(11)]
        await many(self.county.operator.do(VISITS, one) for one in told)

    async def gaps(self, every: VisitEvery, first: date) -> set[str]:
        """Who was not reached in the round of a period."""
        path = f"{ROUNDS}/{self.rounds[every, first]}/gaps"
        return {item["household_id"] async for item in self.county.supervisor.listed(path)}


async def test_at_the_quarters_end_exactly_the_overdue_are_in_the_gap_lists(ningshan: County) -> None:
    pack = load_pack(NINGSHAN)
    towns = [area.code for area in pack.areas if area.level is AreaLevel.TOWN]
    villages = [next(one.code for one in pack.areas if one.parent == town) for town in towns]
    assert len(villages) == 11
    of_town = next(unit.code for unit in pack.units if unit.area_code == towns[0])
    await appoint(ningshan, "contact", {"S-1": of_town})
    quarter = Quarter(ningshan)
    await quarter.settle_in(villages)
    begins = sorted({period[0] for periods in PERIODS.values() for period in periods})
    for day in begins:
        morning, evening = (datetime.combine(day, time(hour), IN_THE_PLACE) for hour in (9, 20))
        for moment in (morning, evening):
            if moment > ningshan.house.clock.now():
                await ningshan.admin.do("/followup/ops/clock/advance", {"to": moment.isoformat()})
            for every, periods in PERIODS.items():
                for period in (one for one in periods if one[0] == day):
                    await (quarter.open(every, period) if moment == morning else quarter.go(every, period, day))
    await ningshan.house.settle()
    for every, periods in PERIODS.items():
        for first, _ in periods:
            overdue = OVERDUE[every] if first == periods[-1][0] else set()
            wanted = {quarter.homes[town, every] for town in overdue}
            if every is VisitEvery.QUARTER:
                wanted |= {quarter.homes[town, MIGRANT] for town in range(11)}
            assert await quarter.gaps(every, first) == wanted, (every, first)
    round_id = quarter.rounds[VisitEvery.QUARTER, QUARTER[0]]
    told = await ningshan.leader.ask("/analytics/v1/visits/coverage", round_id=round_id, by="class")
    assert [told["whole"][name] for name in ("households", "visited", "contacted", "by_phone")] == [22, 10, 21, 11]
    assert (told["whole"]["visited_share"]["text"], told["whole"]["contacted_share"]["text"]) == ("45.5 %", "95.5 %")
