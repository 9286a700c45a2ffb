"""What others say of a case, and what it means for its promises: opened, queued, assigned, signed, done, withdrawn."""

from libs.common.database.session import Session
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseAssigned,
    CaseHandled,
    CaseReassigned,
    CaseRegistered,
    CaseSigned,
    CaseWithdrawn,
    RoundEvent,
    TriageQueued,
)
from services.followup.callbacks.actions.opening import bring_others, open_callbacks
from services.followup.cases.actions import apply, decide
from services.followup.cases.domain.terms import Action, Lead, Status, StepInput
from services.followup.cases.tables import Case
from services.followup.clocks.actions.running import end_clocks, start_clocks
from services.followup.closing.actions import close
from services.followup.supervision.actions import supervise_returns


def open_case(session: Session, event: CaseRegistered) -> None:
    """登记: from now on somebody has to be found for it (派单时限), unless the door answers it in the same breath."""
    session.now = max(session.now, event.registered_at)
    case = session.new(
        Case,
        case_id=event.case_id,
        case_no=event.case_no,
        status=Status.HANDLING,
        left_units=[],
        overdue=[],
        area_code=event.area_code,
        kind=event.kind,
        urgency=event.urgency,
        category_code=event.category_code,
        title=event.title,
        accused_unit=event.accused_unit,
        callback_wanted=event.callback_wanted,
        registered_at=event.registered_at,
        pack_version=event.pack_version,
        version=0,
    )
    _step(session, case, Action.OPEN, "")
    if not event.answered_at_once:
        start_clocks(session, case, event, event.registered_at)


def queue(session: Session, case: Case, event: TriageQueued) -> None:
    """待派: a person has to choose. A case that waits already keeps its clock; after a return it waits anew."""
    lead = None if case.lead_unit is None else Lead(gave_up=case.lead_unit)
    if _led_by(session, case, Action.QUEUE, event, event.reason, lead):
        supervise_returns(session, case, None)


def assign(session: Session, case: Case, event: CaseAssigned) -> None:
    """派单: the unit has to sign, and to handle it. A round has one handling clock, whoever leads."""
    lead = Lead(event.lead_unit, event.category_code, event.pack_version)
    _led_by(session, case, Action.ASSIGN, event, event.explanation, lead)


def reassign(session: Session, case: Case, event: CaseReassigned) -> None:
    """改派: a signing clock for the new unit; the handling clock runs on. Who was merged away gave nothing up."""
    left = None if event.succession else event.from_unit
    lead = Lead(event.lead_unit, event.category_code, event.pack_version, gave_up=left)
    if _led_by(session, case, Action.REASSIGN, event, event.explanation, lead):
        supervise_returns(session, case, event.lead_unit)


def sign(session: Session, case: Case, event: CaseSigned) -> None:
    """签收: that promise is kept."""
    end_clocks(session, case, event)
    start_clocks(session, case, event, event.occurred_at)


async def finish(session: Session, case: Case, event: CaseHandled | CaseAnsweredDirectly) -> None:
    """办结反馈 / 直接答复: somebody says that it is done; now the citizen is to be asked."""
    end_clocks(session, case, event)
    action = Action.ASK if case.callback_wanted else Action.LEAVE_UNASKED
    _step(session, case, action, "")
    await open_callbacks(session, case, action, event)


async def withdraw(session: Session, case: Case, event: CaseWithdrawn) -> None:
    """撤单: the citizen took it back; no promise is left."""
    await bring_others(session, case, Action.WITHDRAW)
    close(session, case, decide(case, Action.WITHDRAW, StepInput(session.now), event.reason))


def _step(session: Session, case: Case, action: Action, why: str, lead: Lead | None = None) -> bool:
    """Take it; whether one more unit gave the case up by it."""
    before = len(case.left_units)
    apply(session, case, decide(case, action, StepInput(session.now, lead=lead), why))
    return len(case.left_units) > before


def _led_by(session: Session, case: Case, action: Action, event: RoundEvent, why: str, lead: Lead | None) -> bool:
    """Another unit leads from now on, or none: what that means for the promises. Whether one more gave the case up."""
    end_clocks(session, case, event)
    gave_up = _step(session, case, action, why, lead)
    start_clocks(session, case, event, event.occurred_at)
    return gave_up
