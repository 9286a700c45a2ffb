"""Every SELECT of visits: by id, of a household, in lists, and which cases came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.visits.domain import Status
from services.intake.visits.tables import Visit, VisitChange, VisitWorker

NEWEST_FIRST = Keyset("intake.visits", (col(Visit.started_at), col(Visit.visit_id)), (datetime, str))
BY_STEP = Keyset("intake.visit_changes", (col(VisitChange.version),), (int,), descending=False)


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """What the list is narrowed to."""

    household_id: str | None = None
    staff_id: str | None = None
    round_id: str | None = None
    begun_from: datetime | None = None
    """Included."""
    begun_to: datetime | None = None
    """Not included."""
    area_code: str | None = None
    status: Status | None = None
    duplicates: bool | None = None


async def find(session: Session, scope: Scope, visit_id: str) -> Visit | None:
    """The visit, when its household is within reach."""
    row = await session.one(Visit, "visit_id", visit_id, lock=False)
    return row if row is not None and scope.covers(row.area_code) else None


def list_statement(scope: Scope, query: VisitFilter, page: PageQuery) -> Select[Visit]:
    """One page, newest first, and one row more."""
    statement = select(Visit)
    conditions: list[ColumnElement[bool]] = []
    if query.staff_id is not None:
        statement = statement.join(VisitWorker, col(VisitWorker.visit_id) == col(Visit.visit_id))
        conditions.append(col(VisitWorker.staff_id) == query.staff_id)
    for column, value in ((Visit.household_id, query.household_id), (Visit.status, query.status)):
        if value is not None:
            conditions.append(col(column) == value)
    if query.round_id is not None:
        conditions.append(col(Visit.rounds).contains([query.round_id]))
    if query.begun_from is not None:
        conditions.append(col(Visit.started_at) >= query.begun_from)
    if query.begun_to is not None:
        conditions.append(col(Visit.started_at) < query.begun_to)
    if query.duplicates is not None:
        nothing = col(Visit.duplicate_of).is_(None)
        conditions.append(~nothing if query.duplicates else nothing)
    conditions += in_area(col(Visit.area_code), query.area_code)
    conditions.append(scope.predicate(col(Visit.area_code), accused_columns=None))
    return NEWEST_FIRST.cut(statement.where(*conditions), page)


async def list_visits(session: Session, scope: Scope, query: VisitFilter, page: PageQuery) -> Sequence[Visit]:
    """Up to one row more than a page."""
    return (await session.execute(list_statement(scope, query, page))).scalars().all()


async def list_changes(session: Session, visit_id: str, page: PageQuery) -> Sequence[VisitChange]:
    """Up to one row more than a page of its steps, in their order."""
    statement = select(VisitChange).where(col(VisitChange.visit_id) == visit_id)
    return (await session.execute(BY_STEP.cut(statement, page))).scalars().all()


def document(value: object) -> Any:
    """A document of a row that was read: the driver gives its text, a list its contents."""
    return orjson.loads(value) if isinstance(value, str) else value
