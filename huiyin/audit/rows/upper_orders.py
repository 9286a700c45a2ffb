"""The rows of an order from above (上级交办): at the door, and in followup with its answer and all its deadlines."""

from collections.abc import Iterator
from dataclasses import replace

from huiyin.audit.case import FOLLOWUP, INTAKE, CaseView
from huiyin.audit.rows.comparing import Columns, WantedRows, columns_of
from libs.common.events import cases, upper_orders
from libs.common.events.terms import Deadline
from services.followup.upper_orders.actions.answering import another_deadline, said_of, taken_in
from services.followup.upper_orders.domain import OrderAbove, evolve

_OWN = (upper_orders.UpperReplyWritten, upper_orders.UpperReplyDecided, upper_orders.UpperReplySent)


def order_at_the_door(view: CaseView) -> WantedRows:
    """Which case it is, and the deadline that it came with last."""
    rows: list[Columns] = []
    for event in view.of(INTAKE, cases.CaseRegistered)[:1]:
        if (told := event.upper_order) is not None:
            changes = view.of(INTAKE, upper_orders.UpperDeadlineChanged)
            due_at = changes[-1].due_at if changes else told.due_at
            row = {"case_id": view.case_id, "body": told.body, "number": told.number}
            rows.append(row | {"due_at": due_at, "edition": len(changes) + 1})
    return WantedRows(INTAKE, "intake.upper_order", (), rows)


def order_in_followup(view: CaseView) -> Iterator[WantedRows]:
    """The order with its answer; the first deadline of one that named none is the limit that was set."""
    registered = view.of(INTAKE, cases.CaseRegistered, FOLLOWUP)
    changes = view.of(INTAKE, upper_orders.UpperDeadlineChanged, FOLLOWUP)
    order = taken_in(registered[0]) if registered else None
    rows = [] if order is None else [columns_of(_folded(view, order, changes))]
    yield WantedRows(FOLLOWUP, "followup.upper_order", (), rows)
    told = [another_deadline(change) for change in changes if order is not None]
    yield WantedRows(FOLLOWUP, "upper_deadline", ("edition",), told)


def _folded(view: CaseView, order: OrderAbove, changes: list[upper_orders.UpperDeadlineChanged]) -> OrderAbove:
    """Deadlines and answers move different columns, but for ``on_time``: that is by the deadline told with it."""
    if order.due_at is None:
        set_first = (one for event in view.of(FOLLOWUP, cases.DeadlineSet) for one in event.deadlines)
        first = next((one for one in set_first if one.deadline is Deadline.UPPER), None)
        order = replace(order, due_at=None if first is None else first.due_at)
    for one in view.said[FOLLOWUP]:
        if isinstance(one.event, upper_orders.UpperReplySent):
            order = replace(order, due_at=one.event.due_at)
        if isinstance(one.event, _OWN):
            order = evolve(order, said_of(one.event))
    for change in changes:
        order = evolve(order, said_of(change))
    return order
