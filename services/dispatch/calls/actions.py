"""A step of a case with the tasks of the units summoned to it."""

from libs.common.database.session import Session
from libs.common.events.cases import DeadlineSet
from libs.common.events.terms import Deadline
from libs.common.rules.steps import keep_beside, seen_of
from services.dispatch.calls import domain
from services.dispatch.calls.domain import Calls, CallState
from services.dispatch.calls.queries import calls_of
from services.dispatch.calls.tables import SummonedUnit
from services.dispatch.cases.actions import steps
from services.dispatch.cases.domain.state import Said, State
from services.dispatch.cases.tables import Case


async def apply(session: Session, case: Case, said: Said) -> State:
    """Take the step: row, history, ledger, and the tasks that it gives, moves or ends. The state after."""
    _, after = steps.apply(session, case, said)
    rows = await calls_of(session, case.case_id)
    calls = _states(rows)
    keep_beside(session, SummonedUnit, rows, calls, domain.evolve(calls, after, said), case_id=case.case_id)
    return after


async def calls_for(session: Session, case: Case) -> Calls:
    """What the rules see of them."""
    return _states(await calls_of(session, case.case_id))


async def check_none_open(session: Session, case: Case) -> None:
    """OutOfTurn, naming each task that the result waits for."""
    if case.open_called:
        domain.check_none_open(await calls_for(session, case))


async def note_due(session: Session, event: DeadlineSet) -> None:
    """Until when they are to be there and to be done, as their clocks say."""
    ends = [one for one in event.deadlines if one.deadline in (Deadline.CALLED, Deadline.REPORT_IN)]
    rows = await calls_of(session, event.case_id) if ends else []
    before = calls = _states(rows)
    for one in ends:
        by = domain.due_from if one.deadline is Deadline.CALLED else domain.report_due_from
        calls = by(calls, one.about, one.due_at)
    keep_beside(session, SummonedUnit, rows, before, calls)


def _states(rows: list[SummonedUnit]) -> Calls:
    return tuple(seen_of(CallState, row) for row in rows)
