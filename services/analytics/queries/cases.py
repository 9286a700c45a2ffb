"""One case, and the open ones: how many there are by unit, and which."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Text, cast, func, literal_column, select

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset
from services.analytics.tables import FactRow


async def fact_row(session: Session, scope: Scope, case_id: str) -> FactRow | None:
    """A case by its id, when it may be seen."""
    statement = select(FactRow).where(_column(FactRow.case_id) == case_id, _within(scope))
    return (await session.execute(statement)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Standing:
    """在办: the open cases of one unit at a moment, and those of them past their handling limit."""

    unit_code: str
    open: int
    overdue: int


async def standing(session: Session, scope: Scope, area_prefix: str, now: datetime) -> list[Standing]:
    """Open and overdue cases by unit, the fullest first; overdue at the very instant of the limit."""
    unit, due = _column(FactRow.unit_code), _column(FactRow.handle_due_at)
    late = func.count().filter(due <= now)
    statement = (
        select(unit, func.count(), late)
        .where(_column(FactRow.is_open), *_counted_for(scope), _column(FactRow.area_code).like(area_prefix + "%"))
        .group_by(unit)
        .order_by(late.desc(), func.count().desc(), unit)
    )
    rows: Sequence[Any] = (await session.execute(statement)).all()
    return [Standing(unit_code=row[0], open=row[1], overdue=row[2]) for row in rows]


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
    conditions = [_column(FactRow.is_open), *_counted_for(scope), *OPEN_CASES.after(cursor)]
    conditions.append(_column(FactRow.area_code).like(chosen.area_prefix + "%"))
    if chosen.unit_code is not None:
        conditions.append(_column(FactRow.unit_code) == chosen.unit_code)
    if chosen.overdue_at is not None:
        conditions.append(_column(FactRow.handle_due_at) <= chosen.overdue_at)
    # The index of open cases knows all that is asked for: only the rows that are shown are fetched.
    ids = select(_column(FactRow.case_id)).where(*conditions).order_by(*OPEN_CASES.order()).limit(size + 1)
    statement = select(FactRow).where(_column(FactRow.case_id).in_(ids)).order_by(*OPEN_CASES.order())
    return (await session.execute(statement)).scalars().all()


async def hidden_cases(session: Session, scope: Scope, first: date, last: date) -> Sequence[Any]:
    """``doc`` and ``places`` of the cases about the caller's own units of which anything may count on these days."""
    documents = [cast(_column(getattr(FactRow, name)), Text).label(name) for name in ("doc", "places")]
    statement = select(*documents).where(
        *_about(scope.own_units), _column(FactRow.first_day) <= last, _column(FactRow.last_day) >= first
    )
    return (await session.execute(statement)).all()


def _within(scope: Scope) -> ColumnElement[bool]:
    return scope.predicate(
        _column(FactRow.area_code), _column(FactRow.unit_code), accused_column=_column(FactRow.accused_unit)
    )


def _counted_for(scope: Scope) -> list[ColumnElement[bool]]:
    """``_within`` for what an index alone answers: the few hidden cases are found first, and left out by their id."""
    within = scope.predicate(_column(FactRow.area_code), _column(FactRow.unit_code), accused_column=None)
    if not scope.own_units:
        return [within]
    hidden = select(_column(FactRow.case_id)).where(*_about(scope.own_units))
    return [within, _column(FactRow.case_id).not_in(hidden)]


def _about(units: Collection[str]) -> list[ColumnElement[bool]]:
    # The constant is the index's own, so that every plan can prove that the index holds the rows.
    accused = _column(FactRow.accused_unit)
    return [literal_column("fact.accused_unit <> ''", Boolean), accused.in_(sorted(units))]


def _column(attribute: Any) -> Any:
    """SQLModel types a column as its value; here it is the column."""
    return attribute
