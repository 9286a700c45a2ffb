"""Working days: the national calendar day by day, local exceptions, and years that nobody has announced yet."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from libs.common.time.calendar import NEWEST_KNOWN_YEAR, OLDEST_KNOWN_YEAR, WorkCalendar
from tests.support.logged import logged

ZONE = ZoneInfo("Asia/Shanghai")
UNKNOWN_YEAR = NEWEST_KNOWN_YEAR + 1


@pytest.fixture
def calendar() -> WorkCalendar:
    return WorkCalendar(ZONE)


def test_every_day_equals_the_library(calendar: WorkCalendar) -> None:
    day, end = date(OLDEST_KNOWN_YEAR, 1, 1), date(NEWEST_KNOWN_YEAR, 12, 31)
    while day <= end:
        assert calendar.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),  # an ordinary Friday
        (date(2026, 11, 21), False),  # an ordinary Saturday
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 9, 20), True),  # Sunday made up for it
        (date(2026, 10, 10), True),  # Saturday made up for it
        (date(2026, 2, 14), True),  # Saturday made up for Spring Festival
        (date(2026, 2, 28), True),  # the other one
        (date(2026, 2, 23), False),  # its last day, a Monday
        (date(2024, 2, 29), True),  # leap day, a Thursday
        (date(2020, 1, 31), False),  # the prolonged Spring Festival of 2020
        (date(2011, 12, 31), True),  # Saturday made up for New Year 2012
        (date(2010, 2, 20), True),  # Saturday made up in an old year
    ],
)
def test_days_of_the_state_councils_notices(calendar: WorkCalendar, day: date, works: bool) -> None:
    assert calendar.is_workday(day) is works
    assert not calendar.is_provisional(day)


def test_local_exceptions_win() -> None:
    fair, flood = date(2026, 11, 20), date(2026, 11, 21)
    calendar = WorkCalendar(ZONE, extra_holidays=frozenset({fair}), extra_workdays=frozenset({flood}))
    assert not calendar.is_workday(fair)
    assert calendar.is_workday(flood)


def test_a_day_cannot_be_both() -> None:
    day = frozenset({date(2026, 11, 20)})
    with pytest.raises(ValueError, match="2026-11-20"):
        WorkCalendar(ZONE, extra_holidays=day, extra_workdays=day)


def test_the_library_covers_2004_to_at_least_2026(calendar: WorkCalendar) -> None:
    known = [year for year in range(1990, 2100) if not calendar.is_provisional(date(year, 5, 3))]
    assert known == list(range(2004, NEWEST_KNOWN_YEAR + 1))
    assert (OLDEST_KNOWN_YEAR, NEWEST_KNOWN_YEAR >= 2026) == (2004, True)


@pytest.mark.parametrize("year", [1999, UNKNOWN_YEAR, UNKNOWN_YEAR + 3])
def test_unknown_years_are_monday_to_friday_and_say_so(year: int) -> None:
    calendar = WorkCalendar(ZONE, extra_holidays=frozenset({date(year, 5, 3)}))
    day = date(year, 5, 4)
    for offset in range(14):
        other = day + timedelta(days=offset)
        assert calendar.is_workday(other) == (other.weekday() < 5)
        assert calendar.is_provisional(other)
    assert not calendar.is_workday(date(year, 5, 3))


def test_provisional_answers_are_counted_and_logged_once(calendar: WorkCalendar) -> None:
    with logged() as lines:
        calendar.is_workday(date(2026, 11, 20))
        assert calendar.provisional_answers == {}
        for day in (4, 5, 6):
            calendar.is_workday(date(UNKNOWN_YEAR, 5, day))
    assert calendar.provisional_answers == {UNKNOWN_YEAR: 3}
    assert [(line["level"], line["year"]) for line in lines()] == [("warning", UNKNOWN_YEAR)]


def test_asking_whether_it_is_provisional_is_not_counted(calendar: WorkCalendar) -> None:
    assert calendar.is_provisional(date(UNKNOWN_YEAR, 5, 4))
    assert calendar.provisional_answers == {}


def test_last_days_of_december_wait_for_the_next_notice(calendar: WorkCalendar) -> None:
    assert not calendar.is_provisional(date(NEWEST_KNOWN_YEAR, 12, 25))
    assert calendar.is_provisional(date(NEWEST_KNOWN_YEAR, 12, 26))
    assert calendar.is_provisional(date(NEWEST_KNOWN_YEAR, 12, 31))
    assert not calendar.is_provisional(date(NEWEST_KNOWN_YEAR - 1, 12, 31))


def test_no_notice_ever_reached_back_before_26_december() -> None:
    special = set(chinese_calendar.constants.holidays) | set(chinese_calendar.constants.workdays)
    assert min(day.day for day in special if day.month == 12) >= 26


def test_a_place_can_confirm_a_year_that_the_library_lacks() -> None:
    festival = date(UNKNOWN_YEAR, 5, 4)
    calendar = WorkCalendar(ZONE, frozenset({festival}), confirmed_years=frozenset({UNKNOWN_YEAR}))
    assert not calendar.is_workday(festival)
    assert not calendar.is_provisional(festival)
    assert not calendar.is_provisional(date(NEWEST_KNOWN_YEAR, 12, 31))
    assert calendar.is_provisional(date(UNKNOWN_YEAR, 12, 31))


def test_next_workday_is_strictly_later(calendar: WorkCalendar) -> None:
    assert calendar.next_workday(date(2026, 11, 19)) == date(2026, 11, 20)
    assert calendar.next_workday(date(2026, 11, 20)) == date(2026, 11, 23)
    assert calendar.next_workday(date(2026, 9, 30)) == date(2026, 10, 8)
    assert calendar.next_workday(date(2025, 12, 31)) == date(2026, 1, 4)


def test_a_datetime_is_not_a_day(calendar: WorkCalendar) -> None:
    with pytest.raises(TypeError, match="must be a date"):
        calendar.is_workday(datetime(2026, 11, 20, tzinfo=UTC))
