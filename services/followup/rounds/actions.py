"""What others say of a case, and what it means for its promises: opened, queued, assigned, signed, done, withdrawn."""

from libs.common.database.session import Session
from libs.common.events.accepting import CaseNotAccepted
from libs.common.events.accused import AccusedNamed, also_accused
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
from libs.common.events.door import AdditionHeld, WordingReleased
from libs.common.events.passing import CaseDelegated, CaseRaised, gave_up
from libs.common.rules.apart import names_of
from libs.common.rules.hands import hands_in
from libs.common.rules.machine import SYSTEM, Actor
from services.followup.callbacks.actions.opening import bring_others, open_callbacks
from services.followup.cases.actions import CASES, apply, can, decide
from services.followup.cases.domain.terms import Action, Lead, Status, StepInput, Unaccepted
from services.followup.cases.domain.transitions import after_result, pair_of
from services.followup.cases.tables import Case
from services.followup.clocks.actions.running import end_clocks, start_clocks
from services.followup.closing.actions import close
from services.followup.supervision.actions import recuse, supervise_passing, supervise_returns


def open_case(session: Session, event: CaseRegistered) -> Case:
    """登记: from now on somebody has to be found for it (派单时限), unless the door answers it in the same breath."""
    session.now = max(session.now, event.registered_at)
    case = session.new(
        Case,
        case_id=event.case_id,
        case_no=event.case_no,
        status=Status.HANDLING,
        left_units=[],
        handled_by=[],
        handling_units=[],
        passed=[],
        overdue=[],
        area_code=event.area_code,
        kind=event.kind,
        urgency=event.urgency,
        category_code=event.category_code,
        title=event.title,
        accused_unit=event.accused_unit,
        also_accused=list(also_accused(event)),
        confidential=event.confidential,
        needed_by=event.needed_by,
        upper_due_at=None if event.upper_order is None else event.upper_order.due_at,
        callback_wanted=event.callback_wanted,
        registered_at=event.registered_at,
        pack_version=event.pack_version,
        version=0,
    )
    CASES.note(case, hands_in(event))
    _step(session, case, Action.OPEN, "")
    if event.held or not event.answered_at_once:
        start_clocks(session, case, event, event.registered_at)
    return case


def release(session: Session, case: Case, event: WordingReleased) -> None:
    """转办文本审定: what it says travels from now on; where it waited for that, a unit has to be found for it."""
    case.title = event.title
    end_clocks(session, case, event)
    if case.lead_unit is None and can(case, Action.QUEUE):
        start_clocks(session, case, event, event.occurred_at)


def hold(session: Session, case: Case, event: AdditionHeld) -> None:
    """补充待审定: somebody has to word what was added."""
    if case.status is not Status.CLOSED:
        start_clocks(session, case, event, event.occurred_at)


def queue(session: Session, case: Case, event: TriageQueued) -> None:
    """待派: a person has to choose. A case that waits already keeps its clock; after a return it waits anew."""
    lead = None if case.lead_unit is None else Lead(gave_up=None if event.recusal else case.lead_unit)
    if _led_by(session, case, Action.QUEUE, event, event.reason, lead):
        supervise_returns(session, case, None)


def assign(session: Session, case: Case, event: CaseAssigned) -> None:
    """派单: the unit has to sign, and to handle it. A round has one handling clock, whoever leads."""
    lead = Lead(event.lead_unit, event.category_code, event.pack_version)
    _led_by(session, case, Action.ASSIGN, event, event.explanation, lead)


def reassign(session: Session, case: Case, event: CaseReassigned) -> None:
    """改派: a signing clock for the new unit; the handling clock runs on.

    Who was merged away, or is complained about, gave nothing up.
    """
    works = event.delegates[-1] if event.delegates else None
    lead = Lead(event.lead_unit, event.category_code, event.pack_version, gave_up(event), works)
    if _led_by(session, case, Action.REASSIGN, event, event.explanation, lead):
        supervise_returns(session, case, event.lead_unit)


def pass_on(session: Session, case: Case, event: CaseDelegated | CaseRaised) -> None:
    """下派、上报: a signing clock for who works now; the handling clock runs on, the lead's. Nobody gave up.

    What two units pass between them again and again is looked at from above.
    """
    action = Action.RAISE if isinstance(event, CaseRaised) else Action.DELEGATE
    between = None if _succeeds(event) else (event.from_unit, event.working_unit)
    lead = Lead(event.lead_unit, case.category_code, case.pack_version, None, event.delegate_unit, between)
    _led_by(session, case, action, event, event.note, lead)
    if between is not None:
        supervise_passing(session, case, pair_of(*between))


def _succeeds(event: CaseDelegated | CaseRaised) -> bool:
    return isinstance(event, CaseDelegated) and event.succession


def sign(session: Session, case: Case, event: CaseSigned) -> None:
    """签收: that promise is kept."""
    end_clocks(session, case, event)
    start_clocks(session, case, event, event.occurred_at)


async def finish(session: Session, case: Case, event: CaseHandled | CaseAnsweredDirectly) -> None:
    """办结反馈 / 直接答复: somebody says that it is done; now the citizen is to be asked."""
    end_clocks(session, case, event)
    action = after_result(CASES.state_of(case), wanted=case.callback_wanted)
    _step(session, case, action, "")
    await open_callbacks(session, case, action, event)


async def name_accused(session: Session, case: Case, event: AccusedNamed) -> None:
    """补充被反映对象: they do not see it any more, and are waited for no longer."""
    new = [name for name in also_accused(event) if name not in (case.accused_unit, *case.also_accused)]
    case.also_accused = [*case.also_accused, *new]
    await recuse(session, case)


async def withdraw(session: Session, case: Case, event: CaseWithdrawn) -> None:
    """撤单 of before wishes were confirmed: no promise is left."""
    await bring_others(session, case, Action.WITHDRAW)
    close(session, case, decide(case, Action.WITHDRAW, StepInput(session.now), event.reason))


async def not_accept(session: Session, case: Case, event: CaseNotAccepted) -> None:
    """不予受理: two people say so, and no unit has it; nobody is asked about a result that there is none of."""
    asked_by = names_of(event.asked_by, event.asked_by_staff)
    by = Actor(event.by or SYSTEM.subject, event.by_unit, event.by_staff)
    given = StepInput(session.now, by=by, unaccepted=Unaccepted(event.reason_code, event.go_to, asked_by))
    said = decide(case, Action.NOT_ACCEPT, given, f"{event.reason_code}: {event.go_to}")
    await bring_others(session, case, Action.NOT_ACCEPT)
    close(session, case, said)


def _step(session: Session, case: Case, action: Action, why: str, lead: Lead | None = None) -> bool:
    """Take it; whether one more unit gave the case up by it."""
    before = len(case.left_units)
    apply(session, case, decide(case, action, StepInput(session.now, lead=lead), why))
    return len(case.left_units) > before


def _led_by(session: Session, case: Case, action: Action, event: RoundEvent, why: str, lead: Lead | None) -> bool:
    """Another unit leads from now on, or none: what that means for the promises. Whether one more gave the case up."""
    end_clocks(session, case, event)
    one_more = _step(session, case, action, why, lead)
    start_clocks(session, case, event, event.occurred_at)
    return one_more
