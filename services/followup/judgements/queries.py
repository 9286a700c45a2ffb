"""Judgements and wishes not to be counted, as far as callers may see their cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.followup.cases.queries import ACCUSED, in_no_grid_of_theirs
from services.followup.cases.tables import Case
from services.followup.judgements.domain import ExclusionState
from services.followup.judgements.tables import ExclusionRow, JudgementEntry

EXCLUSION_KEYSET = Keyset("followup.exclusions", (ExclusionRow.asked_at, ExclusionRow.exclusion_id), (datetime, str))
_PLACE = "SELECT case_id FROM exclusion WHERE exclusion_id = $1"


@dataclass(frozen=True, slots=True)
class ExclusionFilter:
    """What the list is narrowed to."""

    state: ExclusionState | None = None
    case_id: str | None = None
    unit_code: str | None = None
    area_code: str | None = None
    own: frozenset[str] = frozenset()
    """The units of whoever asks."""


def sees_exclusion(scope: Scope, case: Case, unit_code: str) -> bool:
    """Whether a wish is within reach: in the case's area, of the unit that asked, and about none of one's own."""
    accused, also = case.accused_unit, case.also_accused
    return scope.allows(case.area_code, unit_code, accused_unit=accused, also_accused=also)


async def judgements_of(session: Session, case_id: str) -> Sequence[JudgementEntry]:
    """All of a case, oldest first."""
    statement = select(JudgementEntry).where(col(JudgementEntry.case_id) == case_id)
    return (await session.execute(statement.order_by(col(JudgementEntry.number)))).scalars().all()


async def exclusions_of(session: Session, case_id: str) -> Sequence[ExclusionRow]:
    """All of a case, oldest first."""
    statement = select(ExclusionRow).where(col(ExclusionRow.case_id) == case_id)
    return (await session.execute(statement.order_by(col(ExclusionRow.asked_at)))).scalars().all()


async def case_of_exclusion(session: Session, exclusion_id: str) -> str | None:
    """Which case it is about: that never changes."""
    rows = await session.fetch(_PLACE, exclusion_id)
    return rows[0].case_id if rows else None


async def list_exclusions(
    session: Session, scope: Scope, wanted: ExclusionFilter, page: PageQuery
) -> list[tuple[ExclusionRow, Case]]:
    """The newest first, with their cases."""
    conditions = [
        scope.predicate(col(Case.area_code), col(ExclusionRow.unit_code), accused_columns=ACCUSED),
        *in_area(col(Case.area_code), wanted.area_code),
        *in_no_grid_of_theirs(col(ExclusionRow.case_id), wanted.area_code, wanted.own),
    ]
    for column, value in (
        (col(ExclusionRow.state), wanted.state),
        (col(ExclusionRow.case_id), wanted.case_id),
        (col(ExclusionRow.unit_code), wanted.unit_code),
    ):
        if value is not None:
            conditions.append(column == value)
    statement = select(ExclusionRow, Case).join(Case, col(Case.case_id) == col(ExclusionRow.case_id))
    rows = (await session.execute(EXCLUSION_KEYSET.cut(statement.where(*conditions), page))).all()
    return [(row.ExclusionRow, row.Case) for row in rows]


def no_such_exclusion() -> NotFound:
    """What somebody hears who may not see it, too."""
    return NotFound("There is no such request, or you may not see it", "申请不存在或无权查看")
