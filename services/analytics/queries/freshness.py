"""How far the fold has come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from libs.common.database.session import Session
from services.analytics.tables import FreshnessRow


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


def _column(attribute: Any) -> Any:
    """SQLModel types a column as its value; here it is the column."""
    return attribute
