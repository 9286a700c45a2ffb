"""The clocks of what is asked for (审核时限): started by a request, stopped when it is decided, or waits no longer."""

from libs.common.database.session import Session
from libs.common.events.accepting import NonacceptanceRequested
from libs.common.events.asking import RequestMade
from libs.common.events.asking_terms import RequestKind, request_name
from libs.common.events.cases import ReturnRequested, RoundEvent
from libs.common.events.deadlines import ended_by
from libs.common.events.terms import Deadline
from libs.common.time.due import due
from services.followup.cases.tables import Case
from services.followup.clocks.actions.book import clocks_of
from services.followup.clocks.actions.running import start_clock_about


def ask(session: Session, case: Case, event: ReturnRequested | NonacceptanceRequested | RequestMade) -> None:
    """Somebody has to decide it in time, where the pack says so of its kind. Those of before had no number."""
    directory, kind = session.packs.version(case.pack_version), kind_of(event)
    limit = directory.limit(Deadline.DECISION, case.kind, case.urgency)
    if event.request is None or limit is None or kind not in directory.pack.asking.decided_in_time:
        return
    due_at = due(event.occurred_at, limit, directory.calendar())
    about = request_name(event.request)
    start_clock_about(session, case, Deadline.DECISION, about, due_at, None, since=event.occurred_at)


def end(session: Session, case: Case, event: RoundEvent) -> None:
    """A case has one request that waits: whatever decides it, or goes on without it, ends its clock."""
    if Deadline.DECISION in ended_by(event):
        for clock in clocks_of(session).of(case.case_id):
            if clock.what is Deadline.DECISION and clock.round == event.round:
                clocks_of(session).stop(clock)


def kind_of(event: ReturnRequested | NonacceptanceRequested | RequestMade) -> RequestKind:
    """What is asked for by it."""
    if isinstance(event, RequestMade):
        return event.kind
    return RequestKind.RETURN if isinstance(event, ReturnRequested) else RequestKind.NONACCEPTANCE
