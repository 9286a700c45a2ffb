"""Withdrawing (撤单): the citizen takes the case back; everything that was promised ends."""

from libs.common.database.session import Session
from libs.common.events.cases import CaseWithdrawn
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.steps import load_for
from services.intake.cases.actions.unit_of_work import apply
from services.intake.cases.domain.lifecycle import Action, decide
from services.intake.cases.schemas import Receipt, WithdrawCase


async def withdraw(session: Session, request: Request, case_id: str, body: WithdrawCase) -> Receipt:
    """Possible until the case is closed."""
    case = await load_for(session, request, case_id)
    reason = mask_text(body.reason)
    said = decide(case.state, Action.WITHDRAW, request.actor, session.now, what="withdrawn", note=reason)
    apply(session, case, said, CaseWithdrawn(occurred_at=session.now, case_id=case_id, reason=reason))
    return receipt(case)
