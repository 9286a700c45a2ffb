"""The way in to a case: first whether it may be seen, then its version, then the rules. And steps of a few words."""

from dataclasses import dataclass
from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.cases import CaseEvent, CaseSupplemented, RoundEvent
from libs.common.events.door import AdditionHeld
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault, VaultCell, print_of_sealed
from services.intake.cases.actions.drafts import check_length
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.unit_of_work import apply, load_case
from services.intake.cases.domain.lifecycle import DOOR_STEPS, WORDS, Action, Words, decide
from services.intake.cases.domain.titles import HELD_TEXT, HELD_WORDS
from services.intake.cases.queries.locking import LockedCase
from services.intake.cases.queries.reach import sees
from services.intake.cases.schemas import Receipt
from services.intake.cases.tables import Supplement
from services.intake.requesters.actions import envelope_to_seal, own_words_of


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
    """Take the step that is said with these words: one of ``DOOR_STEPS``. They are kept, and told masked.

    Of a case whose wording a person releases, what is added is held, and why it is urged or taken back never told.
    """
    case = await load_for(session, request, case_id)
    if event is CaseSupplemented:
        check_length("text", words, session.packs.current(session.now).directory.pack.texts.text_max)
    kept = await keep_words(session, request, case, event, words, vault)
    supplement_id, told, held = kept.supplement_id, kept.told, kept.held
    step = event.type_name.rpartition(".")[2]
    says: dict[str, Any] = {"occurred_at": session.now, "case_id": case_id, "sealed": kept.print}
    if held:
        what, facts, sent = "addition_held", {"words": Words.HELD}, AdditionHeld(**says, supplement_id=supplement_id)
        said = decide(case.state, Action.SUPPLEMENT, request.actor, session.now, what=what, note=told, **facts)
        apply(session, case, said, sent)
    else:
        said = decide(case.state, DOOR_STEPS[step], request.actor, session.now, what=step, note=told)
        fields: dict[str, Any] = {name: told for name in WORDS if name in event.model_fields}
        if issubclass(event, RoundEvent):
            fields["round"] = said.round
        apply(session, case, said, event(**says, **fields))
    return receipt(case)


@dataclass(frozen=True, slots=True)
class KeptWords:
    """What the citizen said since, as it is kept."""

    supplement_id: str
    told: str
    """As it may travel."""
    held: bool
    """It waits for a person's wording, and is told when that is done."""
    print: str | None
    """A digest of what was sealed of it."""


async def keep_words(
    session: Session, request: Request, case: LockedCase, event: type[CaseEvent], words: str, vault: Vault
) -> KeptWords:
    """Keep the words of a step at the door: masked, and sealed as they came where masking changed them."""
    worded = case.state.words is not Words.AS_MASKED
    held = worded and event is CaseSupplemented
    told = HELD_TEXT if held else HELD_WORDS
    if not worded:
        told = (await own_words_of(session, vault, case.case_id, keeps_places=True)).hidden_in(words)
    supplement_id = str(uuid_utils.uuid7())
    sealed = None
    if told != words:
        envelope = await envelope_to_seal(session, vault, case.case_id)
        sealed = envelope.seal(words, aad=supplement_cell(case.case_id, supplement_id))
    kept = {"case_id": case.case_id, "at": session.now, "by": request.actor.subject, "text": told, "held": held}
    kept |= {"supplement_id": supplement_id, "sealed_text": sealed, "what": event.type_name.rpartition(".")[2]}
    session.insert(Supplement, kept)
    return KeptWords(supplement_id, told, held, print_of_sealed(sealed))


def supplement_cell(case_id: str, supplement_id: str) -> VaultCell:
    """Where the original words of a supplement belong."""
    return VaultCell("supplement", f"text {supplement_id}", case_id)
