"""Events in: each finds its case, lets go of what concerns an older round, and calls one action."""

from collections.abc import Sequence

from libs.common.database.batch import Job
from libs.common.database.session import Session
from libs.common.delivery.handlers import on, reactions
from libs.common.errors import Permanent
from libs.common.events.base import Event
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseClosed,
    CaseEvent,
    CaseRegistered,
    CaseSentBack,
    CaseSupplemented,
    CaseWithdrawn,
    DeadlineMissed,
    DeadlineSet,
    DeadlineWarned,
    RoundEvent,
    SupervisionIssued,
)
from services.dispatch.cases.actions import hearing
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.domain.transitions import MACHINE
from services.dispatch.cases.tables import Work
from services.dispatch.requests import actions as requests
from services.dispatch.routing.actions import opening
from services.dispatch.tasks.actions.giving import end_open


async def prepare(session: Session, events: Sequence[Event]) -> None:
    """Load every case of the batch in one round trip."""
    await session.load(Work, "case_id", (event.case_id for event in events if isinstance(event, CaseEvent)))


async def prepare_door(session: Session, jobs: Sequence[Job]) -> None:
    """Load every case that a batch of requests is about in one round trip."""
    await session.load(Work, "case_id", (key for job in jobs for key in job.keys))


async def registered(session: Session, event: CaseRegistered) -> None:
    """登记 -> find its unit."""
    if await session.one(Work, "case_id", event.case_id) is None:
        await opening.open_work(session, event)


async def supplemented(session: Session, event: CaseSupplemented) -> None:
    """补充 -> show it to the unit."""
    work = await _known(session, event)
    if _can(work, Action.SUPPLEMENT):
        hearing.supplement(session, work, event)


async def withdrawn(session: Session, event: CaseWithdrawn) -> None:
    """撤单 -> over."""
    work = await _known(session, event)
    if _can(work, Action.WITHDRAW):
        await _let_go(session, work)
        hearing.withdraw(session, work, event)


async def answered_directly(session: Session, event: CaseAnsweredDirectly) -> None:
    """直接答复 -> no unit has to act."""
    work = await _of_this_round(session, event)
    if work is not None and _can(work, Action.ANSWER):
        await _let_go(session, work)
        hearing.answer(session, work, event)


async def deadline_set(session: Session, event: DeadlineSet) -> None:
    """时限 -> when it is due."""
    work = await _of_this_round(session, event)
    if work is not None and work.status is not Status.CLOSED:
        for deadline in event.deadlines:
            hearing.set_deadline(work, deadline)


async def deadline_warned(session: Session, event: DeadlineWarned) -> None:
    """预警 -> a flag in the list."""
    work = await _of_this_round(session, event)
    if work is not None:
        hearing.warn(work, event)


async def deadline_missed(session: Session, event: DeadlineMissed) -> None:
    """超期 -> a flag in the list."""
    work = await _of_this_round(session, event)
    if work is not None:
        hearing.miss(work, event)


async def sent_back(session: Session, event: CaseSentBack) -> None:
    """发回重办 -> the next round."""
    work = await _of_this_round(session, event)
    if work is None or work.status is Status.CLOSED:
        return
    if not _can(work, Action.SEND_BACK):
        # Nobody asks the citizen before a result or an answer was given: some step was lost, and a person has to look.
        raise Permanent(f"case {work.case_id} was sent back while {work.status.value} in round {work.round}")
    await opening.open_next_round(session, work, event)


async def closed(session: Session, event: CaseClosed) -> None:
    """销号 -> over."""
    work = await _of_this_round(session, event)
    if work is not None and _can(work, Action.CLOSE):
        await _let_go(session, work)
        hearing.close(session, work, event)


async def supervised(session: Session, event: SupervisionIssued) -> None:
    """催办、督办 -> a count in the list."""
    work = await _of_this_round(session, event)
    if work is not None:
        hearing.supervise(work, event)


async def _known(session: Session, event: CaseEvent) -> Work:
    work = await session.one(Work, "case_id", event.case_id)
    if work is None:
        raise Permanent(f"{type(event).__name__} about case {event.case_id}, whose registration was never heard")
    return work


async def _of_this_round(session: Session, event: RoundEvent) -> Work | None:
    work = await _known(session, event)
    return work if work.round == event.round else None


async def _let_go(session: Session, work: Work) -> None:
    """No unit has to act any more: nor decide on what one asked for, nor do anything beside the lead."""
    await requests.lapse(session, work)
    await end_open(session, work)


def _can(work: Work, action: Action) -> bool:
    return MACHINE.allows(work.status, action)


HANDLERS = (
    on(CaseRegistered, registered),
    on(CaseSupplemented, supplemented),
    on(CaseWithdrawn, withdrawn),
    on(CaseAnsweredDirectly, answered_directly),
    on(DeadlineSet, deadline_set),
    on(DeadlineWarned, deadline_warned),
    on(DeadlineMissed, deadline_missed),
    on(CaseSentBack, sent_back),
    on(CaseClosed, closed),
    on(SupervisionIssued, supervised),
)

REACTIONS = reactions(HANDLERS, prepare, under_pack=[CaseRegistered])
