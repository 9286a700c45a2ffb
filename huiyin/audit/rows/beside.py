"""What dispatch keeps beside a case: who decided on its unit, what units asked for, and the parts of support units.

All of them are numbered as the step that made them.
"""

from typing import Any

from huiyin.audit.case import CaseView
from huiyin.audit.rows.comparing import Columns, Unseen, as_told, told
from libs.common.events import cases

Given = cases.CaseAssigned | cases.CaseReassigned
_RULES = {
    "route": frozenset({"duty", "superior", "stand_in"}),
    "send_back": frozenset({"duty", "superior", "same_unit", "stand_in"}),
}
"""By what a unit was found that no person chose."""
_OPEN = ("given", "signed")


class Beside:
    """The rows beside a case with the units, step by step. ``row`` is that of the case, which they follow."""

    def __init__(self, view: CaseView, row: dict[str, Any]) -> None:
        self._row = row
        self._candidates = {kept["version"]: kept["candidates"] for kept in view.rows["decision"]}
        self._tasks = {(kept["version"], kept["unit_code"]) for kept in view.rows["task"]}
        self._open: dict[str, dict[str, Any]] = {}
        """By unit its part of the present round, unless it was let off."""
        self.decisions: list[Columns] = []
        self.requests: list[dict[str, Any]] = []
        self.tasks: list[dict[str, Any]] = []
        self._show()

    def decide(self, action: str, said: Given | cases.TriageQueued) -> None:
        """Somebody leads from now on, or nobody does."""
        if isinstance(said, Given):
            by_itself = said.succession if isinstance(said, cases.CaseReassigned) else said.by_rule
            rule: Any = _RULES.get(action, "stand_in") if by_itself else "dispatcher"
            rule = Unseen.OLD if self._is_of_before() else rule
            explanation, pack_version = said.explanation, told(said, "pack_version")
        else:
            rule, explanation, pack_version = "nobody", said.reason, Unseen.OLD
        self.decisions.append(
            {column: self._row[column] for column in ("case_id", "version", "lead_unit", "support_units")}
            | {"category_code": self._row["category_code"], "rule": rule, "candidates": Unseen.WORDS}
            | {"explanation": explanation, "pack_version": pack_version}
        )

    def give(self, said: Given, *, goes_on: bool) -> None:
        """A part for each support unit; one named again with another lead unit goes on with its own."""
        there = self._open if goes_on else {}
        for unit_code, task in there.items():
            if unit_code not in said.support_units:
                _end(task, said.occurred_at, None)
        # Of decisions of before they were kept nothing was noted but what was said; tasks were given to few of those.
        of_before = self._is_of_before()
        self._open = {
            unit: task for unit, task in there.items() if unit in said.support_units or task["status"] == "done"
        }
        for unit_code in said.support_units:
            if unit_code not in there and not (of_before and (self._row["version"], unit_code) not in self._tasks):
                self._open[unit_code] = self._given(unit_code, said)
        self._show()

    def _is_of_before(self) -> bool:
        return bool(self._candidates.get(self._row["version"]) == "[]")

    def _given(self, unit_code: str, said: Given) -> dict[str, Any]:
        task = {column: self._row[column] for column in ("case_id", "version", "round")} | (
            {"unit_code": unit_code, "role": "support", "status": "given", "given_at": said.occurred_at}
            | dict.fromkeys(("signed_at", "ended_at", "result"))
        )
        self.tasks.append(task)
        return task

    def may_sign(self, unit_code: str) -> bool:
        """Whether a unit has a part that it did not sign yet."""
        return self._open.get(unit_code, {}).get("status") == "given"

    def may_report(self, unit_code: str) -> bool:
        """Whether a unit has signed its part, and not done it."""
        return self._open.get(unit_code, {}).get("status") == "signed"

    def sign(self, unit_code: str, at: Any) -> None:
        """A support unit takes its part on."""
        self._open[unit_code] |= {"status": "signed", "signed_at": at}

    def finish(self, event: cases.TaskDone) -> None:
        """A support unit has done its part."""
        if (task := self._open.get(event.unit_code)) is not None:
            task |= {"status": "done", "ended_at": event.occurred_at, "result": event.result}
        self._show()

    def let_off(self, event: cases.TaskCancelled) -> None:
        """A support unit need not do its part."""
        if (task := self._open.pop(event.unit_code, None)) is not None:
            _end(task, event.occurred_at, event.reason)
        self._show()

    def end(self, at: Any, result: Any = None) -> None:
        """Nobody has to do anything beside the lead any more."""
        for task in self._open.values():
            _end(task, at, result)
        self._open = {}
        self._show()

    def ask(self, event: cases.ReturnRequested, asked_by: Any) -> None:
        """A unit asks to give the case back."""
        self.requests.append(
            {column: self._row[column] for column in ("case_id", "version", "round")}
            | as_told(event, "reason_code", "note")
            | {"kind": "return", "asked_by": asked_by, "asked_unit": event.unit_code, "asked_at": event.occurred_at}
            | {"state": "pending"}
            | dict.fromkeys(("decided_by", "decided_at", "decision_note"))
        )

    def answer(self, event: cases.ReturnDecided, decided_by: Any) -> None:
        """Another person decides."""
        for request in self._pending():
            request |= {"state": "granted" if event.approved else "refused", "decided_by": decided_by}
            request |= {"decided_at": event.occurred_at, "decision_note": event.note}

    def lapse(self, at: Any) -> None:
        """Nobody has to decide any more."""
        for request in self._pending():
            request |= {"state": "lapsed", "decided_at": at}

    def _pending(self) -> list[dict[str, Any]]:
        return [request for request in self.requests if request["state"] == "pending"]

    def _show(self) -> None:
        """The case itself names whose part is still to be done."""
        self._row["open_support"] = [
            code for code in self._row["support_units"] if code in self._open and self._open[code]["status"] in _OPEN
        ]


def _end(task: dict[str, Any], at: Any, result: Any) -> None:
    if task["status"] in _OPEN:
        task |= {"status": "cancelled", "ended_at": at, "result": result}
