"""Whatever is done to a clock, it warns, is missed and climbs its ladder as one that is watched minute by minute."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.common.events.terms import Deadline
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit, Pause, due
from services.followup.clocks.domain import (
    ClockStatus,
    ClockStep,
    DeadlineClock,
    Rung,
    StepKind,
    extended,
    moved,
    next_end,
    paused,
    resumed,
    rung_at,
    times_of,
)

CALENDAR = WorkCalendar(ZoneInfo("Asia/Shanghai"))
START = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PERCENT = 80
LADDER = (Limit(2, LimitUnit.HOUR), Limit(30, LimitUnit.HOUR))
DAYS = st.sampled_from((LimitUnit.CALENDAR_DAY, LimitUnit.WORK_DAY))

Said = tuple[str, datetime]


def new(limit: Limit, every_days: int | None = None) -> DeadlineClock:
    times = times_of(START, limit, PERCENT, CALENDAR)
    places = ("c.1", "c", 1, Deadline.HANDLE, "", None, START, times.warn_at, times.due_at)
    return DeadlineClock(*places, ClockStep(StepKind.WARN), times.warn_at, 1, limit=limit, every_days=every_days)


def rungs(clock: DeadlineClock) -> list[Rung]:
    return [(rung_at(clock.due_at, after, CALENDAR), rung) for rung, after in enumerate(LADDER)]


def run(clock: DeadlineClock, until: datetime, said: list[Said]) -> DeadlineClock:
    """Take every step up to a moment."""
    while clock.state is ClockStatus.PENDING and clock.next_at <= until:
        said.append((str(clock.step), clock.next_at))
        clock = moved(clock, rungs(clock))
    return clock


@dataclass
class Watched:
    """A promise of so many minutes, looked at every minute."""

    left: int
    used: int = 0
    runs: bool = True
    warned: bool = False
    late_since: datetime | None = None
    over: bool = False
    said: list[Said] = field(default_factory=list)

    def warns_after(self) -> int:
        """Minutes that it runs until its warning."""
        return (self.used + self.left) * PERCENT // 100

    def look(self, now: datetime) -> None:
        """What is due at this very minute."""
        if self.over or not self.runs:
            return
        if not self.warned and self.used >= self.warns_after():
            self.warned = True
            self.said.append(("warn", now))
        if self.late_since is None and self.left == 0:
            self.late_since = now
            self.said.append(("miss", now))
        if self.late_since is not None:
            steps = [f"ladder:{n}" for n, after in enumerate(LADDER) if now == self.late_since + after.value * HOUR]
            self.said.extend((step, now) for step in steps)

    def pass_minute(self) -> None:
        if self.runs and not self.over and self.late_since is None:
            self.used, self.left = self.used + 1, self.left - 1

    def extend(self, minutes: int, since: datetime, pauses: int) -> None:
        """Until so many minutes from now; all time since the start counts that it did not stand still."""
        self.used, self.left = int((since - START) / MINUTE) - pauses, minutes
        self.late_since = None
        self.warned = self.warned and self.used >= self.warns_after()


OPS = st.lists(
    st.tuples(
        st.integers(1, 40), st.sampled_from(("pause", "resume", "extend", "hand over", "stop")), st.integers(1, 30)
    ),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 40), OPS)
def test_a_clock_of_hours_is_one_that_is_watched(hours: int, ops: list[tuple[int, str, int]]) -> None:
    clock, model = new(Limit(hours, LimitUnit.HOUR)), Watched(hours * 60)
    said: list[Said] = []
    now, stood = START, 0
    for wait, what, amount in [*ops, (100, "pause", 1)]:
        for _ in range(wait * 60):
            now += MINUTE
            model.pass_minute()
            stood += not model.runs
            model.look(now)
        clock = run(clock, now, said)
        assert said == model.said
        clock = _act(clock, model, what, amount, now, stood)
    assert (clock.state is ClockStatus.PAUSED) == (not model.runs and not model.over)


def _act(clock: DeadlineClock, model: Watched, what: str, amount: int, now: datetime, stood: int) -> DeadlineClock:
    if clock.state in (ClockStatus.CANCELLED, ClockStatus.FIRED):
        return clock
    if what == "pause":
        model.runs = model.runs and model.late_since is not None
        return paused(clock, now)
    if what == "resume":
        model.runs = True
        return resumed(clock, now, PERCENT, CALENDAR)
    if what == "stop":
        model.over = True
        return replace(clock, state=ClockStatus.CANCELLED)
    until = max(clock.due_at, now) + amount * HOUR
    if what == "extend" and clock.state is ClockStatus.PAUSED:
        with pytest.raises(ValueError, match="stands still"):
            extended(clock, until, now, PERCENT)
    elif what == "extend":
        model.extend(int((until - now) / MINUTE), now, stood)
        return extended(clock, until, now, PERCENT)
    return replace(clock, unit_code=str(amount)) if what == "hand over" else clock


@given(st.integers(1, 20), DAYS, st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=4))
def test_a_clock_of_days_is_due_by_the_rule_of_pauses(value: int, unit: LimitUnit, gaps: list[tuple[int, int]]) -> None:
    clock, now = new(Limit(value, unit)), START
    said: list[Said] = []
    pauses: list[Pause] = []
    for runs, stands in gaps:
        clock = run(clock, now + runs * HOUR, said)
        since, now = now + runs * HOUR, now + (runs + stands) * HOUR
        if clock.missed or clock.state is not ClockStatus.PENDING:
            break
        clock = resumed(paused(clock, since), now, PERCENT, CALENDAR)
        pauses.append(Pause(since, now))
        assert clock.due_at == due(START, Limit(value, unit), CALENDAR, pauses)
        assert clock.next_at in (clock.warn_at, clock.due_at)
        assert now <= clock.next_at <= clock.due_at
    run(clock, now + timedelta(days=90), said)
    assert [step for step, _ in said].count("miss") == 1
    assert [moment for _, moment in said] == sorted(moment for _, moment in said)


def test_what_comes_again_ends_with_a_day_of_the_county() -> None:
    tuesday = replace(new(Limit(1, LimitUnit.HOUR), every_days=7), due_at=datetime(2026, 3, 3, 16, tzinfo=UTC))
    assert next_end(tuesday, CALENDAR) == datetime(2026, 3, 10, 16, tzinfo=UTC)
    assert next_end(new(Limit(1, LimitUnit.HOUR)), CALENDAR) is None


def test_no_clock_is_given_less_time() -> None:
    clock = new(Limit(10, LimitUnit.HOUR))
    with pytest.raises(ValueError, match="no later than its end"):
        extended(clock, clock.due_at, START, PERCENT)
