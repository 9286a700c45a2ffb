"""Withdrawing (撤单): the citizen takes the case back; everything that was promised ends."""

from libs.common.database.session import Session
from libs.common.events.cases import CaseWithdrawn
from libs.common.rules.versions import ExpectedVersion
from libs.common.security.masking import mask_text
from services.intake.actions.asking import Asked, enter_case, take_step
from services.intake.actions.receipts import receipt
from services.intake.domain.lifecycle import Step
from services.intake.schemas import Receipt, WithdrawCase


async def withdraw(
    session: Session, asked: Asked, case_id: str, body: WithdrawCase, expected: ExpectedVersion
) -> Receipt:
    """Possible until the case is closed."""
    file = await enter_case(session, asked, case_id, expected)
    reason = mask_text(body.reason)
    take_step(session, asked, file, Step.WITHDRAW, what="withdrawn", note=reason)
    session.publish(CaseWithdrawn(occurred_at=session.now, case_id=case_id, reason=reason))
    return receipt(file)
