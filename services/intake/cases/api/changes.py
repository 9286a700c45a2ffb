"""What the door does with a case that is there: supplement, urge, withdraw, answer directly."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.events.cases import CaseSupplemented, CaseUrged, CaseWithdrawn
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.intake import rights
from services.intake.cases.actions.direct_answer import answer_directly
from services.intake.cases.actions.steps import say
from services.intake.cases.api.callers import request_of
from services.intake.cases.api.registration import CASES
from services.intake.cases.schemas import AnswerCase, Receipt, SupplementCase, UrgeCase, WithdrawCase

router = APIRouter(prefix="/v1", tags=["cases 诉求件"])


@router.post("/cases/{case_id}/supplements", status_code=201, response_model=Receipt)
async def supplement_case(
    case_id: CaseId, body: SupplementCase, door: Annotated[Door, needs(rights.SUPPLEMENT)], once: IdempotencyKey
) -> Response:
    """Add what the citizen says further (补充). Refused once the case is withdrawn or closed."""
    request = request_of(door)
    vault = door.runtime.vault
    return await door.write(
        lambda session: say(session, request, case_id, CaseSupplemented, body.text, vault),
        once,
        keys=[case_id],
        location=f"{CASES}/{case_id}/timeline",
    )


@router.post("/cases/{case_id}/urgings", status_code=201, response_model=Receipt)
async def urge_case(
    case_id: CaseId, body: UrgeCase, door: Annotated[Door, needs(rights.SUPPLEMENT)], once: IdempotencyKey
) -> Response:
    """The citizen asks to hurry (催办来电): whoever leads the case is reminded. Refused once a result is handed in."""
    request = request_of(door)
    vault = door.runtime.vault
    return await door.write(
        lambda session: say(session, request, case_id, CaseUrged, body.text, vault),
        once,
        keys=[case_id],
        location=f"{CASES}/{case_id}/timeline",
    )


@router.post("/cases/{case_id}/withdrawal", response_model=Receipt)
async def withdraw_case(
    case_id: CaseId,
    body: WithdrawCase,
    door: Annotated[Door, needs(rights.WITHDRAW)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """The citizen takes it back (撤单). Refused once the case is closed."""
    request = request_of(door, expected)
    vault = door.runtime.vault
    return await door.write(
        lambda session: say(session, request, case_id, CaseWithdrawn, body.reason, vault), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/direct-answer", response_model=Receipt)
async def answer_case(
    case_id: CaseId,
    body: AnswerCase,
    door: Annotated[Door, needs(rights.ANSWER_DIRECTLY)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """Answer at the door (直接答复). Refused once a unit has signed the case."""
    request = request_of(door, expected)
    return await door.write(lambda session: answer_directly(session, request, case_id, body), once, keys=[case_id])
