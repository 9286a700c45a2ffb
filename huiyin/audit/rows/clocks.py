"""The clocks of a case in followup, and the timers that they have by now.

Each deadline that was set warns, is missed, and then climbs the ladder of its pack. A clock that was started in answer
to an event is said behind the whole batch; the n-th that was started is the n-th that was said.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from huiyin.audit.packs import Packs
from huiyin.audit.rows.comparing import Columns, NotBefore, Unseen, as_told
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.terms import Deadline
from libs.common.pack.schema import LadderStep, OnOverdue
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import LimitUnit, due

Timer = tuple[dict[str, Any], frozenset[str | None]]
"""A row, and all the units whose its clock was."""

_LAST_INSTANT = timedelta(microseconds=1)


@dataclass(slots=True)
class Clock:
    """A deadline that was set, and what became of it."""

    set: cases.DeadlineSet
    units: list[str | None]
    """Whose it was, one after the other."""
    stopped: bool = False
    warned: cases.DeadlineWarned | None = None
    missed: cases.DeadlineMissed | None = None


class Clocks:
    """All clocks of a case, as its promise starts and stops them."""

    def __init__(self, said: Iterable[Event]) -> None:
        self.started: list[Clock] = []
        self._set = iter([event for event in said if isinstance(event, cases.DeadlineSet)])
        self._missed: list[Clock] = []

    @property
    def overdue(self) -> list[str]:
        """Deadlines that have passed and are still not met."""
        return [clock.set.deadline.value for clock in self._missed if not clock.stopped]

    def start(self) -> cases.DeadlineSet | None:
        """The next one; None where nobody said so."""
        said = next(self._set, None)
        if said is not None:
            self.started.append(Clock(said, [said.unit_code]))
        return said

    def stop(self, *kinds: Deadline) -> None:
        """Nothing of these fires any more."""
        for clock in self.started:
            clock.stopped |= clock.set.deadline in kinds

    def hand_over(self, unit_code: str | None) -> None:
        """The handling clock runs on, and is this unit's."""
        for clock in self.started:
            if clock.set.deadline is Deadline.HANDLE and not clock.stopped:
                clock.units.append(unit_code)

    def warn(self, event: cases.DeadlineWarned) -> None:
        """A warning was told."""
        for clock in self._of(event, "warned"):
            clock.warned = event

    def miss(self, event: cases.DeadlineMissed) -> None:
        """A miss was told; what met the deadline in the same batch may have come before it here."""
        for clock in self._of(event, "missed"):
            clock.missed = event
            self._missed.append(clock)

    def _of(self, event: cases.DeadlineWarned | cases.DeadlineMissed, told_as: str) -> list[Clock]:
        """The clock that it is told of: the one that runs, where a unit had two that end at one moment."""
        place = event.round, event.deadline, event.due_at
        found = [clock for clock in self.started if (clock.set.round, clock.set.deadline, clock.set.due_at) == place]
        untold = [clock for clock in found if getattr(clock, told_as) is None]
        return sorted(untold, key=lambda clock: (event.unit_code not in clock.units, clock.stopped))[:1]


def timers_of(clocks: Clocks, orders: Iterable[Columns], packs: Packs, failed: Collection[str]) -> Iterator[Columns]:
    """The timers that there are by now. One that failed is an operator's: nothing stops it or hands it over."""
    for timer, units in _timers(clocks, orders, packs):
        yield timer | ({"state": "failed", "unit_code": units} if timer["timer_id"] in failed else {})


def _timers(clocks: Clocks, orders: Iterable[Columns], packs: Packs) -> Iterator[Timer]:
    for number, clock in enumerate(clocks.started, start=1):
        for step, at, said in (("warn", clock.set.warn_at, clock.warned), ("miss", clock.set.due_at, clock.missed)):
            state = "fired" if said is not None else "cancelled" if clock.stopped else "pending"
            unit_code = clock.units[-1] if said is None else said.unit_code
            yield _timer(clock, number, step, at, state, unit_code)
        rules = None if clock.missed is None else packs.rules(clock.set.pack_version)
        for rung, ladder_step in enumerate(() if rules is None else rules.ladder):
            trigger = ladder_step.trigger
            if rules is not None and isinstance(trigger, OnOverdue) and trigger.deadline is clock.set.deadline:
                at = _rung_at(clock.set.due_at, trigger, rules.calendar)
                yield _timer(clock, number, f"ladder:{rung}", *_rung(clock, at, _given(orders, clock, ladder_step, at)))


def _rung(clock: Clock, at: datetime, given: datetime | None) -> tuple[Any, Any, Any]:
    """When a step of the ladder fires, its state, and whose it is."""
    if given is not None:
        return given, "fired", frozenset(clock.units)
    if clock.stopped:
        return NotBefore(clock.set.due_at), "cancelled", clock.units[-1]
    return at, "pending", clock.units[-1]


def _rung_at(due_at: datetime, trigger: OnOverdue, calendar: WorkCalendar) -> datetime:
    """A limit in days is over at midnight: the first day after it is day one."""
    if trigger.after is None:
        return due_at
    after = trigger.after.limit()
    return due(due_at if after.unit is LimitUnit.HOUR else due_at - _LAST_INSTANT, after, calendar)


def _given(orders: Iterable[Columns], clock: Clock, step: LadderStep, at: datetime) -> datetime | None:
    """When the orders of a step were given, if they were; at another time, too, if days were counted otherwise then."""
    moments = {
        order["issued_at"]
        for order in orders
        if order["by_rule"] and step.code in order["rule_code"] and order["round"] == clock.set.round
    }
    if at in moments or at == clock.set.due_at:
        return at if at in moments else None
    return min((moment for moment in moments if moment > clock.set.due_at), default=None)


def _timer(clock: Clock, number: int, step: str, fires_at: Any, state: Any, unit_code: Any) -> Timer:
    event = clock.set
    columns = (
        as_told(event, "case_id", "round", "starts_at", "due_at", "pack_version")
        | {"timer_id": f"{event.case_id}.{number}.{step}", "what": event.deadline, "step": step}
        | {"unit_code": unit_code, "fires_at": fires_at, "state": state, "error": Unseen.WORDS}
    )
    return columns, frozenset(clock.units)
