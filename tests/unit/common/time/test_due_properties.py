"""Laws of deadlines, and a second, slow implementation that walks day by day and minute by minute."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import chinese_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit, Pause, due, fraction

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(ZONE)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EPOCH = datetime(2010, 1, 1, tzinfo=UTC)

# Whole minutes, and often exactly midnight: that is where mistakes live.
starts = st.one_of(
    st.integers(0, 16 * 365 * 24 * 60).map(lambda minutes: EPOCH + minutes * MINUTE),
    st.integers(0, 16 * 365).map(lambda days: EPOCH + timedelta(days=days, hours=16)),
)
units = st.sampled_from(LimitUnit)
limits = st.builds(Limit, st.integers(1, 40), units, st.booleans())
day_limits = limits.filter(lambda limit: limit.unit is not LimitUnit.HOUR)
gaps = st.one_of(st.integers(0, 20 * 24 * 60), st.integers(0, 20).map(lambda days: days * 24 * 60))


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime, most: int = 4) -> list[Pause]:
    """Disjoint pauses in order, the first one possibly beginning before the start; they may touch."""
    cursor = start - DAY
    found = []
    for _ in range(draw(st.integers(0, most))):
        since = cursor + draw(gaps) * MINUTE
        cursor = since + draw(gaps) * MINUTE
        found.append(Pause(since, cursor))
    return found


@st.composite
def pauses_between(draw: st.DrawFn, since: datetime, until: datetime) -> list[Pause]:
    """At least one pause, disjoint and in order, inside the span; they may touch."""
    bounds = st.integers(0, (until - since) // MINUTE)
    pairs = draw(st.integers(1, 4))
    cuts = [since + cut * MINUTE for cut in sorted(draw(st.lists(bounds, min_size=2 * pairs, max_size=2 * pairs)))]
    return [Pause(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=True)]


def slow_due(start: datetime, limit: Limit, pauses: Sequence[Pause]) -> datetime:
    """The rule, spelled out without any cleverness and without the code under test."""
    if limit.unit is LimitUnit.HOUR:
        moment, left = start, limit.value * 60
        while left:
            left -= not any(pause.start <= moment < pause.end for pause in pauses)
            moment += MINUTE
        return moment
    day = start.astimezone(ZONE).date()
    counted = 0
    first = True
    while True:
        midnight = datetime.combine(day + DAY, time(), ZONE)
        runs = not any(pause.start < midnight <= pause.end for pause in pauses)
        fits = limit.unit is LimitUnit.CALENDAR_DAY or chinese_calendar.is_workday(day)
        counted += runs and fits and (limit.counts_first_day or not first)
        if counted == limit.value:
            return midnight
        day, first = day + DAY, False


def paused_within(pauses: Sequence[Pause], since: datetime, until: datetime) -> timedelta:
    """Paused time inside a span, for disjoint pauses."""
    return sum((max(min(p.end, until) - max(p.start, since), timedelta()) for p in pauses), timedelta())


@given(st.data(), starts, limits)
@settings(max_examples=300)
def test_equals_the_slow_implementation(data: st.DataObject, start: datetime, limit: Limit) -> None:
    pauses = data.draw(pauses_after(start))
    assert due(start, limit, CALENDAR, pauses) == slow_due(start, limit, pauses)


@given(st.data(), starts, gaps, limits)
def test_a_later_start_is_never_due_earlier(data: st.DataObject, start: datetime, gap: int, limit: Limit) -> None:
    pauses = data.draw(pauses_after(start))
    assert due(start, limit, CALENDAR, pauses) <= due(start + gap * MINUTE, limit, CALENDAR, pauses)


@given(st.data(), starts, units, st.integers(1, 40), st.booleans())
def test_a_longer_limit_is_due_later(
    data: st.DataObject, start: datetime, unit: LimitUnit, value: int, first: bool
) -> None:
    pauses = data.draw(pauses_after(start))
    shorter, longer = Limit(value, unit, first), Limit(value + 1, unit, first)
    assert due(start, shorter, CALENDAR, pauses) < due(start, longer, CALENDAR, pauses)


@given(st.data(), starts, limits)
def test_one_pause_more_is_never_due_earlier(data: st.DataObject, start: datetime, limit: Limit) -> None:
    pauses = data.draw(pauses_after(start))
    for kept in range(len(pauses)):
        assert due(start, limit, CALENDAR, pauses[:kept]) <= due(start, limit, CALENDAR, pauses[: kept + 1])


@given(starts, limits)
def test_due_after_the_start_and_counting_the_first_day_is_stricter(start: datetime, limit: Limit) -> None:
    strict = Limit(limit.value, limit.unit, counts_first_day=True)
    lax = Limit(limit.value, limit.unit)
    assert start < due(start, strict, CALENDAR) <= due(start, lax, CALENDAR)


@given(st.data(), starts, st.integers(1, 40))
def test_hours_grow_by_exactly_the_time_paused(data: st.DataObject, start: datetime, value: int) -> None:
    pauses = data.draw(pauses_after(start))
    end = due(start, Limit(value, LimitUnit.HOUR), CALENDAR, pauses)
    assert end - start == timedelta(hours=value) + paused_within(pauses, start, end)


@given(st.data(), starts, st.integers(1, 40))
def test_hours_are_additive_over_disjoint_pauses(data: st.DataObject, start: datetime, value: int) -> None:
    limit = Limit(value, LimitUnit.HOUR)
    plain = due(start, limit, CALENDAR)
    pauses = data.draw(pauses_between(start, plain))
    pushed = [due(start, limit, CALENDAR, [pause]) - plain for pause in pauses]
    assert due(start, limit, CALENDAR, pauses) - plain == sum(pushed, timedelta())


@given(st.data(), starts, st.integers(1, 40))
def test_working_days_are_additive_over_disjoint_pauses(data: st.DataObject, start: datetime, value: int) -> None:
    limit = Limit(value, LimitUnit.WORK_DAY)
    plain = due(start, limit, CALENDAR)
    pauses = data.draw(pauses_between(start, plain))

    def pushed(stops: Sequence[Pause]) -> int:
        first, after = (moment.astimezone(ZONE).date() for moment in (plain, due(start, limit, CALENDAR, stops)))
        return sum(CALENDAR.is_workday(first + DAY * number) for number in range((after - first).days))

    assert pushed(pauses) == sum(pushed([pause]) for pause in pauses)


@given(st.data(), starts, limits)
def test_cutting_a_pause_in_two_changes_nothing(data: st.DataObject, start: datetime, limit: Limit) -> None:
    pauses = data.draw(pauses_after(start))
    cut = [
        half
        for pause in pauses
        for middle in [pause.start + (pause.end - pause.start) * data.draw(st.sampled_from([0, 0.25, 0.5, 1]))]
        for half in (Pause(pause.start, middle), Pause(middle, pause.end))
    ]
    shuffled = data.draw(st.permutations(cut))
    assert due(start, limit, CALENDAR, shuffled) == due(start, limit, CALENDAR, pauses)


@given(st.data(), starts, limits)
def test_a_pause_after_the_deadline_comes_too_late(data: st.DataObject, start: datetime, limit: Limit) -> None:
    pauses = data.draw(pauses_after(start))
    end = due(start, limit, CALENDAR, pauses)
    kept = [pause for pause in pauses if pause.start < end]
    late = Pause(end, end + 30 * DAY)
    assert due(start, limit, CALENDAR, kept) == end
    assert due(start, limit, CALENDAR, [*pauses, late]) == end


@given(st.data(), starts, day_limits)
def test_days_end_at_midnight_and_working_days_on_a_working_day(
    data: st.DataObject, start: datetime, limit: Limit
) -> None:
    end = due(start, limit, CALENDAR, data.draw(pauses_after(start))).astimezone(ZONE)
    assert end.time() == time()
    if limit.unit is LimitUnit.WORK_DAY:
        assert chinese_calendar.is_workday(end.date() - DAY)


@given(st.data(), starts, limits, st.fractions(0, 1), st.fractions(0, 1), st.booleans())
def test_fraction_lies_between_and_grows_with_the_share(
    data: st.DataObject, start: datetime, limit: Limit, one: Fraction, other: Fraction, in_working_days: bool
) -> None:
    pauses = data.draw(pauses_after(start))
    end = due(start, limit, CALENDAR, pauses)
    calendar = CALENDAR if in_working_days else None
    early = fraction(start, end, min(one, other), calendar=calendar, pauses=pauses)
    late = fraction(start, end, max(one, other), calendar=calendar, pauses=pauses)
    assert start <= early <= late <= end
