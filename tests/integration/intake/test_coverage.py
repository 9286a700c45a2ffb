"""Coverage and gaps of a round: whole numbers that add up, printed as they are, and read through indexes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.common.security.policy import Scope
from libs.common.visits.counting import TallyCut, View
from libs.common.web.cursors import PageQuery
from services.intake.rounds.queries.figures import gaps_statement, sums_statement, whole_statement
from services.intake.visits.queries import VisitFilter, list_statement
from tests.integration.intake.door import COUNTY, NOW, TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import ROUNDS, VISITS, Homes, Visitors, appoint
from tests.integration.intake.recounting import recounted, tallied
from tests.support.plans import Plan, plan_of

MANY = 40_000
_HOUSEHOLDS = """
    INSERT INTO household (household_id, status, area_code, area_since, household_class, class_since,
                           kinds, kinds_since, resources, resources_since, every_since, contact_staff_id, contact_since,
                           muted_since, registered_at, updated_at, version)
    SELECT lpad(n::text, 8, '0') || '-0000-7000-8000-000000000000', 'registered',
           '999001' || lpad((100 + n % 20)::text, 3, '0') || lpad((200 + (n / 20) % 40)::text, 3, '0'), '2020-01-01',
           CASE WHEN n % 9 = 0 THEN 'vacant' ELSE 'resident' END, '2020-01-01',
           CASE WHEN n % 50 = 0 THEN ARRAY['vulnerable'] ELSE '{}' END, '2020-01-01', '{}', '2020-01-01', '2020-01-01',
           'P-' || n % 800 + 800 * ((n / 800) % 2), '2020-01-01', '1970-01-01', '2020-01-01', '2020-01-01', 1
    FROM generate_series(1, $1::int) AS n
"""
"""Eight hundred villages, of which each has two who look after its households."""
_STEPS = """
    INSERT INTO household_change (household_id, version, action, to_status, holds_from, changed, area_code,
                                  household_class, kinds, resources, contact_staff_id, who, at, why)
    SELECT household_id, 1, 'register', 'registered', '2020-01-01',
           '{area_code,household_class,kinds,contact_staff_id,muted_for,visit_every}', area_code, household_class,
           kinds, '{}', contact_staff_id, 'x', '2020-01-01', ''
    FROM household
"""
_IDENTITIES = "INSERT INTO household_identity (household_id, wrapped) SELECT household_id, '' FROM household"
_VISITS = """
    INSERT INTO visit (visit_id, household_id, status, day, started_at, ended_at, slot, outcome, area_code, staff_ids,
                       purposes, materials, topics, findings, quantities, photos, rounds, entered_by, entered_on,
                       recorded_at, version)
    SELECT 'v' || lpad(n::text, 35, '0'), household_id, 'recorded', '2026-01-01', at, at, 'day', 'reached', area_code,
           ARRAY[contact_staff_id], '{}', '{}', '{}', '{}', '[]', '{}', '{}', 'x', '2026-01-01', at, 1
    FROM (SELECT *, row_number() OVER () AS n FROM household) AS numbered
    CROSS JOIN LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 s' AS at) AS begun
"""
_WORKERS = "INSERT INTO visit_worker SELECT visit_id, staff_ids[1], started_at FROM visit"
_STAND = """
    UPDATE round_household SET outcome = 'reached', reached_on = '2026-03-04', reached_by = 'x'
    WHERE round_id = $1 AND household_id <> $2
"""
_ONE_LESS = """
    UPDATE round_tally SET reached = reached - 1
    WHERE ctid IN (SELECT min(ctid) FROM round_tally WHERE cut <> 'purpose' GROUP BY view, cut)
"""
_COUNTED = "UPDATE round_tally SET reached = households WHERE round_id = $1"


@pytest.fixture
def visitors(intake: IntakeDoor) -> Visitors:
    return Visitors(intake)


def home(number: int) -> str:
    return f"{number:08}-0000-7000-8000-000000000000"


async def fill(intake: IntakeDoor, many: int) -> None:
    """So many households, entered long ago."""
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch(_HOUSEHOLDS, many)
        await session.fetch(_STEPS)
        await session.fetch(_IDENTITIES)
        await session.fetch("ANALYZE household")


async def analyze(intake: IntakeDoor) -> None:
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        for table in ("round_household", "round_tally", "visit", "visit_worker"):
            await session.fetch(f"ANALYZE {table}")


async def explain(intake: IntakeDoor, statement: Any, *parameters: object) -> Plan:
    return await plan_of(intake.service.runtime.work_database, statement, *parameters)


async def test_a_share_below_the_whole_is_never_printed_as_the_whole(intake: IntakeDoor, visitors: Visitors) -> None:
    await fill(intake, 14_391)
    round_id = await visitors.open()
    assert await visitors.counts(round_id) == (0, 12_792)
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch(_COUNTED, round_id)
        await session.fetch(_ONE_LESS)
        await session.fetch(_STAND, round_id, home(1))
    whole = (await visitors.coverage(round_id))["whole"]
    assert (whole["visited"], whole["households"], whole["visited_share"]) == (12_791, 12_792, "99.9 %")
    assert await visitors.gaps(round_id) == [home(1)], "the missing one is named"


async def test_every_cut_adds_up_to_the_whole_then_and_now(intake: IntakeDoor, visitors: Visitors) -> None:
    await appoint(intake, "S-1", "S-2")
    homes = Homes(intake)
    places = (VILLAGE, "999001101202", "999001102201")
    contacts = ("S-1", "S-2", None)
    fields = [{"area_code": places[n % 3], "contact_staff_id": contacts[n // 3]} for n in range(9)]
    ids = [(await homes.register(**each))["household_id"] for each in fields]
    round_id = await visitors.open(purposes=["policy"], gap_days=0)
    for household_id in ids[:5]:
        await visitors.record(household_id, purposes=["policy"])
    await homes.done(f"/{ids[0]}/change", {"area_code": places[2]})
    await homes.done(f"/{ids[8]}/change", {"area_code": places[0]})
    for view in ("then", "now"):
        for by in ("area", "class", "person"):
            found = await visitors.coverage(round_id, by=by, view=view)
            assert (found["whole"]["visited"], found["whole"]["households"]) == (5, 9)
            for measure in ("households", "visited", "untried"):
                assert sum(row[measure] for row in found["rows"]) == found["whole"][measure], (view, by, measure)
    first = await visitors.coverage(round_id, by="person", limit=2)
    rest = await visitors.coverage(round_id, by="person", limit=2, cursor=first["next_cursor"])
    assert ([row["of"] for row in first["rows"] + rest["rows"]], rest["next_cursor"]) == ([None, "S-1", "S-2"], None)
    names = {row["of"]: row["name"] for row in (await visitors.coverage(round_id, by="person"))["rows"]}
    assert names["S-1"] == "干部1"
    villages = await visitors.coverage(round_id, area_code=TOWN)
    assert {row["of"] for row in villages["rows"]} == set(places[:2])
    assert (await visitors.coverage(round_id, level="town"))["rows"][0]["of"] == TOWN
    assert await tallied(intake, round_id) == await recounted(intake, round_id)


async def test_gaps_tell_needs_first_and_page_by_page(intake: IntakeDoor, visitors: Visitors) -> None:
    await appoint(intake, "S-1")
    homes = Homes(intake)
    plain = (await homes.register())["household_id"]
    visited = (await homes.register())["household_id"]
    await visitors.record(visited)
    key = (await homes.register(kinds=["vulnerable"], contact_staff_id="S-1"))["household_id"]
    round_id = await visitors.open()
    assert await visitors.gaps(round_id) == [key, plain, visited], "key households, then the longest not visited"
    assert await visitors.gaps(round_id, contact_staff_id="S-1") == [key]
    page = await intake.get(f"{ROUNDS}/{round_id}/gaps", visitors.headers, {"limit": 2})
    rest = await intake.get(f"{ROUNDS}/{round_id}/gaps", visitors.headers, {"cursor": page["next_cursor"]})
    assert [one["household_id"] for one in page["items"] + rest["items"]] == [key, plain, visited]
    assert (rest["items"][0]["last_visited_on"], page["items"][0]["last_visited_on"]) == ("2026-03-04", None)


async def test_what_was_entered_at_once_is_what_a_recount_finds(intake: IntakeDoor, visitors: Visitors) -> None:
    await fill(intake, 3_000)
    for terms in ({}, {"area_code": TOWN}, {"kinds": ["vulnerable"]}, {"visit_every": "week"}, {"classes": ["vacant"]}):
        round_id = await visitors.open(**terms)
        assert await tallied(intake, round_id) == await recounted(intake, round_id), terms


async def test_figures_and_lists_of_a_large_round_are_read_through_indexes(
    intake: IntakeDoor, visitors: Visitors
) -> None:
    await fill(intake, MANY)
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch(_VISITS)
        await session.fetch(_WORKERS)
    rounds = [await visitors.open() for _ in range(2)]
    await analyze(intake)
    round_id, county = rounds[0], Scope("999001")
    for cut in (TallyCut.CLASS, TallyCut.PERSON):
        plan = await explain(intake, whole_statement(), round_id, View.THEN, cut, "999001%")
        assert not plan.walked, plan
        for group in ("member", "rpad(left(area_code, 9), 12, '0')"):
            plan = await explain(intake, sums_statement(group), round_id, View.THEN, cut, "999001%", None, 51)
            assert not plan.walked, f"{group}:\n{plan}"
            assert plan.rows_read <= 4_000, f"{group} reads {plan.rows_read}:\n{plan}"
    narrowed: tuple[tuple[Any, ...], ...] = (
        (county, None, None),
        (Scope("999001105"), None, None),
        (county, "999001105205", None),
        (county, None, "P-7"),
    )
    for scope, area, contact in narrowed:
        plan = await explain(intake, gaps_statement(scope, round_id, area, contact, PageQuery()))
        assert not plan.walked, f"{area} {contact}:\n{plan}"
        assert plan.rows_read <= 4_000, f"{area} {contact} reads {plan.rows_read}:\n{plan}"
    day = datetime(2026, 1, 1, 3, tzinfo=UTC)
    lists = (
        VisitFilter(),
        VisitFilter(household_id=home(7)),
        VisitFilter(staff_id="P-7"),
        VisitFilter(begun_from=day, begun_to=day.replace(hour=4)),
        VisitFilter(area_code="999001105205"),
        VisitFilter(duplicates=True),
    )
    for query in lists:
        plan = await explain(intake, list_statement(county, query, PageQuery()))
        assert not plan.walked, f"{query}:\n{plan}"
        assert plan.rows_read <= 8_000, f"{query} reads {plan.rows_read}:\n{plan}"


async def test_a_step_and_a_visit_touch_the_rounds_of_their_household_alone(
    intake: IntakeDoor, visitors: Visitors
) -> None:
    await fill(intake, 3_000)
    await appoint(intake, "S-1")
    round_id = await visitors.open()
    await visitors.record(home(7))
    assert await visitors.counts(round_id) == (1, 2_667)
    changed = await intake.rows("SELECT count(*) AS n FROM round_household WHERE outcome IS NOT NULL")
    assert changed[0].n == 1
    assert (await intake.get(f"{VISITS}", visitors.headers, {"area_code": COUNTY}))["items"]
