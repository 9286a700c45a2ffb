"""Recurring days: by name, by holiday rule, never twice; against a slow count of its own."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from libs.common.time.calendar import WorkCalendar
from libs.common.time.recurring import (
    HolidayRule,
    Recurrence,
    RecurringDay,
    Weekday,
    day_of,
    is_left_out,
    moved_to,
)

ZONE = ZoneInfo("Asia/Shanghai")
NATIONAL = WorkCalendar(ZONE)
FIRST, LAST = date(2019, 7, 1), date(2019, 11, 30)
NATIONAL_DAY, NEXT = date(2019, 10, 1), date(2019, 10, 8)


def every(
    *weekdays: Weekday,
    month_days: Sequence[int] = (),
    rule: HolidayRule = HolidayRule.SKIP,
    first: date = FIRST,
    last: date | None = LAST,
) -> Recurrence:
    return Recurrence(frozenset(weekdays), frozenset(month_days), first, last, rule)


def days_of(rule: Recurrence, calendar: WorkCalendar, first: date, last: date) -> list[RecurringDay]:
    """Every one from a day to another, both included."""
    span = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [found for day in span if (found := day_of(rule, calendar, day)) is not None]


def test_22_tuesdays_one_a_holiday_that_is_left_out() -> None:
    tuesdays = every(Weekday.TUESDAY)
    by_name = [FIRST + timedelta(days=n) for n in range(153) if tuesdays.names(FIRST + timedelta(days=n))]
    assert len(by_name) == 22
    days = [one.day for one in days_of(tuesdays, NATIONAL, date(2019, 1, 1), date(2020, 1, 1))]
    assert days == [day for day in by_name if day != NATIONAL_DAY]
    assert len(days) == 21
    assert [day for day in by_name if is_left_out(tuesdays, NATIONAL, day)] == [NATIONAL_DAY]
    assert moved_to(tuesdays, NATIONAL, NATIONAL_DAY) is None


def test_one_that_moves_onto_another_is_one_day_and_not_two() -> None:
    days = days_of(every(Weekday.TUESDAY, rule=HolidayRule.NEXT_WORKING_DAY), NATIONAL, FIRST, LAST)
    assert len(days) == 21
    assert RecurringDay(NEXT, (NATIONAL_DAY,)) in days
    assert len({one.day for one in days}) == 21
    assert moved_to(every(Weekday.TUESDAY, rule=HolidayRule.NEXT_WORKING_DAY), NATIONAL, NATIONAL_DAY) == NEXT


def test_a_sunday_that_is_worked_is_no_tuesday() -> None:
    worked = date(2019, 9, 29)
    assert NATIONAL.is_workday(worked)
    for rule in HolidayRule:
        assert day_of(every(Weekday.TUESDAY, rule=rule), NATIONAL, worked) is None


def test_an_ordinary_weekend_is_no_holiday() -> None:
    saturdays = [one.day for one in days_of(every(Weekday.SATURDAY), NATIONAL, date(2019, 9, 21), date(2019, 10, 12))]
    assert saturdays == [date(2019, 9, 21), date(2019, 9, 28), date(2019, 10, 12)]


def test_a_day_that_a_month_does_not_have_is_its_last() -> None:
    last = every(month_days=(30, 31), first=date(2019, 1, 1), last=None)
    found = [one.day for one in days_of(last, NATIONAL, date(2019, 2, 1), date(2019, 4, 30))]
    assert found == [date(2019, 2, 28), date(2019, 3, 30), date(2019, 3, 31), date(2019, 4, 30)]


def test_one_that_would_move_past_the_end_is_not() -> None:
    short = every(Weekday.TUESDAY, rule=HolidayRule.NEXT_WORKING_DAY, last=date(2019, 10, 7))
    assert [one.day for one in days_of(short, NATIONAL, NATIONAL_DAY, LAST)] == []


def test_a_place_has_holidays_of_its_own_and_works_on_others() -> None:
    own = WorkCalendar(ZONE, extra_holidays=frozenset({date(2019, 8, 13)}), extra_workdays=frozenset({NATIONAL_DAY}))
    days = [one.day for one in days_of(every(Weekday.TUESDAY), own, FIRST, LAST)]
    assert (date(2019, 8, 13) in days, NATIONAL_DAY in days, len(days)) == (False, True, 21)


_DAYS = st.dates(date(2019, 1, 1), date(2020, 12, 31))


@st.composite
def rules(draw: st.DrawFn) -> Recurrence:
    first = draw(_DAYS)
    last = draw(st.none() | st.integers(0, 500).map(lambda n: first + timedelta(days=n)))
    named = draw(st.frozensets(st.sampled_from(Weekday), max_size=3))
    of_month = draw(st.frozensets(st.integers(1, 31), max_size=3))
    return Recurrence(named, of_month, first, last, draw(st.sampled_from(HolidayRule)))


def slowly(rule: Recurrence, calendar: WorkCalendar, first: date, last: date) -> list[date]:
    """Written another way: each day that has the name goes where its rule sends it, and what is met twice is one."""
    weekdays = {list(Weekday).index(one) for one in rule.weekdays}
    found = set()
    day = rule.from_day
    while day <= (rule.until_day or last):
        ends = (day + timedelta(days=1)).month != day.month
        of_month = day.day in rule.month_days or (ends and max(rule.month_days, default=0) > day.day)
        if day.weekday() in weekdays or of_month:
            if not calendar.is_holiday(day):
                found.add(day)
            elif rule.on_holiday is HolidayRule.NEXT_WORKING_DAY:
                found.add(calendar.next_workday(day))
        day += timedelta(days=1)
    return sorted(day for day in found if first <= day <= last and (rule.until_day is None or day <= rule.until_day))


@given(rules(), _DAYS, st.integers(0, 400), st.frozensets(_DAYS, max_size=12), st.frozensets(_DAYS, max_size=12))
def test_days_are_those_of_a_slow_count(
    rule: Recurrence, first: date, span: int, off: frozenset[date], on: frozenset[date]
) -> None:
    calendar = WorkCalendar(ZONE, off - on, on)
    last = first + timedelta(days=span)
    found = days_of(rule, calendar, first, last)
    assert [one.day for one in found] == slowly(rule, calendar, first, last)
    moved = [day for one in found for day in one.instead_of]
    assert len(moved) == len(set(moved))
    assert all(is_left_out(rule, calendar, day) for day in moved)
    assert all(moved_to(rule, calendar, day) == one.day for one in found for day in one.instead_of)
