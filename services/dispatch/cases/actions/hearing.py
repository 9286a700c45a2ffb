"""What others say about a case that a unit has: the citizen's words, the door's answer, the clocks, the end."""

from libs.common.database.session import Session
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseClosed,
    CaseSupplemented,
    CaseWithdrawn,
    DeadlineMissed,
    DeadlineWarned,
    SupervisionIssued,
)
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import Deadline
from libs.common.rules.machine import SYSTEM
from services.dispatch.cases.actions.steps import end_return, record, settle_clocks, target_of
from services.dispatch.cases.domain.clocks import was_met
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.tables import Work


def supplement(session: Session, work: Work, event: CaseSupplemented) -> None:
    """Show the unit what the citizen added; who decides next has to have seen it, so the version grows."""
    target = target_of(work, Action.SUPPLEMENT, session.now)
    work.supplements = [*work.supplements, {"at": event.occurred_at.isoformat(), "text": event.text}]
    record(session, work, Action.SUPPLEMENT, target, by=SYSTEM, why=event.text)


def withdraw(session: Session, work: Work, event: CaseWithdrawn) -> None:
    """The citizen took it back: no unit has to do anything any more."""
    target = target_of(work, Action.WITHDRAW, session.now)
    end_return(work)
    record(session, work, Action.WITHDRAW, target, by=SYSTEM, why=event.reason)


def answer(session: Session, work: Work, event: CaseAnsweredDirectly) -> None:
    """The door answered it: no unit has to."""
    target = target_of(work, Action.ANSWER, session.now)
    end_return(work)
    record(session, work, Action.ANSWER, target, by=SYSTEM, why=event.answer)


def close(session: Session, work: Work, event: CaseClosed) -> None:
    """The case ended."""
    target = target_of(work, Action.CLOSE, session.now)
    end_return(work)
    record(session, work, Action.CLOSE, target, by=SYSTEM, why=event.closing)


def set_deadline(work: Work, event: SetDeadline) -> None:
    """Note when it is due. A signing limit of a unit that no longer leads concerns nobody."""
    if event.about:
        return
    match event.deadline:
        case Deadline.TRIAGE:
            work.triage_due_at = event.due_at
        case Deadline.SIGN if _of_lead(work, event.unit_code):
            work.sign_due_at = event.due_at
        case Deadline.HANDLE:
            work.handle_due_at = event.due_at
        case _:
            return
    settle_clocks(work)


def warn(work: Work, event: DeadlineWarned) -> None:
    """Note that a limit is nearly over."""
    if event.deadline not in work.warnings and _concerns(work, event):
        work.warnings = [*work.warnings, event.deadline.value]
        settle_clocks(work)


def miss(work: Work, event: DeadlineMissed) -> None:
    """Note that a limit is over."""
    if event.deadline not in work.misses and _concerns(work, event):
        work.misses = [*work.misses, event.deadline.value]
        settle_clocks(work)


def supervise(work: Work, _event: SupervisionIssued) -> None:
    """Count the orders of the ladder."""
    work.supervised += 1


def _concerns(work: Work, event: DeadlineWarned | DeadlineMissed) -> bool:
    if event.about:
        return False
    if event.deadline is Deadline.SIGN:
        return _of_lead(work, event.unit_code) and not was_met(work.signed_at, event.due_at)
    if event.deadline is Deadline.HANDLE:
        return not was_met(work.handled_at, event.due_at)
    return True


def _of_lead(work: Work, unit_code: str | None) -> bool:
    return unit_code is None or unit_code == work.lead_unit
