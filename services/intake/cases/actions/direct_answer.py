"""Answering directly (直接答复): no unit is needed, and the citizen is still asked whether it is solved."""

from libs.common.database.session import Session
from libs.common.events.cases import CaseAnsweredDirectly
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from services.intake.cases.actions.drafts import check_length
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.steps import load_for
from services.intake.cases.actions.unit_of_work import apply
from services.intake.cases.domain.lifecycle import Action, Words, decide
from services.intake.cases.schemas import AnswerCase, Receipt
from services.intake.requesters.actions import own_words_of


async def answer_directly(session: Session, request: Request, case_id: str, body: AnswerCase, vault: Vault) -> Receipt:
    """Possible as long as no unit has signed the case."""
    case = await load_for(session, request, case_id)
    check_length("answer", body.answer, session.packs.current(session.now).directory.pack.texts.result_max)
    own = await own_words_of(session, vault, case_id, keeps_places=case.state.words is Words.AS_MASKED)
    answer = own.hidden_in(body.answer)
    by, what = request.actor, "answered_directly"
    said = decide(case.state, Action.ANSWER, by, session.now, what=what, note=answer, answered_directly=True)
    event = CaseAnsweredDirectly(
        occurred_at=session.now,
        case_id=case_id,
        round=said.round,
        answer=answer,
        answered_by_unit=by.unit_code,
        answered_by=by.subject,
        answered_by_staff=by.staff_id,
        level=session.packs.current(session.now).directory.level_of(by.unit_code),
    )
    apply(session, case, said, event)
    return receipt(case)
