"""Clocks (时限): what a promise makes fire and when, in which order, and the times of the ladder (督办阶梯).

A clock is a warning and a due time; when the due time passes unmet, the ladder's steps for it become timers too.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from libs.common.events.terms import Deadline
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit, due, fraction
from libs.common.time.moments import day_start, local_day

_LAST_INSTANT = timedelta(microseconds=1)
_PERCENT = 100


class StepKind(StrEnum):
    """What a timer does when it fires."""

    WARN = "warn"
    MISS = "miss"
    LADDER = "ladder"


_RANK = {StepKind.WARN: 0, StepKind.MISS: 1, StepKind.LADDER: 2}


class TimerState(StrEnum):
    """What became of a timer."""

    PENDING = "pending"
    FIRED = "fired"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to happen; written ``warn``, ``miss`` or ``ladder:<n>``, n the place in the pack's ladder."""

    kind: StepKind
    rung: int = 0

    def __str__(self) -> str:
        """As it is stored."""
        return f"{self.kind.value}:{self.rung}" if self.kind is StepKind.LADDER else self.kind.value

    @classmethod
    def parse(cls, text: str) -> "Step":
        """The step that was written so; ValueError for anything else."""
        kind, _, rung = text.partition(":")
        return cls(StepKind(kind), int(rung) if rung else 0)


@dataclass(frozen=True, slots=True)
class Timer:
    """One thing that is to happen at ``fires_at`` unless the promise is kept before."""

    timer_id: str
    case_id: str
    round: int
    what: Deadline
    step: Step
    unit_code: str | None
    starts_at: datetime
    due_at: datetime
    fires_at: datetime
    pack_version: int
    state: TimerState = TimerState.PENDING
    error: str | None = None

    @property
    def order(self) -> tuple[datetime, int, int, str]:
        """What comes first: the earlier; at one instant the warning, the miss, then the ladder from its foot."""
        return self.fires_at, _RANK[self.step.kind], self.step.rung, self.timer_id


@dataclass(frozen=True, slots=True)
class Times:
    """The two times of a clock, in UTC."""

    warn_at: datetime
    due_at: datetime


def times_of(start: datetime, limit: Limit, warn_percent: int, calendar: WorkCalendar) -> Times:
    """When to warn and when it is due. A limit in working days also warns on a working day."""
    if limit.unit is LimitUnit.HOUR:
        due_at = due(start, limit, calendar)
    else:
        due_at = _due_of_day(local_day(start, calendar.time_zone), limit, calendar)
    running = calendar if limit.unit is LimitUnit.WORK_DAY else None
    return Times(fraction(start, due_at, Fraction(warn_percent, _PERCENT), calendar=running), due_at)


def rung_at(due_at: datetime, after: Limit | None, calendar: WorkCalendar) -> datetime:
    """When a step of the ladder comes: at once when the deadline passes, or so long after it.

    A limit in days is due at the midnight that ends its last day (24:00), so the first day after it is day one.
    """
    if after is None:
        return due_at
    start = due_at if after.unit is LimitUnit.HOUR else due_at - _LAST_INSTANT
    return due(start, after, calendar)


@lru_cache(maxsize=4_096)
def _due_of_day(day: date, limit: Limit, calendar: WorkCalendar) -> datetime:
    """A limit in days is due at the same moment whenever on ``day`` it starts; a day's cases share the counting."""
    return due(day_start(day, calendar.time_zone), limit, calendar)
