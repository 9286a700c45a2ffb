"""Naming who is complained about beside those who are known (补充被反映对象): they lose the case at once."""

from collections.abc import Sequence

from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden
from libs.common.events.accused import AccusedNamed, also_accused
from libs.common.events.cases import CaseSupplemented
from libs.common.events.people import person_name
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.security.vault import Vault
from services.intake.cases.actions.drafts import check_accused
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.steps import load_for, say
from services.intake.cases.actions.unit_of_work import add_entry
from services.intake.cases.domain.lifecycle import Action, Said, decide
from services.intake.cases.queries.locking import LockedCase
from services.intake.cases.schemas import NameAccused, Receipt, SupplementCase

_IN_A_SUPPLEMENT = "补充诉求时指明 named in what the citizen added"
_NAME = "UPDATE cases SET also_accused = $2 WHERE case_id = $1"


async def name_accused(session: Session, request: Request, case_id: str, body: NameAccused) -> Receipt:
    """Further units and people are complained about. Conflict when all of them are known; Forbidden to one of them."""
    case = await load_for(session, request, case_id)
    if not await note_accused(session, request, case, body.accused_units, body.accused_staff, mask_text(body.reason)):
        raise Conflict("All of them are known to be complained about", "所列被反映对象均已登记")
    return receipt(case)


async def supplement(session: Session, request: Request, case_id: str, body: SupplementCase, vault: Vault) -> Receipt:
    """What the citizen says further. Whom he complains about now is told first: they hear nothing of the rest."""
    if body.accused_units or body.accused_staff:
        case = await load_for(session, request, case_id)
        # Nothing is kept of a supplement that may not be made.
        decide(case.state, Action.SUPPLEMENT, request.actor, session.now, what="supplemented", note="")
        await note_accused(session, request, case, body.accused_units, body.accused_staff, _IN_A_SUPPLEMENT)
    return await say(session, request, case_id, CaseSupplemented, body.text, vault)


async def note_accused(
    session: Session, request: Request, case: LockedCase, units: Sequence[str], staff: Sequence[str], reason: str
) -> bool:
    """Keep those who are not known yet, and tell; whether there were any.

    Raises:
        Invalid: a unit is none of the pack, or a person's number stands for an id.
        Forbidden: it is the caller, or a unit of theirs: somebody else has to say so.
    """
    check_accused(session.packs.current(session.now).directory, units, staff)
    there = {case.accused_unit, *case.also_accused}
    new = AccusedNamed(
        occurred_at=session.now,
        case_id=case.case_id,
        accused_units=tuple(dict.fromkeys(unit for unit in units if unit not in there)),
        accused_staff=tuple(dict.fromkeys(one for one in staff if person_name(one) not in there)),
        reason=reason,
    )
    if not (new.accused_units or new.accused_staff):
        return False
    if request.scope.is_about(None, also_accused(new)):
        raise Forbidden("Whoever is complained about does not say so themselves", "被反映对象本人或本单位应当回避")
    case.also_accused = (*case.also_accused, *also_accused(new))
    await session.fetch(_NAME, case.case_id, list(case.also_accused))
    said = Said(session.now, "accused_named", case.state.round, reason, request.actor.unit_code, request.actor.subject)
    add_entry(session, case.case_id, case.state, said)
    session.publish(new)
    return True
