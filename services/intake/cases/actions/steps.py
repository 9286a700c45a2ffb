"""The way in to a case: first whether it may be seen, then its version, then the rules."""

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.rules.requests import Request
from services.intake.cases.actions.unit_of_work import load_case
from services.intake.cases.queries.locking import LockedCase
from services.intake.cases.queries.reach import sees


async def load_for(session: Session, request: Request, case_id: str) -> LockedCase:
    """The case that is to change; NotFound when it is out of reach, StaleVersion when it has changed."""
    case = await load_case(session, case_id)
    if case is None or not sees(request.scope, case):
        raise NotFound
    request.check_version(case.state.version)
    # The clock may have been ahead when it was registered: nothing happens to a case before that.
    session.now = max(session.now, case.registered_at)
    return case
