"""The units' lists, and what the lead unit does with a case."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.web.cursors import Page
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.cases.api import asked, item
from services.dispatch.cases.queries import Window
from services.dispatch.cases.queries import list_work as work_page
from services.dispatch.cases.schemas import WorkItem, WorkOut
from services.dispatch.rights import HandsIn, ReadsWork, Reports, Signs
from services.dispatch.tasks import actions, queries
from services.dispatch.tasks.schemas import HandIn, Report, Sign, WorkQuery

router = APIRouter(prefix="/v1", tags=["cases"])


@router.get("/work", response_model=Page[WorkItem])
async def list_work(query: Annotated[WorkQuery, Query()], door: ReadsWork) -> Response:
    """A unit's list (待办), what is due first comes first."""
    wanted = queries.WorkFilter(query.unit_code, query.status, query.overdue, query.due_before, query.area_code)
    statement = queries.work_statement(door.scope, wanted, Window(query.cursor, query.limit))
    rows = await door.read(lambda session: work_page(session, statement))
    return door.answer(queries.WORK_KEYSET.page(rows, query.limit, item))


@router.post("/cases/{case_id}/signature", response_model=WorkOut)
async def sign(
    case_id: CaseId, door: Signs, expected: IfMatch, once: IdempotencyKey, body: Sign | None = None
) -> Response:
    """签收: the lead unit takes it on. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: actions.sign(session, request, case_id, body or Sign()), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/progress", response_model=WorkOut)
async def report(case_id: CaseId, body: Report, door: Reports, expected: IfMatch, once: IdempotencyKey) -> Response:
    """办理进展: the lead unit says how far it is. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.report(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/result", response_model=WorkOut)
async def hand_in(case_id: CaseId, body: HandIn, door: HandsIn, expected: IfMatch, once: IdempotencyKey) -> Response:
    """办结反馈: the lead unit says it is done; then the citizen is asked. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.hand_in(session, request, case_id, body), once, keys=[case_id])
