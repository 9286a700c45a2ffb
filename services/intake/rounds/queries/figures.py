"""A round's figures and lists: sums of the numbers that are kept ready, who is still to be visited, and who left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.visit_terms import RoundStatus
from libs.common.pack.areas import VILLAGE_DIGITS
from libs.common.security.policy import Scope, in_area
from libs.common.visits.counting import MEASURES, TallyCut, View
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.rounds.tables import RoundHousehold, VisitRound

NEWEST_FIRST = Keyset("intake.rounds", (col(VisitRound.begins_on), col(VisitRound.round_id)), (date, str))
NEEDS_FIRST = Keyset(
    "intake.round_gaps",
    (col(RoundHousehold.rank), col(RoundHousehold.last_visited_on), col(RoundHousehold.household_id)),
    (int, date, str),
    descending=False,
)
_SUMS = ", ".join(f"coalesce(sum({name}), 0)::int AS {name}" for name in MEASURES)
_SOMETHING = f"({', '.join(f'sum({name})' for name in MEASURES)}) <> ({', '.join('0' for _ in MEASURES)})"
_LEFT = """
    SELECT left_ones.household_id, left_ones.area_code, left_ones.left_for, left_ones.left_on, change.at, change.why,
           change.who, change.staff_id, asked.who AS asked_by, asked.why AS asked_why
    FROM (SELECT household_id, area_code, left_for, left_on, left_version FROM round_household
          WHERE round_id = $1 AND left_for IS NOT NULL AND household_id > $2 AND area_code LIKE $3
          ORDER BY household_id LIMIT $4) AS left_ones
    JOIN household_change AS change ON change.household_id = left_ones.household_id AND version = left_version
    LEFT JOIN LATERAL (
        SELECT who, why FROM household_change AS before
        WHERE before.household_id = left_ones.household_id AND before.version < change.version
          AND before.action = 'ask_mute' AND change.action = 'confirm_mute' ORDER BY before.version DESC LIMIT 1
    ) AS asked ON true
    ORDER BY left_ones.household_id
"""

LED = """
    SELECT people, width_bucket(day, $4::date[]) AS span, sum(households)::int AS households
    FROM (SELECT DISTINCT people, day, area_code, households
          FROM unnest($3::text[]) AS leader(staff_id) CROSS JOIN LATERAL (
              SELECT people, day, area_code, households FROM round_turn
              WHERE string_to_array(people, ' ') @> ARRAY[leader.staff_id]
                  AND round_id = $1 AND area_code LIKE $2 || '%' OFFSET 0
          ) AS theirs) AS turn
    GROUP BY 1, 2 HAVING sum(households) <> 0
"""
"""OFFSET 0: planned for one leader, so that the index finds each; as a join it read all turns once for each of many."""
BY_SPAN = """
    SELECT people, width_bucket(day, $3::date[]) AS span, sum(households)::int AS households
    FROM round_turn WHERE round_id = $1 AND area_code LIKE $2 || '%'
    GROUP BY 1, 2 HAVING sum(households) <> 0
"""
_FEW_LEADERS = 300
"""Up to so many the index is quicker than all turns of the round."""
BEFORE = """
    SELECT coalesce(sum(households), 0)::int AS households
    FROM round_turn WHERE round_id = $1 AND area_code LIKE $2 || '%' AND day < $3
"""
TURNS_BEFORE = """
    SELECT day, people, sum(households)::int AS households
    FROM round_turn WHERE round_id = $1 AND area_code LIKE $2 || '%' AND day < $3
        AND (people, width_bucket(day, $4::date[])) NOT IN (SELECT * FROM unnest($5::text[], $6::int[]))
    GROUP BY 1, 2 HAVING sum(households) <> 0 ORDER BY 1, 2 LIMIT $7
"""
_OPEN_BY_TOWN = """
    SELECT rpad(left(tally.area_code, 9), 12, '0') AS town, sum(households)::int AS households,
           sum(reached + refused)::int AS visited
    FROM visit_round JOIN round_tally AS tally USING (round_id)
    WHERE status <> 'closed' AND view = 'then' AND cut = 'class' GROUP BY 1
"""
_LEFT_OPEN = "SELECT count(*)::int AS rounds FROM visit_round WHERE status <> 'closed' AND ends_on < $1"


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """What the list of rounds is narrowed to."""

    area_code: str | None = None
    status: RoundStatus | None = None
    on: date | None = None
    """A day that is one of the round's."""


async def find_round(session: Session, round_id: str) -> VisitRound | None:
    """None where there is none of this id (轮次)."""
    return await session.one(VisitRound, "round_id", round_id, lock=False)


def rounds_statement(scope: Scope, query: RoundFilter, page: PageQuery) -> Select[VisitRound]:
    """One page, the latest first, and one row more: rounds that lie in what is reached, or around it."""
    inside: ColumnElement[bool] = col(VisitRound.area_code).like(f"{scope.area_prefix}%")
    around = col(VisitRound.area_code).in_(_around(scope.area_prefix))
    conditions = [or_(inside, around), *in_area(col(VisitRound.area_code), query.area_code)]
    if query.status is not None:
        conditions.append(col(VisitRound.status) == query.status)
    if query.on is not None:
        conditions += [col(VisitRound.begins_on) <= query.on, col(VisitRound.ends_on) >= query.on]
    return NEWEST_FIRST.cut(select(VisitRound).where(*conditions), page)


async def list_rounds(session: Session, scope: Scope, query: RoundFilter, page: PageQuery) -> Sequence[VisitRound]:
    """Up to one row more than a page."""
    return (await session.execute(rounds_statement(scope, query, page))).scalars().all()


def gaps_statement(
    scope: Scope, round_id: str, area_code: str | None, contact_staff_id: str | None, page: PageQuery
) -> Select[RoundHousehold]:
    """One page of those that were not reached, needs first, and one row more."""
    conditions = [
        col(RoundHousehold.round_id) == round_id,
        col(RoundHousehold.stands),
        col(RoundHousehold.reached_on).is_(None),
        *in_area(col(RoundHousehold.area_code), area_code),
    ]
    if contact_staff_id is not None:
        conditions.append(col(RoundHousehold.contact_staff_id) == contact_staff_id)
    conditions.append(scope.predicate(col(RoundHousehold.area_code), accused_columns=None))
    return NEEDS_FIRST.cut(select(RoundHousehold).where(*conditions), page)


async def list_gaps(
    session: Session, scope: Scope, round_id: str, area_code: str | None, contact: str | None, page: PageQuery
) -> Sequence[RoundHousehold]:
    """Up to one row more than a page."""
    return (await session.execute(gaps_statement(scope, round_id, area_code, contact, page))).scalars().all()


def _around(prefix: str) -> list[str]:
    return sorted({prefix[:digits].ljust(VILLAGE_DIGITS, "0") for digits in (6, 9, 12) if digits <= len(prefix)})


def sums_statement(group: str) -> str:
    """The sums of a round's numbers of one view and cut, in an area, by what they are grouped, after a group."""
    return f"""
        SELECT {group} AS of, {_SUMS} FROM round_tally
        WHERE round_id = $1 AND view = $2 AND cut = $3 AND area_code LIKE $4 AND ($5::text IS NULL OR {group} > $5)
        GROUP BY 1 HAVING {_SOMETHING} ORDER BY 1 LIMIT $6
    """  # noqa: S608 - names of ours


def whole_statement() -> str:
    """The sums of one view and cut, in an area."""
    return f"""
        SELECT '' AS of, {_SUMS} FROM round_tally
        WHERE round_id = $1 AND view = $2 AND cut = $3 AND area_code LIKE $4
    """  # noqa: S608 - names of ours


async def whole_of(session: Session, round_id: str, view: View, area_prefix: str) -> Any:
    """One row with each measure, of all households; nothing but zeros where there is nothing."""
    return (await session.fetch(whole_statement(), round_id, view, TallyCut.CLASS, f"{area_prefix}%"))[0]


def without_team_statement() -> str:
    """The sums of those that no plan gives to a team, of one view in an area: all of them but those of teams."""
    sums = ", ".join(
        f"(coalesce(sum({name}) FILTER (WHERE cut = 'class'), 0)"
        f" - coalesce(sum({name}) FILTER (WHERE cut = 'team'), 0))::int AS {name}"
        for name in MEASURES
    )
    return f"""
        SELECT '' AS of, {sums} FROM round_tally
        WHERE round_id = $1 AND view = $2 AND cut IN ('class', 'team') AND area_code LIKE $3
    """  # noqa: S608 - names of ours


async def without_team(session: Session, round_id: str, view: View, area_prefix: str) -> Any:
    """One row with each measure; nothing but zeros where every household has a team."""
    return (await session.fetch(without_team_statement(), round_id, view, f"{area_prefix}%"))[0]


async def sums_of(
    session: Session,
    round_id: str,
    view: View,
    cut: TallyCut,
    group: str,
    area_prefix: str,
    after: str | None,
    limit: int,
) -> Sequence[Any]:
    """Rows with ``of`` and each measure, by it, those after one of them."""
    return await session.fetch(sums_statement(group), round_id, view, cut, f"{area_prefix}%", after, limit)


async def open_by_town(session: Session) -> Sequence[Any]:
    """By town how many households stand in rounds that are not closed, and how many of them were visited."""
    return await session.fetch(_OPEN_BY_TOWN)


async def left_open(session: Session, today: date) -> int:
    """Rounds whose last day is over, and which nobody has closed."""
    return int((await session.fetch(_LEFT_OPEN, today))[0].rounds)


async def left_of(session: Session, round_id: str, after: str, area_prefix: str, limit: int) -> Sequence[Any]:
    """Households that stood in the round and do not any more, with the step by which they left."""
    return await session.fetch(_LEFT, round_id, after, f"{area_prefix}%", limit)


async def turns_led(
    session: Session, round_id: str, prefix: str, leaders: Sequence[str], begins: Sequence[date]
) -> Sequence[Any]:
    """How many households people who went with one of these reached, by who and span of days; 0 is before the first.

    Where these are many, what all others did, too.
    """
    if not leaders:
        return ()
    if len(leaders) > _FEW_LEADERS:
        return await session.fetch(BY_SPAN, round_id, prefix, [*begins])
    return await session.fetch(LED, round_id, prefix, [*leaders], [*begins])


async def reached_before(session: Session, round_id: str, prefix: str, day: date) -> int:
    """How many households were reached before a day."""
    return int((await session.fetch(BEFORE, round_id, prefix, day))[0].households)


async def turns_before(
    session: Session,
    round_id: str,
    prefix: str,
    day: date,
    begins: Sequence[date],
    but_not: Sequence[tuple[str, int]],
    limit: int,
) -> Sequence[Any]:
    """The first turns before a day, but not of some people in some spans: how many households they reached."""
    people, spans = [one for one, _ in but_not], [span for _, span in but_not]
    return await session.fetch(TURNS_BEFORE, round_id, prefix, day, [*begins], people, spans, limit)
