"""A step of a case with the tasks of the units summoned to it."""

from typing import Any

from libs.common.database.session import Session
from libs.common.events.cases import DeadlineSet
from libs.common.events.task_terms import task_name
from libs.common.events.terms import Deadline
from libs.common.events.whistles import CallResponsibleNamed
from libs.common.rules.steps import keep_beside, seen_of
from services.dispatch.calls import domain
from services.dispatch.calls.domain import Calls, CallState, CallStatus
from services.dispatch.calls.queries import calls_of
from services.dispatch.calls.tables import SummonedUnit
from services.dispatch.cases.actions import steps
from services.dispatch.cases.actions.naming import check_person, is_about
from services.dispatch.cases.domain.called import Whistle
from services.dispatch.cases.domain.state import Said, State
from services.dispatch.cases.tables import Case


async def apply(session: Session, case: Case, said: Said) -> State:
    """Take the step: row, history, ledger, and the tasks that it gives, moves or ends. The state after."""
    _, after = steps.apply(session, case, said)
    rows = await calls_of(session, case.case_id)
    calls = _states(rows)
    keep_beside(session, SummonedUnit, rows, calls, domain.evolve(calls, after, said), case_id=case.case_id)
    _let_go_of(session, case, rows, said)
    return after


async def name(session: Session, case: Case, call: CallState, staff_id: str) -> None:
    """This person of the unit answers for its task from now on."""
    domain.check_open(call)
    check_person(session, case, call.unit_code, staff_id)
    for row in await calls_of(session, case.case_id):
        if (row.version, row.unit_code) == (call.version, call.unit_code):
            row.responsible_staff, row.responsible_at = staff_id, session.now
            _say_named(session, case, call.name, call.unit_code, staff_id)


async def let_go_accused(session: Session, case: Case) -> None:
    """Whoever the case is about answers for no open task of it any more."""
    for row in await calls_of(session, case.case_id):
        staff_id = row.responsible_staff
        if row.status in domain.OPEN_CALLS and staff_id is not None and is_about(session, case, staff_id):
            _clear(session, case, row)


def _let_go_of(session: Session, case: Case, rows: list[SummonedUnit], said: Said) -> None:
    """Of a task that was cancelled nobody answers; and a unit that is summoned again names who does, anew."""
    again = said.what.units if isinstance(said.what, Whistle) else ()
    for row in rows:
        if row.responsible_staff is not None and row.status is CallStatus.CANCELLED:
            _clear(session, case, row)
    named = {row.unit_code for row in rows if row.responsible_staff is not None and row.round == case.round}
    for unit_code in again:
        if unit_code in named:
            _say_named(session, case, task_name(case.version, unit_code), unit_code, None)


def _clear(session: Session, case: Case, row: SummonedUnit) -> None:
    row.responsible_staff = row.responsible_at = None
    _say_named(session, case, task_name(row.version, row.unit_code), row.unit_code, None)


def _say_named(session: Session, case: Case, task: str, unit_code: str, staff_id: str | None) -> None:
    of_it: dict[str, Any] = {"task": task, "unit_code": unit_code, "staff_id": staff_id}
    session.publish(CallResponsibleNamed(occurred_at=session.now, case_id=case.case_id, round=case.round, **of_it))


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
