"""Taking a case from whoever is complained about in it, when that comes out while they have it (回避)."""

from libs.common.database.session import Session
from libs.common.events.accused import AccusedNamed, also_accused
from libs.common.rules.machine import SYSTEM
from services.dispatch.cases.actions.naming import is_about, say_named
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.domain.state import Said
from services.dispatch.cases.domain.terms import OPEN
from services.dispatch.cases.domain.transitions import decide
from services.dispatch.cases.tables import Case, working_unit_of
from services.dispatch.routing.actions.giving import today
from services.dispatch.routing.domain.recusal import next_step
from services.dispatch.tasks.actions.keeping import tasks_for
from services.dispatch.tasks.domain import OPEN_TASKS
from services.dispatch.tasks.queries import tasks_of


def note(case: Case, event: AccusedNamed) -> None:
    """From now on they do not see it."""
    new = [name for name in also_accused(event) if name not in (case.accused_unit, *case.also_accused)]
    case.also_accused = [*case.also_accused, *new]


async def next_said(session: Session, case: Case) -> Said | None:
    """The step by which one of them loses a part of the case; None when nobody of them has any."""
    state = CASES.state_of(case)
    session.now = max(session.now, state.last_at)
    ask = next_step(state, await tasks_for(session, case), today(session, case))
    return None if ask is None else decide(state, ask, SYSTEM, session.now)


async def let_go(session: Session, case: Case) -> None:
    """Whoever of them answers for the case (责任人), or for an open part of it, does so no longer."""
    unit = working_unit_of(case)
    if unit is not None and case.status in OPEN and _is_one(session, case, case.responsible_staff):
        case.responsible_staff = case.responsible_at = None
        say_named(session, case, unit, None)
    for task in await tasks_of(session, case.case_id) if case.support_units else ():
        if task.status in OPEN_TASKS and _is_one(session, case, task.responsible_staff):
            task.responsible_staff = task.responsible_at = None
            say_named(session, case, task.unit_code, None)


def _is_one(session: Session, case: Case, staff_id: str | None) -> bool:
    return staff_id is not None and is_about(session, case, staff_id)
