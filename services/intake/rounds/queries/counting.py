"""Reading and adding to the numbers of rounds that are kept ready, and counting them anew.

Plans stand in a matter above this one. A household is its team's by the last plan of the round that has it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from libs.common.database.session import Session
from libs.common.visits.counting import MEASURES

Turn = tuple[str, date, str, str]
"""Of which round, on which day, who, and where."""


class TurnKey(NamedTuple):
    """A team on a day of a plan."""

    plan_id: str
    on_day: date
    team_id: str


_NAMES = ", ".join(MEASURES)
_CELL = "round_id, view, cut, member, area_code"
_TURN = "round_id, day, people, area_code"
_ADD = f"""
    INSERT INTO round_tally AS known ({_CELL}, {_NAMES})
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
                         {", ".join(f"${place}::int[]" for place in range(6, 6 + len(MEASURES)))})
        AS new({_CELL}, {_NAMES})
    ORDER BY {_CELL}
    ON CONFLICT ({_CELL}) DO UPDATE SET {", ".join(f"{name} = known.{name} + excluded.{name}" for name in MEASURES)}
"""  # noqa: S608 - names of ours
_ADD_TURNS = f"""
    INSERT INTO round_turn AS known ({_TURN}, households)
    SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::int[]) AS new({_TURN}, households)
    ORDER BY {_TURN} ON CONFLICT ({_TURN}) DO UPDATE SET households = known.households + excluded.households
"""  # noqa: S608
_WHICH = {"households": "true", "late": "late"}
_COUNTS = ", ".join(
    f"(count(*) FILTER (WHERE {_WHICH.get(name, f'outcome = {name!r}')}))::int AS {name}" for name in MEASURES
)
_GIVEN = """
    SELECT DISTINCT ON (round_id, household_id) round_id, household_id, team_id
    FROM planned_household JOIN visit_plan USING (plan_id)
    WHERE {} ORDER BY round_id, household_id, plan_id DESC
"""
GIVEN = """
    SELECT round_id, household_id, plan_id, on_day, team_id FROM planned_household JOIN visit_plan USING (plan_id)
    WHERE household_id = ANY($1::text[]) ORDER BY plan_id
"""
_PLAN_TURN = "plan_id, on_day, team_id"
_ADD_REACHED = f"""
    INSERT INTO plan_turn AS known ({_PLAN_TURN}, reached)
    SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::int[]) AS new({_PLAN_TURN}, reached)
    ORDER BY {_PLAN_TURN} ON CONFLICT ({_PLAN_TURN}) DO UPDATE SET reached = known.reached + excluded.reached
"""  # noqa: S608 - names of ours
_PLANS_AMISS = f"""
    FROM plan_turn AS kept JOIN visit_plan USING (plan_id) LEFT JOIN (
        SELECT {_PLAN_TURN}, count(*)::int AS households, count(place.reached_on)::int AS reached
        FROM planned_household JOIN visit_plan USING (plan_id)
        LEFT JOIN round_household AS place USING (round_id, household_id)
        WHERE round_id = $1 AND ($2::text IS NULL OR plan_id = $2) GROUP BY 1, 2, 3
    ) AS counted USING ({_PLAN_TURN})
    WHERE round_id = $1 AND ($2::text IS NULL OR plan_id = $2)
        AND (kept.households, kept.reached) <> (coalesce(counted.households, 0), coalesce(counted.reached, 0))
"""  # noqa: S608
_COUNT_PLANS = f"""
    UPDATE plan_turn AS turn SET households = amiss.households, reached = amiss.reached
    FROM (SELECT {_PLAN_TURN}, coalesce(counted.households, 0) AS households, coalesce(counted.reached, 0) AS reached
          {_PLANS_AMISS}) AS amiss
    WHERE (turn.plan_id, turn.on_day, turn.team_id) = (amiss.plan_id, amiss.on_day, amiss.team_id)
"""  # noqa: S608


def _by_team(which: str) -> str:
    return f"""
        SELECT place.round_id, view, 'team' AS cut, given.team_id AS member,
            CASE view WHEN 'then' THEN place.area_code ELSE place.now_area_code END AS area_code, {_COUNTS}
        FROM ({_GIVEN.format(which)}) AS given JOIN round_household AS place USING (round_id, household_id)
        CROSS JOIN (VALUES ('then'), ('now')) AS views(view)
        WHERE place.stands GROUP BY 1, 2, 4, 5
    """  # noqa: S608


_OF_HOUSEHOLDS = _by_team("round_id = $1 AND household_id = ANY($2::text[])")
_OF_ROUND = _by_team("round_id = $1")
_TURNS_OF_ROUND = """
    SELECT round_id, reached_on AS day, array_to_string(reached_staff, ' ') AS people, place.area_code,
        count(*)::int AS households
    FROM round_household AS place JOIN visit_round USING (round_id)
    WHERE round_id = $1 AND stages <> '[]' AND stands AND reached_on IS NOT NULL GROUP BY 1, 2, 3, 4
"""
_STAFF_AMISS = """
    FROM visit, visit_round
    WHERE place.round_id = $1 AND visit_round.round_id = place.round_id AND stages <> '[]'
        AND visit.visit_id = place.reached_by AND place.reached_staff <> visit.staff_ids
"""
_AMISS = f"""
    SELECT EXISTS (
        SELECT FROM (SELECT * FROM round_tally WHERE round_id = $1 AND cut = 'team' AND households <> 0) AS kept
        FULL JOIN ({_OF_ROUND}) AS counted USING ({_CELL})
        WHERE ({", ".join(f"kept.{name}" for name in MEASURES)})
            IS DISTINCT FROM ({", ".join(f"counted.{name}" for name in MEASURES)})
    ) OR EXISTS (
        SELECT FROM (SELECT * FROM round_turn WHERE round_id = $1 AND households <> 0) AS kept
        FULL JOIN ({_TURNS_OF_ROUND}) AS counted USING ({_TURN})
        WHERE kept.households IS DISTINCT FROM counted.households
    ) OR EXISTS (SELECT FROM round_household AS place, {_STAFF_AMISS.replace("FROM ", "", 1)})
        OR EXISTS (SELECT {_PLANS_AMISS}) AS amiss
"""  # noqa: S608
_CHANGING = "SELECT round_id FROM visit_round WHERE status <> 'closed' OR closed_at > $1 ORDER BY round_id"
_FORGET_TEAMS = "DELETE FROM round_tally WHERE round_id = $1 AND cut = 'team'"
_TEAMS_ANEW = f"INSERT INTO round_tally ({_CELL}, {_NAMES}) {_OF_ROUND}"
_STAFF_ANEW = f"UPDATE round_household AS place SET reached_staff = visit.staff_ids {_STAFF_AMISS}"  # noqa: S608
_FORGET_TURNS = "DELETE FROM round_turn WHERE round_id = $1"
_TURNS_ANEW = f"INSERT INTO round_turn ({_TURN}, households) {_TURNS_OF_ROUND}"
_LOCK_HOUSEHOLDS = """
    SELECT FROM household WHERE household_id = ANY($1::text[]) ORDER BY household_id FOR KEY SHARE
"""
_LOCK_PLACES = """
    SELECT FROM round_household WHERE round_id = $1 AND household_id = ANY($2::text[]) ORDER BY household_id FOR UPDATE
"""


async def given_to(session: Session, household_ids: Sequence[str]) -> Mapping[tuple[str, str], Sequence[TurnKey]]:
    """To which turns plans give each of these households, the last plan at the end; by round and household."""
    found: dict[tuple[str, str], list[TurnKey]] = {}
    for row in await session.fetch(GIVEN, [*household_ids]):
        turn = TurnKey(row.plan_id, row.on_day, row.team_id)
        found.setdefault((row.round_id, row.household_id), []).append(turn)
    return found


async def add_numbers(session: Session, rows: Sequence[Sequence[Any]]) -> None:
    """Add to the numbers: rows of a cell and its measures."""
    if rows:
        await session.fetch(_ADD, *map(list, zip(*rows, strict=True)))


async def add_turns(session: Session, rows: Sequence[Sequence[Any]]) -> None:
    """Add to turns: rows of a turn and how many households."""
    if rows:
        await session.fetch(_ADD_TURNS, *map(list, zip(*rows, strict=True)))


async def add_reached(session: Session, rows: Sequence[Sequence[Any]]) -> None:
    """Add to turns of plans: rows of a turn and how many households were reached."""
    if rows:
        await session.fetch(_ADD_REACHED, *map(list, zip(*rows, strict=True)))


async def lock_places(session: Session, round_id: str, household_ids: Sequence[str]) -> None:
    """First the households, as whoever changes one does: so nobody waits in a circle."""
    await session.fetch(_LOCK_HOUSEHOLDS, [*household_ids])
    await session.fetch(_LOCK_PLACES, round_id, [*household_ids])


async def sums_of_teams(
    session: Session, round_id: str, household_ids: Sequence[str]
) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """What these households of a round add to the numbers of their teams: by cell each measure."""
    rows = map(tuple, await session.fetch(_OF_HOUSEHOLDS, round_id, [*household_ids]))
    return {row[:5]: row[5:] for row in rows}


async def amiss_rounds(session: Session, closed_after: datetime) -> list[str]:
    """Rounds that are not closed, or closed after a moment, of which what is kept is not what there is."""
    rounds = [row.round_id for row in await session.fetch(_CHANGING, closed_after)]
    return [round_id for round_id in rounds if (await session.fetch(_AMISS, round_id, None))[0].amiss]


async def count_teams_anew(session: Session, round_id: str) -> None:
    """Of a round that nobody changes meanwhile."""
    for statement in (_FORGET_TEAMS, _TEAMS_ANEW):
        await session.fetch(statement, round_id)


async def count_turns_anew(session: Session, round_id: str) -> None:
    """Of a round that nobody changes meanwhile."""
    for statement in (_STAFF_ANEW, _FORGET_TURNS, _TURNS_ANEW):
        await session.fetch(statement, round_id)


async def count_turns_of_plans(session: Session, round_id: str, plan_id: str | None = None) -> None:
    """Count the turns of a round's plans anew, or of one of them, while nobody changes it or what was reached of it."""
    await session.fetch(_COUNT_PLANS, round_id, plan_id)
