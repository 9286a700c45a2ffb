"""Delegating a case down, taking it back, raising it up."""

from fastapi import APIRouter, Response

from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.cases.api import asked
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.passing import actions
from services.dispatch.passing.schemas import Delegate, Raise, Recall
from services.dispatch.rights import Delegates, Raises

router = APIRouter(prefix="/v1", tags=["cases"])


@router.post("/cases/{case_id}/delegation", response_model=WorkOut)
async def delegate(
    case_id: CaseId, body: Delegate, door: Delegates, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """下派: a unit below works on it from now on; its handling clock and who is accountable stay. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.delegate(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/delegation/recall", response_model=WorkOut)
async def recall(case_id: CaseId, body: Recall, door: Delegates, expected: IfMatch, once: IdempotencyKey) -> Response:
    """收回下派: a unit that delegated it works on it again. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.recall(session, request, case_id, body), once, keys=[case_id])


@router.post("/cases/{case_id}/raising", response_model=WorkOut)
async def raise_up(case_id: CaseId, body: Raise, door: Raises, expected: IfMatch, once: IdempotencyKey) -> Response:
    """上报: a unit above works on it from now on; the handling clock runs on, nobody gave it up. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.raise_up(session, request, case_id, body), once, keys=[case_id])
