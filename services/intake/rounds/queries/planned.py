"""A round's figures by team: of the households that its plans give to each, which stand in a matter above this one."""

from collections.abc import Sequence
from typing import Any

from libs.common.database.session import Session
from libs.common.visits.counting import MEASURES, View

_WHICH = {"households": "true", "late": "late"}
_SUMS = ", ".join(
    f"(count(place.household_id) FILTER (WHERE {_WHICH.get(name, f'outcome = {name!r}')}))::int AS {name}"
    for name in MEASURES
)
_AREAS = {View.THEN: "place.area_code", View.NOW: "place.now_area_code"}


def teams_statement(view: View) -> str:
    """The sums of a page of teams of a round, after one, in an area. Each household counts in its last plan."""
    return f"""
        WITH teams AS (
            SELECT DISTINCT turn.team_id FROM visit_plan AS plan JOIN plan_turn AS turn USING (plan_id)
            WHERE plan.round_id = $1 AND ($3::text IS NULL OR turn.team_id > $3) ORDER BY 1 LIMIT $4
        ), planned AS (
            SELECT turn.team_id, given.household_id
            FROM visit_plan AS plan JOIN plan_turn AS turn USING (plan_id) JOIN teams USING (team_id)
            JOIN planned_household AS given
                ON (given.plan_id, given.on_day, given.team_id) = (turn.plan_id, turn.on_day, turn.team_id)
            WHERE plan.round_id = $1 AND NOT EXISTS (
                SELECT FROM planned_household AS later JOIN visit_plan AS other USING (plan_id)
                WHERE later.household_id = given.household_id AND other.round_id = $1 AND other.plan_id > plan.plan_id)
        )
        SELECT teams.team_id AS of, {_SUMS}
        FROM teams LEFT JOIN (planned JOIN round_household AS place ON place.round_id = $1
            AND place.household_id = planned.household_id AND place.stands AND {_AREAS[view]} LIKE $2) USING (team_id)
        GROUP BY 1 ORDER BY 1
    """  # noqa: S608 - names of ours


def unplanned_statement(view: View) -> str:
    """The sums of those that no plan of the round gives to anybody."""
    return f"""
        SELECT '' AS of, {_SUMS} FROM round_household AS place
        WHERE place.round_id = $1 AND place.stands AND {_AREAS[view]} LIKE $2 AND NOT EXISTS (
            SELECT FROM planned_household AS given JOIN visit_plan AS plan USING (plan_id)
            WHERE given.household_id = place.household_id AND plan.round_id = $1)
    """  # noqa: S608 - names of ours


async def sums_by_team(
    session: Session, round_id: str, view: View, area_prefix: str, after: str | None, limit: int
) -> Sequence[Any]:
    """Rows with ``of``, a team, and each measure, those after one of them; zeros of a team with nothing there."""
    return await session.fetch(teams_statement(view), round_id, f"{area_prefix}%", after, limit)


async def unplanned(session: Session, round_id: str, view: View, area_prefix: str) -> Any:
    """One row with each measure."""
    return (await session.fetch(unplanned_statement(view), round_id, f"{area_prefix}%"))[0]
