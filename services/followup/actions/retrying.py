"""Timers that were set aside, once the cause has been mended."""

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from services.followup.actions.cases import find_matter
from services.followup.queries import showing, working
from services.followup.schemas import RetriedOut


async def retry_timers(session: Session, scope: Scope, case_id: str) -> RetriedOut:
    """Let a case's timers that were set aside fire again, each still with its own time; the cause has been mended."""
    matter = await find_matter(session, case_id)
    if matter is None or not showing.sees_matter(scope, matter):
        raise showing.no_such_case()
    return RetriedOut(case_id=case_id, retried=await working.retry_timers(session, case_id))
