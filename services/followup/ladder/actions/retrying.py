"""Timers that were set aside, once the cause has been mended."""

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from services.followup.cases.queries import no_such_case, sees_matter
from services.followup.clocks import queries
from services.followup.clocks.actions.finding import find_matter
from services.followup.ladder.schemas import RetriedOut


async def retry_timers(session: Session, scope: Scope, case_id: str) -> RetriedOut:
    """Let a case's timers that were set aside fire again, each still with its own time; the cause has been mended."""
    matter = await find_matter(session, case_id)
    if matter is None or not sees_matter(scope, matter):
        raise no_such_case()
    return RetriedOut(case_id=case_id, retried=await queries.retry_timers(session, case_id))
