"""Clocks (时限): what a promise makes happen and when, in which order, and the times of the ladder (督办阶梯).

A clock stands before one step at a time: its warning, then its due time, then each step of the ladder for it. It is
about the case itself, or about one thing of it: an order that is to be answered. Until it is missed it can be paused
(挂账) and goes on later; it can be given more time (延期) at any moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache

from libs.common.events.terms import Deadline
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit, Pause, ahead_of, due, fraction
from libs.common.time.moments import day_end, day_start, last_day, local_day

_LAST_INSTANT = timedelta(microseconds=1)
_PERCENT = 100


class StepKind(StrEnum):
    """What happens when a clock's time comes."""

    WARN = "warn"
    MISS = "miss"
    LADDER = "ladder"


_RANK = {StepKind.WARN: 0, StepKind.MISS: 1, StepKind.LADDER: 2}


class ClockStatus(StrEnum):
    """What became of a clock: it runs, stands still, had all its steps, was stopped, or a step could not be taken."""

    PENDING = "pending"
    PAUSED = "paused"
    FIRED = "fired"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ClockStep:
    """One thing to happen; written ``warn``, ``miss`` or ``ladder:<n>``, n the place in the pack's ladder."""

    kind: StepKind
    rung: int = 0

    def __str__(self) -> str:
        """As it is stored."""
        return f"{self.kind.value}:{self.rung}" if self.kind is StepKind.LADDER else self.kind.value

    @classmethod
    def parse(cls, text: str) -> "ClockStep":
        """The step that was written so; ValueError for anything else."""
        kind, _, rung = text.partition(":")
        return cls(StepKind(kind), int(rung) if rung else 0)


@dataclass(frozen=True, slots=True)
class DeadlineClock:
    """A promised time. ``step`` happens at ``next_at`` unless the promise is kept before."""

    clock_id: str
    case_id: str
    round: int
    what: Deadline
    about: str
    """The id of the order that is to be answered; empty when the promise is about the case itself."""
    unit_code: str | None
    starts_at: datetime
    warn_at: datetime
    due_at: datetime
    step: ClockStep
    next_at: datetime
    pack_version: int
    state: ClockStatus = ClockStatus.PENDING
    error: str | None = None
    limit: Limit | None = None
    """What its due time was worked out from; None where somebody named it."""
    pauses: tuple[Pause, ...] = ()
    """Those that are over."""
    paused_at: datetime | None = None
    every_days: int | None = None
    """It comes again so many days after each due time, until it is stopped (周期)."""

    @property
    def missed(self) -> bool:
        """Whether its due time has passed while it ran."""
        return self.step.kind is StepKind.LADDER or self.state is ClockStatus.FIRED

    @property
    def order(self) -> tuple[datetime, int, int, str]:
        """What comes first: the earlier; at one instant the warning, the miss, then the ladder from its foot."""
        return self.next_at, _RANK[self.step.kind], self.step.rung, self.clock_id

    @property
    def timer_id(self) -> str:
        """The step that comes next, by its name: the same in every replay, so that none is taken twice."""
        return f"{self.clock_id}.{self.step}"


Rung = tuple[datetime, int]
"""A step of the ladder for a clock: when it comes, and its place in the pack's ladder."""


def moved(clock: DeadlineClock, rungs: Iterable[Rung]) -> DeadlineClock:
    """The clock once its step was taken: before the next one, or at its end. ``rungs`` are all that it has."""
    match clock.step.kind:
        case StepKind.WARN:
            return replace(clock, step=ClockStep(StepKind.MISS), next_at=clock.due_at)
        case StepKind.MISS:
            left = sorted(rungs)
        case StepKind.LADDER:
            ordered = sorted(rungs)
            taken = [rung for _, rung in ordered].index(clock.step.rung)
            left = ordered[taken + 1 :]
    if not left:
        return replace(clock, state=ClockStatus.FIRED)
    next_at, rung = left[0]
    return replace(clock, step=ClockStep(StepKind.LADDER, rung), next_at=next_at)


@dataclass(frozen=True, slots=True)
class Times:
    """The two times of a clock, in UTC."""

    warn_at: datetime
    due_at: datetime


def times_until(start: datetime, due_at: datetime, warn_percent: int, pauses: Sequence[Pause] = ()) -> Times:
    """When to warn of a due time that somebody named."""
    return Times(fraction(start, due_at, _share(warn_percent), pauses=pauses), due_at)


def times_of(
    start: datetime, limit: Limit, warn_percent: int, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> Times:
    """When to warn and when it is due. A limit in working days also warns on a working day."""
    if limit.unit is LimitUnit.HOUR or pauses:
        due_at = due(start, limit, calendar, pauses)
    else:
        due_at = _due_of_day(local_day(start, calendar.time_zone), limit, calendar)
    running = calendar if limit.unit is LimitUnit.WORK_DAY else None
    return Times(fraction(start, due_at, _share(warn_percent), calendar=running, pauses=pauses), due_at)


def paused(clock: DeadlineClock, at: datetime) -> DeadlineClock:
    """The clock stands still from now on (挂账). One that was missed goes on, and one that stands still stays so."""
    if clock.state is not ClockStatus.PENDING or clock.missed:
        return clock
    return replace(clock, state=ClockStatus.PAUSED, paused_at=at)


def resumed(clock: DeadlineClock, at: datetime, warn_percent: int, calendar: WorkCalendar) -> DeadlineClock:
    """The clock runs on, with new times: by its limit, else as much later as it stood still. One that runs stays so."""
    if clock.paused_at is None:
        return clock
    pauses = (*clock.pauses, Pause(clock.paused_at, at))
    if clock.limit is not None:
        times = times_of(clock.starts_at, clock.limit, warn_percent, calendar, pauses)
    else:
        times = times_until(clock.starts_at, clock.due_at + (at - clock.paused_at), warn_percent, pauses)
    clock = replace(clock, state=ClockStatus.PENDING, paused_at=None, pauses=pauses)
    return _set_anew(clock, times, at)


def suspended(
    clock: DeadlineClock, at: datetime, until: datetime, warn_percent: int, calendar: WorkCalendar
) -> DeadlineClock:
    """The clock stands still from now until then (挂账), its times known at once; one that was missed goes on."""
    if clock.state is not ClockStatus.PENDING or clock.missed or until <= at:
        return clock
    return _paused(clock, (*clock.pauses, Pause(at, until)), until - at, at, warn_percent, calendar)


def lifted(
    clock: DeadlineClock, at: datetime, warn_percent: int, calendar: WorkCalendar, end: datetime | None = None
) -> DeadlineClock:
    """A clock that stands still until some moment runs on now (提前恢复). One that runs, or was missed, stays so.

    ``end`` is its end then, where no limit says so and it may have moved less than it was to stand still.
    """
    if clock.state is not ClockStatus.PENDING or clock.missed or not clock.pauses or clock.pauses[-1].end <= at:
        return clock
    *before, last = clock.pauses
    moves = at - last.end if end is None else end - clock.due_at
    return _paused(clock, (*before, Pause(last.start, at)), moves, at, warn_percent, calendar)


def end_if_lifted(
    clock: DeadlineClock, at: datetime, needed_by: date | None, calendar: WorkCalendar
) -> datetime | None:
    """When what stands still ends if it runs on now, where an order from above may have kept its end from moving.

    By the day on which it is needed; how much anything else without a limit had moved is not known, so it ends as it
    would have. None where its limit says so.
    """
    if clock.limit is not None or not clock.pauses:
        return None
    own = None if needed_by is None else day_end(needed_by, calendar.time_zone) + _stood(clock.pauses)
    if own is None or clock.due_at > own:
        return clock.due_at
    return min(clock.due_at, own - (clock.pauses[-1].end - at))


def _paused(
    clock: DeadlineClock,
    pauses: tuple[Pause, ...],
    moves: timedelta,
    at: datetime,
    warn_percent: int,
    calendar: WorkCalendar,
) -> DeadlineClock:
    """With these pauses: by its limit, else moved as much as it stands still more."""
    if clock.limit is not None:
        times = times_of(clock.starts_at, clock.limit, warn_percent, calendar, pauses)
    else:
        times = times_until(clock.starts_at, clock.due_at + moves, warn_percent, pauses)
    return _set_anew(replace(clock, pauses=pauses), times, at)


def longer(
    clock: DeadlineClock, days: int, unit: LimitUnit, until: datetime, calendar: WorkCalendar, *, hurried: bool = False
) -> tuple[datetime, Limit | None]:
    """Its end and its limit with so many days more: those of the limit, where that ends it ``until`` then.

    What an order from above may hurry (``hurried``) has them of its own limit, whenever it was to end because of it.
    """
    if clock.limit is None or clock.limit.unit is not unit:
        return until, None
    limit = replace(clock.limit, value=clock.limit.value + days)
    end = due(clock.starts_at, limit, calendar, clock.pauses)
    return (end, limit) if hurried or end == until else (until, None)


def extended(
    clock: DeadlineClock, until: datetime, at: datetime, warn_percent: int, limit: Limit | None = None
) -> DeadlineClock:
    """The same promise with a later end (延期), which may come after it was missed: its ladder ends then.

    ``limit`` is what that end comes of, if anything does: later pauses are counted by it.

    Raises:
        ValueError: it stands still, or ``until`` is no later than its end or than now.
    """
    if clock.state is ClockStatus.PAUSED:
        raise ValueError("a clock that stands still runs on before it gets more time")
    if until <= max(clock.due_at, at):
        raise ValueError(f"{until.isoformat()} is no later than its end, {clock.due_at.isoformat()}, or than now")
    clock = replace(clock, limit=limit, state=ClockStatus.PENDING)
    return _set_anew(clock, times_until(clock.starts_at, until, warn_percent, clock.pauses), at)


def moved_to(clock: DeadlineClock, due_at: datetime, at: datetime, warn_percent: int) -> DeadlineClock:
    """The same promise with another end, earlier or later; it keeps the limit that it goes by if nothing is earlier."""
    running = replace(clock, state=ClockStatus.PENDING)
    return _set_anew(running, times_until(clock.starts_at, due_at, warn_percent, clock.pauses), at)


def own_end(clock: DeadlineClock, needed_by: date | None, calendar: WorkCalendar) -> datetime:
    """When it would end if no order from above came first: by its limit, else by the day on which it is needed.

    What was given more time (延期) has no limit any more, and ends no later than it does.
    """
    if clock.limit is not None:
        return times_of(clock.starts_at, clock.limit, _PERCENT, calendar, clock.pauses).due_at
    if needed_by is None:
        return clock.due_at
    return max(clock.due_at, day_end(needed_by, calendar.time_zone) + _stood(clock.pauses))


def _stood(pauses: Iterable[Pause]) -> timedelta:
    """For how long it stands still, all in all."""
    return sum((pause.end - pause.start for pause in pauses), timedelta())


def latest_end(start: datetime, upper_due_at: datetime, margin: Limit, calendar: WorkCalendar) -> datetime | None:
    """When what begins at ``start`` has to end because of an order from above: ahead of its deadline by the margin.

    Where that moment is over, by the deadline itself; where that is over too, it sets no end.
    """
    ends = (ahead_of(upper_due_at, margin, calendar), upper_due_at)
    return next((end for end in ends if end > start), None)


def _set_anew(clock: DeadlineClock, times: Times, at: datetime) -> DeadlineClock:
    """Before its warning, if that is still to come or was never given, else before its end."""
    timed = replace(clock, warn_at=times.warn_at, due_at=times.due_at)
    if times.warn_at <= at and clock.step.kind is not StepKind.WARN:
        return replace(timed, step=ClockStep(StepKind.MISS), next_at=times.due_at)
    warn_at = min(max(times.warn_at, at), times.due_at)
    return replace(timed, warn_at=warn_at, step=ClockStep(StepKind.WARN), next_at=warn_at)


def next_end(clock: DeadlineClock, calendar: WorkCalendar) -> datetime | None:
    """When a clock that comes again is due the next time: the end of a day, at 24:00; None when it does not."""
    if clock.every_days is None:
        return None
    last = last_day(clock.due_at, calendar.time_zone)
    return day_end(last + timedelta(days=clock.every_days), calendar.time_zone)


def rung_at(due_at: datetime, after: Limit | None, calendar: WorkCalendar) -> datetime:
    """When a step of the ladder comes: at once when the deadline passes, or so long after it.

    A limit in days is due at the midnight that ends its last day (24:00), so the first day after it is day one.
    """
    if after is None:
        return due_at
    start = due_at if after.unit is LimitUnit.HOUR else due_at - _LAST_INSTANT
    return due(start, after, calendar)


@cache
def _share(percent: int) -> Fraction:
    """A pack has one."""
    return Fraction(percent, _PERCENT)


@lru_cache(maxsize=4_096)
def _due_of_day(day: date, limit: Limit, calendar: WorkCalendar) -> datetime:
    """A limit in days is due at the same moment whenever on ``day`` it starts; a day's cases share the counting."""
    return due(day_start(day, calendar.time_zone), limit, calendar)
