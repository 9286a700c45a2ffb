"""Followup's own gauges."""

from libs.common import metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.events.terms import DECLARED, Deadline
from libs.common.time.moments import local_day
from services.followup.cases.domain.terms import Status
from services.followup.clocks.queries import failed_clocks, next_firing
from services.followup.objections.queries import overdue_objections
from services.followup.overview.queries import open_cases, overdue_promises, unanswered_orders


async def measure(session: Session) -> None:
    """Cases open by state, promises broken now, timers set aside or late; what is none shows 0."""
    cases = await open_cases(session)
    for status in Status:
        if status is not Status.CLOSED:
            metrics.COMPLAINTS_OPEN.labels(Service.FOLLOWUP, status.value).set(cases.get(status.value, 0))
    overdue = await overdue_promises(session) | {
        Deadline.REPLY.value: await _unanswered(session),
        Deadline.OBJECTION.value: await overdue_objections(session),
    }
    for deadline, known in DECLARED.items():
        if known.promise.about in ("task", "letter", "claim", "risk"):
            # Who does its part, answers, decides or acknowledges is with dispatch: so is whether it is done.
            continue
        metrics.DEADLINES_OVERDUE.labels(Service.FOLLOWUP, deadline).set(overdue.get(deadline, 0))
    metrics.TIMERS_FAILED.labels(Service.FOLLOWUP).set(await failed_clocks(session))
    first = await next_firing(session)
    late = 0.0 if first is None else max(0.0, (session.now - first).total_seconds())
    metrics.TIMERS_LATE_SECONDS.labels(Service.FOLLOWUP).set(late)


async def _unanswered(session: Session) -> int:
    if not session.packs.usable:
        return 0
    zone = session.packs.current(session.now).directory.calendar().time_zone
    return await unanswered_orders(session, local_day(session.now, zone))
