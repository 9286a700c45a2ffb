"""Deadlines, case by case: the days that people would argue about."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from libs.common.time.calendar import NEWEST_KNOWN_YEAR, WorkCalendar
from libs.common.time.due import LONGEST_LIMIT, Limit, LimitUnit, Pause, due, fraction

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(ZONE)
NAIVE = datetime(2026, 11, 21, 8)  # noqa: DTZ001 - the case under test


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def hours(value: int) -> Limit:
    return Limit(value, LimitUnit.HOUR)


def days(value: int, *, first: bool = False) -> Limit:
    return Limit(value, LimitUnit.CALENDAR_DAY, counts_first_day=first)


def workdays(value: int, *, first: bool = False) -> Limit:
    return Limit(value, LimitUnit.WORK_DAY, counts_first_day=first)


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        # Hours run through nights, weekends and holidays, and know no first day.
        ("2026-11-20T17:30", hours(2), "2026-11-20T19:30"),
        ("2026-10-01T00:00", hours(24), "2026-10-02T00:00"),
        ("2026-12-31T23:00", hours(2), "2027-01-01T01:00"),
        ("2024-02-28T12:00", hours(24), "2024-02-29T12:00"),
        ("2026-11-20T17:30", Limit(2, LimitUnit.HOUR, counts_first_day=True), "2026-11-20T19:30"),
        # Calendar days end with the n-th day after the start, day off or not.
        ("2026-11-20T17:30", days(1), "2026-11-22T00:00"),
        ("2026-11-20T17:30", days(1, first=True), "2026-11-21T00:00"),
        ("2026-11-20T00:00", days(7), "2026-11-28T00:00"),
        ("2026-11-20T23:59:59.999999", days(7), "2026-11-28T00:00"),
        ("2026-11-21T00:00", days(7), "2026-11-29T00:00"),
        ("2024-02-28T09:00", days(1), "2024-03-01T00:00"),
        ("2023-02-28T09:00", days(1), "2023-03-02T00:00"),
        ("2025-12-31T09:00", days(1), "2026-01-02T00:00"),
        # Working days: an ordinary week, a weekend, a start on a day off.
        ("2026-11-16T09:00", workdays(1), "2026-11-18T00:00"),
        ("2026-11-16T09:00", workdays(5), "2026-11-24T00:00"),
        ("2026-11-20T09:00", workdays(1), "2026-11-24T00:00"),
        ("2026-11-21T09:00", workdays(1), "2026-11-24T00:00"),
        ("2026-11-20T09:00", workdays(1, first=True), "2026-11-21T00:00"),
        ("2026-11-21T09:00", workdays(1, first=True), "2026-11-24T00:00"),
        # National Day 2026: off 1 to 7 October, Saturday the 10th is worked.
        ("2026-09-30T09:00", workdays(1), "2026-10-09T00:00"),
        ("2026-09-30T09:00", workdays(3), "2026-10-11T00:00"),
        ("2026-09-30T09:00", workdays(4), "2026-10-13T00:00"),
        # Spring Festival 2026: off 15 to 23 February, Saturdays the 14th and 28th are worked.
        ("2026-02-13T09:00", workdays(1), "2026-02-15T00:00"),
        ("2026-02-13T09:00", workdays(2), "2026-02-25T00:00"),
        ("2026-02-26T09:00", workdays(2), "2026-03-01T00:00"),
        # New Year 2026: off 1 to 3 January, Sunday the 4th is worked. An old year, and the long festival of 2020.
        ("2025-12-31T09:00", workdays(1), "2026-01-05T00:00"),
        ("2011-12-30T09:00", workdays(1), "2012-01-01T00:00"),
        ("2020-01-23T09:00", workdays(1), "2020-02-04T00:00"),
    ],
)
def test_due(start: str, limit: Limit, expected: str) -> None:
    assert due(at(start), limit, CALENDAR) == at(expected)


@pytest.mark.parametrize(
    ("limit", "pauses", "expected"),
    [
        # Started Monday 16 November at 09:00. Hours: exactly the paused time.
        (hours(24), [("2026-11-16T10:00", "2026-11-16T11:30")], "2026-11-17T10:30"),
        (
            hours(24),
            [("2026-11-16T10:00", "2026-11-16T11:00"), ("2026-11-17T09:30", "2026-11-17T09:45")],
            "2026-11-17T10:15",
        ),
        (hours(24), [("2026-11-10T10:00", "2026-11-16T10:00")], "2026-11-17T10:00"),
        (hours(24), [("2026-11-17T09:00", "2026-11-20T10:00")], "2026-11-17T09:00"),
        (
            hours(24),
            [("2026-11-16T10:00", "2026-11-16T12:00"), ("2026-11-16T11:00", "2026-11-16T13:00")],
            "2026-11-17T12:00",
        ),
        (
            hours(24),
            [("2026-11-16T10:00", "2026-11-16T14:00"), ("2026-11-16T11:00", "2026-11-16T12:00")],
            "2026-11-17T13:00",
        ),
        # Days: a day counts if the clock is running at its end.
        (workdays(3), [("2026-11-17T09:00", "2026-11-17T18:00")], "2026-11-20T00:00"),
        (workdays(3), [("2026-11-17T17:00", "2026-11-18T09:00")], "2026-11-21T00:00"),
        (workdays(3), [("2026-11-17T00:00", "2026-11-18T00:00")], "2026-11-21T00:00"),
        (workdays(3), [("2026-11-18T00:00", "2026-11-18T01:00")], "2026-11-20T00:00"),
        (workdays(3), [("2026-11-18T09:00", "2026-11-20T09:00")], "2026-11-24T00:00"),
        (workdays(5), [("2026-11-20T18:00", "2026-11-23T08:00")], "2026-11-25T00:00"),
        (workdays(5), [("2026-11-21T08:00", "2026-11-22T20:00")], "2026-11-24T00:00"),
        (workdays(1), [("2026-11-18T00:00", "2026-11-30T00:00")], "2026-11-18T00:00"),
        (workdays(3), [("2026-11-16T10:00", "2026-11-16T20:00")], "2026-11-20T00:00"),
        (workdays(3), [("2026-11-16T10:00", "2026-11-17T08:00")], "2026-11-20T00:00"),
        (workdays(3, first=True), [("2026-11-16T10:00", "2026-11-17T08:00")], "2026-11-20T00:00"),
        (days(7), [("2026-11-20T18:00", "2026-11-22T08:00")], "2026-11-26T00:00"),
    ],
)
def test_due_with_pauses(limit: Limit, pauses: list[tuple[str, str]], expected: str) -> None:
    stops = [Pause(at(since), at(until)) for since, until in pauses]
    assert due(at("2026-11-16T09:00"), limit, CALENDAR, stops) == at(expected)
    assert due(at("2026-11-16T09:00"), limit, CALENDAR, stops[::-1]) == at(expected)


def test_days_are_those_of_the_place_not_of_utc() -> None:
    early = at("2026-11-20T07:00")
    assert due(early.astimezone(ZoneInfo("UTC")), days(1), CALENDAR) == at("2026-11-22T00:00")


def test_days_end_at_midnight_through_a_change_of_the_offset() -> None:
    boston = WorkCalendar(ZoneInfo("America/New_York"))
    zone = boston.time_zone
    start = datetime(2012, 3, 10, 12, tzinfo=zone)
    assert due(start, days(1), boston) == datetime(2012, 3, 12, tzinfo=zone)
    assert due(start, hours(24), boston) == datetime(2012, 3, 11, 13, tzinfo=zone)


def test_local_exceptions_move_deadlines() -> None:
    closed = WorkCalendar(ZONE, extra_holidays=frozenset({date(2026, 11, 17)}))
    assert due(at("2026-11-16T09:00"), workdays(1), closed) == at("2026-11-19T00:00")


def test_the_answer_is_in_utc() -> None:
    for limit in (hours(1), days(1), workdays(1)):
        assert due(at("2026-11-16T09:00"), limit, CALENDAR).utcoffset() == timedelta()


def test_a_deadline_in_an_unannounced_year_is_counted() -> None:
    calendar = WorkCalendar(ZONE)
    due(datetime(NEWEST_KNOWN_YEAR + 1, 5, 3, tzinfo=ZONE), workdays(3), calendar)
    assert calendar.provisional_answers[NEWEST_KNOWN_YEAR + 1] >= 3


def test_nonsense_is_refused() -> None:
    for value in (0, -1, LONGEST_LIMIT + 1):
        with pytest.raises(ValueError, match="limit must be between"):
            workdays(value)
    with pytest.raises(ValueError, match="start must carry a time zone"):
        due(NAIVE, hours(1), CALENDAR)
    with pytest.raises(ValueError, match="start of the pause must carry"):
        Pause(NAIVE, at("2026-11-22T00:00"))
    with pytest.raises(ValueError, match="end of the pause must carry"):
        Pause(at("2026-11-20T00:00"), NAIVE)
    with pytest.raises(ValueError, match="before it starts"):
        Pause(at("2026-11-20T00:00"), at("2026-11-19T00:00"))


def test_units_have_their_public_names() -> None:
    assert [str(unit) for unit in LimitUnit] == ["hour", "calendar_day", "work_day"]


@pytest.mark.parametrize("share", [0.8, Fraction(4, 5)])
def test_fraction_of_elapsed_time(share: Fraction | float) -> None:
    start = at("2026-11-20T10:00")
    assert fraction(start, start + timedelta(hours=10), share) == start + timedelta(hours=8)


def test_fraction_at_the_ends() -> None:
    start, end = at("2026-11-16T10:00"), at("2026-11-19T00:00")
    for calendar in (None, CALENDAR):
        assert fraction(start, end, 0, calendar=calendar) == start
        assert fraction(start, end, 1, calendar=calendar) == end
    assert fraction(start, start, 0.8) == start


def test_fraction_in_working_days_warns_before_the_holiday() -> None:
    start = at("2026-09-28T00:00")
    end = at("2026-10-09T00:00")  # four working days: 28, 29, 30 September and 8 October
    assert fraction(start, end, Fraction(3, 4), calendar=CALENDAR) == at("2026-10-01T00:00")
    assert fraction(start, end, Fraction(1, 2), calendar=CALENDAR) == at("2026-09-30T00:00")
    assert fraction(start, end, Fraction(7, 8), calendar=CALENDAR) == at("2026-10-08T12:00")


def test_fraction_skips_pauses() -> None:
    start = at("2026-11-16T09:00")
    pauses = [Pause(at("2026-11-16T10:00"), at("2026-11-26T10:00"))]
    end = due(start, hours(10), CALENDAR, pauses)
    assert fraction(start, end, 0.8, pauses=pauses) == at("2026-11-26T17:00")


def test_fraction_where_nothing_runs_shares_elapsed_time() -> None:
    start, end = at("2026-11-21T00:00"), at("2026-11-22T00:00")
    assert fraction(start, end, 0.5, calendar=CALENDAR) == at("2026-11-21T12:00")


def test_fraction_refuses_nonsense() -> None:
    start, end = at("2026-11-16T09:00"), at("2026-11-17T09:00")
    for share in (-0.1, 1.1):
        with pytest.raises(ValueError, match="no share"):
            fraction(start, end, share)
    with pytest.raises(ValueError, match="no share"):
        fraction(end, start, 0.8)
    with pytest.raises(ValueError, match="due_at must carry"):
        fraction(start, NAIVE, 0.8)
