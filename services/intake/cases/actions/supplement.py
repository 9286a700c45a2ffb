"""Supplementing (补充): the citizen adds something to a case that is still open."""

import uuid_utils

from libs.common.database.session import Session
from libs.common.events.cases import CaseSupplemented
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.security.vault import Vault, VaultCell, print_of_sealed
from services.intake.cases.actions.drafts import check_length
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.steps import load_for
from services.intake.cases.actions.unit_of_work import apply
from services.intake.cases.domain.lifecycle import Action, decide
from services.intake.cases.schemas import Receipt, SupplementCase
from services.intake.cases.tables import Supplement


async def supplement(session: Session, request: Request, case_id: str, body: SupplementCase, vault: Vault) -> Receipt:
    """Keep what was added, and tell those who handle the case."""
    case = await load_for(session, request, case_id)
    check_length("text", body.text, session.packs.current(session.now).directory.pack.texts.text_max)
    masked = mask_text(body.text)
    said = decide(case.state, Action.SUPPLEMENT, request.actor, session.now, what="supplemented", note=masked)
    supplement_id = str(uuid_utils.uuid7())
    sealed = None if masked == body.text else vault.seal(body.text, aad=supplement_cell(case_id, supplement_id))
    session.insert(
        Supplement,
        {
            "supplement_id": supplement_id,
            "case_id": case_id,
            "at": session.now,
            "by": request.actor.subject,
            "text": masked,
            "sealed_text": sealed,
        },
    )
    event = CaseSupplemented(occurred_at=session.now, case_id=case_id, text=masked, sealed=print_of_sealed(sealed))
    apply(session, case, said, event)
    return receipt(case)


def supplement_cell(case_id: str, supplement_id: str) -> VaultCell:
    """Where the original words of a supplement belong."""
    return VaultCell("supplement", f"text {supplement_id}", case_id)
