"""The open cases: how many there are by unit, and which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset
from services.analytics.facts.queries import counted_for
from services.analytics.facts.tables import FactRow


@dataclass(frozen=True, slots=True)
class UnitBacklog:
    """在办: the open cases of one unit at a moment, and those of them past their handling limit."""

    unit_code: str
    open: int
    overdue: int


async def standing(session: Session, scope: Scope, area_prefix: str, now: datetime) -> list[UnitBacklog]:
    """Open and overdue cases by unit, the fullest first; overdue at the very instant of the limit."""
    unit, due = col(FactRow.unit_code), col(FactRow.handle_due_at)
    late = func.count().filter(due <= now)
    statement = (
        select(unit, func.count(), late)
        .where(col(FactRow.is_open), *counted_for(scope), col(FactRow.area_code).like(area_prefix + "%"))
        .group_by(unit)
        .order_by(late.desc(), func.count().desc(), unit)
    )
    rows: Sequence[Any] = (await session.execute(statement)).all()
    return [UnitBacklog(unit_code=row[0], open=row[1], overdue=row[2]) for row in rows]


OPEN_CASES = Keyset("analytics.cases", (FactRow.case_id,), (str,), descending=False)


@dataclass(frozen=True, slots=True)
class OpenFilter:
    """Which of the open cases: of an area, of a unit (empty: of none), past their limit at a moment."""

    area_prefix: str = ""
    unit_code: str | None = None
    overdue_at: datetime | None = None


async def open_cases(
    session: Session, scope: Scope, chosen: OpenFilter, *, cursor: str | None, size: int
) -> Sequence[FactRow]:
    """The cases behind ``standing``, one more than ``size`` when there are more."""
    conditions = [col(FactRow.is_open), *counted_for(scope), *OPEN_CASES.after(cursor)]
    conditions.append(col(FactRow.area_code).like(chosen.area_prefix + "%"))
    if chosen.unit_code is not None:
        conditions.append(col(FactRow.unit_code) == chosen.unit_code)
    if chosen.overdue_at is not None:
        conditions.append(col(FactRow.handle_due_at) <= chosen.overdue_at)
    # The index of open cases knows all that is asked for: only the rows that are shown are fetched.
    ids = select(col(FactRow.case_id)).where(*conditions).order_by(*OPEN_CASES.order()).limit(size + 1)
    statement = select(FactRow).where(col(FactRow.case_id).in_(ids)).order_by(*OPEN_CASES.order())
    return (await session.execute(statement)).scalars().all()
