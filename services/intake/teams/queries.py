"""Every SELECT of visiting teams: by id, in lists, who is in which, who is in two on one day, who was there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.teams.domain.course import Seat
from services.intake.teams.tables import Team, TeamChange, TeamMember

BY_AREA = Keyset("intake.teams", (col(Team.area_code), col(Team.team_id)), (str, str), descending=False)
BY_STEP = Keyset("intake.team_changes", (col(TeamChange.version),), (int,), descending=False)

_ELSEWHERE = """
    SELECT member.staff_id, member.team_id, team.area_code, greatest(member.from_day, wanted.from_day) AS on_day
    FROM unnest($1::text[], $2::date[], $3::date[]) AS wanted(staff_id, from_day, until_day)
    JOIN team_member AS member ON member.staff_id = wanted.staff_id
        AND member.until_day >= wanted.from_day AND member.from_day <= wanted.until_day
    JOIN team ON team.team_id = member.team_id
    WHERE member.team_id <> $4
    ORDER BY on_day, member.staff_id LIMIT 1
"""
_ATTENDED = """
    SELECT team_id, on_day, correction, present, absent::text AS absent, who, staff_id, at, why FROM (
        SELECT DISTINCT ON (team_id, on_day) * FROM attendance
        WHERE team_id = ANY($1::text[]) AND on_day BETWEEN $2 AND $3
        ORDER BY team_id, on_day, correction DESC
    ) AS latest ORDER BY team_id, on_day
"""
_KEPT = """
    SELECT team_id, on_day, correction, present, absent::text AS absent, who, staff_id, at, why FROM attendance
    WHERE team_id = $1 AND on_day BETWEEN $2 AND $3 ORDER BY on_day, correction
"""


@dataclass(frozen=True, slots=True)
class TeamFilter:
    """What the list is narrowed to; None takes in everything. The days go together."""

    from_day: date | None = None
    until_day: date | None = None
    area_code: str | None = None
    staff_id: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody who is in another team on a day."""

    staff_id: str
    team_id: str
    area_code: str
    on_day: date


async def find(session: Session, scope: Scope, team_id: str) -> Team | None:
    """The team, when it is within reach."""
    row = await session.one(Team, "team_id", team_id, lock=False)
    return row if row is not None and scope.covers(row.area_code) else None


async def members_of(session: Session, team_ids: Iterable[str]) -> Sequence[TeamMember]:
    """Who is, and was, in these teams: by team and first day."""
    statement = select(TeamMember).where(col(TeamMember.team_id).in_([*team_ids]))
    in_order = (col(TeamMember.team_id), col(TeamMember.from_day), col(TeamMember.staff_id))
    return (await session.execute(statement.order_by(*in_order))).scalars().all()


async def elsewhere(session: Session, seats: Iterable[Seat], but_not: str) -> Elsewhere | None:
    """The first day on which one of these is in another team, too."""
    wanted = [*seats]
    columns = ([getattr(seat, name) for seat in wanted] for name in ("staff_id", "from_day", "until_day"))
    rows = await session.fetch(_ELSEWHERE, *columns, but_not)
    return Elsewhere(rows[0].staff_id, rows[0].team_id, rows[0].area_code, rows[0].on_day) if rows else None


def list_statement(scope: Scope, query: TeamFilter, page: PageQuery) -> Select[Team]:
    """One page by area and id, and one row more; of the days only teams that go out on one of them."""
    conditions: list[ColumnElement[bool]] = [scope.predicate(col(Team.area_code), accused_columns=None)]
    if query.from_day is not None:
        asked = func.daterange(query.from_day, query.until_day, "[]")
        goes_out = or_(col(Team.dissolved_from).is_(None), col(Team.dissolved_from) > col(Team.from_day))
        days = func.daterange(col(Team.from_day), col(Team.until_day), "[]")
        conditions += [days.bool_op("&&")(asked), goes_out]
    if query.rule is not None:
        conditions.append(col(Team.rule) == query.rule)
    if query.staff_id is not None:
        conditions.append(col(Team.team_id).in_(_teams_of(query.staff_id, query.from_day, query.until_day)))
    return BY_AREA.cut(select(Team).where(*conditions, *in_area(col(Team.area_code), query.area_code)), page)


def _teams_of(staff_id: str, from_day: date | None, until_day: date | None) -> Select[Any]:
    found = select(col(TeamMember.team_id)).where(col(TeamMember.staff_id) == staff_id)
    if from_day is None or until_day is None:
        return found
    return found.where(col(TeamMember.until_day) >= from_day, col(TeamMember.from_day) <= until_day)


async def list_teams(session: Session, scope: Scope, query: TeamFilter, page: PageQuery) -> Sequence[Team]:
    """Up to one row more than a page."""
    return (await session.execute(list_statement(scope, query, page))).scalars().all()


async def list_changes(session: Session, team_id: str, page: PageQuery) -> Sequence[TeamChange]:
    """Up to one row more than a page of its steps, in their order."""
    statement = select(TeamChange).where(col(TeamChange.team_id) == team_id)
    return (await session.execute(BY_STEP.cut(statement, page))).scalars().all()


async def attended(session: Session, team_ids: Iterable[str], from_day: date, until_day: date) -> Sequence[Any]:
    """What counts of who was there in these teams, day by day."""
    return await session.fetch(_ATTENDED, [*team_ids], from_day, until_day)


async def attendance_kept(session: Session, team_id: str, from_day: date, until_day: date) -> Sequence[Any]:
    """All that was said of who was there in a team, what was corrected since included."""
    return await session.fetch(_KEPT, team_id, from_day, until_day)
