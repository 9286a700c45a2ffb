"""Which case repeats which, and who handled a case, as far as the door was told."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from services.intake.cases.queries.reach import within
from services.intake.cases.tables import Case, RepeatEntry

_HANDLED_BY = """
    SELECT DISTINCT unit_code FROM timeline
    WHERE case_id = ANY($1::text[]) AND what IN ('assigned', 'reassigned', 'signed', 'handled', 'answered_directly')
        AND unit_code IS NOT NULL
"""


async def repeats_of(session: Session, case_id: str) -> Sequence[RepeatEntry]:
    """What was said of a case, oldest first."""
    statement = select(RepeatEntry).where(col(RepeatEntry.case_id) == case_id).order_by(col(RepeatEntry.number))
    return (await session.execute(statement)).scalars().all()


async def repeated_by(session: Session, scope: Scope, case_id: str) -> Sequence[str]:
    """The cases of which the latest word is that they repeat this one, within reach."""
    named = select(col(RepeatEntry.case_id)).where(col(RepeatEntry.repeat_of) == case_id)
    latest = (
        select(col(RepeatEntry.case_id), func.max(col(RepeatEntry.number)).label("number"))
        .where(col(RepeatEntry.case_id).in_(named))
        .group_by(col(RepeatEntry.case_id))
        .subquery()
    )
    statement = (
        select(col(RepeatEntry.case_id))
        .join(latest, (latest.c.case_id == col(RepeatEntry.case_id)) & (latest.c.number == col(RepeatEntry.number)))
        .join(Case, col(Case.case_id) == col(RepeatEntry.case_id))
        .where(col(RepeatEntry.repeat_of) == case_id, within(scope))
        .order_by(col(RepeatEntry.case_id))
    )
    return (await session.execute(statement)).scalars().all()


async def handling_units(session: Session, case_ids: Sequence[str]) -> frozenset[str]:
    """The units that led these cases or answered them."""
    return frozenset(row.unit_code for row in await session.fetch(_HANDLED_BY, list(case_ids)))
