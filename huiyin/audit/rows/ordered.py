"""A case as followup has it that came by an order from above (上级交办): what the order does to its clocks."""

from huiyin.audit.case import CaseView
from huiyin.audit.packs import Packs
from huiyin.audit.rows.promise import PromisedCase
from libs.common.events import cases, upper_orders
from libs.common.events.terms import Deadline


class OrderedCase(PromisedCase):
    """A case, event by event, with its order from above if it came by one."""

    def __init__(self, view: CaseView, first: cases.CaseRegistered, packs: Packs) -> None:
        super().__init__(view, first, packs)
        self.row["upper_due_at"] = first.upper_order and first.upper_order.due_at
        self._hears = {**self._hears, upper_orders.UpperDeadlineChanged: self._change}
        self._does = {**self._does, upper_orders.UpperReplySent: self._answer, cases.DeadlineSet: self._set}

    def _change(self, event: upper_orders.UpperDeadlineChanged) -> None:
        self.row["upper_due_at"] = event.due_at

    def _answer(self, event: upper_orders.UpperReplySent) -> None:
        self.clocks.stop_about(event.case_id)

    def _set(self, event: cases.DeadlineSet) -> None:
        """A clock of the order that is not one of before set anew begins."""
        self._set_anew(event)
        standing = [clock.set for clock in self.clocks.started]
        for one in event.deadlines:
            if one.deadline is Deadline.UPPER and one not in standing:
                self.clocks.start_about(one.about)
