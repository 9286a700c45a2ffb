"""The units' lists, and what the lead unit does with a case."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door
from libs.common.web.fields import CaseId, UnitCode
from libs.common.web.headers import IdempotencyKey, IfMatch
from libs.common.web.people import responsible_out
from services.dispatch.cases.api import asked, item, seen
from services.dispatch.cases.domain.terms import DONE
from services.dispatch.cases.queries import list_work as work_page
from services.dispatch.cases.schemas import NameResponsible, WorkItem, WorkOut
from services.dispatch.rights import CancelsTask, HandsIn, ReadsWork, Reports, Signs
from services.dispatch.tasks import queries
from services.dispatch.tasks.actions import handling, supporting
from services.dispatch.tasks.domain import ListOf
from services.dispatch.tasks.schemas import (
    CancelTask,
    FinishTask,
    HandIn,
    ReportProgress,
    Sign,
    TaskOut,
    WorkQuery,
)
from services.dispatch.tasks.tables import Task

router = APIRouter(prefix="/v1", tags=["cases"])


@router.get("/work", response_model=Page[WorkItem])
async def list_work(query: Annotated[WorkQuery, Query()], door: ReadsWork) -> Response:
    """A unit's list (待办), what is due first comes first."""
    if query.role is not ListOf.LEAD and query.status in DONE:
        raise invalid("status", "a list of what a unit does not lead is of what it has to do", "协办、承接清单仅列待办")
    wanted = queries.WorkFilter(
        query.unit_code,
        query.status,
        query.overdue,
        query.due_before,
        query.area_code,
        query.role,
        query.responsible,
        door.principal.own_units,
        query.suspended,
        door.now,
    )
    statement = queries.work_statement(door.scope, wanted, query)
    rows = await door.read(lambda session: work_page(session, statement))
    return door.answer(queries.WORK_KEYSET.page(rows, query.limit, partial(item, door)))


@router.post("/cases/{case_id}/signature", response_model=WorkOut)
async def sign(
    case_id: CaseId, door: Signs, expected: IfMatch, once: IdempotencyKey, body: Sign | None = None
) -> Response:
    """签收: the lead unit takes it on. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: handling.sign(session, request, case_id, body or Sign()), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/progress", response_model=WorkOut)
async def report(
    case_id: CaseId, body: ReportProgress, door: Reports, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """办理进展: the lead unit says how far it is. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: handling.report(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/result", response_model=WorkOut)
async def hand_in(case_id: CaseId, body: HandIn, door: HandsIn, expected: IfMatch, once: IdempotencyKey) -> Response:
    """办结反馈: the lead unit says it is done; then the citizen is asked. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: handling.hand_in(session, request, case_id, body), once, keys=[case_id])


@router.get("/cases/{case_id}/tasks", response_model=Page[TaskOut])
async def list_tasks(case_id: CaseId, query: Annotated[PageQuery, Query()], door: ReadsWork) -> Response:
    """What units do in the case beside its lead, in every round, oldest first (协办)."""

    async def tasks(session: Session) -> list[Task]:
        await seen(session, door, case_id)
        return await queries.list_tasks(session, case_id, query)

    rows = await door.read(tasks)
    return door.answer(queries.TASKS_KEYSET.page(rows, query.limit, partial(_task, door)))


@router.post("/cases/{case_id}/tasks/{unit_code}/responsible", response_model=WorkOut)
async def name_responsible_of_task(
    case_id: CaseId, unit_code: UnitCode, body: NameResponsible, door: Signs, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """协办责任人: a support unit names who of its people answers for its part. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: supporting.name(session, request, case_id, unit_code, body.responsible), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/tasks/{unit_code}/signature", response_model=WorkOut)
async def sign_task(
    case_id: CaseId, unit_code: UnitCode, door: Signs, expected: IfMatch, once: IdempotencyKey, body: Sign | None = None
) -> Response:
    """协办签收: a support unit takes its part on. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: supporting.sign(session, request, case_id, unit_code, body or Sign()), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/tasks/{unit_code}/progress", response_model=WorkOut)
async def report_task(
    case_id: CaseId, unit_code: UnitCode, body: ReportProgress, door: Reports, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """协办进展: a support unit says how far it is. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: supporting.report(session, request, case_id, unit_code, body), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/tasks/{unit_code}/result", response_model=WorkOut)
async def finish_task(
    case_id: CaseId, unit_code: UnitCode, body: FinishTask, door: HandsIn, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """协办办结: a support unit has done its part. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: supporting.finish(session, request, case_id, unit_code, body), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/tasks/{unit_code}/cancellation", response_model=WorkOut)
async def cancel_task(
    case_id: CaseId, unit_code: UnitCode, body: CancelTask, door: CancelsTask, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """撤销协办: the lead unit or a dispatcher lets a support unit off, with a reason. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: supporting.cancel(session, request, case_id, unit_code, body), once, keys=[case_id]
    )


def _task(door: Door, task: Task) -> TaskOut:
    staff = door.runtime.door_database.staff
    responsible = responsible_out(staff, task.responsible_staff, task.unit_code, door.now)
    return TaskOut.model_validate(task, from_attributes=True).model_copy(update={"responsible": responsible})
