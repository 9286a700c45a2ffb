"""Every SELECT of analytics."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select

from libs.common.database.session import Session
from libs.common.pack.areas import VILLAGE_DIGITS
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset
from services.analytics.domain.terms import COUNTERS, Basis, Counts
from services.analytics.tables import FactRow, FreshnessRow, rollup

CANDIDATES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the county, and which assessment days, both included. None takes in everything."""

    first: date
    last: date
    area_prefix: str = ""
    unit_code: str | None = None
    category_code: str | None = None
    """With all its sub-categories."""
    channel: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what rows are told apart; areas by the first ``digits`` of their code, at most those of a village."""

    column: str
    digits: int = 0


async def sums(
    session: Session, scope: Scope, basis: Basis, selection: Selection, by: Grouping | None
) -> dict[str, Counts]:
    """The counters, by group in the order of its key; without a grouping one row under ``""``."""
    key: ColumnElement[Any] = literal("") if by is None else _group_key(by)
    columns: list[Any] = [func.coalesce(func.sum(rollup.c[counter.value]), 0) for counter in COUNTERS]
    statement = select(key.label("key"), *columns).where(*_chosen(scope, basis, selection))
    if by is not None:
        statement = statement.group_by("key").order_by("key")
    rows: Sequence[Any] = (await session.execute(statement)).all()
    return {str(row[0]): tuple(int(count) for count in row[1:]) for row in rows}


def _group_key(by: Grouping) -> ColumnElement[Any]:
    column: ColumnElement[Any] = rollup.c[by.column]
    if by.digits:
        # Cut to an area's digits and padded, it is the code of that area, or of the one that it stands for itself.
        return func.rpad(func.left(column, by.digits), VILLAGE_DIGITS, "0")
    return column


def _chosen(scope: Scope, basis: Basis, selection: Selection) -> list[ColumnElement[bool]]:
    columns = rollup.c
    conditions = [
        columns.basis == basis.value,
        columns.day.between(selection.first, selection.last),
        scope.predicate(columns.area_code, columns.unit_code),
    ]
    if selection.area_prefix:
        conditions.append(columns.area_code.like(selection.area_prefix + "%"))
    if selection.unit_code is not None:
        conditions.append(columns.unit_code == selection.unit_code)
    if selection.category_code is not None:
        conditions.append(columns.category_code.like(selection.category_code + "%"))
    if selection.channel is not None:
        conditions.append(columns.channel == selection.channel)
    if selection.kind is not None:
        conditions.append(columns.kind == selection.kind)
    return conditions


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the fold has come."""

    as_of: datetime | None
    lag_seconds: float | None
    """How long after it happened the newest event was folded."""


async def freshness(session: Session) -> Freshness:
    """As of which event the figures stand; nothing before the first."""
    statement = select(FreshnessRow).order_by(_column(FreshnessRow.as_of).desc()).limit(1)
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None:
        return Freshness(None, None)
    return Freshness(row.as_of, max(0.0, (row.folded_at - row.as_of).total_seconds()))


async def fact_row(session: Session, scope: Scope, case_id: str) -> FactRow | None:
    """A case by its id, when it may be seen."""
    statement = select(FactRow).where(_column(FactRow.case_id) == case_id, _within(scope))
    return (await session.execute(statement)).scalar_one_or_none()


async def candidates(
    session: Session, scope: Scope, basis: Basis, selection: Selection, after: str
) -> AsyncIterator[Sequence[FactRow]]:
    """Cases that may count in a selection, in chunks by case id after ``after``; their facts say what they count as."""
    while True:
        statement = (
            select(FactRow)
            .where(*_may_count(scope, basis, selection), _column(FactRow.case_id) > after)
            .order_by(_column(FactRow.case_id))
            .limit(CANDIDATES_AT_ONCE)
        )
        rows = (await session.execute(statement)).scalars().all()
        if rows:
            yield rows
            after = rows[-1].case_id
        if len(rows) < CANDIDATES_AT_ONCE:
            return


def _may_count(scope: Scope, basis: Basis, selection: Selection) -> list[ColumnElement[bool]]:
    conditions = [_within(scope), _on_days(basis, selection)]
    if selection.area_prefix:
        conditions.append(_column(FactRow.area_code).like(selection.area_prefix + "%"))
    if selection.unit_code:
        # Parts of any case may count for no unit, so that choice narrows nothing here.
        conditions.append(_column(FactRow.units).contains([selection.unit_code]))
    if selection.category_code is not None:
        conditions.append(_column(FactRow.category_code).like(selection.category_code + "%"))
    if selection.channel is not None:
        conditions.append(_column(FactRow.channel) == selection.channel)
    if selection.kind is not None:
        conditions.append(_column(FactRow.kind) == selection.kind)
    return conditions


def _on_days(basis: Basis, selection: Selection) -> ColumnElement[bool]:
    if basis is Basis.HAPPENED:
        return and_(_column(FactRow.first_day) <= selection.last, _column(FactRow.last_day) >= selection.first)
    day: ColumnElement[Any] = _column(FactRow.registered_day if basis is Basis.REGISTERED else FactRow.closed_day)
    return day.between(selection.first, selection.last)


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
        .where(_column(FactRow.is_open), _within(scope), _column(FactRow.area_code).like(area_prefix + "%"))
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
    conditions = [_column(FactRow.is_open), _within(scope), *OPEN_CASES.after(cursor)]
    conditions.append(_column(FactRow.area_code).like(chosen.area_prefix + "%"))
    if chosen.unit_code is not None:
        conditions.append(_column(FactRow.unit_code) == chosen.unit_code)
    if chosen.overdue_at is not None:
        conditions.append(_column(FactRow.handle_due_at) <= chosen.overdue_at)
    statement = select(FactRow).where(*conditions).order_by(*OPEN_CASES.order()).limit(size + 1)
    return (await session.execute(statement)).scalars().all()


def _within(scope: Scope) -> ColumnElement[bool]:
    return scope.predicate(_column(FactRow.area_code), _column(FactRow.unit_code))


def _column(attribute: Any) -> Any:
    """SQLModel types a column as its value; here it is the column."""
    return attribute
