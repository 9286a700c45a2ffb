"""Events in: each finds its case, lets its due timers speak first, drops what concerns an older round, and acts."""

from collections.abc import Sequence

from libs.common.database.batch import Job
from libs.common.database.session import Session
from libs.common.database.stored_packs import learn_pack
from libs.common.database.stored_staff import learn_staff
from libs.common.delivery.handlers import on, reactions
from libs.common.errors import Permanent
from libs.common.events import asking
from libs.common.events.accepting import CaseNotAccepted, NonacceptanceRefused, NonacceptanceRequested
from libs.common.events.accused import AccusedNamed
from libs.common.events.base import Event
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseAssigned,
    CaseEvent,
    CaseHandled,
    CaseReassigned,
    CaseRegistered,
    CaseSigned,
    CaseSupplemented,
    CaseWithdrawn,
    ProgressReported,
    ReturnDecided,
    ReturnRequested,
    RoundEvent,
    TaskCancelled,
    TaskDone,
    TriageQueued,
)
from libs.common.events.citizens import WithdrawalWished
from libs.common.events.directory import PackPublished, StaffRecorded
from libs.common.events.door import AdditionHeld, CaseUrged, WordingReleased
from libs.common.events.objections import ObjectionRaised
from libs.common.events.passing import CaseDelegated, CaseRaised
from libs.common.events.responsible import ResponsibleNamed
from libs.common.events.tasks import TaskGiven, TaskReported, TaskSigned
from libs.common.events.terms import Deadline
from libs.common.events.upper_orders import UpperDeadlineChanged
from libs.common.events.whistles import (
    CallAcknowledged,
    CallCancelled,
    CallDone,
    CallReported,
    StreetWhistled,
    UnitArrived,
)
from libs.common.rules.hands import hands_in
from libs.common.rules.machine import NotTheirs, OutOfTurn
from services.followup.callbacks.actions.finding import load_by_keys, load_with_callbacks
from services.followup.callbacks.actions.withdrawing import ask_about_wish
from services.followup.cases.actions import CASES, can
from services.followup.cases.domain.terms import Action
from services.followup.cases.domain.transitions import believed
from services.followup.cases.tables import Case
from services.followup.clocks.actions.changing import lift_clock
from services.followup.clocks.actions.finding import find_case
from services.followup.clocks.actions.running import end_clocks
from services.followup.judgements.actions import file_petition
from services.followup.ladder.actions.firing import settle
from services.followup.objections.actions import take_in
from services.followup.requests.actions import decisions
from services.followup.requests.actions.granting import grant
from services.followup.responsible.actions import note_named
from services.followup.rounds import actions as rounds
from services.followup.supervision.actions import urge
from services.followup.tasks import actions as tasks
from services.followup.upper_orders.actions import answering as upper_orders


async def prepare(session: Session, events: Sequence[Event]) -> None:
    """Load every case of the batch in three round trips."""
    await load_with_callbacks(session, (event.case_id for event in events if isinstance(event, CaseEvent)))


async def prepare_door(session: Session, jobs: Sequence[Job]) -> None:
    """Load every case, callback and order that a batch of requests is about in five round trips."""
    await load_by_keys(session, (key for job in jobs for key in job.keys))


async def registered(session: Session, event: CaseRegistered) -> None:
    """登记 -> a promise begins."""
    if await find_case(session, event.case_id) is None:
        case = rounds.open_case(session, event)
        file_petition(session, event)
        upper_orders.take_in(session, case, event)


async def ordered_anew(session: Session, event: UpperDeadlineChanged) -> None:
    """上级时限变更 -> both clocks go by the deadline that holds now."""
    await upper_orders.change_deadline(session, await _known(session, event), event)


async def released(session: Session, event: WordingReleased) -> None:
    """转办文本审定 -> that promise is kept, and a unit has to be found in time."""
    rounds.release(session, await _known(session, event), event)


async def held(session: Session, event: AdditionHeld) -> None:
    """补充待审定 -> somebody has to word it in time."""
    rounds.hold(session, await _known(session, event), event)


async def supplemented(session: Session, event: CaseSupplemented) -> None:
    """补充 -> where it had to be worded, that was done."""
    if event.supplement_id is not None:
        end_clocks(session, await _known(session, event), event)


async def wished(session: Session, event: WithdrawalWished) -> None:
    """撤单意愿 -> ask the citizen himself; the case goes on meanwhile. Of an older round it says nothing any more."""
    case = await _known(session, event)
    _check_opened(case, event)
    if event.round == case.round and can(case, Action.WISH):
        await ask_about_wish(session, case, event)


async def withdrawn(session: Session, event: CaseWithdrawn) -> None:
    """撤单 of before -> over."""
    case = await _known(session, event)
    if can(case, Action.WITHDRAW):
        await rounds.withdraw(session, case, event)


async def accused_named(session: Session, event: AccusedNamed) -> None:
    """补充被反映对象 -> they see nothing of it any more. Who leads it then, dispatch says."""
    await rounds.name_accused(session, await _known(session, event), event)


async def urged(session: Session, event: CaseUrged) -> None:
    """催办来电 -> whoever leads the case is reminded, each time, as if a supervisor had told it to; who works, too."""
    if session.cause is None:
        raise RuntimeError(f"{event.type_name} was given without its place in a ledger, which names its order")
    case = await _known(session, event)
    if case.lead_unit is not None and can(case, Action.ASSIGN):
        urge(session, case, event, session.cause.event_id)


async def objected(session: Session, event: ObjectionRaised) -> None:
    """异议 -> somebody has to decide in time whether the closing stands."""
    case = await _known(session, event)
    _check_opened(case, event)
    take_in(session, case, event)


async def triage_queued(session: Session, event: TriageQueued) -> None:
    """待派 -> somebody has to choose a unit in time."""
    case = await _in_hand(session, event)
    if case is not None:
        rounds.queue(session, case, event)
        decisions.end(session, case, event)
        tasks.all_ended(session, case, event)


async def assigned(session: Session, event: CaseAssigned) -> None:
    """派单 -> the unit has to sign and to handle it in time."""
    case = await _in_hand(session, event)
    if case is not None:
        rounds.assign(session, case, event)
        tasks.given_with(session, case, event)


async def reassigned(session: Session, event: CaseReassigned) -> None:
    """改派 -> another unit has to."""
    case = await _in_hand(session, event)
    if case is not None:
        rounds.reassign(session, case, event)
        decisions.end(session, case, event)
        tasks.given_with(session, case, event)


async def passed_on(session: Session, event: CaseDelegated | CaseRaised) -> None:
    """下派、上报 -> another unit works on it."""
    case = await _in_hand(session, event)
    if case is not None:
        rounds.pass_on(session, case, event)
        decisions.end(session, case, event)


async def signed(session: Session, event: CaseSigned) -> None:
    """签收 -> that promise is kept."""
    case = await _in_hand(session, event)
    if case is not None:
        rounds.sign(session, case, event)


async def not_accepted(session: Session, event: CaseNotAccepted) -> None:
    """不予受理 -> over, unless an answer at the door, or the citizen's own word, came first.

    What a unit has in hand never ends by it, whoever says so: a person has to look.
    """
    case = await _in_hand(session, event)
    if case is None:
        return
    try:
        await rounds.not_accept(session, case, event)
    except (NotTheirs, OutOfTurn) as refused:
        raise Permanent(f"case {case.case_id} cannot be not accepted: {refused}") from refused


async def wanted(session: Session, event: ReturnRequested | NonacceptanceRequested | asking.RequestMade) -> None:
    """申请 -> somebody has to decide in time, where the pack says so."""
    if (case := await _in_hand(session, event)) is not None:
        decisions.ask(session, case, event)


async def decided(
    session: Session, event: ReturnDecided | NonacceptanceRefused | asking.RequestRefused | asking.RequestLapsed
) -> None:
    """审核 -> nobody waits for that any more."""
    decisions.end(session, await _known(session, event), event)


async def granted(session: Session, event: asking.RequestGranted) -> None:
    """延期、挂账 -> its handling clock ends later."""
    if (case := await _in_hand(session, event)) is not None:
        decisions.end(session, case, event)
        await grant(session, case, event)


async def lifted(session: Session, event: asking.SuspensionLifted) -> None:
    """提前恢复 -> its handling clock runs on."""
    if (case := await _in_hand(session, event)) is not None:
        lift_clock(session, case, Deadline.HANDLE)


async def responsible_named(session: Session, event: ResponsibleNamed) -> None:
    """责任人 -> shown with the clocks and orders of that unit and round."""
    await _known(session, event)
    await note_named(session, event)


async def worked(session: Session, event: RoundEvent) -> None:
    """办理进展, 协办签收, 协办进展 -> one more who had a hand in it."""
    await _known(session, event)


async def task_given(session: Session, event: TaskGiven) -> None:
    """增派任务 -> the unit has to do it in time."""
    case = await _in_hand(session, event)
    if case is not None:
        tasks.given(session, case, event)


async def task_ended(session: Session, event: TaskDone | TaskCancelled) -> None:
    """协办办结、撤销协办、协办承接 -> nobody waits for it any more; whoever has it now has to do it in time."""
    tasks.ended(session, await _known(session, event), event)


async def finished(session: Session, event: CaseHandled | CaseAnsweredDirectly) -> None:
    """办结反馈, 直接答复 -> ask the citizen. Of two that cross, the first opens the callback."""
    case = await _in_hand(session, event)
    if case is not None:
        tasks.all_ended(session, case, event)
        decisions.end(session, case, event)
        await rounds.finish(session, case, event)


async def _known(session: Session, event: CaseEvent) -> Case:
    """The case, with everything that was due before this event already said."""
    case = await find_case(session, event.case_id)
    if case is None:
        raise Permanent(f"{type(event).__name__} about case {event.case_id}, whose registration was never heard")
    settle(session, case, event.occurred_at)
    # Also of a round that is over, or of a case that is closed: whoever worked on it once never asks about it.
    CASES.note(case, hands_in(event))
    return case


async def _in_hand(session: Session, event: RoundEvent) -> Case | None:
    """The case, when it is being handled in the round that the event is about."""
    case = await _known(session, event)
    _check_opened(case, event)
    return case if believed(CASES.state_of(case), event.round) else None


def _check_opened(case: Case, event: RoundEvent) -> None:
    """Permanent when the event speaks of a round that was never opened."""
    try:
        believed(CASES.state_of(case), event.round)
    except ValueError as error:
        raise Permanent(f"{type(event).__name__} about case {case.case_id}: {error}") from error


async def whistled(session: Session, event: StreetWhistled) -> None:
    """吹哨 -> whoever is summoned has to come and to do its part in time."""
    case = await _in_hand(session, event)
    if case is not None:
        tasks.whistled(session, case, event)


async def came(session: Session, event: UnitArrived) -> None:
    """报到 -> that promise is kept."""
    tasks.came(session, await _known(session, event), event)


async def call_ended(session: Session, event: CallDone | CallCancelled) -> None:
    """吹哨任务办结、撤销召集 -> nobody waits for it any more."""
    tasks.call_ended(session, await _known(session, event), event)


HANDLERS = (
    on(PackPublished, learn_pack),
    on(StaffRecorded, learn_staff),
    on(CaseRegistered, registered),
    on(UpperDeadlineChanged, ordered_anew),
    on(AccusedNamed, accused_named),
    on(WordingReleased, released),
    on(AdditionHeld, held),
    on(CaseSupplemented, supplemented),
    on(CaseUrged, urged),
    on(WithdrawalWished, wished),
    on(CaseWithdrawn, withdrawn),
    on(ObjectionRaised, objected),
    on(CaseAnsweredDirectly, finished),
    on(TriageQueued, triage_queued),
    on(CaseAssigned, assigned),
    on(CaseReassigned, reassigned),
    on(CaseDelegated, passed_on),
    on(CaseRaised, passed_on),
    on(CaseSigned, signed),
    on(CaseNotAccepted, not_accepted),
    on(ReturnRequested, wanted),
    on(ReturnDecided, decided),
    on(NonacceptanceRequested, wanted),
    on(NonacceptanceRefused, decided),
    on(asking.RequestMade, wanted),
    on(asking.RequestRefused, decided),
    on(asking.RequestLapsed, decided),
    on(asking.RequestGranted, granted),
    on(asking.SuspensionLifted, lifted),
    on(ResponsibleNamed, responsible_named),
    on(ProgressReported, worked),
    on(TaskGiven, task_given),
    on(TaskSigned, worked),
    on(TaskReported, worked),
    on(TaskDone, task_ended),
    on(TaskCancelled, task_ended),
    on(StreetWhistled, whistled),
    on(CallAcknowledged, worked),
    on(UnitArrived, came),
    on(CallReported, worked),
    on(CallDone, call_ended),
    on(CallCancelled, call_ended),
    on(CaseHandled, finished),
)

REACTIONS = reactions(HANDLERS, prepare, under_pack=[CaseRegistered, CaseAssigned, CaseReassigned])
