"""Keeping the requests about a case beside its steps."""

from libs.common.database.session import Session
from libs.common.events.cases import DeadlineSet
from libs.common.events.terms import Deadline
from libs.common.rules.steps import keep_beside, seen_of
from services.dispatch.asks import queries
from services.dispatch.asks.domain import UnitAsk, due_from, ends_one, evolve
from services.dispatch.asks.tables import UnitRequest
from services.dispatch.cases.domain.disputed import RaisedRequest
from services.dispatch.cases.domain.state import Said, State
from services.dispatch.cases.tables import Case


async def keep_requests(session: Session, case: Case, before: State, after: State, said: Said) -> None:
    """The request that a step makes, answers or ends."""
    concerns = ends_one(before, after) or isinstance(said.what, RaisedRequest)
    waited = await queries.pending_of(session, case.case_id) if concerns else None
    rows = [] if waited is None else [waited]
    requests = tuple(seen_of(UnitAsk, row) for row in rows)
    keep_beside(session, UnitRequest, rows, requests, evolve(requests, before, after, said), case_id=case.case_id)


async def note_due(session: Session, event: DeadlineSet) -> None:
    """Until when what is asked for is to be decided, as its clock says."""
    ends = [one for one in event.deadlines if one.deadline is Deadline.DECISION]
    rows = await session.rows(UnitRequest, "case_id", event.case_id) if ends else []
    before = requests = tuple(seen_of(UnitAsk, row) for row in rows)
    for one in ends:
        requests = due_from(requests, one.about, one.due_at)
    keep_beside(session, UnitRequest, rows, before, requests)
