"""Coverage by team and stages of a county's round: what they read, of the numbers that are kept ready alone."""

from datetime import date

import pytest

from libs.common.visits.counting import TallyCut, View
from services.intake.plans.queries import TURNS as TURNS_OF_PLAN
from services.intake.rounds.queries.counting import GIVEN
from services.intake.rounds.queries.figures import (
    BEFORE,
    BY_SPAN,
    LED,
    TURNS_BEFORE,
    sums_statement,
    without_team_statement,
)
from tests.integration.intake.door import COUNTY, NOW, TOWN, VILLAGE, IntakeDoor
from tests.support.plans import plan_of

ROUNDS = ("0" * 35 + "1", "0" * 35 + "2")
VILLAGES, TEAMS, DAYS = 100, 17, 8
"""Seventeen teams a village, each of which went out on eight days: 13,600 turns of a round."""
TURNS = VILLAGES * TEAMS * DAYS
CELLS = 2 * VILLAGES * TEAMS
_AREA = "'999001' || lpad((101 + village / 10)::text, 3, '0') || lpad((201 + village % 10)::text, 3, '0')"
_FILL = (
    """
    INSERT INTO visit_round (round_id, name, status, area_code, begins_on, ends_on, classes, kinds, purposes, gap_days,
                             slots, entered_to, opened_at, opened_by, version)
    SELECT round_id, '一', 'open', '999001000000', '2026-03-01', '2026-03-31', '{resident}', '{}', '{}', 1, 'any', '',
           '2026-03-01', 'x', 2
    FROM unnest($1::text[]) AS round_id
    """,
    f"""
    INSERT INTO round_turn (round_id, day, people, area_code, households)
    SELECT round_id, date '2026-03-01' + day, 'W-' || village || '-' || team || ' V-' || village, {_AREA}, 15
    FROM unnest($1::text[]) AS round_id CROSS JOIN generate_series(0, {VILLAGES - 1}) AS village
    CROSS JOIN generate_series(1, {TEAMS}) AS team CROSS JOIN generate_series(0, {DAYS - 1}) AS day
    """,  # noqa: S608 - names and numbers of ours
    f"""
    INSERT INTO round_tally
    SELECT round_id, view, cut, 'M-' || village || '-' || team, {_AREA}, 120, 100, 0, 0, 0, 0, 0
    FROM unnest($1::text[]) AS round_id CROSS JOIN unnest('{{then,now}}'::text[]) AS view
    CROSS JOIN unnest('{{class,person,team}}'::text[]) AS cut CROSS JOIN generate_series(0, {VILLAGES - 1}) AS village
    CROSS JOIN generate_series(1, {TEAMS}) AS team
    """,  # noqa: S608
)
_PLANNED = """
    INSERT INTO planned_household (plan_id, household_id, on_day, team_id, place)
    SELECT round_id, lpad(n::text, 36, '0'), '2026-03-04', 'M', 1
    FROM unnest($1::text[]) AS round_id CROSS JOIN generate_series(1, 40000) AS n
"""
_PLANS = """
    INSERT INTO visit_plan (plan_id, round_id, area_code, left_out, made_at, made_by, version)
    SELECT round_id, round_id, '999001000000', 0, '2026-03-01', 'x', 1 FROM unnest($1::text[]) AS round_id
"""


@pytest.fixture
async def county(intake: IntakeDoor) -> IntakeDoor:
    """Two rounds of a county, each with a plan of forty thousand households."""
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch("ALTER TABLE planned_household DROP CONSTRAINT planned_household_household_id_fkey")
        for statement in (*_FILL, _PLANS, _PLANNED):
            await session.fetch(statement, [*ROUNDS])
        for table in ("round_turn", "round_tally", "planned_household", "visit_plan"):
            await session.fetch(f"ANALYZE {table}")
    return intake


async def test_coverage_by_team_adds_up_numbers_of_its_round_alone(county: IntakeDoor) -> None:
    database = county.service.runtime.work_database
    for prefix in (COUNTY[:6], TOWN[:9], VILLAGE):
        asked = (ROUNDS[0], View.THEN, TallyCut.TEAM, f"{prefix}%", None, 51)
        plan = await plan_of(database, sums_statement("member"), *asked)
        assert plan.indexes == {"round_tally_pkey"}, plan
        assert plan.rows_read <= CELLS, f"{prefix} reads {plan.rows_read}:\n{plan}"
        plan = await plan_of(database, without_team_statement(), ROUNDS[0], View.THEN, f"{prefix}%")
        assert plan.indexes == {"round_tally_pkey"}, plan
        assert plan.rows_read <= 2 * CELLS, f"{prefix} reads {plan.rows_read}:\n{plan}"


async def test_stages_read_who_leads_and_what_was_early_of_their_round_alone(county: IntakeDoor) -> None:
    database, begins = county.service.runtime.work_database, [date(2026, 3, 1), date(2026, 3, 4)]
    leaders = [f"V-{village}" for village in range(VILLAGES)]
    theirs = TURNS
    in_time = [f"W-{village}-{team} V-{village}" for village in range(0, VILLAGES, 5) for team in range(1, TEAMS + 1)]
    for prefix in (COUNTY[:6], TOWN[:9], VILLAGE):
        plan = await plan_of(database, LED, ROUNDS[0], prefix, leaders, begins)
        assert plan.indexes <= {"round_turn_person_idx", "round_turn_pkey"}, plan
        assert "round_turn" not in plan.walked, plan
        assert plan.rows_read <= (3 + len(ROUNDS)) * theirs + len(leaders), f"{prefix} reads {plan.rows_read}:\n{plan}"
        plan = await plan_of(database, BY_SPAN, ROUNDS[0], prefix, begins)
        assert plan.rows_read <= TURNS + 1, f"{prefix} reads {plan.rows_read}:\n{plan}"
        plan = await plan_of(database, BEFORE, ROUNDS[0], prefix, begins[1])
        assert plan.rows_read <= TURNS, f"{prefix} reads {plan.rows_read}:\n{plan}"
        spans = [1] * len(in_time)
        plan = await plan_of(database, TURNS_BEFORE, ROUNDS[0], prefix, begins[1], begins, in_time, spans, 200)
        assert plan.rows_read <= TURNS, f"{prefix} reads {plan.rows_read}:\n{plan}"


async def test_to_which_team_a_household_is_given_is_found_by_the_household(county: IntakeDoor) -> None:
    given = [str(number).zfill(36) for number in range(1, 21)]
    plan = await plan_of(county.service.runtime.work_database, GIVEN, given)
    assert "planned_household" not in plan.walked, plan
    assert plan.rows_read <= 5 * len(given), plan


async def test_the_turns_of_a_plan_are_read_without_its_households(county: IntakeDoor) -> None:
    database = county.service.runtime.work_database
    async with database.transaction(NOW) as session:
        await session.fetch("ALTER TABLE plan_turn DROP CONSTRAINT plan_turn_team_id_fkey")
        await session.fetch(
            "INSERT INTO plan_turn SELECT round_id, date '2026-03-01' + day, 'M-' || team, 15, 12"
            " FROM unnest($1::text[]) AS round_id, generate_series(0, 7) AS day, generate_series(1, 85) AS team",
            [*ROUNDS],
        )
        await session.fetch("ANALYZE plan_turn")
    plan = await plan_of(database, TURNS_OF_PLAN, ROUNDS[0])
    assert plan.rows_read <= 2 * 8 * 85, plan
