"""I7 beside the rows of clocks and callbacks: every case has a unit, no clock is late, who closed one was content."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from huiyin.audit.case import DISPATCH, FOLLOWUP, CaseView
from huiyin.audit.report import Findings, Invariant
from libs.common.events.terms import Closing, Satisfaction

_CONTENT = (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED)
GRACE = timedelta(minutes=5)
"""How late a step of a clock may be: the worker waits some seconds, and longer while events are still to be read."""


@dataclass(frozen=True, slots=True)
class Promises:
    """Checks one case after the other against the time of the cut."""

    findings: Findings
    now: datetime

    def check(self, view: CaseView) -> None:
        """One case."""
        case = view.row("work")
        if case is not None and case["status"] in ("assigned", "signed") and case["lead_unit"] is None:
            self._say(view, DISPATCH, f"it is {case['status']} and no unit leads it")
        for clock in view.rows["clock"]:
            if clock["state"] == "pending" and clock["next_at"] < self.now - GRACE:
                name = f"{clock['step']} of the {clock['what']} deadline ({clock['clock_id']})"
                self._say(view, FOLLOWUP, f"clock {name} should have fired at {clock['next_at'].isoformat()}")
            self.findings.pending["timers failed"] += clock["state"] == "failed"
        self._everybody_is_content(view)

    def _everybody_is_content(self, view: CaseView) -> None:
        """Of a case that was closed as solved, everybody who was asked for its end said so in that round."""
        case = view.row("matter")
        if case is None or case["closing"] != Closing.SUBSTANTIVE:
            return
        for callback in view.rows["callback"]:
            place = callback["round"], callback["requester"], "closing"
            said = [row for row in view.rows["attempt"] if (row["round"], row["requester"], row["purpose"]) == place]
            content = any(row["satisfaction"] in _CONTENT and row["solved"] is not False for row in said)
            if callback["round"] == case["round"] and callback["purpose"] == "closing" and not content:
                self._say(view, FOLLOWUP, f"closed as solved, though {callback['requester']} never was satisfied")

    def _say(self, view: CaseView, service: str, message: str) -> None:
        self.findings.violated(Invariant.PROMISE, view.case_id, service, message)
