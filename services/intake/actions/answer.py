"""Answering directly (直接答复): no unit is needed, and the citizen is still asked whether it is solved."""

from libs.common.database.session import Session
from libs.common.events.cases import CaseAnsweredDirectly
from libs.common.rules.versions import ExpectedVersion
from libs.common.security.masking import mask_text
from services.intake.actions.asking import Asked, enter_case, take_step
from services.intake.actions.drafting import check_length
from services.intake.actions.receipts import receipt
from services.intake.domain.lifecycle import Step
from services.intake.schemas import AnswerCase, Receipt


async def answer_directly(
    session: Session, asked: Asked, case_id: str, body: AnswerCase, expected: ExpectedVersion
) -> Receipt:
    """Possible as long as no unit has signed the case."""
    file = await enter_case(session, asked, case_id, expected)
    check_length("answer", body.answer, session.packs.current(session.now).directory.pack.texts.result_max)
    answer = mask_text(body.answer)
    standing = take_step(
        session, asked, file, Step.ANSWER, what="answered_directly", note=answer, answered_directly=True
    )
    session.publish(
        CaseAnsweredDirectly(
            occurred_at=session.now,
            case_id=case_id,
            round=standing.round,
            answer=answer,
            answered_by_unit=asked.principal.unit_code,
            answered_by=asked.principal.subject,
        )
    )
    return receipt(file)
