"""I5 for objections: each is against a closing that stands, is decided once and by somebody else, and alone reopens.

Written down anew, as the rest of I5: who decides is told apart from everybody of whom the ledgers say that he had a
hand in the case, asked its citizen, closed it or took the objection.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.common.events import accepting, cases, citizens, objections, supervision
from libs.common.events.base import SaidByHand
from libs.common.events.terms import Deadline

_RUN_ON = (Deadline.CLAIM, Deadline.RISK)
"""They run on behind the end of a case."""


@dataclass(slots=True)
class Had:
    """Who is to be told apart, by account and by member of staff, and the units that are."""

    people: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)

    def add(self, account: str | None, staff_id: str | None) -> None:
        """One more person."""
        self.people |= {name for name in (account, staff_id and f"staff:{staff_id}") if name}

    def has(self, event: SaidByHand) -> bool:
        """Whether one of these people, or somebody of these units, said it."""
        names = {name for name in (event.by, event.by_staff and f"staff:{event.by_staff}") if name}
        return not self.people.isdisjoint(names) or event.by_unit in self.units


def had_of(
    worked: Sequence[Any],
    answered: Sequence[cases.CaseAnsweredDirectly],
    unaccepted: Sequence[accepting.CaseNotAccepted],
) -> Had:
    """Whoever did something with the case or did not accept it; and each unit that led, worked, supported, answered."""
    had = Had()
    for event in worked:
        had.add(event.by, event.by_staff)
        units = (getattr(event, name, None) for name in ("unit_code", "lead_unit", "working_unit"))
        had.units |= {unit for unit in (*units, *getattr(event, "support_units", ())) if unit}
    for answer in answered:
        had.add(answer.answered_by, answer.answered_by_staff)
        had.units |= {unit for unit in (answer.answered_by_unit,) if unit}
    for refusal in unaccepted:
        had.add(refusal.by, refusal.by_staff)
        had.add(refusal.asked_by, refusal.asked_by_staff)
    return had


class Objections:
    """What followup makes of the objections that it heard."""

    def __init__(self) -> None:
        self._closers = Had()
        self._decided: dict[str, bool] = {}
        self._reopened: set[str] = set()
        self._runs_on = False
        """Whether a claim or a risk was ever late: its clock runs on behind the end, and an order may follow."""

    def follow(self, event: object) -> None:
        """Whoever asks the citizen, or says how the case ends, decides about no objection to that."""
        match event:
            case cases.CallbackTried() | citizens.WithdrawalTried():
                self._closers.add(event.caller, event.caller_staff)
            case cases.CaseClosed():
                self._closers.add(event.by, event.by_staff)
            case cases.DeadlineMissed():
                self._runs_on |= event.deadline in _RUN_ON

    def lets_say(self, event: Any, heard: list[objections.ObjectionRaised]) -> bool:
        """Whether it may be said of a case that is closed: what is decided, and what a clock about that brings."""
        if isinstance(event, objections.ObjectionDecided | objections.CaseReopened):
            return True
        limits = [getattr(event, "deadline", None), *(one.deadline for one in cases.deadlines_in(event))]
        ordered = isinstance(event, supervision.SupervisionIssued)
        if any(one in limits for one in _RUN_ON) or (self._runs_on and ordered):
            return True
        waits = any(one.objection_id not in self._decided for one in heard)
        return waits and (Deadline.OBJECTION in limits or ordered)

    def problems_of_decision(
        self, event: objections.ObjectionDecided, heard: list[objections.ObjectionRaised], had: Had
    ) -> Iterator[str]:
        """What is wrong with deciding so, by what was heard and done before."""
        raised = next((one for one in heard if one.objection_id == event.objection_id), None)
        if raised is None or raised.round != event.round:
            yield "nobody had objected so to the closing of this round"
        elif event.objection_id in self._decided:
            yield "the objection had been decided before"
        elif event.by is None:
            yield "nobody decided it"
        else:
            taker = Had()
            taker.add(raised.by, raised.by_staff)
            if taker.has(event):
                yield "who took the objection decided it"
            elif had.has(event):
                yield "who decided had a hand in the case"
            elif self._closers.has(event):
                yield "who decided had asked the citizen or closed the case"
        self._decided.setdefault(event.objection_id, event.granted)

    def problems_of_reopening(self, event: objections.CaseReopened) -> Iterator[str]:
        """A closing falls by a granted objection, once, and by nothing else."""
        if not self._decided.get(event.objection_id) or event.objection_id in self._reopened:
            yield "it was reopened without an objection that was granted"
        if event.next_round != event.round + 1:
            yield f"round {event.next_round} follows round {event.round}"
        self._reopened.add(event.objection_id)
