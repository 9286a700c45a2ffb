"""Which case, and whether a caller may see it."""

from sqlalchemy import select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.security.policy import Scope
from services.followup.cases.tables import Case, HistoryEntry


def sees_case(scope: Scope, case: Case) -> bool:
    """Whether the case is within reach."""
    return scope.allows(case.area_code, case.lead_unit, accused_unit=case.accused_unit)


async def visible_case(session: Session, scope: Scope, case_id: str) -> Case:
    """The case, unlocked; NotFound when it is not there or not in the caller's reach."""
    case = await session.one(Case, "case_id", case_id, lock=False)
    if case is None or not sees_case(scope, case):
        raise no_such_case()
    return case


async def steps_of_case(session: Session, case_id: str) -> list[HistoryEntry]:
    """All steps of a case, oldest first."""
    statement = select(HistoryEntry).where(col(HistoryEntry.case_id) == case_id).order_by(col(HistoryEntry.version))
    return list((await session.execute(statement)).scalars())


def no_such_case() -> NotFound:
    """What somebody hears who may not see it, too."""
    return NotFound("There is no such case, or you may not see it", "诉求件不存在或无权查看")
