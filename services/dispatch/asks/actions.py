"""Keeping the requests about a case beside its steps."""

from libs.common.database.session import Session
from libs.common.rules.steps import keep_beside, seen_of
from services.dispatch.asks import queries
from services.dispatch.asks.domain import UnitAsk, ends_one, evolve
from services.dispatch.asks.tables import UnitRequest
from services.dispatch.cases.domain.state import Said, State
from services.dispatch.cases.tables import Case


async def keep_requests(session: Session, case: Case, before: State, after: State, said: Said) -> None:
    """The request that a step makes, answers or ends."""
    waited = await queries.pending_of(session, case.case_id) if ends_one(before, after) else None
    rows = [] if waited is None else [waited]
    requests = tuple(seen_of(UnitAsk, row) for row in rows)
    keep_beside(session, UnitRequest, rows, requests, evolve(requests, before, after, said), case_id=case.case_id)
