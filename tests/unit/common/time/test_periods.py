"""Assessment periods: noon days, months from the 19th, and that nothing falls between two periods or into both."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.time.periods import (
    Period,
    PeriodKind,
    PeriodRules,
    assessment_day,
    assessment_day_start,
    assessment_month,
    period,
    window,
)

ZONE = ZoneInfo("Asia/Shanghai")
NOON = time(12)
PLAIN = PeriodRules(ZONE)
HUAIROU = PeriodRules(ZONE, day_starts_at=NOON, month_starts_on=19)
DAY = timedelta(days=1)

days = st.dates(date(2004, 1, 1), date(2040, 12, 31))
moments = st.datetimes(datetime(2004, 1, 1), datetime(2040, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001
all_rules = st.builds(
    PeriodRules,
    st.sampled_from([ZONE, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]),
    st.times().map(lambda moment: moment.replace(tzinfo=None)),
    st.integers(1, 28),
)
kinds = st.sampled_from(PeriodKind)


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "starts_at", "expected"),
    [
        ("2026-11-21T00:00", time(0), date(2026, 11, 21)),
        ("2026-11-21T23:59:59.999999", time(0), date(2026, 11, 21)),
        ("2026-11-20T11:59:59.999999", NOON, date(2026, 11, 20)),
        ("2026-11-20T12:00", NOON, date(2026, 11, 21)),
        ("2026-11-21T11:59", NOON, date(2026, 11, 21)),
        ("2025-12-31T12:00", NOON, date(2026, 1, 1)),
        ("2024-02-28T12:00", NOON, date(2024, 2, 29)),
    ],
)
def test_assessment_day(moment: str, starts_at: time, expected: date) -> None:
    assert assessment_day(at(moment), ZONE, starts_at) == expected
    assert assessment_day(at(moment).astimezone(UTC), ZONE, starts_at) == expected


@pytest.mark.parametrize(
    ("day", "starts_on", "first", "last", "label"),
    [
        (date(2026, 11, 21), 1, date(2026, 11, 1), date(2026, 11, 30), "2026-11"),
        (date(2024, 2, 29), 1, date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        (date(2026, 12, 31), 1, date(2026, 12, 1), date(2026, 12, 31), "2026-12"),
        (date(2026, 11, 18), 19, date(2026, 10, 19), date(2026, 11, 18), "2026-11"),
        (date(2026, 11, 19), 19, date(2026, 11, 19), date(2026, 12, 18), "2026-12"),
        (date(2026, 12, 31), 19, date(2026, 12, 19), date(2027, 1, 18), "2027-01"),
        (date(2027, 1, 5), 19, date(2026, 12, 19), date(2027, 1, 18), "2027-01"),
        (date(2026, 3, 1), 28, date(2026, 2, 28), date(2026, 3, 27), "2026-03"),
    ],
)
def test_assessment_month(day: date, starts_on: int, first: date, last: date, label: str) -> None:
    assert assessment_month(day, starts_on) == (first, last, label)


@pytest.mark.parametrize(
    ("kind", "rules", "day", "expected"),
    [
        (PeriodKind.DAY, HUAIROU, date(2026, 11, 21), (date(2026, 11, 21), date(2026, 11, 21), "2026-11-21")),
        (PeriodKind.WEEK, PLAIN, date(2026, 11, 22), (date(2026, 11, 16), date(2026, 11, 22), "2026-W47")),
        (PeriodKind.WEEK, PLAIN, date(2027, 1, 1), (date(2026, 12, 28), date(2027, 1, 3), "2026-W53")),
        (PeriodKind.MONTH, HUAIROU, date(2026, 11, 21), (date(2026, 11, 19), date(2026, 12, 18), "2026-12")),
        (PeriodKind.QUARTER, PLAIN, date(2026, 11, 21), (date(2026, 10, 1), date(2026, 12, 31), "2026-Q4")),
        (PeriodKind.QUARTER, HUAIROU, date(2025, 12, 20), (date(2025, 12, 19), date(2026, 3, 18), "2026-Q1")),
        (PeriodKind.YEAR, PLAIN, date(2024, 2, 29), (date(2024, 1, 1), date(2024, 12, 31), "2024")),
        (PeriodKind.YEAR, HUAIROU, date(2026, 12, 18), (date(2025, 12, 19), date(2026, 12, 18), "2026")),
        (PeriodKind.YEAR, HUAIROU, date(2026, 12, 19), (date(2026, 12, 19), date(2027, 12, 18), "2027")),
    ],
)
def test_period(kind: PeriodKind, rules: PeriodRules, day: date, expected: tuple[date, date, str]) -> None:
    first, last, label = expected
    assert period(kind, day, rules) == Period(first, last, kind, label)


def test_window_of_huairous_month_starts_at_noon_of_the_18th() -> None:
    month = period(PeriodKind.MONTH, date(2026, 11, 1), HUAIROU)
    assert window(month, HUAIROU) == (at("2026-10-18T12:00"), at("2026-11-18T12:00"))


def test_window_of_a_plain_month() -> None:
    month = period(PeriodKind.MONTH, date(2026, 11, 1), PLAIN)
    assert window(month, PLAIN) == (at("2026-11-01T00:00"), at("2026-12-01T00:00"))


@given(moments, all_rules)
def test_a_moment_lies_in_its_own_day_only(moment: datetime, rules: PeriodRules) -> None:
    zone, starts_at = rules.time_zone, rules.day_starts_at
    day = assessment_day(moment, zone, starts_at)
    assert assessment_day_start(day, zone, starts_at) <= moment < assessment_day_start(day + DAY, zone, starts_at)


@given(moments, all_rules, kinds)
def test_a_moment_lies_in_the_window_of_its_period(moment: datetime, rules: PeriodRules, kind: PeriodKind) -> None:
    span = period(kind, assessment_day(moment, rules.time_zone, rules.day_starts_at), rules)
    begins, ends = window(span, rules)
    assert begins <= moment < ends


@given(days, all_rules, kinds)
def test_periods_tile_time_and_labels_sort(day: date, rules: PeriodRules, kind: PeriodKind) -> None:
    span = period(kind, day, rules)
    following = period(kind, span.last + DAY, rules)
    assert span.first <= day <= span.last
    assert period(kind, span.first, rules) == period(kind, span.last, rules) == span
    assert following.first == span.last + DAY
    assert span.label < following.label
    assert window(span, rules)[1] == window(following, rules)[0]


@given(days, all_rules)
def test_months_add_up_to_quarters_and_quarters_to_years(day: date, rules: PeriodRules) -> None:
    year = period(PeriodKind.YEAR, day, rules)
    for kind, count in ((PeriodKind.MONTH, 12), (PeriodKind.QUARTER, 4)):
        cursor, labels = year.first, []
        while cursor <= year.last:
            part = period(kind, cursor, rules)
            labels.append(part.label)
            cursor = part.last + DAY
        assert cursor == year.last + DAY
        assert len(labels) == count
        assert all(label.startswith(year.label) for label in labels)


def test_nonsense_is_refused() -> None:
    for starts_on in (0, 29):
        with pytest.raises(ValueError, match="from 1 to 28"):
            PeriodRules(ZONE, month_starts_on=starts_on)
        with pytest.raises(ValueError, match="from 1 to 28"):
            assessment_month(date(2026, 11, 21), starts_on)
    with pytest.raises(ValueError, match="without a zone"):
        PeriodRules(ZONE, day_starts_at=time(12, tzinfo=UTC))
    with pytest.raises(ValueError, match="time zone"):
        assessment_day(datetime(2026, 11, 21), ZONE)  # noqa: DTZ001 - the case under test
    with pytest.raises(TypeError, match="must be a date"):
        period(PeriodKind.DAY, at("2026-11-21T00:00"), PLAIN)
