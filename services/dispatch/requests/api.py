"""Asking to give a case back, and deciding on it."""

from fastapi import APIRouter, Response

from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.cases.api import asked
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.requests import actions
from services.dispatch.requests.schemas import AskReturn, DecideReturn
from services.dispatch.rights import AsksReturn, DecidesReturn

router = APIRouter(prefix="/v1", tags=["cases"])


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
