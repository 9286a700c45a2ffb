"""What the door does with a case that is there: supplement, urge, tell a withdrawal, object, answer directly."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.events.citizens import WithdrawalWished
from libs.common.events.door import CaseUrged
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.intake import rights
from services.intake.cases.actions import accused, objecting
from services.intake.cases.actions.accused import supplement
from services.intake.cases.actions.direct_answer import answer_directly
from services.intake.cases.actions.steps import say
from services.intake.cases.api.callers import request_of
from services.intake.cases.api.registration import CASES
from services.intake.cases.schemas import (
    AnswerCase,
    NameAccused,
    ObjectionReceipt,
    ObjectToClosing,
    Receipt,
    SupplementCase,
    UrgeCase,
    WithdrawCase,
)

router = APIRouter(prefix="/v1", tags=["cases 诉求件"])


@router.post("/cases/{case_id}/supplements", status_code=201, response_model=Receipt)
async def supplement_case(
    case_id: CaseId, body: SupplementCase, door: Annotated[Door, needs(rights.SUPPLEMENT)], once: IdempotencyKey
) -> Response:
    """Add what the citizen says further (补充). Refused once the case is withdrawn or closed.

    Whom he complains about beside those who are known loses the case at once.
    """
    request = request_of(door)
    vault = door.runtime.vault
    return await door.write(
        lambda session: supplement(session, request, case_id, body, vault),
        once,
        keys=[case_id],
        location=f"{CASES}/{case_id}/timeline",
    )


@router.post("/cases/{case_id}/accused", status_code=201, response_model=Receipt)
async def name_accused(
    case_id: CaseId, body: NameAccused, door: Annotated[Door, needs(rights.NAME_ACCUSED)], once: IdempotencyKey
) -> Response:
    """Further units or members of staff are complained about (补充被反映对象): they lose the case at once.

    Refused to them and to their own units (403), and when all of them are known (409).
    """
    request = request_of(door)
    return await door.write(lambda session: accused.name_accused(session, request, case_id, body), once, keys=[case_id])


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
    """Say that the citizen takes it back (申请撤单). The case goes on, and its times run, until he confirms it himself.

    He is called back about it; only his own word closes the case as withdrawn. Refused while he is being asked already,
    and once the case is closed.
    """
    request = request_of(door, expected)
    vault = door.runtime.vault
    return await door.write(
        lambda session: say(session, request, case_id, WithdrawalWished, body.reason, vault), once, keys=[case_id]
    )


@router.post("/cases/{case_id}/objections", status_code=201, response_model=ObjectionReceipt)
async def object_to_closing(
    case_id: CaseId, body: ObjectToClosing, door: Annotated[Door, needs(rights.OBJECT)], once: IdempotencyKey
) -> Response:
    """The citizen objects to the closing of his case (异议): somebody else decides whether it is reopened.

    Only while the case is closed and within the days of the pack after that (409 names the last one), and once for each
    closing (409 names the objection).
    """
    request = request_of(door)
    vault = door.runtime.vault
    return await door.write(
        lambda session: objecting.object_to_closing(session, request, case_id, body, vault),
        once,
        keys=[case_id],
        location=f"{CASES}/{case_id}/timeline",
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
    vault = door.runtime.vault
    return await door.write(
        lambda session: answer_directly(session, request, case_id, body, vault), once, keys=[case_id]
    )
