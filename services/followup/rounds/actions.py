"""What others say of a case, and what it means for its promises: opened, queued, assigned, signed, done, withdrawn."""

from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseAssigned,
    CaseHandled,
    CaseReassigned,
    CaseRegistered,
    CaseWithdrawn,
    TriageQueued,
)
from libs.common.events.terms import Deadline
from libs.common.pack.directory import Directory, UnknownCode
from libs.common.pack.schema import Duty
from services.followup.callbacks.actions.opening import bring_others, open_callbacks
from services.followup.cases.actions import apply, decide
from services.followup.cases.domain.terms import Action, Lead, Status, StepInput
from services.followup.cases.tables import Case
from services.followup.clocks.actions.running import hand_over, say_set, set_clock, start_clock, stop_clock, stop_round
from services.followup.closing.actions import close
from services.followup.supervision.actions import supervise_returns


def open_matter(session: Session, event: CaseRegistered) -> None:
    """登记: from now on somebody has to be found for it (派单时限), unless the door answers it in the same breath."""
    session.now = max(session.now, event.registered_at)
    matter = session.new(
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
    _step(session, matter, Action.OPEN, "")
    if not event.answered_at_once:
        _start_triage(session, matter, event.registered_at)


def queue(session: Session, matter: Case, event: TriageQueued) -> None:
    """待派: a person has to choose. A case that waits already keeps its clock; after a return it waits anew."""
    lead = None
    if matter.lead_unit is not None:
        _take_from(session, matter, None)
        lead = Lead(gave_up=matter.lead_unit)
    gave_up = _step(session, matter, Action.QUEUE, event.reason, lead)
    if matter.triage_due_at is None:
        _start_triage(session, matter, event.occurred_at)
    if gave_up:
        supervise_returns(session, matter, None)


def assign(session: Session, matter: Case, event: CaseAssigned) -> None:
    """派单: the unit has to sign, and to handle it. A round has one handling clock, whoever leads."""
    stop_clock(session, matter, Deadline.TRIAGE)
    matter.triage_due_at = None
    lead = Lead(event.lead_unit, event.category_code, event.pack_version)
    _step(session, matter, Action.ASSIGN, event.explanation, lead)
    _start_unit_clocks(session, matter, event.occurred_at)


def reassign(session: Session, matter: Case, event: CaseReassigned) -> None:
    """改派: a signing clock for the new unit; the handling clock runs on. Who was merged away gave nothing up."""
    _take_from(session, matter, event.lead_unit)
    left = None if event.succession else event.from_unit
    lead = Lead(event.lead_unit, event.category_code, event.pack_version, gave_up=left)
    gave_up = _step(session, matter, Action.REASSIGN, event.explanation, lead)
    _start_unit_clocks(session, matter, event.occurred_at)
    if gave_up:
        supervise_returns(session, matter, event.lead_unit)


def sign(session: Session, matter: Case) -> None:
    """签收: that promise is kept."""
    stop_clock(session, matter, Deadline.SIGN)


async def finish(session: Session, matter: Case, event: CaseHandled | CaseAnsweredDirectly) -> None:
    """办结反馈 / 直接答复: somebody says that it is done; now the citizen is to be asked."""
    stop_round(session, matter)
    action = Action.ASK if matter.callback_wanted else Action.LEAVE_UNASKED
    _step(session, matter, action, "")
    await open_callbacks(session, matter, action, event)


async def withdraw(session: Session, matter: Case, event: CaseWithdrawn) -> None:
    """撤单: the citizen took it back; no promise is left."""
    await bring_others(session, matter, Action.WITHDRAW)
    close(session, matter, decide(matter, Action.WITHDRAW, StepInput(session.now), event.reason))


def _step(session: Session, matter: Case, action: Action, why: str, lead: Lead | None = None) -> bool:
    """Take it; whether one more unit gave the case up by it."""
    before = len(matter.left_units)
    apply(session, matter, decide(matter, action, StepInput(session.now, lead=lead), why))
    return len(matter.left_units) > before


def _take_from(session: Session, matter: Case, to_unit: str | None) -> None:
    """The unit need not sign any more; the handling clock runs on, for whoever leads now."""
    stop_clock(session, matter, Deadline.SIGN)
    hand_over(session, matter, Deadline.HANDLE, to_unit)


def _start_triage(session: Session, matter: Case, start: datetime) -> None:
    directory = session.packs.version(matter.pack_version)
    limit = directory.deadline_limit(Deadline.TRIAGE, matter.kind, matter.urgency)
    matter.triage_due_at = start_clock(session, matter, Deadline.TRIAGE, start, limit)


def _start_unit_clocks(session: Session, matter: Case, start: datetime) -> None:
    """Signing for the unit that leads now; handling unless this round's clock runs already."""
    directory = session.packs.version(matter.pack_version)
    sign_limit = directory.sign_limit(matter.kind, matter.urgency)
    clocks = [set_clock(session, matter, Deadline.SIGN, start, sign_limit, matter.lead_unit)]
    if matter.handle_due_at is not None:
        hand_over(session, matter, Deadline.HANDLE, matter.lead_unit)
    else:
        limit = directory.limit(matter.kind, matter.urgency, _duty_of(directory, matter))
        clocks.append(set_clock(session, matter, Deadline.HANDLE, start, limit, matter.lead_unit))
        matter.handle_due_at = clocks[-1].due_at
    say_set(session, *clocks)


def _duty_of(directory: Directory, matter: Case) -> Duty | None:
    """The duty whose own limit counts; none for codes that this pack version does not know."""
    if matter.category_code is None:
        return None
    try:
        return directory.duty(matter.category_code, matter.area_code)
    except UnknownCode:
        return None
