"""Assessment periods (考核周期): which day, week, month, quarter or year a moment counts for.

A county may start its day at noon and its month on the 19th: in Huairou the daily report of day D covers
[D-1 12:00, D 12:00) and a month begins on the 19th of the month before. Two reports that cut time differently cannot be
compared, so every window is made here, from the pack's `PeriodRules`. A day or month that does not start where the
calendar's does bears the name of the date or month in which it ends.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from libs.common.time.moments import MIDNIGHT, as_day, as_utc, day_start, local_day

LATEST_MONTH_START = 28
"""The last day that every month has."""

_ONE_DAY = timedelta(days=1)
_WEEK = 7
_QUARTER = 3
_YEAR = 12


class PeriodKind(StrEnum):
    """The periods that figures are reported for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class PeriodRules:
    """How a county cuts time: the wall-clock time a day starts at and the day of the month a month starts on.

    Raises:
        ValueError: the month's start is not between 1 and 28, or the day's start carries a zone of its own.
    """

    time_zone: ZoneInfo
    day_starts_at: time = MIDNIGHT
    month_starts_on: int = 1

    def __post_init__(self) -> None:
        _check_month_start(self.month_starts_on)
        _check_day_start(self.day_starts_at)


@dataclass(frozen=True, slots=True)
class Period:
    """The assessment days from `first` to `last`, both included.

    Labels sort in time within a kind: 2026-11-21, 2026-W47, 2026-11, 2026-Q4, 2026.
    """

    first: date
    last: date
    kind: PeriodKind
    label: str


def assessment_day(moment: datetime, zone: ZoneInfo, day_starts_at: time = MIDNIGHT) -> date:
    """The assessment day of a moment, named by the date it ends on: from noon on, a noon day is already tomorrow's.

    Raises:
        ValueError: the moment is naive, or the day's start carries a zone of its own.
    """
    _check_day_start(day_starts_at)
    today = local_day(moment, zone)
    if day_starts_at == MIDNIGHT or as_utc(moment) < day_start(today, zone, day_starts_at):
        return today
    return today + _ONE_DAY


def assessment_day_start(day: date, zone: ZoneInfo, day_starts_at: time = MIDNIGHT) -> datetime:
    """The UTC instant at which the assessment day begins; the inverse of `assessment_day`.

    Raises:
        ValueError: the day's start carries a zone of its own.
    """
    _check_day_start(day_starts_at)
    begins_on = as_day(day) if day_starts_at == MIDNIGHT else as_day(day) - _ONE_DAY
    return day_start(begins_on, zone, day_starts_at)


def assessment_month(day: date, month_starts_on: int = 1) -> tuple[date, date, str]:
    """First day, last day and label of the assessment month that an assessment day belongs to.

    The label is the calendar month of the last day: the month from 19 December to 18 January is January's.

    Raises:
        ValueError: the month's start is not between 1 and 28.
    """
    _check_month_start(month_starts_on)
    index = _month_index(as_day(day), month_starts_on)
    first, last = _months(index, 1, month_starts_on)
    return first, last, f"{index // _YEAR:04d}-{index % _YEAR + 1:02d}"


def period(kind: PeriodKind, containing: date, rules: PeriodRules) -> Period:
    """The period of this kind that an assessment day belongs to.

    Weeks run from Monday to Sunday and are numbered as in ISO 8601. Quarters and years are made of whole assessment
    months, so that months always add up to them.
    """
    day = as_day(containing)
    if kind is PeriodKind.DAY:
        return Period(day, day, kind, day.isoformat())
    if kind is PeriodKind.WEEK:
        return _week(day)
    if kind is PeriodKind.MONTH:
        first, last, label = assessment_month(day, rules.month_starts_on)
        return Period(first, last, kind, label)
    length = _QUARTER if kind is PeriodKind.QUARTER else _YEAR
    index = _month_index(day, rules.month_starts_on) // length * length
    label = f"{index // _YEAR:04d}"
    if kind is PeriodKind.QUARTER:
        label += f"-Q{index % _YEAR // _QUARTER + 1}"
    first, last = _months(index, length, rules.month_starts_on)
    return Period(first, last, kind, label)


def window(span: Period, rules: PeriodRules) -> tuple[datetime, datetime]:
    """The UTC instants of a period: from the first, up to and not including the second. The only window of reports."""
    first, following = (
        assessment_day_start(day, rules.time_zone, rules.day_starts_at) for day in (span.first, span.last + _ONE_DAY)
    )
    return first, following


def _week(day: date) -> Period:
    monday = day - timedelta(days=day.weekday())
    year, number, _ = day.isocalendar()
    return Period(monday, monday + timedelta(days=_WEEK - 1), PeriodKind.WEEK, f"{year:04d}-W{number:02d}")


def _month_index(day: date, month_starts_on: int) -> int:
    """Months since year 0 of the calendar month in which the assessment month of `day` ends."""
    begins_next = month_starts_on > 1 and day.day >= month_starts_on
    return day.year * _YEAR + day.month - 1 + begins_next


def _months(index: int, count: int, month_starts_on: int) -> tuple[date, date]:
    """First and last day of `count` assessment months, the first of them ending in calendar month `index`."""
    begins = index if month_starts_on == 1 else index - 1
    first, following = (date(month // _YEAR, month % _YEAR + 1, month_starts_on) for month in (begins, begins + count))
    return first, following - _ONE_DAY


def _check_month_start(month_starts_on: int) -> None:
    if not 1 <= month_starts_on <= LATEST_MONTH_START:
        message = f"a month must start on a day from 1 to {LATEST_MONTH_START}, got {month_starts_on}"
        raise ValueError(message)


def _check_day_start(day_starts_at: time) -> None:
    if day_starts_at.tzinfo is not None:
        message = f"the start of a day is a wall-clock time without a zone, got {day_starts_at.isoformat()}"
        raise ValueError(message)
