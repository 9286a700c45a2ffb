"""Every SELECT of the ledger of visits: those of an area and a span of days, by group, day and visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from libs.common.database.session import Session

Place = tuple[str, date, str]
"""Where a page ends: group, day, visit."""
ROWS = """
    SELECT visit.visit_id, visit.day, visit.started_at, visit.slot, visit.outcome, visit.area_code, visit.household_id,
        household.household_no, household.household_class, visit.staff_ids, visit.purposes, visit.topics,
        visit.duplicate_of IS NOT NULL AS duplicate, raised.solved_on_the_spot, raised.becomes_case, raised.explained
    FROM visit JOIN household USING (household_id)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE ended = 'solved_on_the_spot')::int AS solved_on_the_spot,
            count(*) FILTER (WHERE ended = 'becomes_case')::int AS becomes_case,
            count(*) FILTER (WHERE ended = 'explained')::int AS explained
        FROM visit_matter WHERE visit_matter.visit_id = visit.visit_id
    ) AS raised
    WHERE visit.status <> 'void' AND visit.area_code LIKE $1 || '%' AND visit.day BETWEEN $2 AND $3
        AND (visit.area_code, visit.day, visit.visit_id) > ($4, $5, $6)
    ORDER BY visit.area_code, visit.day, visit.visit_id LIMIT $7
"""


@dataclass(frozen=True, slots=True)
class LedgerSpan:
    """Of which area, and from which day until which."""

    area_prefix: str
    from_day: date
    until_day: date

    @property
    def start(self) -> Place:
        """Before all of it, and behind what is of areas before: there the index is entered."""
        return self.area_prefix, date.min, ""


async def ledger_rows(session: Session, span: LedgerSpan, after: Place, limit: int) -> Sequence[Any]:
    """Up to so many of them behind a place."""
    return await session.fetch(ROWS, span.area_prefix, span.from_day, span.until_day, *after, limit)
