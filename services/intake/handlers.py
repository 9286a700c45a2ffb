"""Events in: what dispatch and followup say of a case, and the county pack."""

from collections.abc import Sequence

from libs.common.database.session import Session
from libs.common.database.stored_packs import learn_pack
from libs.common.delivery.handlers import on, reactions
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from libs.common.events.directory import PackPublished
from services.intake.actions import following
from services.intake.actions.docket import open_files
from services.intake.actions.following import follow


async def prepare(session: Session, events: Sequence[Event]) -> None:
    """Read and lock the files of a batch in one query."""
    await open_files(session, (event.case_id for event in events if isinstance(event, CaseEvent)))


HANDLERS = (
    on(PackPublished, learn_pack),
    on(cases.TriageQueued, follow(following.triage_queued)),
    on(cases.CaseAssigned, follow(following.assigned)),
    on(cases.CaseReassigned, follow(following.reassigned)),
    on(cases.CaseSigned, follow(following.signed)),
    on(cases.ProgressReported, follow(following.progress_reported)),
    on(cases.CaseHandled, follow(following.handled)),
    on(cases.DeadlineSet, follow(following.deadline_set)),
    on(cases.CallbackDue, follow(following.callback_due)),
    on(cases.CallbackTried, follow(following.callback_tried)),
    on(cases.CaseSentBack, follow(following.sent_back)),
    on(cases.CaseClosed, follow(following.closed)),
)

REACTIONS = reactions(HANDLERS, prepare)
