"""The rows of followup: the case, its steps, callbacks, tries, orders (`promise`) and clocks (`clocks`)."""

from collections.abc import Iterable, Iterator, Mapping

from huiyin.audit.case import FOLLOWUP, INTAKE, CaseView
from huiyin.audit.packs import Packs
from huiyin.audit.report import Invariant
from huiyin.audit.rows.clocks import clocks_of
from huiyin.audit.rows.comparing import Columns, WantedRows
from huiyin.audit.rows.promise import promise_of
from libs.common.events import cases

_TABLES: Mapping[str, tuple[str, ...]] = {
    "followup.transition": ("version",),
    "callback": ("round", "requester"),
    "attempt": ("round", "requester", "attempt"),
    "supervision": ("supervision_id",),
    "clock": ("clock_id",),
}
"""With the columns by which rows are told apart."""
_INVARIANTS = dict.fromkeys(("callback", "clock"), Invariant.PROMISE)


def rows_of_followup(view: CaseView, packs: Packs) -> Iterator[WantedRows]:
    """What should stand in followup's tables."""
    rows: Mapping[str, Iterable[Columns]] = {}
    if registered := view.of(INTAKE, cases.CaseRegistered, FOLLOWUP):
        promise = promise_of(view, registered[0], packs)
        kept = {row["clock_id"]: row for row in view.rows["clock"]}
        rows = {
            "followup.transition": promise.steps,
            "callback": promise.callbacks.values(),
            "attempt": promise.attempts,
            "supervision": promise.orders.values(),
            "clock": clocks_of(promise.clocks, promise.orders.values(), packs, kept),
        }
        yield WantedRows(FOLLOWUP, "matter", (), [promise.row])
    for table, by in _TABLES.items():
        yield WantedRows(FOLLOWUP, table, by, list(rows.get(table, ())), _INVARIANTS.get(table, Invariant.STATE))
