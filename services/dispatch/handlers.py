"""Events in: each finds its case, lets go of what concerns an older round, and calls one action."""

from collections.abc import Sequence

from libs.common.database.batch import Job
from libs.common.database.session import Session
from libs.common.delivery.handlers import on, reactions
from libs.common.errors import Permanent
from libs.common.events.accused import AccusedNamed
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
)
from libs.common.events.door import WordingReleased
from libs.common.events.objections import CaseReopened
from libs.common.events.supervision import SupervisionIssued
from libs.common.events.terms import Deadline
from libs.common.rules.machine import SYSTEM
from services.dispatch.appraisals.actions import keeping as appraisals
from services.dispatch.asks import actions as asks
from services.dispatch.calls import actions as calls
from services.dispatch.cases.actions.events import HEARD, words_of
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.domain.transitions import MACHINE, decide
from services.dispatch.cases.tables import Case
from services.dispatch.letters.actions import writing as letters
from services.dispatch.mediations.actions import giving as mediations
from services.dispatch.requests.actions.asking import lapse
from services.dispatch.requests.actions.raising import raise_late
from services.dispatch.risks import actions as risks
from services.dispatch.routing.actions import opening, recusing
from services.dispatch.routing.actions.giving import apply
from services.dispatch.tasks.actions.keeping import note_due
from services.dispatch.tasks.tables import Task
from services.dispatch.whistles.actions import recuse


async def prepare(session: Session, events: Sequence[Event]) -> None:
    """Load every case of the batch in one round trip."""
    await session.load(Case, "case_id", (event.case_id for event in events if isinstance(event, CaseEvent)))


async def prepare_door(session: Session, jobs: Sequence[Job]) -> None:
    """Load every case that a batch of requests is about, and the tasks beside its lead, in two round trips."""
    for table in (Case, Task):
        await session.load(table, "case_id", (key for job in jobs for key in job.keys))


async def registered(session: Session, event: CaseRegistered) -> None:
    """登记 -> find its unit."""
    if await session.one(Case, "case_id", event.case_id) is None:
        await opening.open_case(session, event)
        await risks.look(session, await _known(session, event), event.title, event.text)


async def released(session: Session, event: WordingReleased) -> None:
    """转办文本审定 -> what it says, and its unit."""
    case = await _known(session, event)
    if case.held and MACHINE.allows(case.status, Action.RELEASE):
        await opening.release(session, case, event)
        await risks.look(session, case, event.title, event.text)


async def stepped(session: Session, event: CaseEvent) -> None:
    """补充, 撤单, 直接答复, 销号 -> a step of the case, where it is still possible; no unit has to act after most."""
    case = await _of_this_round(session, event)
    ask = HEARD[type(event)](event)
    if case is not None and MACHINE.allows(case.status, ask.action):
        await apply(session, case, decide(CASES.state_of(case), ask, SYSTEM, session.now))
        if isinstance(event, CaseSupplemented):
            await risks.look(session, case, event.text)


async def accused_named(session: Session, event: AccusedNamed) -> None:
    """补充被反映对象 -> they lose the case at once: its lead goes on to a superior or to triage, their parts end."""
    case = await _known(session, event)
    recusing.note(case, event)
    while (said := await recusing.next_said(session, case)) is not None:
        await apply(session, case, said)
    await recuse(session, case)
    await letters.recuse(session, case)
    await mediations.recuse(session, case)
    await recusing.let_go(session, case)


async def told(session: Session, event: RoundEvent) -> None:
    """时限, 预警, 超期, 督办 -> when it is due, and flags and counts in the list."""
    if (case := await _of_this_round(session, event)) is not None:
        for word in words_of(event):
            CASES.note(case, word)
        if isinstance(event, DeadlineMissed) and event.deadline is Deadline.HANDLE and case.asked is not None:
            await lapse(session, case)
        if isinstance(event, DeadlineMissed) and event.deadline is Deadline.DECISION:
            await raise_late(session, case, event)


async def limited(session: Session, event: DeadlineSet) -> None:
    """时限 -> of the case, of tasks of it, and of what is asked for, or claimed, about it."""
    await told(session, event)
    await note_due(session, event)
    await calls.note_due(session, event)
    await asks.note_due(session, event)
    await appraisals.note_due(session, event)


async def sent_back(session: Session, event: CaseSentBack) -> None:
    """发回重办 -> the next round."""
    case = await _of_this_round(session, event)
    if case is None or case.status is Status.CLOSED:
        return
    if not MACHINE.allows(case.status, Action.SEND_BACK):
        # Nobody asks the citizen before a result or an answer was given: some step was lost, and a person has to look.
        raise Permanent(f"case {case.case_id} was sent back while {case.status.value} in round {case.round}")
    await opening.open_next_round(session, case, event)


async def reopened(session: Session, event: CaseReopened) -> None:
    """异议成立 -> the next round, also where word of the last one crossed the end: closed it is in either case."""
    case = await _known(session, event)
    if event.next_round <= case.round:
        return
    if not MACHINE.allows(case.status, Action.REOPEN):
        raise Permanent(f"case {case.case_id} was reopened while {case.status.value} in round {case.round}")
    await opening.reopen(session, case, event)


async def _known(session: Session, event: CaseEvent) -> Case:
    case = await session.one(Case, "case_id", event.case_id)
    if case is None:
        raise Permanent(f"{type(event).__name__} about case {event.case_id}, whose registration was never heard")
    return case


async def _of_this_round(session: Session, event: CaseEvent) -> Case | None:
    case = await _known(session, event)
    return None if isinstance(event, RoundEvent) and event.round != case.round else case


HANDLERS = (
    on(CaseRegistered, registered),
    on(WordingReleased, released),
    on(CaseSupplemented, stepped),
    on(AccusedNamed, accused_named),
    on(CaseWithdrawn, stepped),
    on(CaseAnsweredDirectly, stepped),
    on(DeadlineSet, limited),
    on(DeadlineWarned, told),
    on(DeadlineMissed, told),
    on(CaseSentBack, sent_back),
    on(CaseClosed, stepped),
    on(CaseReopened, reopened),
    on(SupervisionIssued, told),
)

REACTIONS = reactions(HANDLERS, prepare, under_pack=[CaseRegistered])
