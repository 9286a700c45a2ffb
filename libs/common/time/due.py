"""Deadlines as pure functions of a start, a limit, a calendar and the pauses; they read no clock.

The rules and where they come from:

- HOUR (小时): elapsed hours from the start, through nights and holidays (Civil Code 民法典 Art 201 (2)).
- CALENDAR_DAY (自然日) and WORK_DAY (工作日): the day of the start is not counted (Art 201 (1)), unless the limit says
  so (自收到当日起). The n-th day is still inside the limit (Guangzhou rules of 2020, Art 5: “日 = 工作日，含本数”) and
  lasts until 24:00 (Art 203 (2)). So a deadline in days is the midnight that ends the n-th day: at that instant the
  case is late, one microsecond before it is not. A CALENDAR_DAY limit may end on a day off, a WORK_DAY limit cannot.
- A pause (挂账, approved suspension) takes exactly the elapsed time from an HOUR limit. For limits in days one rule
  decides: a day counts if the clock is running at its end. So a suspension lifted on the same day changes nothing, one
  over a single midnight excuses a single day, and cutting one pause into two adjoining ones makes no difference.
- Only time before the deadline can be paused: a suspension of a late case does not make it timely again.

Every deadline is later or the same when the start, the limit or a pause grows, and is given in UTC.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from libs.common.time.calendar import WorkCalendar
from libs.common.time.moments import as_utc, day_end, day_start, local_day

LONGEST_LIMIT = 10_000
"""No rule comes near it: the longest known is 90 days. It keeps a slip of the pen from running out of the calendar."""

_ONE_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_FINEST_SHARE = 1_000_000

_Span = tuple[datetime, datetime]


class LimitUnit(StrEnum):
    """What a limit counts in."""

    HOUR = "hour"
    CALENDAR_DAY = "calendar_day"
    WORK_DAY = "work_day"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take: `value` of `unit`. With `counts_first_day` the day of the start is day one (含当日).

    Hours have no first day, so they ignore `counts_first_day`.

    Raises:
        ValueError: the value is not between 1 and `LONGEST_LIMIT`.
    """

    value: int
    unit: LimitUnit
    counts_first_day: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.value <= LONGEST_LIMIT:
            message = f"a limit must be between 1 and {LONGEST_LIMIT}, got {self.value} {self.unit}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Pause:
    """A finished suspension (挂账): the clock stood still from `start` up to, not including, `end`.

    A case that is still suspended has no deadline: compute it when the case is resumed.

    Raises:
        ValueError: a moment is naive, or the end is before the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if as_utc(self.end, "end of the pause") < as_utc(self.start, "start of the pause"):
            message = f"the pause ends at {self.end.isoformat()} before it starts at {self.start.isoformat()}"
            raise ValueError(message)


def due(start: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> datetime:
    """The first instant at which `limit` is exceeded, in UTC. Pauses may overlap and come in any order.

    Raises:
        ValueError: `start` is naive.
    """
    begun = as_utc(start, "start")
    stops = _merged(pauses)
    if limit.unit is LimitUnit.HOUR:
        return _after_running(begun, timedelta(hours=limit.value), stops)
    return _after_days(begun, limit, calendar, stops)


def ahead_of(due_at: datetime, margin: Limit, calendar: WorkCalendar) -> datetime:
    """The moment by ``margin`` ahead of a deadline, in UTC: so many hours, or days at the same time of day.

    A deadline at midnight is that of the day which it ends. Working days are counted from before the deadline's own.

    Raises:
        ValueError: ``due_at`` is naive.
    """
    ended = as_utc(due_at, "due_at")
    if margin.unit is LimitUnit.HOUR:
        return ended - timedelta(hours=margin.value)
    zone = calendar.time_zone
    last = day = local_day(ended - _MICROSECOND, zone)
    for _ in range(margin.value):
        day -= _ONE_DAY
        while margin.unit is LimitUnit.WORK_DAY and not calendar.is_workday(day):
            day -= _ONE_DAY
    return day_start(day, zone) + (ended - day_start(last, zone))


def fraction(
    start: datetime,
    due_at: datetime,
    share: Fraction | float,
    *,
    calendar: WorkCalendar | None = None,
    pauses: Sequence[Pause] = (),
) -> datetime:
    """The instant at which `share` of the running time from `start` to `due_at` is used up, in UTC: for 80 % warnings.

    Without a calendar all time runs (HOUR, CALENDAR_DAY). With one, given for WORK_DAY limits, only working days run,
    all 24 hours of them: the warning then comes on a working day, and before a long holiday rather than inside it.
    Paused time does not run. Where nothing runs in between, plain elapsed time is shared out. `share` is read to six
    decimals, so that 0.8 is four fifths.

    Raises:
        ValueError: a moment is naive, `due_at` is before `start`, or `share` is not between 0 and 1.
    """
    begun, ended = as_utc(start, "start"), as_utc(due_at, "due_at")
    part = _part(share)
    if ended < begun or not 0 <= part.numerator <= part.denominator:
        message = f"no share {share} of the time from {begun.isoformat()} to {ended.isoformat()}"
        raise ValueError(message)
    open_spans = [(begun, ended)] if calendar is None else _working_spans(begun, ended, calendar)
    running = list(_without(open_spans, _merged(pauses)) if pauses else open_spans) or [(begun, ended)]
    total = sum((until - since for since, until in running), timedelta()) // _MICROSECOND
    return _spend(running, _MICROSECOND * (total * part.numerator // part.denominator))


@lru_cache(maxsize=64)
def _part(share: Fraction | float) -> Fraction:
    """The share to six decimals; a pack has one or two of them."""
    return Fraction(share).limit_denominator(_FINEST_SHARE)


def _merged(pauses: Sequence[Pause]) -> list[_Span]:
    """The pauses in UTC, ordered, without overlaps, touching ones joined."""
    spans: list[_Span] = []
    for since, until in sorted((as_utc(pause.start), as_utc(pause.end)) for pause in pauses):
        if spans and since <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(until, spans[-1][1]))
        else:
            spans.append((since, until))
    return spans


def _after_running(begun: datetime, length: timedelta, stops: list[_Span]) -> datetime:
    """The earliest instant before which the clock ran for `length`."""
    end = begun + length
    for since, until in stops:
        if since >= end:
            break
        end += max(until - max(since, begun), timedelta())
    return end


def _after_days(begun: datetime, limit: Limit, calendar: WorkCalendar, stops: list[_Span]) -> datetime:
    """The end of the day that uses up the limit: a day counts if the clock is running at its end."""
    zone = calendar.time_zone
    day = local_day(begun, zone) - (_ONE_DAY if limit.counts_first_day else timedelta())
    left = limit.value
    while True:
        day = calendar.next_workday(day) if limit.unit is LimitUnit.WORK_DAY else day + _ONE_DAY
        if stops and _stands_at_end(day_end(day, zone), stops):
            continue
        left -= 1
        if left == 0:
            return day_end(day, zone)


def _stands_at_end(end: datetime, stops: list[_Span]) -> bool:
    """Whether a pause covers the last moment before `end`."""
    return any(since < end <= until for since, until in stops)


def _working_spans(begun: datetime, ended: datetime, calendar: WorkCalendar) -> Iterator[_Span]:
    """The working days between the two moments, cut at them."""
    zone = calendar.time_zone
    for since, until in _working_days(local_day(begun, zone), local_day(ended - _MICROSECOND, zone), calendar):
        span = max(begun, since), min(ended, until)
        if span[0] < span[1]:
            yield span


@lru_cache(maxsize=4_096)
def _working_days(first: date, last: date, calendar: WorkCalendar) -> tuple[_Span, ...]:
    """The working days from ``first`` to ``last``, both included; what begins and ends on the same days shares them."""
    days = (first + _ONE_DAY * number for number in range((last - first).days + 1))
    zone = calendar.time_zone
    return tuple((day_start(day, zone), day_end(day, zone)) for day in days if calendar.is_workday(day))


def _without(spans: Iterable[_Span], stops: list[_Span]) -> Iterator[_Span]:
    """What is left of the ordered spans outside the ordered stops."""
    for since, until in spans:
        cursor = since
        for stop_since, stop_until in stops:
            if cursor < min(stop_since, until):
                yield cursor, min(stop_since, until)
            cursor = max(cursor, stop_until)
        if cursor < until:
            yield cursor, until


def _spend(running: list[_Span], length: timedelta) -> datetime:
    """The earliest instant by which the spans have run for `length`."""
    for since, until in running:
        if length <= until - since:
            return since + length
        length -= until - since
    return running[-1][1]
