"""The way in to a case: first whether it may be seen, then its version, then the rules. And steps of a few words."""

from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.cases import CaseEvent
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.unit_of_work import apply, load_case
from services.intake.cases.domain.lifecycle import DOOR_STEPS, WORDS, decide
from services.intake.cases.queries.locking import LockedCase
from services.intake.cases.queries.reach import sees
from services.intake.cases.schemas import Receipt


async def load_for(session: Session, request: Request, case_id: str) -> LockedCase:
    """The case that is to change; NotFound when it is out of reach, StaleVersion when it has changed."""
    case = await load_case(session, case_id)
    if case is None or not sees(request.scope, case):
        raise NotFound
    request.check_version(case.state.version)
    # The clock may have been ahead when it was registered: nothing happens to a case before that.
    session.now = max(session.now, case.registered_at)
    return case


async def say(session: Session, request: Request, case_id: str, event: type[CaseEvent], words: str) -> Receipt:
    """Take the step that is said with these words, masked: one of ``DOOR_STEPS``."""
    case = await load_for(session, request, case_id)
    masked, what = mask_text(words), event.type_name.rpartition(".")[2]
    said = decide(case.state, DOOR_STEPS[what], request.actor, session.now, what=what, note=masked)
    fields: dict[str, Any] = {name: masked for name in WORDS if name in event.model_fields}
    apply(session, case, said, event(occurred_at=session.now, case_id=case_id, **fields))
    return receipt(case)
