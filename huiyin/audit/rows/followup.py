"""The rows of followup: the case, its steps, callbacks, tries, orders (`promise`) and clocks (`clocks`)."""

from collections.abc import Iterable, Iterator, Mapping

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, as_applied
from huiyin.audit.packs import Packs
from huiyin.audit.report import Invariant
from huiyin.audit.rows.clocks import clocks_of
from huiyin.audit.rows.comparing import Columns, WantedRows, also_accused_in
from huiyin.audit.rows.judgements import judgements_of
from huiyin.audit.rows.objections import objections_of
from huiyin.audit.rows.ordered import OrderedCase
from huiyin.audit.rows.promise import PromisedCase
from huiyin.audit.rows.upper_orders import order_in_followup
from libs.common.events import cases
from libs.common.events.responsible import ResponsibleNamed
from libs.common.events.whistles import CallResponsibleNamed

_TABLES: Mapping[str, tuple[str, ...]] = {
    "followup.transition": ("version",),
    "callback": ("round", "requester", "purpose"),
    "attempt": ("round", "requester", "purpose", "attempt"),
    "supervision": ("supervision_id",),
    "clock": ("clock_id",),
    "responsible": ("round", "unit_code"),
}
"""With the columns by which rows are told apart."""
_INVARIANTS = dict.fromkeys(("callback", "clock"), Invariant.PROMISE)


def rows_of_followup(view: CaseView, packs: Packs) -> Iterator[WantedRows]:
    """What should stand in followup's tables."""
    rows: Mapping[str, Iterable[Columns]] = {}
    if registered := view.of(INTAKE, cases.CaseRegistered, FOLLOWUP):
        promise = _promise_of(view, registered[0], packs)
        kept = {row["clock_id"]: row for row in view.rows["clock"]}
        rows = {
            "followup.transition": promise.steps,
            "callback": promise.callbacks.rows.values(),
            "attempt": promise.attempts,
            "supervision": promise.orders.values(),
            "responsible": _responsible(view),
            "clock": clocks_of(
                promise.clocks, promise.orders.values(), packs, kept, ordered=registered[0].upper_order is not None
            ),
        }
        yield WantedRows(FOLLOWUP, "matter", (), [promise.row])
    yield from judgements_of(view)
    yield objections_of(view)
    yield from order_in_followup(view)
    for table, by in _TABLES.items():
        yield WantedRows(FOLLOWUP, table, by, list(rows.get(table, ())), _INVARIANTS.get(table, Invariant.STATE))


def _responsible(view: CaseView) -> Iterable[Columns]:
    """Who of a unit was named last in a round, where somebody still is."""
    named: dict[tuple[int, str], Columns] = {}
    for event in (one.event for one in view.applied(FOLLOWUP, DISPATCH)):
        if not isinstance(event, ResponsibleNamed | CallResponsibleNamed):
            continue
        place = event.round, event.unit_code
        named.pop(place, None)
        if event.staff_id is not None:
            row = {"case_id": view.case_id, "round": event.round, "unit_code": event.unit_code}
            named[place] = row | {"staff_id": event.staff_id, "named_at": event.occurred_at}
    return named.values()


def _promise_of(view: CaseView, first: cases.CaseRegistered, packs: Packs) -> PromisedCase:
    """Fold what followup said, and what it had applied."""
    promise = OrderedCase(view, first, packs)
    for one in as_applied(view, FOLLOWUP, promise.next_from):
        promise.take(one)
    promise.review()
    promise.row |= {"clocks": len(promise.clocks.started), "overdue": promise.clocks.overdue}
    also = {"also_accused": also_accused_in(view, FOLLOWUP)}
    promise.row |= also
    for order in promise.orders.values():
        order.update(also)
    return promise
