"""Events in: each finds its case, lets its due timers speak first, drops what concerns an older round, and acts."""

from collections.abc import Sequence

from libs.common.database.batch import Job
from libs.common.database.session import Session
from libs.common.database.stored_packs import learn_pack
from libs.common.delivery.handlers import on, reactions
from libs.common.errors import Permanent
from libs.common.events.base import Event
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseAssigned,
    CaseEvent,
    CaseHandled,
    CaseReassigned,
    CaseRegistered,
    CaseSigned,
    CaseUrged,
    CaseWithdrawn,
    RoundEvent,
    TriageQueued,
)
from libs.common.events.directory import PackPublished
from libs.common.events.terms import SupervisionLevel
from libs.common.rules.machine import SYSTEM, Actor
from services.followup.callbacks.actions.finding import load_by_keys, load_with_callbacks
from services.followup.cases.actions import CASES, can
from services.followup.cases.domain.terms import Action
from services.followup.cases.domain.transitions import believed
from services.followup.cases.tables import Case
from services.followup.clocks.actions.finding import find_case
from services.followup.ladder.actions.firing import settle
from services.followup.rounds import actions as rounds
from services.followup.supervision.actions import order_by_hand
from services.followup.supervision.schemas import IssueSupervision

LONGEST_REASON = 1_000
"""Characters of the reason of an order, as a supervisor's may have at most: the words of a call may be as long."""


async def prepare(session: Session, events: Sequence[Event]) -> None:
    """Load every case of the batch in three round trips."""
    await load_with_callbacks(session, (event.case_id for event in events if isinstance(event, CaseEvent)))


async def prepare_door(session: Session, jobs: Sequence[Job]) -> None:
    """Load every case, callback and order that a batch of requests is about in five round trips."""
    await load_by_keys(session, (key for job in jobs for key in job.keys))


async def registered(session: Session, event: CaseRegistered) -> None:
    """登记 -> a promise begins."""
    if await find_case(session, event.case_id) is None:
        rounds.open_case(session, event)


async def withdrawn(session: Session, event: CaseWithdrawn) -> None:
    """撤单 -> over."""
    case = await _known(session, event)
    if can(case, Action.WITHDRAW):
        await rounds.withdraw(session, case, event)


async def urged(session: Session, event: CaseUrged) -> None:
    """催办来电 -> whoever leads the case is reminded, each time, as if a supervisor had told it to."""
    if session.cause is None:
        raise RuntimeError(f"{event.type_name} was given without its place in a ledger, which names its order")
    case = await _known(session, event)
    if case.lead_unit is not None and can(case, Action.ASSIGN):
        by, reason = Actor(event.by or SYSTEM.subject, event.by_unit), f"催办来电：{event.text}"[:LONGEST_REASON]
        order = IssueSupervision(case_id=event.case_id, level=SupervisionLevel.REMINDER, reason=reason)
        order_by_hand(session, case, by, order, session.cause.event_id)


async def triage_queued(session: Session, event: TriageQueued) -> None:
    """待派 -> somebody has to choose a unit in time."""
    case = await _in_hand(session, event)
    if case is not None:
        rounds.queue(session, case, event)


async def assigned(session: Session, event: CaseAssigned) -> None:
    """派单 -> the unit has to sign and to handle it in time."""
    case = await _in_hand(session, event)
    if case is not None:
        rounds.assign(session, case, event)


async def reassigned(session: Session, event: CaseReassigned) -> None:
    """改派 -> another unit has to."""
    case = await _in_hand(session, event)
    if case is not None:
        rounds.reassign(session, case, event)


async def signed(session: Session, event: CaseSigned) -> None:
    """签收 -> that promise is kept."""
    case = await _in_hand(session, event)
    if case is not None:
        rounds.sign(session, case, event)


async def finished(session: Session, event: CaseHandled | CaseAnsweredDirectly) -> None:
    """办结反馈, 直接答复 -> ask the citizen. Of two that cross, the first opens the callback."""
    case = await _in_hand(session, event)
    if case is not None:
        await rounds.finish(session, case, event)


async def _known(session: Session, event: CaseEvent) -> Case:
    """The case, with everything that was due before this event already said."""
    case = await find_case(session, event.case_id)
    if case is None:
        raise Permanent(f"{type(event).__name__} about case {event.case_id}, whose registration was never heard")
    settle(session, case, event.occurred_at)
    return case


async def _in_hand(session: Session, event: RoundEvent) -> Case | None:
    """The case, when it is being handled in the round that the event is about."""
    case = await _known(session, event)
    try:
        return case if believed(CASES.state_of(case), event.round) else None
    except ValueError as error:
        raise Permanent(f"{type(event).__name__} about case {case.case_id}: {error}") from error


HANDLERS = (
    on(PackPublished, learn_pack),
    on(CaseRegistered, registered),
    on(CaseUrged, urged),
    on(CaseWithdrawn, withdrawn),
    on(CaseAnsweredDirectly, finished),
    on(TriageQueued, triage_queued),
    on(CaseAssigned, assigned),
    on(CaseReassigned, reassigned),
    on(CaseSigned, signed),
    on(CaseHandled, finished),
)

REACTIONS = reactions(HANDLERS, prepare, under_pack=[CaseRegistered, CaseAssigned, CaseReassigned])
