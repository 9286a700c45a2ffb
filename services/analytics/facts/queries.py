"""One fact, those that a caller may see or that are hidden from it, and how far the fold has come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Text, cast, literal_column, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from services.analytics.facts.tables import FactRow, FreshnessRow


async def fact_row(session: Session, scope: Scope, case_id: str) -> FactRow | None:
    """A case by its id, when it may be seen."""
    statement = select(FactRow).where(col(FactRow.case_id) == case_id, visible_to(scope))
    return (await session.execute(statement)).scalar_one_or_none()


async def hidden_cases(session: Session, scope: Scope, first: date, last: date) -> Sequence[Any]:
    """``doc`` and ``places`` of the cases about the caller's own units of which anything may count on these days."""
    documents = [cast(col(getattr(FactRow, name)), Text).label(name) for name in ("doc", "places")]
    statement = select(*documents).where(
        *about(scope.own_units), col(FactRow.first_day) <= last, col(FactRow.last_day) >= first
    )
    return (await session.execute(statement)).all()


def visible_to(scope: Scope) -> ColumnElement[bool]:
    """The cases that a caller may see."""
    return scope.predicate(col(FactRow.area_code), col(FactRow.unit_code), accused_column=col(FactRow.accused_unit))


def counted_for(scope: Scope) -> list[ColumnElement[bool]]:
    """``visible_to`` for what an index alone answers: the few hidden cases are found first, and left out by id."""
    within = scope.predicate(col(FactRow.area_code), col(FactRow.unit_code), accused_column=None)
    if not scope.own_units:
        return [within]
    hidden = select(col(FactRow.case_id)).where(*about(scope.own_units))
    return [within, col(FactRow.case_id).not_in(hidden)]


def about(units: Collection[str]) -> list[ColumnElement[bool]]:
    """The cases about these units (被反映单位)."""
    # The constant is the index's own, so that every plan can prove that the index holds the rows.
    accused = col(FactRow.accused_unit)
    return [literal_column("fact.accused_unit <> ''", Boolean), accused.in_(sorted(units))]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the fold has come."""

    as_of: datetime | None
    lag_seconds: float | None
    """How long after it happened the newest event was folded."""


async def freshness(session: Session) -> Freshness:
    """As of which event the figures stand; nothing before the first."""
    statement = select(FreshnessRow).order_by(col(FreshnessRow.as_of).desc()).limit(1)
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None:
        return Freshness(None, None)
    return Freshness(row.as_of, max(0.0, (row.folded_at - row.as_of).total_seconds()))
