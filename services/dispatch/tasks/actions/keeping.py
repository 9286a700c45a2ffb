"""A step of a case with the tasks of its support units (given, going on, signed, done, ended) and its requests."""

from libs.common.database.session import Session
from libs.common.events.cases import DeadlineSet
from libs.common.events.terms import Deadline
from libs.common.rules.steps import keep_beside, seen_of
from services.dispatch.asks.actions import keep_requests
from services.dispatch.cases.actions import steps
from services.dispatch.cases.actions.naming import say_named
from services.dispatch.cases.domain.state import Said, State
from services.dispatch.cases.tables import Case
from services.dispatch.disputes.actions import keep_disputes
from services.dispatch.tasks import domain
from services.dispatch.tasks.domain import Tasks, TaskState, TaskStatus
from services.dispatch.tasks.queries import tasks_of
from services.dispatch.tasks.tables import Task


async def apply(session: Session, case: Case, said: Said) -> tuple[State, State]:
    """Take the step: row, history, ledger, requests, tasks. The state before, and after."""
    before, after = steps.apply(session, case, said)
    await keep_requests(session, case, before, after, said)
    await keep_disputes(session, case, before, after, said)
    rows = await tasks_of(session, case.case_id) if domain.concern(before, after, said) else []
    tasks = _states(rows)
    keep_beside(session, Task, rows, tasks, domain.evolve(tasks, before, after, said), case_id=case.case_id)
    for row in rows:
        if row.responsible_staff is not None and row.status is TaskStatus.CANCELLED:
            row.responsible_staff = row.responsible_at = None
            say_named(session, case, row.unit_code, None)
    return before, after


async def note_due(session: Session, event: DeadlineSet) -> None:
    """Until when tasks are to be done, as their clocks say; of tasks of any round."""
    ends = [one for one in event.deadlines if one.deadline is Deadline.TASK]
    rows = await tasks_of(session, event.case_id) if ends else []
    before = tasks = _states(rows)
    for one in ends:
        tasks = domain.due_from(tasks, one.about, one.due_at)
    keep_beside(session, Task, rows, before, tasks)


async def tasks_for(session: Session, case: Case) -> Tasks:
    """What the rules see of the tasks beside the lead of now."""
    return _states(await tasks_of(session, case.case_id)) if case.support_units else ()


def _states(rows: list[Task]) -> Tasks:
    return tuple(seen_of(TaskState, row) for row in rows)
