"""Events in: each finds its case, lets its due timers speak first, drops what concerns an older round, and acts."""

from collections.abc import Sequence

from libs.common.database.batch import Job
from libs.common.database.session import Session
from libs.common.database.stored_packs import learn_pack
from libs.common.database.stored_staff import learn_staff
from libs.common.delivery.handlers import on, reactions
from libs.common.events import aids, letters, mediations, risks
from libs.common.events.accepting import CaseNotAccepted, NonacceptanceRefused, NonacceptanceRequested
from libs.common.events.accused import AccusedNamed
from libs.common.events.asking import RequestGranted, RequestLapsed, RequestMade, RequestRefused, SuspensionLifted
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
from libs.common.events.upper_orders import UpperDeadlineChanged
from libs.common.events.whistles import (
    CallAcknowledged,
    CallCancelled,
    CallDone,
    CallReported,
    CallResponsibleNamed,
    ClaimDecided,
    ClaimMade,
    ConsultationHeld,
    StreetWhistled,
    UnitArrived,
    UnitScored,
    WhistleDone,
)
from services.followup.callbacks.actions.finding import load_by_keys, load_with_callbacks
from services.followup.handlers import asking, cases, hands


async def prepare(session: Session, events: Sequence[Event]) -> None:
    """Load every case of the batch in three round trips."""
    await load_with_callbacks(session, (event.case_id for event in events if isinstance(event, CaseEvent)))


async def prepare_door(session: Session, jobs: Sequence[Job]) -> None:
    """Load every case, callback and order that a batch of requests is about in five round trips."""
    await load_by_keys(session, (key for job in jobs for key in job.keys))


HANDLERS = (
    on(PackPublished, learn_pack),
    on(StaffRecorded, learn_staff),
    on(CaseRegistered, cases.registered),
    on(UpperDeadlineChanged, cases.ordered_anew),
    on(AccusedNamed, cases.accused_named),
    on(WordingReleased, cases.released),
    on(AdditionHeld, cases.held),
    on(CaseSupplemented, cases.supplemented),
    on(CaseUrged, cases.urged),
    on(WithdrawalWished, cases.wished),
    on(CaseWithdrawn, cases.withdrawn),
    on(ObjectionRaised, cases.objected),
    on(CaseAnsweredDirectly, cases.finished),
    on(TriageQueued, cases.triage_queued),
    on(CaseAssigned, cases.assigned),
    on(CaseReassigned, cases.reassigned),
    on(CaseDelegated, cases.passed_on),
    on(CaseRaised, cases.passed_on),
    on(CaseSigned, cases.signed),
    on(CaseNotAccepted, asking.not_accepted),
    on(ReturnRequested, asking.wanted),
    on(ReturnDecided, asking.decided),
    on(NonacceptanceRequested, asking.wanted),
    on(NonacceptanceRefused, asking.decided),
    on(RequestMade, asking.wanted),
    on(RequestRefused, asking.decided),
    on(RequestLapsed, asking.decided),
    on(RequestGranted, asking.granted),
    on(SuspensionLifted, asking.lifted),
    on(ResponsibleNamed, hands.responsible_named),
    on(ProgressReported, hands.worked),
    on(TaskGiven, hands.task_given),
    on(TaskSigned, hands.worked),
    on(TaskReported, hands.worked),
    on(TaskDone, hands.task_ended),
    on(TaskCancelled, hands.task_ended),
    on(StreetWhistled, hands.whistled),
    on(CallAcknowledged, hands.worked),
    on(UnitArrived, hands.came),
    on(CallReported, hands.worked),
    on(CallResponsibleNamed, hands.responsible_named),
    on(CallDone, hands.call_ended),
    on(CallCancelled, hands.call_ended),
    on(ConsultationHeld, hands.consulted),
    on(WhistleDone, hands.worked),
    on(UnitScored, hands.worked),
    on(ClaimMade, hands.claimed),
    on(ClaimDecided, hands.claim_decided),
    on(letters.LetterSent, hands.lettered),
    on(letters.LetterAcknowledged, hands.worked),
    on(letters.LetterReplied, hands.letter_ended),
    on(letters.LetterSentBack, hands.lettered),
    on(letters.LetterHandedOn, hands.letter_handed_on),
    on(letters.LetterWithdrawn, hands.letter_ended),
    on(mediations.MediationHeld, hands.worked),
    on(mediations.MediationAgreed, hands.worked),
    on(mediations.MediationFailed, hands.worked),
    on(risks.RiskReported, hands.risk_reported),
    on(risks.RiskAcknowledged, hands.risk_acknowledged),
    on(aids.AidFound, hands.worked),
    on(aids.AidApplied, hands.worked),
    on(CaseHandled, cases.finished),
)

REACTIONS = reactions(HANDLERS, prepare, under_pack=[CaseRegistered, CaseAssigned, CaseReassigned])
