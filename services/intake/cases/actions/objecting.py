"""An objection against the closing of a case (异议), as the door takes it: within its time, and once a closing."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from libs.common.database.session import Session
from libs.common.events.objecting import ObjectionState
from libs.common.events.objections import ObjectionRaised
from libs.common.rules.machine import OutOfTurn
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from libs.common.time.due import due
from libs.common.time.moments import last_day
from services.intake.cases.actions.drafts import check_length
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.steps import keep_words, load_for
from services.intake.cases.actions.unit_of_work import apply
from services.intake.cases.domain.lifecycle import Action, decide
from services.intake.cases.queries.reading import closed_at
from services.intake.cases.schemas import ObjectionReceipt, ObjectToClosing
from services.intake.requesters.actions import envelope_to_seal


async def object_to_closing(
    session: Session, request: Request, case_id: str, body: ObjectToClosing, vault: Vault
) -> ObjectionReceipt:
    """Take it: the case stays closed until somebody else has decided. Its words are kept, and told masked.

    Raises:
        OutOfTurn: its time is over, or it is not closed.
        WhoSpokeErased: nobody can be asked about it any more.
    """
    case = await load_for(session, request, case_id)
    check_length("text", body.text, session.packs.current(session.now).directory.pack.texts.text_max)
    # Asked first, so that of a case that is open nobody looks for a closing.
    decide(case.state, Action.OBJECT, request.actor, session.now, what="", note="")
    ended_at = await closed_at(session, case_id)
    until, last = time_to_object(session, ended_at)
    if session.now >= until:
        raise OutOfTurn(
            f"The closing could be objected to until the end of {last.isoformat()}",
            f"对销号提出异议的期限至 {last.isoformat()} 止，已逾期",
            extra={"last_day": last.isoformat()},
        )
    # A clock may have been behind: nobody objects to a closing before it was made.
    session.now = max(session.now, ended_at)
    # Nobody could be called about what comes of it.
    await envelope_to_seal(session, vault, case_id)
    kept = await keep_words(session, request, case, ObjectionRaised, body.text, vault)
    event = ObjectionRaised(
        case_id=case_id,
        occurred_at=session.now,
        round=case.state.round,
        objection_id=kept.supplement_id,
        text=kept.told,
        channel=body.channel,
        closed_at=ended_at,
        last_day=last,
        sealed=kept.print,
    )
    what, facts = event.type_name.rpartition(".")[2], objected(event)
    said = decide(case.state, Action.OBJECT, request.actor, session.now, what=what, note=kept.told, **facts)
    apply(session, case, said, event)
    return ObjectionReceipt(**receipt(case).model_dump(), objection_id=kept.supplement_id, last_day=last)


def objected(event: ObjectionRaised) -> Mapping[str, Any]:
    """What it makes true of the case."""
    return {"objection_id": event.objection_id, "objection_state": ObjectionState.RAISED}


def time_to_object(session: Session, ended_at: datetime) -> tuple[datetime, date]:
    """When the time is over in which a closing can be objected to, and its last day, by the pack in force then."""
    directory = session.packs.current(ended_at).directory
    calendar = directory.calendar()
    until = due(ended_at, directory.pack.objections.within.limit(), calendar)
    return until, last_day(until, calendar.time_zone)
