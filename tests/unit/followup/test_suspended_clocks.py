"""A clock that stands still for some days (挂账), or has some more (延期), ends exactly so much later."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from libs.common.time.due import Limit, LimitUnit
from libs.common.time.moments import day_start, last_day, local_day
from services.followup.clocks.domain import (
    DeadlineClock,
    end_if_lifted,
    extended,
    lifted,
    longer,
    moved,
    moved_to,
    suspended,
    times_of,
)
from tests.unit.followup.test_clocks import CALENDAR, CLOCK, MOMENTS, ZONE, local

PERCENT = 80
DAYS = st.sampled_from((LimitUnit.WORK_DAY, LimitUnit.CALENDAR_DAY))


def clock_of(start: datetime, limit: Limit) -> DeadlineClock:
    times = times_of(start, limit, PERCENT, CALENDAR)
    timed = replace(CLOCK, starts_at=start, warn_at=times.warn_at, due_at=times.due_at, next_at=times.warn_at)
    return replace(timed, limit=limit)


def counted(first: date, last: date, unit: LimitUnit) -> int:
    """The days from the first to the last, the last not included."""
    days = (first + timedelta(days=number) for number in range((last - first).days))
    return sum(unit is LimitUnit.CALENDAR_DAY or CALENDAR.is_workday(day) for day in days)


@given(MOMENTS, st.integers(2, 20), DAYS, st.integers(1, 40), st.integers(0, 30))
def test_a_suspension_moves_the_end_by_exactly_the_days_that_it_covers(
    start: datetime, value: int, unit: LimitUnit, days: int, after: int
) -> None:
    clock, at = clock_of(start, Limit(value, unit)), start + timedelta(days=after, hours=1)
    assume(at < clock.due_at and local_day(at, ZONE) > local_day(start, ZONE))
    until = day_start(local_day(at, ZONE) + timedelta(days=days), ZONE)
    moved_on = suspended(clock, at, until, PERCENT, CALENDAR)
    first, last = local_day(at, ZONE), local_day(until, ZONE)
    later = counted(last_day(clock.due_at, ZONE), last_day(moved_on.due_at, ZONE), unit)
    assert later == counted(first, last, unit)
    assert at <= moved_on.next_at <= moved_on.due_at
    assert lifted(moved_on, at, PERCENT, CALENDAR).due_at == clock.due_at


@given(MOMENTS, st.integers(1, 20), DAYS, st.integers(1, 10))
def test_more_days_are_days_of_the_limit(start: datetime, value: int, unit: LimitUnit, more: int) -> None:
    clock = clock_of(start, Limit(value, unit))
    until = clock_of(start, Limit(value + more, unit)).due_at
    end, limit = longer(clock, more, unit, until, CALENDAR)
    assert (end, limit) == (until, Limit(value + more, unit))
    assert extended(clock, until, start, PERCENT, limit).due_at == until
    other = LimitUnit.WORK_DAY if unit is LimitUnit.CALENDAR_DAY else LimitUnit.CALENDAR_DAY
    assert longer(clock, more, other, until, CALENDAR) == (until, None)
    # Whatever an order from above made of its end, the days are its own.
    before = start + timedelta(hours=1)
    assert longer(clock, more, unit, before, CALENDAR) == (before, None)
    assert longer(clock, more, unit, before, CALENDAR, hurried=True) == (until, Limit(value + more, unit))


def test_a_clock_that_was_missed_goes_on() -> None:
    clock = moved(
        moved(clock_of(local("2026-05-06T09:00"), Limit(5, LimitUnit.WORK_DAY)), ()), ((local("2026-06-01"), 0),)
    )
    assert clock.missed
    assert suspended(clock, clock.due_at, clock.due_at + timedelta(days=3), PERCENT, CALENDAR) is clock
    assert lifted(clock, clock.due_at, PERCENT, CALENDAR) is clock


def test_three_working_days_over_a_make_up_saturday() -> None:
    """From Thursday 7 May to Saturday 9 May 2026, on which people work for the holidays before."""
    clock = clock_of(local("2026-05-06T09:00"), Limit(5, LimitUnit.WORK_DAY))
    assert clock.due_at == local("2026-05-13")
    until = local("2026-05-10")
    assert suspended(clock, local("2026-05-07T09:00"), until, PERCENT, CALENDAR).due_at == local("2026-05-16")


def test_what_an_order_from_above_held_back_is_not_moved_by_what_it_never_gained() -> None:
    """Without a limit it goes by the day on which it is needed; else it ends as it would have."""
    start, at, until = local("2026-05-06T09:00"), local("2026-05-07T09:00"), local("2026-05-17T09:00")
    clock = clock_of(start, Limit(5, LimitUnit.WORK_DAY))
    by_day, bound, lift = replace(clock, limit=None), local("2026-05-14"), local("2026-05-07T21:00")
    held = moved_to(suspended(by_day, at, until, PERCENT, CALENDAR), bound, at, PERCENT)
    for needed_by, end in ((None, bound), (date(2026, 5, 12), local("2026-05-13T12:00")), (date(2026, 5, 1), bound)):
        told = end_if_lifted(held, lift, needed_by, CALENDAR)
        assert told == end
        assert lifted(held, lift, PERCENT, CALENDAR, told).due_at == end
    assert end_if_lifted(replace(held, limit=clock.limit), lift, None, CALENDAR) is None
