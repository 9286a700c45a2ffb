"""Tasks beside the lead (任务): those of support units and those of units that a street summoned, and their limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from libs.common.counters import Counter
from libs.common.events.task_terms import unit_of_task
from libs.common.events.terms import Deadline
from services.analytics.facts.domain.atoms import Outcome, Stint
from services.analytics.facts.domain.deciding import Happening, day_due, decided
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.status import Status
from services.analytics.facts.domain.summoned import PartCancelled, PartDone, PartGiven, TaskLimit

_WITH_A_UNIT = (Status.ASSIGNED, Status.SIGNED)


@dataclass(slots=True)
class SupportTask:
    """A support unit's task (协办任务). ``task`` is its name, empty in what was told before tasks had names."""

    unit: str
    round: int
    given_at: datetime
    task: str
    done_at: datetime | None = None
    ended_at: datetime | None = None
    """When nobody waited for it any more, done or not."""


_Step = Stint | PartGiven | PartDone | PartCancelled | Outcome


class _Parts:
    """The tasks of support units as dispatch has them, told step by step in the order of its ledger."""

    def __init__(self) -> None:
        self.all: list[SupportTask] = []
        self._there: dict[str, SupportTask] = {}
        """Of the round those of each unit that were not let off."""
        self._round = 0
        self._named = False
        """Whether the case has support units: those of before a stay in triage are none."""

    def step(self, atom: _Step) -> None:
        """One atom more."""
        match atom:
            case Stint():
                self._assigned(atom)
            case PartGiven():
                self._give(SupportTask(atom.unit, atom.round, atom.at, atom.task))
                self._named = True
            case PartDone() if atom.unit in self._there:
                part = self._there[atom.unit]
                part.done_at = part.done_at or atom.at
                part.ended_at = part.ended_at or atom.at
            case PartCancelled():
                self._end([self._there.pop(atom.unit, None)], atom.at)
                if atom.successor:
                    self._give(SupportTask(atom.successor, atom.round, atom.at, atom.task))
            case Outcome():
                self._end([*self._there.values()], atom.at)

    def _assigned(self, stint: Stint) -> None:
        """Who is named again by the next assignment of the round goes on with the same task."""
        if stint.round != self._round:
            self._end([*self._there.values()], stint.at)
            self._there = {}
        support = stint.support.split()
        goes_on = set(self._there) & set(support) if self._named else set()
        self._end([part for unit, part in self._there.items() if unit not in goes_on], stint.at)
        self._there = {
            unit: one for unit, one in self._there.items() if one.ended_at is None or one.done_at is not None
        }
        self._round, self._named = stint.round, bool(support)
        names = {unit_of_task(name): name for name in stint.tasks.split()}
        for unit in support:
            if unit not in goes_on:
                self._give(SupportTask(unit, stint.round, stint.at, names.get(unit, "")))

    def _give(self, part: SupportTask) -> None:
        self._there[part.unit] = part
        self.all.append(part)

    def _end(self, ended: list[SupportTask | None], at: datetime) -> None:
        for part in ended:
            if part is not None and part.ended_at is None:
                part.ended_at = at


def parts_of(fact: Fact) -> list[SupportTask]:
    """Every task that a support unit was given, in the order in which it was."""
    if not (fact.parts_given or fact.parts_cancelled or any(stint.support for stint in fact.stints)):
        return []
    parts = _Parts()
    told: list[_Step] = [*fact.stints, *fact.parts_given, *fact.parts_done, *fact.parts_cancelled, *fact.outcomes]
    for atom in sorted(told, key=lambda one: (one.seq, one.at)):
        parts.step(atom)
    return parts.all


def support(fact: Fact) -> Iterator[Happening]:
    """What the tasks of support units count as, each for its unit."""
    with_a_unit = fact.status in _WITH_A_UNIT
    for part in parts_of(fact):
        yield Counter.SUPPORT_GIVEN, part.unit, part.given_at, 1
        if part.ended_at is None and part.round == fact.round and with_a_unit:
            yield Counter.SUPPORT_OPEN, part.unit, part.given_at, 1
        yield from _judged(fact, Deadline.TASK, part.task, part.unit, part.done_at, part.ended_at)
    for done in fact.parts_done:
        yield Counter.SUPPORT_DONE, done.unit, done.at, 1
    for off in fact.parts_cancelled:
        yield Counter.SUPPORT_CANCELLED, off.unit, off.at, 1


def summoned(fact: Fact) -> Iterator[Happening]:
    """What whistles count as: each for its street, and all that became of it for each unit that was summoned."""
    if not fact.whistles:
        return
    arrived = {one.task: one.at for one in reversed(fact.arrivals)}
    ended = {one.task: one for one in reversed(fact.call_ends)}
    for whistle in fact.whistles:
        yield Counter.WHISTLES, whistle.street, whistle.at, 1
        for task in whistle.tasks.split():
            unit, end = unit_of_task(task), ended.get(task)
            yield Counter.CALLS, unit, whistle.at, 1
            if end is not None:
                yield Counter.CALLS_DONE if end.done else Counter.CALLS_CANCELLED, unit, end.at, 1
            elif fact.is_open:
                yield Counter.CALLS_OPEN, unit, whistle.at, 1
            ended_at = None if end is None else end.at
            yield from _reported(fact, task, unit, arrived.get(task), ended_at)
            done_at = ended_at if end is not None and end.done else None
            yield from _judged(fact, Deadline.CALLED, task, unit, done_at, ended_at)


def _reported(
    fact: Fact, task: str, unit: str, arrived_at: datetime | None, ended_at: datetime | None
) -> Iterator[Happening]:
    """Whether a summoned unit was there in time; else it came late, or never."""
    kept = _kept(fact, Deadline.REPORT_IN, task, arrived_at, ended_at)
    if kept is None:
        return
    limit, in_time = kept
    yield from decided(limit.deadline, limit.due_at, unit, in_time=in_time)
    if not in_time:
        late = Counter.NEVER_REPORTED if arrived_at is None else Counter.REPORTED_LATE
        yield late, unit, day_due(limit.due_at), 1


def _judged(
    fact: Fact, deadline: Deadline, task: str, unit: str, done_at: datetime | None, ended_at: datetime | None
) -> Iterator[Happening]:
    kept = _kept(fact, deadline, task, done_at, ended_at)
    if kept is not None:
        limit, in_time = kept
        yield from decided(limit.deadline, limit.due_at, unit, in_time=in_time)


def _kept(
    fact: Fact, deadline: Deadline, task: str, done_at: datetime | None, ended_at: datetime | None
) -> tuple[TaskLimit, bool] | None:
    """The limit of a task that is decided, and whether it was kept; None while it runs, or where nobody waited for it.

    Word of a miss counts for nothing where it turns out that the task was done, or its unit let off, before.
    """
    limits = (one for one in reversed(fact.task_limits) if (one.task, one.deadline) == (task, deadline.value))
    limit = next(limits, None) if task else None
    if limit is None:
        return None
    if done_at is not None:
        return limit, done_at < limit.due_at
    over = ended_at is not None and ended_at < limit.due_at
    return (limit, False) if _was_missed(fact, limit) and not over else None


def _was_missed(fact: Fact, limit: TaskLimit) -> bool:
    due = limit.task, limit.deadline, limit.due_at
    return any((one.task, one.deadline, one.due_at) == due for one in fact.task_misses)
