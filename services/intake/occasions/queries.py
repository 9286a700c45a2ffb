"""Every SELECT of occasions: by id, in lists, and how many matters came of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.occasion_terms import OccasionKind
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.occasions.tables import Occasion, OccasionChange

NEWEST_FIRST = Keyset("intake.occasions", (col(Occasion.started_at), col(Occasion.occasion_id)), (datetime, str))
BY_STEP = Keyset("intake.occasion_changes", (col(OccasionChange.version),), (int,), descending=False)
_ENDS = """
    SELECT occasion_id, ended, count(*)::int AS many FROM occasion_matter
    WHERE occasion_id = ANY($1::text[]) GROUP BY occasion_id, ended
"""


@dataclass(frozen=True, slots=True)
class OccasionFilter:
    """What the list is narrowed to."""

    kind: OccasionKind | None = None
    point_id: str | None = None
    area_code: str | None = None
    begun_from: datetime | None = None
    """Included."""
    begun_to: datetime | None = None
    """Not included."""


async def find(session: Session, scope: Scope, occasion_id: str) -> Occasion | None:
    """The occasion, when its area is within reach."""
    row = await session.one(Occasion, "occasion_id", occasion_id, lock=False)
    return row if row is not None and scope.covers(row.area_code) else None


def list_statement(scope: Scope, query: OccasionFilter, page: PageQuery) -> Select[Occasion]:
    """One page, newest first, and one row more."""
    conditions: list[ColumnElement[bool]] = [scope.predicate(col(Occasion.area_code), accused_columns=None)]
    if query.kind is not None:
        conditions.append(col(Occasion.kind) == query.kind)
    if query.point_id is not None:
        conditions.append(col(Occasion.point_id) == query.point_id)
    if query.begun_from is not None:
        conditions.append(col(Occasion.started_at) >= query.begun_from)
    if query.begun_to is not None:
        conditions.append(col(Occasion.started_at) < query.begun_to)
    conditions += in_area(col(Occasion.area_code), query.area_code)
    return NEWEST_FIRST.cut(select(Occasion).where(*conditions), page)


async def list_occasions(session: Session, scope: Scope, query: OccasionFilter, page: PageQuery) -> Sequence[Occasion]:
    """Up to one row more than a page."""
    return (await session.execute(list_statement(scope, query, page))).scalars().all()


async def list_changes(session: Session, occasion_id: str, page: PageQuery) -> Sequence[OccasionChange]:
    """Up to one row more than a page of its steps, in their order."""
    statement = select(OccasionChange).where(col(OccasionChange.occasion_id) == occasion_id)
    return (await session.execute(BY_STEP.cut(statement, page))).scalars().all()


async def ends_of(session: Session, occasion_ids: Collection[str]) -> Sequence[Any]:
    """By occasion how many matters ended how."""
    return await session.fetch(_ENDS, [*occasion_ids])
