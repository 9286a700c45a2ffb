"""Recurring days (固定日): every Tuesday, or the 5th of each month, from a day until another, with what holidays do.

One that falls on a public holiday is left out, or is the next working day instead. Two that meet on a day are one, and
a working day that makes up for a holiday (调休上班) is no other day of the week than it is.
"""

import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from libs.common.time.calendar import WorkCalendar

_DAY = timedelta(days=1)


class Weekday(StrEnum):
    """A day of the week (星期)."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class HolidayRule(StrEnum):
    """What becomes of a day that falls on a public holiday (遇节假日): none that time, or the next working day."""

    SKIP = "skip"
    NEXT_WORKING_DAY = "next_working_day"


_WEEK = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The rule of one. A day of the month that a month does not have is its last. None before or after its days."""

    weekdays: frozenset[Weekday]
    month_days: frozenset[int]
    from_day: date
    until_day: date | None
    on_holiday: HolidayRule

    def names(self, day: date) -> bool:
        """Whether it is one by its name, whatever holiday it is."""
        if day < self.from_day or (self.until_day is not None and day > self.until_day):
            return False
        return _WEEK[day.weekday()] in self.weekdays or self._of_month(day)

    def _of_month(self, day: date) -> bool:
        last = months.monthrange(day.year, day.month)[1]
        return day.day in self.month_days or (day.day == last and any(one > last for one in self.month_days))


@dataclass(frozen=True, slots=True)
class RecurringDay:
    """A day on which it is. ``instead_of``: holidays before it whose place it takes, the earliest first."""

    day: date
    instead_of: tuple[date, ...] = ()


def day_of(rule: Recurrence, calendar: WorkCalendar, day: date) -> RecurringDay | None:
    """The day, if it is one."""
    moved = tuple(_moved_to(rule, calendar, day)) if rule.on_holiday is HolidayRule.NEXT_WORKING_DAY else ()
    if moved or (rule.names(day) and not calendar.is_holiday(day)):
        return RecurringDay(day, moved)
    return None


def is_left_out(rule: Recurrence, calendar: WorkCalendar, day: date) -> bool:
    """Whether it falls on a holiday: by either rule nobody goes out then."""
    return rule.names(day) and calendar.is_holiday(day)


def moved_to(rule: Recurrence, calendar: WorkCalendar, day: date) -> date | None:
    """The day that takes the place of one that falls on a holiday; None where none does, or only after the last."""
    if rule.on_holiday is HolidayRule.SKIP:
        return None
    following = calendar.next_workday(day)
    return None if rule.until_day is not None and following > rule.until_day else following


def _moved_to(rule: Recurrence, calendar: WorkCalendar, day: date) -> Iterator[date]:
    """Those whose next working day it is."""
    if not calendar.is_workday(day) or (rule.until_day is not None and day > rule.until_day):
        return
    before = day - _DAY
    while before >= rule.from_day and not calendar.is_workday(before):
        before -= _DAY
    for earlier in _from_to(before + _DAY, day - _DAY):
        if is_left_out(rule, calendar, earlier):
            yield earlier


def _from_to(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
