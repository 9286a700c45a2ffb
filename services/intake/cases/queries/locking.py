"""Reading, and locking, what decides about cases that are about to change; and finding what a source sent before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.common.database.session import Session
from libs.common.events.objecting import ObjectionState
from services.intake.cases.domain.lifecycle import State, Status, Words

SourceKey = tuple[str, str]
"""Source system (来源系统) and the number it gave (外部编号)."""

_LOCK = """
    SELECT case_id, case_no, area_code, source_system, accused_unit, also_accused, confidential, registered_at,
           status, category_code, round, lead_unit, sign_due_at, due_at, satisfaction, closing, answered_directly,
           delegate_unit, words, words_due_at, withdrawal_wished, objection_id, objection_state,
           not_accepted_for, go_to, notice, version
    FROM cases WHERE case_id = ANY ($1::text[]) ORDER BY case_id FOR NO KEY UPDATE
"""
_KNOWN = """
    SELECT source_system, source_no, case_id, case_no, area_code, lead_unit, delegate_unit, accused_unit, also_accused,
           (SELECT by FROM timeline WHERE timeline.case_id = cases.case_id AND what = 'registered'
            ORDER BY at, id LIMIT 1) AS registered_by
    FROM cases JOIN unnest($1::text[], $2::text[]) AS wanted(source_system, source_no) USING (source_system, source_no)
"""


@dataclass(slots=True)
class LockedCase:
    """What the rules need to know of one case; only the state changes, and who else is complained about."""

    case_id: str
    case_no: str
    area_code: str
    source_system: str | None
    accused_unit: str | None
    also_accused: Sequence[str]
    confidential: bool
    registered_at: datetime
    state: State

    @property
    def lead_unit(self) -> str | None:
        """The unit that has it now."""
        return self.state.lead_unit

    @property
    def delegate_unit(self) -> str | None:
        """Who works on it now, if not that unit."""
        return self.state.delegate_unit


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case that a source sent before."""

    case_id: str
    case_no: str
    area_code: str
    lead_unit: str | None
    accused_unit: str | None
    also_accused: Sequence[str]
    source_system: str | None
    delegate_unit: str | None = None
    registered_by: str | None = None
    """The account; None where nobody said."""

    def is_of_another_than(self, account: str) -> bool:
        """Whether an outside system asks for its own number, which a desk of before took under its name."""
        return self.source_system == account and self.registered_by not in (None, account)


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
            row.case_id,
            row.case_no,
            row.area_code,
            row.lead_unit,
            row.accused_unit,
            row.also_accused,
            row.source_system,
            row.delegate_unit,
            row.registered_by,
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
        also_accused=row.also_accused,
        confidential=row.confidential,
        registered_at=row.registered_at,
        state=State(
            status=Status(row.status),
            category_code=row.category_code,
            round=row.round,
            lead_unit=row.lead_unit,
            sign_due_at=row.sign_due_at,
            due_at=row.due_at,
            satisfaction=row.satisfaction,
            closing=row.closing,
            answered_directly=row.answered_directly,
            delegate_unit=row.delegate_unit,
            words=Words(row.words),
            words_due_at=row.words_due_at,
            withdrawal_wished=row.withdrawal_wished,
            objection_id=row.objection_id,
            objection_state=None if row.objection_state is None else ObjectionState(row.objection_state),
            not_accepted_for=row.not_accepted_for,
            go_to=row.go_to,
            notice=row.notice,
            version=row.version,
        ),
    )
