"""Events in: every event about a case goes through the one fold."""

from collections.abc import Sequence

from libs.common.database.session import Session
from libs.common.database.stored_packs import learn_pack
from libs.common.delivery.handlers import on, reactions
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from libs.common.events.directory import PackPublished
from services.analytics.facts.actions.folding import fold_event, load_facts


async def prepare(session: Session, events: Sequence[Event]) -> None:
    """Read and lock the facts of a batch in one query."""
    await load_facts(session, (event.case_id for event in events if isinstance(event, CaseEvent)))


HANDLERS = (
    on(PackPublished, learn_pack),
    on(cases.CaseRegistered, fold_event),
    on(cases.CaseSupplemented, fold_event),
    on(cases.CaseWithdrawn, fold_event),
    on(cases.CaseAnsweredDirectly, fold_event),
    on(cases.TriageQueued, fold_event),
    on(cases.CaseAssigned, fold_event),
    on(cases.CaseReassigned, fold_event),
    on(cases.CaseSigned, fold_event),
    on(cases.ProgressReported, fold_event),
    on(cases.CaseHandled, fold_event),
    on(cases.TaskDone, fold_event),
    on(cases.TaskCancelled, fold_event),
    on(cases.ReturnRequested, fold_event),
    on(cases.ReturnDecided, fold_event),
    on(cases.DeadlineSet, fold_event),
    on(cases.DeadlineWarned, fold_event),
    on(cases.DeadlineMissed, fold_event),
    on(cases.CallbackDue, fold_event),
    on(cases.CallbackTried, fold_event),
    on(cases.CaseSentBack, fold_event),
    on(cases.CaseClosed, fold_event),
    on(cases.SupervisionIssued, fold_event),
    on(cases.SupervisionReplied, fold_event),
)

REACTIONS = reactions(HANDLERS, prepare, under_pack=[cases.CaseRegistered])
