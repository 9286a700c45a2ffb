"""Taking a step: who may, against which version, from which status; then the row, its clocks and its history."""

from dataclasses import replace
from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.terms import Deadline
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from services.dispatch.cases import queries
from services.dispatch.cases.domain.clocks import concerns_now, list_due
from services.dispatch.cases.domain.terms import Action, Standing, Status
from services.dispatch.cases.domain.transitions import MACHINE, check_party
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Transition, Work


async def enter(session: Session, request: Request, case_id: str, action: Action) -> Work:
    """The case, when the caller may see it (else NotFound), may take this step (Forbidden) and knows its version."""
    work = await queries.visible_work(session, request.scope, case_id)
    check_party(standing_of(work), action, request.actor)
    request.check_version(work.version)
    session.now = max(session.now, latest(work))
    return work


def latest(work: Work) -> datetime:
    """When it last came on. A clock may have been ahead then: no step comes before the one that it follows."""
    moments = (work.stepped_at, work.assigned_at, work.signed_at, work.handled_at, work.return_asked_at)
    return max((moment for moment in moments if moment is not None), default=work.registered_at)


def target_of(
    work: Work, action: Action, now: datetime, *, return_until: datetime | None = None, waived: bool = False
) -> Status:
    """Where the step leads; OutOfTurn, saying what is possible, when it cannot be taken now.

    ``waived``: the lead unit says why it does not wait for the support units.
    """
    standing = standing_of(work, return_until=return_until)
    if waived:
        standing = replace(standing, open_support=())
    return MACHINE.target(standing.status, action, standing, now)


def record(session: Session, work: Work, action: Action, target: Status, *, by: Actor, why: str) -> None:
    """Move the case and keep the step. Call it after the other fields were set: the history shows who leads now."""
    source = _status_of(work)
    work.status = target
    work.version += 1
    settle_clocks(work)
    work.stepped_at = max(session.now, work.stepped_at or session.now)
    session.insert(
        Transition,
        {
            "case_id": work.case_id,
            "version": work.version,
            "round": work.round,
            "action": action,
            "from_status": source,
            "to_status": work.status,
            "lead_unit": work.lead_unit,
            "who": by.subject,
            "unit_code": by.unit_code,
            "at": session.now,
            "why": why,
        },
    )


def settle_clocks(work: Work) -> None:
    """Make the derived columns agree with what they derive from."""
    work.list_due_at = list_due(
        handle_due_at=work.handle_due_at, assigned_at=work.assigned_at, registered_at=work.registered_at
    )
    work.warned = concerns_now(work.status, work.warnings)
    work.overdue = concerns_now(work.status, work.misses)


def forget_signing(work: Work) -> None:
    """A new lead unit has a signing clock of its own; what the one before it missed is in the history."""
    work.signed_at = None
    work.sign_due_at = None
    work.warnings = [deadline for deadline in work.warnings if deadline != Deadline.SIGN]
    work.misses = [deadline for deadline in work.misses if deadline != Deadline.SIGN]


def end_return(work: Work) -> None:
    """Whatever was asked for is decided, or moot."""
    work.return_pending = False
    work.return_reason = work.return_note = work.return_asked_by = None
    work.return_asked_at = None


def standing_of(work: Work, *, return_until: datetime | None = None) -> Standing:
    """What the rules need to know of it."""
    return Standing(
        status=_status_of(work),
        lead_unit=work.lead_unit,
        support_units=tuple(work.support_units),
        open_support=tuple(work.open_support),
        return_pending=work.return_pending,
        return_asked_by=work.return_asked_by,
        return_until=return_until,
    )


def _status_of(work: Work) -> Status | None:
    """Where it stands; a case that took no step yet, its opening, stands nowhere."""
    return work.status if work.version else None


def shown(work: Work) -> WorkOut:
    """The case as it is answered."""
    return WorkOut.model_validate(work, from_attributes=True)
