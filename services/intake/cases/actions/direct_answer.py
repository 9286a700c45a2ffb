"""Answering directly (直接答复): no unit is needed, and the citizen is still asked whether it is solved."""

from libs.common.database.session import Session
from libs.common.events.cases import CaseAnsweredDirectly
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.intake.cases.actions.drafts import check_length
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.steps import load_for, take
from services.intake.cases.domain.lifecycle import Action
from services.intake.cases.schemas import AnswerCase, Receipt


async def answer_directly(session: Session, request: Request, case_id: str, body: AnswerCase) -> Receipt:
    """Possible as long as no unit has signed the case."""
    case = await load_for(session, request, case_id)
    check_length("answer", body.answer, session.packs.current(session.now).directory.pack.texts.result_max)
    answer = mask_text(body.answer)
    state = take(session, request, case, Action.ANSWER, what="answered_directly", note=answer, answered_directly=True)
    session.publish(
        CaseAnsweredDirectly(
            occurred_at=session.now,
            case_id=case_id,
            round=state.round,
            answer=answer,
            answered_by_unit=request.actor.unit_code,
            answered_by=request.actor.subject,
        )
    )
    return receipt(case)
