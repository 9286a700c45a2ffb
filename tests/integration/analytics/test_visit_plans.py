"""How PostgreSQL answers questions about visits at 200,000 households: from an index, and from few rows."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from libs.common.database.session import Database
from libs.common.visits.counting import View
from libs.programs.postgres.server import EmbeddedPostgres
from services.analytics.counters.domain import CoverageCut, VisitCut
from services.analytics.rollups.tables import COVERAGE, TABLES, VISITS
from services.analytics.visits.queries.facts import OF_AREA, OF_SEATS
from services.analytics.visits.queries.opened import PlacesWanted, VisitPlace, households_statement, visits_statement
from services.analytics.visits.queries.sums import (
    MadeVisits,
    RowsAfter,
    area_key,
    covered,
    made_by,
    reached_by,
    things_of,
)
from tests.conftest import template, url_of
from tests.integration.analytics.county import NOW
from tests.integration.analytics.visit_years import FIRST, LAST, ROUND, TEAM, VILLAGES, fill_visits
from tests.support.plans import plan_of

PAGE = 51
VILLAGE, TOWN, COUNTY = "999001101201", "999001101", "999001"
MONTH = MadeVisits(COUNTY, FIRST, FIRST + timedelta(days=29))
EVERYBODY = replace(MONTH, cut=VisitCut.PERSON)


@pytest.fixture(scope="session")
def filled_visits(postgres: EmbeddedPostgres, prepared_analytics: str) -> Iterator[str]:
    """Two months of visits, for those who only read: its URL."""
    with template(postgres, "analytics_visits", fill_visits, like=prepared_analytics) as name:
        yield url_of(postgres, name)


@pytest.fixture
async def county(filled_visits: str) -> AsyncIterator[Database]:
    database = Database(filled_visits, "analytics")
    yield database
    await database.close()


@pytest.mark.parametrize("cut", [CoverageCut.CLASS, CoverageCut.PERSON])
async def test_the_whole_of_a_round_is_read_from_its_numbers(county: Database, cut: CoverageCut) -> None:
    plan = await plan_of(county, covered([ROUND], View.THEN, cut, VILLAGE, None))
    assert plan.indexes == {"coverage_pkey"}, plan
    assert not plan.walked
    plan = await plan_of(county, covered([ROUND], View.THEN, CoverageCut.CLASS, COUNTY, None))
    assert plan.rows_read <= 2 * VILLAGES + 2


async def test_a_page_of_a_rounds_people_and_areas(county: Database) -> None:
    table = TABLES[COVERAGE.name]
    for cut, key in ((CoverageCut.PERSON, table.c.member), (CoverageCut.CLASS, area_key(table, 9))):
        plan = await plan_of(county, covered([ROUND], View.THEN, cut, COUNTY, key, page=RowsAfter(None, PAGE)))
        assert not plan.walked, plan


async def test_a_page_of_people_is_read_in_their_order(county: Database) -> None:
    member = TABLES[VISITS.name].c.member
    for after in (None, "S-50"):
        plan = await plan_of(county, made_by(EVERYBODY, member, RowsAfter(after, PAGE)))
        assert plan.indexes == {"visits_made_pkey"}, plan
        assert plan.rows_read <= PAGE * 200


async def test_households_reached_are_counted_from_the_visits_of_a_page_alone(county: Database) -> None:
    people = [f"S-{number}" for number in range(PAGE - 1)]
    plan = await plan_of(county, reached_by(EVERYBODY, people))
    assert plan.indexes == {"visit_person_pkey"}, plan
    assert plan.rows_read <= PAGE * 400


@pytest.mark.parametrize("wanted", [replace(MONTH, area_prefix=VILLAGE), replace(MONTH, area_prefix=TOWN)])
async def test_counters_and_things_of_an_area(county: Database, wanted: MadeVisits) -> None:
    for statement in (made_by(wanted, None), things_of(wanted, "material", None, PAGE)):
        plan = await plan_of(county, statement)
        assert not plan.walked, plan


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (MONTH, "visit_fact_newest_idx"),
        (replace(MONTH, cut=VisitCut.PERSON, member="S-7"), "visit_person_pkey"),
        (replace(MONTH, cut=VisitCut.TEAM, member=TEAM), "visit_fact_teams_idx"),
        (replace(MONTH, area_prefix=VILLAGE), "visit_fact_area_idx"),
    ],
)
async def test_the_visits_behind_a_number_come_by_pages(county: Database, wanted: MadeVisits, index: str) -> None:
    after = VisitPlace(LAST, "2")
    plan = await plan_of(county, visits_statement(wanted, after, PAGE))
    assert index in plan.indexes, plan
    assert not plan.walked


@pytest.mark.parametrize(
    "wanted",
    [
        PlacesWanted(ROUND, View.THEN, COUNTY),
        PlacesWanted(ROUND, View.THEN, COUNTY, ("",)),
        PlacesWanted(ROUND, View.THEN, COUNTY, contact_staff_id="S-7"),
        PlacesWanted(ROUND, View.THEN, VILLAGE, ("reached", "refused")),
    ],
)
async def test_the_households_behind_a_number_come_by_pages(county: Database, wanted: PlacesWanted) -> None:
    plan = await plan_of(county, households_statement(wanted, None, PAGE))
    assert not plan.walked, plan
    assert plan.rows_read <= 3_000


async def test_whom_a_round_or_a_team_concerns_is_found_by_indexes(county: Database) -> None:
    plan = await plan_of(county, OF_AREA, f"{VILLAGE}%", NOW - timedelta(days=1_000))
    assert "visit_household_area_idx" in plan.indexes, plan
    plan = await plan_of(county, OF_SEATS, ["S-7"], [FIRST], [LAST])
    assert "visit_person_pkey" in plan.indexes, plan
