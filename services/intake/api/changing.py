"""What the door does with a case that is there: supplement, withdraw, answer directly."""

from typing import Annotated

from fastapi import APIRouter, Response

from libs.common.security.policy import Right
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from services.intake.actions.answer import answer_directly
from services.intake.actions.supplement import supplement
from services.intake.actions.withdraw import withdraw
from services.intake.api.asking import asked_at
from services.intake.api.registering import CASES
from services.intake.schemas import AnswerCase, Receipt, SupplementCase, WithdrawCase

router = APIRouter(prefix="/v1", tags=["cases 诉求件"])


@router.post("/cases/{case_id}/supplements", status_code=201, response_model=Receipt)
async def supplement_case(
    case_id: CaseId, body: SupplementCase, door: Annotated[Door, needs(Right.CASE_SUPPLEMENT)]
) -> Response:
    """Add what the citizen says further (补充). Refused once the case is withdrawn or closed."""
    asked = asked_at(door)
    vault = door.runtime.vault
    return await door.write(
        lambda session: supplement(session, asked, case_id, body, vault),
        keys=[case_id],
        location=f"{CASES}/{case_id}/timeline",
    )


@router.post("/cases/{case_id}/withdrawal", response_model=Receipt)
async def withdraw_case(
    case_id: CaseId, body: WithdrawCase, door: Annotated[Door, needs(Right.CASE_WITHDRAW)]
) -> Response:
    """The citizen takes it back (撤单). Refused once the case is closed."""
    asked = asked_at(door)
    expected = door.expected_version()
    return await door.write(lambda session: withdraw(session, asked, case_id, body, expected), keys=[case_id])


@router.post("/cases/{case_id}/direct-answer", response_model=Receipt)
async def answer_case(
    case_id: CaseId, body: AnswerCase, door: Annotated[Door, needs(Right.CASE_ANSWER_DIRECTLY)]
) -> Response:
    """Answer at the door (直接答复). Refused once a unit has signed the case."""
    asked = asked_at(door)
    expected = door.expected_version()
    return await door.write(lambda session: answer_directly(session, asked, case_id, body, expected), keys=[case_id])
