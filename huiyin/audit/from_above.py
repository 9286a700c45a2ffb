"""What a case counts as by the order from above (上级交办) that it came by, told from its ledgers alone."""

from datetime import datetime, timedelta

from huiyin.audit.case import ANALYTICS, FOLLOWUP, CaseView
from huiyin.audit.counted import Counted, CountedOnce
from libs.common.events import cases, upper_orders
from libs.common.events.terms import Deadline

_INSTANT = timedelta(microseconds=1)


def count_order(counted: Counted, view: CaseView) -> None:
    """The order itself; and its deadline, the last before the answer, once the answer or the clock has decided it."""
    if counted.registered.upper_order is None:
        return
    counted.each.append(CountedOnce("upper_orders", counted.unit, counted.registered.registered_at))
    due: datetime | None = None
    missed: set[datetime] = set()
    for one in view.applied(ANALYTICS, FOLLOWUP):
        event = one.event
        if isinstance(event, upper_orders.UpperReplySent):
            _decide(counted, due, event.occurred_at)
            return
        due = next((each.due_at for each in cases.deadlines_in(event) if each.deadline is Deadline.UPPER), due)
        if isinstance(event, cases.DeadlineMissed) and event.deadline is Deadline.UPPER:
            missed.add(event.due_at)
    if due in missed:
        _decide(counted, due, None)


def _decide(counted: Counted, due: datetime | None, answered_at: datetime | None) -> None:
    if due is None:
        return
    unit, day = counted.leader(answered_at or due), due - _INSTANT
    counted.each.append(CountedOnce("upper_orders_due", unit, day))
    if answered_at is not None and answered_at < due:
        counted.each.append(CountedOnce("upper_orders_on_time", unit, day))
