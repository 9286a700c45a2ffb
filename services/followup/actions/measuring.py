"""Followup's own gauges."""

from libs.common import metrics
from libs.common.database.session import Session
from libs.common.events.terms import Deadline
from services.followup.domain.terms import Status
from services.followup.queries.counting import open_cases, overdue_promises


async def measure(session: Session) -> None:
    """Set how many cases are open by state, and how many promises are broken now; a state without cases shows 0."""
    cases = await open_cases(session)
    for status in Status:
        if status is not Status.CLOSED:
            metrics.COMPLAINTS_OPEN.labels(status.value).set(cases.get(status.value, 0))
    overdue = await overdue_promises(session)
    for deadline in Deadline:
        metrics.DEADLINES_OVERDUE.labels(deadline.value).set(overdue.get(deadline.value, 0))
