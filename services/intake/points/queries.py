"""Every SELECT of collection points: by id, in lists, who is on duty when, and who would be at two at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.occasion_terms import PointKind
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.points.tables import CollectionPoint, PointChange

BY_AREA = Keyset(
    "intake.points", (col(CollectionPoint.area_code), col(CollectionPoint.point_id)), (str, str), descending=False
)
BY_STEP = Keyset("intake.point_changes", (col(PointChange.version),), (int,), descending=False)
_DUTY = """
    SELECT DISTINCT ON (point_id, on_day) point_id, on_day, correction, staff_ids, who, staff_id, at, why
    FROM point_duty WHERE point_id = ANY($1::text[]) AND on_day BETWEEN $2 AND $3
    ORDER BY point_id, on_day, correction DESC
"""
_DUTY_KEPT = """
    SELECT point_id, on_day, correction, staff_ids, who, staff_id, at, why FROM point_duty
    WHERE point_id = $1 AND on_day BETWEEN $2 AND $3 ORDER BY on_day, correction
"""
_ELSEWHERE = """
    SELECT latest.on_day, somebody.staff_id, point.point_id, point.area_code FROM (
        SELECT DISTINCT ON (on_day, point_id) on_day, point_id, staff_ids FROM point_duty
        WHERE on_day = ANY($1::date[]) AND point_id <> $2
        ORDER BY on_day, point_id, correction DESC
    ) AS latest
    JOIN collection_point AS point USING (point_id)
    CROSS JOIN LATERAL unnest(latest.staff_ids) AS somebody(staff_id)
    WHERE somebody.staff_id = ANY($3::text[]) AND point.opens_at < $5 AND $4 < point.closes_at
    ORDER BY 1, 2, 3 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class PointFilter:
    """What the list is narrowed to. ``on`` goes with the rules of days that come on that day."""

    area_code: str | None = None
    kind: PointKind | None = None
    on: date | None = None
    days: Collection[str] = ()


async def find(session: Session, scope: Scope, point_id: str) -> CollectionPoint | None:
    """The point, when it is within reach."""
    row = await session.one(CollectionPoint, "point_id", point_id, lock=False)
    return row if row is not None and scope.covers(row.area_code) else None


def list_statement(scope: Scope, query: PointFilter, page: PageQuery) -> Select[CollectionPoint]:
    """One page by area, and one row more; of a day only those that are open then."""
    conditions: list[ColumnElement[bool]] = [scope.predicate(col(CollectionPoint.area_code), accused_columns=None)]
    if query.kind is not None:
        conditions.append(col(CollectionPoint.kind) == query.kind)
    if query.on is not None:
        ends = col(CollectionPoint.until_day)
        conditions += [
            col(CollectionPoint.days).in_([*query.days]),
            col(CollectionPoint.from_day) <= query.on,
            or_(ends.is_(None), ends >= query.on),
        ]
    conditions += in_area(col(CollectionPoint.area_code), query.area_code)
    return BY_AREA.cut(select(CollectionPoint).where(*conditions), page)


async def list_points(session: Session, scope: Scope, query: PointFilter, page: PageQuery) -> Sequence[CollectionPoint]:
    """Up to one row more than a page."""
    return (await session.execute(list_statement(scope, query, page))).scalars().all()


async def list_changes(session: Session, point_id: str, page: PageQuery) -> Sequence[PointChange]:
    """Up to one row more than a page of its steps, in their order."""
    statement = select(PointChange).where(col(PointChange.point_id) == point_id)
    return (await session.execute(BY_STEP.cut(statement, page))).scalars().all()


async def on_duty(session: Session, point_ids: Collection[str], first: date, last: date) -> Sequence[Any]:
    """What counts of who is on duty at these points, day by day."""
    return await session.fetch(_DUTY, [*point_ids], first, last)


async def duty_kept(session: Session, point_id: str, first: date, last: date) -> Sequence[Any]:
    """All that was said of who is on duty at a point, what was corrected since included."""
    return await session.fetch(_DUTY_KEPT, point_id, first, last)


async def elsewhere(
    session: Session, point: CollectionPoint, days: Sequence[date], staff_ids: Collection[str]
) -> Any | None:
    """The first of these days on which one of these people is on duty at another point at the same hours."""
    hours = point.opens_at, point.closes_at
    rows = await session.fetch(_ELSEWHERE, [*days], point.point_id, [*staff_ids], *hours)
    return rows[0] if rows else None
