"""The way in to a case: first whether it may be seen, then its version, then the rules. And steps of a few words."""

from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.cases import CaseEvent, CaseSupplemented
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.security.vault import Vault, VaultCell, print_of_sealed
from services.intake.cases.actions.drafts import check_length
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.unit_of_work import apply, load_case
from services.intake.cases.domain.lifecycle import DOOR_STEPS, WORDS, decide
from services.intake.cases.queries.locking import LockedCase
from services.intake.cases.queries.reach import sees
from services.intake.cases.schemas import Receipt
from services.intake.cases.tables import Supplement


async def load_for(session: Session, request: Request, case_id: str) -> LockedCase:
    """The case that is to change; NotFound when it is out of reach, StaleVersion when it has changed."""
    case = await load_case(session, case_id)
    if case is None or not sees(request.scope, case):
        raise NotFound
    request.check_version(case.state.version)
    # The clock may have been ahead when it was registered: nothing happens to a case before that.
    session.now = max(session.now, case.registered_at)
    return case


async def say(
    session: Session, request: Request, case_id: str, event: type[CaseEvent], words: str, vault: Vault
) -> Receipt:
    """Take the step that is said with these words: one of ``DOOR_STEPS``. They are kept, told masked."""
    case = await load_for(session, request, case_id)
    if event is CaseSupplemented:
        check_length("text", words, session.packs.current(session.now).directory.pack.texts.text_max)
    masked, what = mask_text(words), event.type_name.rpartition(".")[2]
    said = decide(case.state, DOOR_STEPS[what], request.actor, session.now, what=what, note=masked)
    supplement_id = str(uuid_utils.uuid7())
    sealed = None if masked == words else vault.seal(words, aad=supplement_cell(case_id, supplement_id))
    kept = {"case_id": case_id, "at": session.now, "by": request.actor.subject, "what": what, "text": masked}
    session.insert(Supplement, {"supplement_id": supplement_id, **kept, "sealed_text": sealed})
    fields: dict[str, Any] = {name: masked for name in WORDS if name in event.model_fields}
    fields["sealed"] = print_of_sealed(sealed)
    apply(session, case, said, event(occurred_at=session.now, case_id=case_id, **fields))
    return receipt(case)


def supplement_cell(case_id: str, supplement_id: str) -> VaultCell:
    """Where the original words of a supplement belong."""
    return VaultCell("supplement", f"text {supplement_id}", case_id)
