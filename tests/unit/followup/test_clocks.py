"""Clocks and calling hours, by example and by law."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.terms import Deadline
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit, due
from services.followup.callbacks.domain import within_calling_hours
from services.followup.clocks.domain import ClockStatus, ClockStep, DeadlineClock, StepKind, moved, rung_at, times_of

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(ZONE)
OPENS, CLOSES = time(8, 30), time(20, 30)

FIRST = datetime(2024, 1, 1, tzinfo=ZONE)
MOMENTS = st.timedeltas(timedelta(), timedelta(days=880)).map(lambda passed: (FIRST + passed).astimezone(UTC))
LIMITS = st.builds(Limit, st.integers(1, 40), st.sampled_from(LimitUnit), st.booleans())

CLOCK = DeadlineClock(
    "c.1",
    "c",
    1,
    Deadline.HANDLE,
    "",
    None,
    starts_at=FIRST,
    warn_at=FIRST + timedelta(hours=8),
    due_at=FIRST + timedelta(hours=10),
    step=ClockStep(StepKind.WARN),
    next_at=FIRST + timedelta(hours=8),
    pack_version=1,
)


def local(text: str) -> datetime:
    """A moment of the county's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@given(MOMENTS, LIMITS, st.integers(1, 99))
def test_the_warning_comes_between_start_and_due(start: datetime, limit: Limit, percent: int) -> None:
    times = times_of(start, limit, percent, CALENDAR)
    assert start <= times.warn_at <= times.due_at == due(start, limit, CALENDAR)
    if limit.unit is not LimitUnit.HOUR:
        assert times.due_at.astimezone(ZONE).time() == time(0)


@given(MOMENTS, st.integers(1, 40), st.integers(1, 39), st.sampled_from(LimitUnit))
def test_the_ladder_rises(due_at: datetime, value: int, more: int, unit: LimitUnit) -> None:
    first = rung_at(due_at, Limit(value, unit), CALENDAR)
    assert due_at <= first < rung_at(due_at, Limit(value + more, unit), CALENDAR)
    assert rung_at(due_at, None, CALENDAR) == due_at


def test_three_working_days_late() -> None:
    # Due with the end of Tuesday the 10th: Wednesday, Thursday and Friday are the three days.
    assert rung_at(local("2026-03-11T00:00"), Limit(3, LimitUnit.WORK_DAY), CALENDAR) == local("2026-03-14T00:00")
    # Due in the middle of a day, that day does not count.
    assert rung_at(local("2026-03-10T15:00"), Limit(3, LimitUnit.WORK_DAY), CALENDAR) == local("2026-03-14T00:00")
    assert rung_at(local("2026-03-11T00:00"), Limit(2, LimitUnit.HOUR), CALENDAR) == local("2026-03-11T02:00")


@given(MOMENTS)
def test_citizens_are_called_in_calling_hours(moment: datetime) -> None:
    called = within_calling_hours(moment, OPENS, CLOSES, ZONE)
    assert called >= moment
    assert called - moment < timedelta(hours=12, microseconds=1)
    assert OPENS <= called.astimezone(ZONE).time() <= CLOSES
    assert within_calling_hours(called, OPENS, CLOSES, ZONE) == called


@given(st.sampled_from(StepKind), st.integers(0, 30))
def test_steps_are_written_and_read(kind: StepKind, rung: int) -> None:
    step = ClockStep(kind, rung if kind is StepKind.LADDER else 0)
    assert ClockStep.parse(str(step)) == step


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(ValueError, match="remind"):
        ClockStep.parse("remind")


def test_at_one_instant_the_miss_comes_before_the_ladder_and_the_ladder_from_its_foot() -> None:
    now = datetime(2026, 3, 11, tzinfo=UTC)
    steps = [
        ClockStep(StepKind.LADDER, 2),
        ClockStep(StepKind.MISS),
        ClockStep(StepKind.LADDER, 10),
        ClockStep(StepKind.WARN),
    ]
    clocks = [replace(CLOCK, step=step, next_at=now) for step in steps]
    ordered = sorted(clocks, key=lambda clock: clock.order)
    assert [str(clock.step) for clock in ordered] == ["warn", "miss", "ladder:2", "ladder:10"]
    assert all(one.order < other.order for one, other in pairwise(ordered))


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 3), max_size=6))
def test_a_clock_takes_each_of_its_steps_once_in_order(ladder: dict[int, int]) -> None:
    rungs = [(CLOCK.due_at + timedelta(hours=hours), rung) for rung, hours in ladder.items()]
    clock, taken = CLOCK, [CLOCK]
    while (clock := moved(clock, rungs)).state is ClockStatus.PENDING:
        taken.append(clock)
    assert clock == replace(taken[-1], state=ClockStatus.FIRED)
    assert [one.order for one in taken] == sorted(one.order for one in taken)
    steps = [(one.next_at, str(one.step)) for one in taken]
    expected = [(moment, f"ladder:{rung}") for moment, rung in sorted(rungs)]
    assert steps == [(CLOCK.warn_at, "warn"), (CLOCK.due_at, "miss"), *expected]
