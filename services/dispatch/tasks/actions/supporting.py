"""What a support unit does with its part (协办): sign, report, say it is done; and letting it off."""

from libs.common.database.session import Session
from libs.common.errors import Forbidden, NotFound
from libs.common.events.cases import TaskCancelled, TaskDone
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.dispatch.cases.actions.steps import enter, record, shown, target_of
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Work
from services.dispatch.tasks.actions.handling import check_length
from services.dispatch.tasks.domain import next_task_status
from services.dispatch.tasks.queries import tasks_of
from services.dispatch.tasks.schemas import CancelTask, FinishTask, Report, Sign
from services.dispatch.tasks.tables import Task


async def sign(session: Session, asked: Request, case_id: str, unit_code: str, body: Sign) -> WorkOut:
    """The support unit takes its part on."""
    work, task = await _enter(session, asked, case_id, unit_code, Action.SUPPORT_SIGN)
    task.signed_at = session.now
    _record(session, asked, work, task, Action.SUPPORT_SIGN, mask_text(body.note or ""))
    return shown(work)


async def report(session: Session, asked: Request, case_id: str, unit_code: str, body: Report) -> WorkOut:
    """The support unit says how far it is: for the units of the case, in its history."""
    work, task = await _enter(session, asked, case_id, unit_code, Action.SUPPORT_REPORT)
    note = mask_text(body.note)
    check_length("note", note, 1, session.packs.current(session.now).directory.pack.texts.note_max)
    _record(session, asked, work, task, Action.SUPPORT_REPORT, note)
    return shown(work)


async def finish(session: Session, asked: Request, case_id: str, unit_code: str, body: FinishTask) -> WorkOut:
    """The support unit has done its part; the lead unit waits for it no longer."""
    work, task = await _enter(session, asked, case_id, unit_code, Action.SUPPORT_DONE)
    result = mask_text(body.result)
    check_length("result", result, 1, session.packs.current(session.now).directory.pack.texts.result_max)
    _end(session, work, task, result)
    _record(session, asked, work, task, Action.SUPPORT_DONE, result)
    session.publish(
        TaskDone(case_id=case_id, occurred_at=session.now, round=work.round, unit_code=unit_code, result=result)
    )
    return shown(work)


async def cancel(session: Session, asked: Request, case_id: str, unit_code: str, body: CancelTask) -> WorkOut:
    """The lead unit or a dispatcher lets a support unit off, and says why."""
    work, task = await _enter(session, asked, case_id, unit_code, Action.SUPPORT_CANCEL)
    reason = mask_text(body.reason)
    _end(session, work, task, reason)
    _record(session, asked, work, task, Action.SUPPORT_CANCEL, f"{unit_code}: {reason}")
    session.publish(
        TaskCancelled(case_id=case_id, occurred_at=session.now, round=work.round, unit_code=unit_code, reason=reason)
    )
    return shown(work)


async def _enter(session: Session, asked: Request, case_id: str, unit_code: str, action: Action) -> tuple[Work, Task]:
    """The case and the unit's task in its present round, when the caller may take this step on it."""
    work = await enter(session, asked, case_id, action)
    if action is not Action.SUPPORT_CANCEL and unit_code != asked.actor.unit_code:
        raise Forbidden("A unit acts for itself alone", "仅可操作本单位的协办")
    target_of(work, action, session.now)
    task = (await tasks_of(session, work)).get(unit_code)
    if task is None:
        raise NotFound("The unit has no part in this case, or was let off it", "该单位没有此件的协办任务，或已被撤销")
    next_task_status(task.status, action)
    return work, task


def _end(session: Session, work: Work, task: Task, text: str) -> None:
    task.ended_at, task.result = session.now, text
    work.open_support = [code for code in work.open_support if code != task.unit_code]


def _record(session: Session, asked: Request, work: Work, task: Task, action: Action, why: str) -> None:
    task.status = next_task_status(task.status, action)
    record(session, work, action, work.status, by=asked.actor, why=why)
