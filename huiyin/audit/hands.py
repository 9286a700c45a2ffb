"""What a case counts as by the tasks of units beside the lead (任务), told from its ledgers alone.

Whose they were, what became of each, and whether its limit was kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huiyin.audit.case import ANALYTICS, DISPATCH, FOLLOWUP, CaseView
from huiyin.audit.counted import Counted, CountedOnce
from libs.common.events import cases, tasks, whistles
from libs.common.events.base import Event
from libs.common.events.terms import Deadline
from libs.common.events.whistle_terms import ClaimKind
from services.analytics.facts.domain.status import ENDED, Status

_INSTANT = timedelta(microseconds=1)
_IN_HAND = (Status.ASSIGNED, Status.SIGNED)


@dataclass(slots=True)
class CountedTask:
    """What one unit was to do, and when it was there, did it, or was waited for no more."""

    name: str
    unit: str
    given_at: datetime
    round: int
    done_at: datetime | None = None
    over_at: datetime | None = None
    there_at: datetime | None = None
    let_off: bool = False

    def stop(self, at: datetime) -> None:
        """Nobody waits for it from now on."""
        self.over_at = self.over_at or at


@dataclass(slots=True)
class _Clocks:
    """Until when each was promised, and which of these times passed."""

    due: dict[tuple[str, Deadline], datetime] = field(default_factory=dict)
    passed: set[tuple[str, Deadline, datetime]] = field(default_factory=set)

    @classmethod
    def of(cls, view: CaseView) -> "_Clocks":
        clocks = cls()
        for one in view.applied(ANALYTICS, FOLLOWUP):
            for limit in cases.deadlines_in(one.event):
                clocks.due[limit.about, limit.deadline] = limit.due_at
            if isinstance(one.event, cases.DeadlineMissed):
                clocks.passed.add((one.event.about, one.event.deadline, one.event.due_at))
        return clocks

    def kept(self, task: CountedTask, what: Deadline, at: datetime | None) -> tuple[datetime, bool] | None:
        """The limit, and whether what was done at ``at`` kept it; None where nothing decides it."""
        due = self.due.get((task.name, what)) if task.name else None
        if due is None:
            return None
        if at is not None:
            return due, at < due
        if task.over_at is not None and task.over_at < due:
            return None
        return (due, False) if (task.name, what, due) in self.passed else None


def count_tasks(counted: Counted, view: CaseView) -> None:
    """The tasks of support units, and of those that were summoned."""
    clocks, said = _Clocks.of(view), [one.event for one in view.applied(ANALYTICS, DISPATCH)]
    for task in _support(said):
        counted.each.append(CountedOnce("support_given", task.unit, task.given_at))
        if task.over_at is None and task.round == counted.round and counted.status in _IN_HAND:
            counted.each.append(CountedOnce("support_open", task.unit, task.given_at))
        counted.each += _limited(clocks, task, Deadline.TASK, "support")
    counted.each += [
        CountedOnce("whistles", event.unit_code, event.occurred_at)
        for event in said
        if isinstance(event, whistles.StreetWhistled)
    ]
    for task in _called(said):
        counted.each += _summoned(clocks, task, is_open=counted.status not in ENDED)


def _support(said: list[Event]) -> list[CountedTask]:
    """Every part that a support unit had."""
    parts = _Parts()
    for event in said:
        match event:
            case cases.CaseAssigned() | cases.CaseReassigned() | cases.TriageQueued():
                parts.name(event)
            case tasks.TaskGiven():
                parts.give(CountedTask(event.task, event.unit_code, event.occurred_at, event.round))
                parts.any_named = True
            case cases.TaskDone() if (task := parts.current.get(event.unit_code)) is not None:
                task.done_at = task.done_at or event.occurred_at
                task.stop(event.occurred_at)
            case cases.TaskCancelled():
                parts.let_off(event)
            case cases.CaseHandled():
                for task in parts.current.values():
                    task.stop(event.occurred_at)
    return parts.all


@dataclass(slots=True)
class _Parts:
    """The parts of a case, and those of its round that stand."""

    all: list[CountedTask] = field(default_factory=list)
    current: dict[str, CountedTask] = field(default_factory=dict)
    number: int = 0
    any_named: bool = False

    def give(self, task: CountedTask) -> None:
        self.current[task.unit] = task
        self.all.append(task)

    def name(self, event: cases.CaseAssigned | cases.CaseReassigned | cases.TriageQueued) -> None:
        """Who is named again in the same round goes on with the same part, also where it is done."""
        given = () if isinstance(event, cases.TriageQueued) else event.tasks
        named = () if isinstance(event, cases.TriageQueued) else event.support_units
        known = dict(self.current) if (event.round, self.any_named) == (self.number, True) else {}
        for unit, task in self.current.items():
            if unit not in known or unit not in named:
                task.stop(event.occurred_at)
        stand = {} if event.round != self.number else self.current
        self.current = {unit: task for unit, task in stand.items() if task.done_at or unit in named}
        names = {name.partition(".")[2]: name for name in given}
        for unit in named:
            if unit not in known:
                self.give(CountedTask(names.get(unit, ""), unit, event.occurred_at, event.round))
        self.number, self.any_named = event.round, bool(named)

    def let_off(self, event: cases.TaskCancelled) -> None:
        """Its successor, if there is one, has a part of its own from now on."""
        if event.unit_code in self.current:
            self.current.pop(event.unit_code).stop(event.occurred_at)
        if event.successor:
            self.give(CountedTask(event.task or "", event.successor, event.occurred_at, event.round))


def _called(said: list[Event]) -> list[CountedTask]:
    summoned: dict[str, CountedTask] = {}
    for event in said:
        match event:
            case whistles.StreetWhistled():
                for name in event.tasks:
                    summoned[name] = CountedTask(name, name.partition(".")[2], event.occurred_at, event.round)
            case whistles.UnitArrived() if event.task in summoned:
                summoned[event.task].there_at = summoned[event.task].there_at or event.occurred_at
            case whistles.ClaimDecided() if not (event.granted and event.kind is ClaimKind.RETURN):
                pass
            case whistles.CallDone() | whistles.CallCancelled() | whistles.ClaimDecided() if event.task in summoned:
                task = summoned[event.task]
                if task.over_at is None:
                    task.let_off = not isinstance(event, whistles.CallDone)
                    task.done_at = None if task.let_off else event.occurred_at
                    task.stop(event.occurred_at)
    return list(summoned.values())


def _summoned(clocks: _Clocks, task: CountedTask, *, is_open: bool) -> Iterator[CountedOnce]:
    yield CountedOnce("calls", task.unit, task.given_at)
    if task.over_at is not None:
        yield CountedOnce("calls_cancelled" if task.let_off else "calls_done", task.unit, task.over_at)
    elif is_open:
        yield CountedOnce("calls_open", task.unit, task.given_at)
    yield from _limited(clocks, task, Deadline.CALLED, "calls")
    there = clocks.kept(task, Deadline.REPORT_IN, task.there_at)
    if there is not None:
        due, in_time = there
        late = "never_reported" if task.there_at is None else "reported_late"
        for counter in ("reports_due", "reported_on_time" if in_time else late):
            yield CountedOnce(counter, task.unit, due - _INSTANT)


def _limited(clocks: _Clocks, task: CountedTask, what: Deadline, of: str) -> Iterator[CountedOnce]:
    decided = clocks.kept(task, what, task.done_at)
    if decided is not None:
        due, in_time = decided
        for counter in (f"{of}_due", f"{of}_on_time" if in_time else f"{of}_late"):
            yield CountedOnce(counter, task.unit, due - _INSTANT)
