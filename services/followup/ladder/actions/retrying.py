"""Timers that were set aside, once the cause has been mended."""

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from services.followup.cases.queries import no_such_case, sees_case
from services.followup.clocks import queries
from services.followup.clocks.actions.finding import find_case
from services.followup.ladder.schemas import RetriedOut


async def retry_timers(session: Session, scope: Scope, case_id: str) -> RetriedOut:
    """Let a case's timers that were set aside fire again, each still with its own time; the cause has been mended."""
    case = await find_case(session, case_id)
    if case is None or not sees_case(scope, case):
        raise no_such_case()
    return RetriedOut(case_id=case_id, retried=await queries.retry_clocks(session, case_id))
