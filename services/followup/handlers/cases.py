"""Events of the case itself: registered, given, handled, sent back, withdrawn."""

from libs.common.database.session import Session
from libs.common.events.accused import AccusedNamed
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseAssigned,
    CaseHandled,
    CaseReassigned,
    CaseRegistered,
    CaseSigned,
    CaseSupplemented,
    CaseWithdrawn,
    TriageQueued,
)
from libs.common.events.citizens import WithdrawalWished
from libs.common.events.door import AdditionHeld, CaseUrged, WordingReleased
from libs.common.events.objections import ObjectionRaised
from libs.common.events.passing import CaseDelegated, CaseRaised
from libs.common.events.upper_orders import UpperDeadlineChanged
from services.followup.callbacks.actions.withdrawing import ask_about_wish
from services.followup.cases.actions import can
from services.followup.cases.domain.terms import Action
from services.followup.clocks.actions.finding import find_case
from services.followup.clocks.actions.running import end_clocks
from services.followup.handlers.finding import check_opened, in_hand, known
from services.followup.judgements.actions import file_petition
from services.followup.objections.actions import take_in
from services.followup.requests.actions import decisions
from services.followup.rounds import actions as rounds
from services.followup.supervision.actions import urge
from services.followup.tasks import actions as tasks
from services.followup.upper_orders.actions import answering as upper_orders


async def registered(session: Session, event: CaseRegistered) -> None:
    """登记 -> a promise begins."""
    if await find_case(session, event.case_id) is None:
        case = rounds.open_case(session, event)
        file_petition(session, event)
        upper_orders.take_in(session, case, event)


async def ordered_anew(session: Session, event: UpperDeadlineChanged) -> None:
    """上级时限变更 -> both clocks go by the deadline that holds now."""
    await upper_orders.change_deadline(session, await known(session, event), event)


async def released(session: Session, event: WordingReleased) -> None:
    """转办文本审定 -> that promise is kept, and a unit has to be found in time."""
    rounds.release(session, await known(session, event), event)


async def held(session: Session, event: AdditionHeld) -> None:
    """补充待审定 -> somebody has to word it in time."""
    rounds.hold(session, await known(session, event), event)


async def supplemented(session: Session, event: CaseSupplemented) -> None:
    """补充 -> where it had to be worded, that was done."""
    if event.supplement_id is not None:
        end_clocks(session, await known(session, event), event)


async def wished(session: Session, event: WithdrawalWished) -> None:
    """撤单意愿 -> ask the citizen himself; the case goes on meanwhile. Of an older round it says nothing any more."""
    case = await known(session, event)
    check_opened(case, event)
    if event.round == case.round and can(case, Action.WISH):
        await ask_about_wish(session, case, event)


async def withdrawn(session: Session, event: CaseWithdrawn) -> None:
    """撤单 of before -> over."""
    case = await known(session, event)
    if can(case, Action.WITHDRAW):
        await rounds.withdraw(session, case, event)


async def accused_named(session: Session, event: AccusedNamed) -> None:
    """补充被反映对象 -> they see nothing of it any more. Who leads it then, dispatch says."""
    await rounds.name_accused(session, await known(session, event), event)


async def urged(session: Session, event: CaseUrged) -> None:
    """催办来电 -> whoever leads the case is reminded, each time, as if a supervisor had told it to; who works, too."""
    if session.cause is None:
        raise RuntimeError(f"{event.type_name} was given without its place in a ledger, which names its order")
    case = await known(session, event)
    if case.lead_unit is not None and can(case, Action.ASSIGN):
        urge(session, case, event, session.cause.event_id)


async def objected(session: Session, event: ObjectionRaised) -> None:
    """异议 -> somebody has to decide in time whether the closing stands."""
    case = await known(session, event)
    check_opened(case, event)
    take_in(session, case, event)


async def triage_queued(session: Session, event: TriageQueued) -> None:
    """待派 -> somebody has to choose a unit in time."""
    case = await in_hand(session, event)
    if case is not None:
        rounds.queue(session, case, event)
        decisions.end(session, case, event)
        tasks.all_ended(session, case, event)


async def assigned(session: Session, event: CaseAssigned) -> None:
    """派单 -> the unit has to sign and to handle it in time."""
    case = await in_hand(session, event)
    if case is not None:
        rounds.assign(session, case, event)
        tasks.given_with(session, case, event)


async def reassigned(session: Session, event: CaseReassigned) -> None:
    """改派 -> another unit has to."""
    case = await in_hand(session, event)
    if case is not None:
        rounds.reassign(session, case, event)
        decisions.end(session, case, event)
        tasks.given_with(session, case, event)


async def passed_on(session: Session, event: CaseDelegated | CaseRaised) -> None:
    """下派、上报 -> another unit works on it."""
    case = await in_hand(session, event)
    if case is not None:
        rounds.pass_on(session, case, event)
        decisions.end(session, case, event)


async def signed(session: Session, event: CaseSigned) -> None:
    """签收 -> that promise is kept."""
    case = await in_hand(session, event)
    if case is not None:
        rounds.sign(session, case, event)


async def finished(session: Session, event: CaseHandled | CaseAnsweredDirectly) -> None:
    """办结反馈, 直接答复 -> ask the citizen. Of two that cross, the first opens the callback."""
    case = await in_hand(session, event)
    if case is not None:
        tasks.all_ended(session, case, event)
        decisions.end(session, case, event)
        await rounds.finish(session, case, event)
