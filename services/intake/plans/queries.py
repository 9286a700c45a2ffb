"""Every SELECT of plans: who is still to be visited, which teams go out, what a plan holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.pack.areas import area_prefix
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.plans.tables import PlanTurn, VisitPlan

BY_PLAN = Keyset("intake.plans", (col(VisitPlan.plan_id),), (str,))
_TO_VISIT = """
    SELECT household_id, area_code, rank, last_visited_on, wrapped, sealed_door, sealed_place
    FROM round_household JOIN household_identity USING (household_id)
    WHERE round_id = $1 AND stands AND reached_on IS NULL AND area_code LIKE $2 || '%'
    ORDER BY household_id
"""
_GOING_OUT = """
    SELECT team_id, area_code, day::date AS on_day
    FROM unnest($1::date[]) AS day JOIN team ON daterange(from_day, until_day, '[]') @> day::date
    WHERE (dissolved_from IS NULL OR day < dissolved_from) AND ($2::text[] = '{}' OR team_id = ANY($2::text[]))
        AND (area_code LIKE $3 || '%' OR $3 LIKE rtrim(area_code, '0') || '%')
    ORDER BY on_day, team_id
"""
_SEATS = """
    SELECT team_id, staff_id, from_day, until_day FROM team_member WHERE team_id = ANY($1::text[]) ORDER BY 1, 2, 3
"""
_REACHED = """
    SELECT planned.household_id FROM planned_household AS planned
    JOIN round_household AS place ON place.round_id = $2 AND place.household_id = planned.household_id
    WHERE planned.plan_id = $1 AND place.reached_on IS NOT NULL
"""
_PLANNED = "SELECT household_id FROM planned_household WHERE plan_id = $1"
_FORGET = """
    DELETE FROM planned_household WHERE plan_id = $1 AND NOT household_id = ANY($2::text[])
"""
_FORGET_TURNS = """
    DELETE FROM plan_turn AS turn WHERE plan_id = $1 AND NOT EXISTS (
        SELECT FROM planned_household AS planned WHERE planned.plan_id = turn.plan_id
            AND planned.on_day = turn.on_day AND planned.team_id = turn.team_id)
"""
_LAST_PLACES = """
    SELECT on_day, team_id, max(place) AS place FROM planned_household WHERE plan_id = $1 GROUP BY 1, 2
"""
_KEPT_TURNS = "SELECT on_day, team_id FROM plan_turn WHERE plan_id = $1"
TURNS = "SELECT on_day, team_id, households, reached FROM plan_turn WHERE plan_id = $1 ORDER BY 1, 2"
_SHEET = """
    SELECT planned.place, planned.household_id, household.household_no, place.area_code, place.household_class,
        household.kinds, household.contact_staff_id, place.outcome, place.last_visited_on,
        place.purposes
    FROM planned_household AS planned JOIN household USING (household_id)
    JOIN round_household AS place ON place.round_id = $2 AND place.household_id = planned.household_id
    WHERE planned.plan_id = $1 AND planned.on_day = $3 AND planned.team_id = $4 AND planned.place > $5
    ORDER BY planned.place LIMIT $6
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One team's list of one day."""

    plan: VisitPlan
    on: date
    team_id: str


async def to_visit(session: Session, round_id: str, area_code: str) -> Sequence[Any]:
    """The households of a round that are still to be visited, each with its sealed door and place."""
    return await session.fetch(_TO_VISIT, round_id, area_prefix(area_code))


async def going_out(session: Session, days: Sequence[date], team_ids: Sequence[str], area_code: str) -> Sequence[Any]:
    """Which teams go out on which of the days, in the area or in one that holds it."""
    return await session.fetch(_GOING_OUT, [*days], [*team_ids], area_prefix(area_code))


async def reached_of(session: Session, plan: VisitPlan) -> list[str]:
    """Whom of a plan somebody reached: they stay with whom and when it was."""
    return [row.household_id for row in await session.fetch(_REACHED, plan.plan_id, plan.round_id)]


async def planned_of(session: Session, plan_id: str) -> list[str]:
    """Whom a plan has."""
    return [row.household_id for row in await session.fetch(_PLANNED, plan_id)]


async def replace_turns(session: Session, plan_id: str, kept: Sequence[str], turns: Sequence[tuple[date, str]]) -> None:
    """Leave of a plan what is kept, and these turns beside it."""
    await session.fetch(_FORGET, plan_id, [*kept])
    await session.fetch(_FORGET_TURNS, plan_id)
    known = {(row.on_day, row.team_id) for row in await session.fetch(_KEPT_TURNS, plan_id)}
    for on, team_id in turns:
        if (on, team_id) not in known:
            session.insert(
                PlanTurn, {"plan_id": plan_id, "on_day": on, "team_id": team_id, "households": 0, "reached": 0}
            )


async def last_places(session: Session, plan_id: str) -> dict[tuple[date, str], int]:
    """The last place of each list, of those that are kept."""
    rows = await session.fetch(_LAST_PLACES, plan_id)
    return {(row.on_day, row.team_id): row.place for row in rows}


async def plans_of(session: Session, round_id: str) -> Sequence[VisitPlan]:
    """The plans of a round as they are now, whatever this transaction has read."""
    return (await session.execute(select(VisitPlan).where(col(VisitPlan.round_id) == round_id))).scalars().all()


async def turns_of(session: Session, plan: VisitPlan) -> Sequence[Any]:
    """How many each turn has, and how many of them were reached."""
    return await session.fetch(TURNS, plan.plan_id)


def list_statement(scope: Scope, round_id: str | None, page: PageQuery) -> Select[VisitPlan]:
    """One page, the newest first, and one row more."""
    statement = select(VisitPlan).where(scope.predicate(col(VisitPlan.area_code), accused_columns=None))
    if round_id is not None:
        statement = statement.where(col(VisitPlan.round_id) == round_id)
    return BY_PLAN.cut(statement, page)


async def list_plans(session: Session, scope: Scope, round_id: str | None, page: PageQuery) -> Sequence[VisitPlan]:
    """Up to one row more than a page."""
    return (await session.execute(list_statement(scope, round_id, page))).scalars().all()


async def sheet(session: Session, which: Sheet, after: int, size: int) -> Sequence[Any]:
    """Up to ``size + 1`` households of it in walking order."""
    plan = which.plan
    return await session.fetch(_SHEET, plan.plan_id, plan.round_id, which.on, which.team_id, after, size + 1)


async def seats_of(session: Session, team_ids: Sequence[str]) -> Sequence[Any]:
    """Who is in these teams, and from when to when."""
    return await session.fetch(_SEATS, [*team_ids])
