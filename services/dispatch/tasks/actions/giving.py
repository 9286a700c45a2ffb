"""Giving support units their tasks when a case is given to a lead unit, and ending those that are open with it."""

from collections.abc import Sequence

from libs.common.database.session import Session
from services.dispatch.cases.tables import Work
from services.dispatch.tasks.domain import OPEN_TASKS, Role, TaskStatus
from services.dispatch.tasks.queries import tasks_of
from services.dispatch.tasks.tables import Task


async def give_tasks(session: Session, work: Work, before: Sequence[str]) -> None:
    """A task for each support unit. Those of the units ``before`` go on where they are named again, else they end."""
    there = await tasks_of(session, work) if before else {}
    for unit_code, task in there.items():
        if unit_code not in work.support_units:
            _end(session, task, None)
    for unit_code in work.support_units:
        if unit_code not in there:
            session.new(
                Task,
                case_id=work.case_id,
                version=work.version,
                unit_code=unit_code,
                round=work.round,
                role=Role.SUPPORT,
                status=TaskStatus.GIVEN,
                given_at=session.now,
            )
    done = {code for code, task in there.items() if task.status is TaskStatus.DONE}
    work.open_support = [code for code in work.support_units if code not in done]


async def end_open(session: Session, work: Work, why: str | None = None) -> None:
    """Nobody has to do anything beside the lead any more."""
    if not work.open_support:
        return
    for task in (await tasks_of(session, work)).values():
        _end(session, task, why)
    work.open_support = []


def _end(session: Session, task: Task, why: str | None) -> None:
    if task.status in OPEN_TASKS:
        task.status, task.ended_at, task.result = TaskStatus.CANCELLED, session.now, why
