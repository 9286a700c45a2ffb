"""Asking to give a case back, or that it be not accepted, and deciding on it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.cases.api import asked, seen
from services.dispatch.cases.queries import veil_of
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case
from services.dispatch.requests import actions, queries
from services.dispatch.requests.schemas import (
    AskNonacceptance,
    AskReturn,
    DecideNonacceptance,
    DecideReturn,
    RequestOut,
    veiled,
)
from services.dispatch.requests.tables import UnitRequest
from services.dispatch.rights import AsksNonacceptance, AsksReturn, DecidesNonacceptance, DecidesReturn, ReadsWork

router = APIRouter(prefix="/v1", tags=["cases"])


@router.get("/cases/{case_id}/requests", response_model=Page[RequestOut])
async def list_requests(case_id: CaseId, query: Annotated[PageQuery, Query()], door: ReadsWork) -> Response:
    """What units asked for about the case, oldest first, and how it was decided (申请)."""

    async def requests(session: Session) -> tuple[Case, list[UnitRequest]]:
        return await seen(session, door, case_id), await queries.list_requests(session, case_id, query)

    case, rows = await door.read(requests)
    veil = veil_of(door.packs, case, door.principal.own_units, door.now)
    return door.answer(queries.REQUESTS_KEYSET.page(rows, query.limit, lambda row: veiled(_request(row), veil)))


@router.post("/cases/{case_id}/return", response_model=WorkOut)
async def ask_return(
    case_id: CaseId, body: AskReturn, door: AsksReturn, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """退单申请: the lead unit says it is not theirs, soon after it was assigned. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.ask(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/return/decision", response_model=WorkOut)
async def decide_return(
    case_id: CaseId, body: DecideReturn, door: DecidesReturn, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """退单审核: by somebody else than who asked, and not of that unit. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.decide(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/nonacceptance", response_model=WorkOut)
async def ask_nonacceptance(
    case_id: CaseId, body: AskNonacceptance, door: AsksNonacceptance, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """不予受理申请: of a case that no unit has, with the door to go to instead. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: actions.ask_nonacceptance(session, request, case_id, body), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/nonacceptance/decision", response_model=WorkOut)
async def decide_nonacceptance(
    case_id: CaseId, body: DecideNonacceptance, door: DecidesNonacceptance, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """不予受理审核: by a second person, whatever accounts they have. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(
        lambda session: actions.decide_nonacceptance(session, request, case_id, body), once, keys=[case_id]
    )


def _request(request: UnitRequest) -> RequestOut:
    return RequestOut.model_validate(request, from_attributes=True)
