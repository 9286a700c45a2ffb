"""What nobody decided in time goes up by itself (逾期提级审核), and only whoever stands above decides it then."""

from libs.common.database.session import Session
from libs.common.events.asking_terms import request_name
from libs.common.events.cases import DeadlineMissed
from libs.common.rules.machine import SYSTEM
from services.dispatch.asks import queries
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.domain.disputed import RaisedRequest
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import decide
from services.dispatch.cases.tables import Case
from services.dispatch.tasks.actions.keeping import apply

TOO_LATE = "逾期未审，提级审核 not decided in time, it goes up"
"""Why it goes up, in the history of its case."""


async def raise_late(session: Session, case: Case, event: DeadlineMissed) -> None:
    """The time to decide is over: what still waits goes up, once. Word of one that was decided changes nothing."""
    pending = await queries.pending_of(session, case.case_id)
    if pending is None or request_name(pending.version) != event.about or pending.raised_at is not None:
        return
    session.now = max(session.now, CASES.state_of(case).last_at)
    raised = RaisedRequest(pending.version, pending.kind, pending.asked_unit, event.due_at)
    ask = Ask(Action.RAISE_REQUEST, raised, TOO_LATE)
    await apply(session, case, decide(CASES.state_of(case), ask, SYSTEM, session.now))
