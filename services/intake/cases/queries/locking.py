"""Reading, and locking, what decides about cases that are about to change; and finding what a source sent before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.common.database.session import Session
from services.intake.cases.domain.lifecycle import State, Status

SourceKey = tuple[str, str]
"""Source system (来源系统) and the number it gave (外部编号)."""

_LOCK = """
    SELECT case_id, case_no, area_code, source_system, accused_unit, confidential, registered_at,
           status, category_code, round, lead_unit, sign_due_at, due_at, satisfaction, closing, answered_directly,
           version
    FROM cases WHERE case_id = ANY ($1::text[]) ORDER BY case_id FOR NO KEY UPDATE
"""
_KNOWN = """
    SELECT source_system, source_no, case_id, case_no, area_code, lead_unit, accused_unit
    FROM cases JOIN unnest($1::text[], $2::text[]) AS wanted(source_system, source_no) USING (source_system, source_no)
"""


@dataclass(slots=True)
class LockedCase:
    """What the rules need to know of one case; only the state changes."""

    case_id: str
    case_no: str
    area_code: str
    source_system: str | None
    accused_unit: str | None
    confidential: bool
    registered_at: datetime
    state: State

    @property
    def lead_unit(self) -> str | None:
        """The unit that has it now."""
        return self.state.lead_unit


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case that a source sent before."""

    case_id: str
    case_no: str
    area_code: str
    lead_unit: str | None
    accused_unit: str | None
    source_system: str | None


async def lock_cases(session: Session, case_ids: Iterable[str]) -> dict[str, LockedCase]:
    """The cases of these cases, locked in the order of their ids, so that two batches never wait in a circle."""
    rows = await session.fetch(_LOCK, sorted(set(case_ids)))
    return {row.case_id: _locked(row) for row in rows}


async def known_cases(session: Session, keys: Iterable[SourceKey]) -> dict[SourceKey, KnownCase]:
    """Which of these (system, number) pairs have a case."""
    wanted = sorted(set(keys))
    rows = await session.fetch(_KNOWN, [system for system, _ in wanted], [number for _, number in wanted])
    return {
        (row.source_system, row.source_no): KnownCase(
            row.case_id, row.case_no, row.area_code, row.lead_unit, row.accused_unit, row.source_system
        )
        for row in rows
    }


def _locked(row: Any) -> LockedCase:
    return LockedCase(
        case_id=row.case_id,
        case_no=row.case_no,
        area_code=row.area_code,
        source_system=row.source_system,
        accused_unit=row.accused_unit,
        confidential=row.confidential,
        registered_at=row.registered_at,
        # The rest of the columns stand in the order of the fields.
        state=State(Status(row.status), *row[8:]),
    )
