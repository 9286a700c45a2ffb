"""Working days of China: weekends, public holidays and make-up working days (调休), with a place's own exceptions.

Source: the State Council's yearly notice on days off (国务院办公厅关于某年部分节假日安排的通知) as kept by the library
`chinesecalendar`; 1.11.0 holds 2004 to 2026. A notice comes out in the November or December before its year, and may
rearrange the last days of that December (the earliest was 29 December, 2007 and 2018), so these stay open until then.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from chinese_calendar.constants import holidays, workdays

from libs.common.logs import get_logger
from libs.common.time.moments import as_day

OLDEST_KNOWN_YEAR: int = min(holidays).year
NEWEST_KNOWN_YEAR: int = max(holidays).year
LATE_DECEMBER = (12, 26)
"""Month and day from which on only the notice for the next year settles the days of a year."""

_SATURDAY = 5
_DAYS_OFF = frozenset(day.toordinal() for day in holidays)
_MAKE_UP_DAYS = frozenset(day.toordinal() for day in workdays)

log = get_logger(__name__)


class WorkCalendar:
    """Which days are working days in one place. Immutable but for its cache and its count of provisional answers.

    Years without a known notice count Monday to Friday and the local exceptions. Such answers are marked by
    `is_provisional`, counted in `provisional_answers`, and logged once per year.
    """

    def __init__(
        self,
        time_zone: ZoneInfo,
        extra_holidays: frozenset[date] = frozenset(),
        extra_workdays: frozenset[date] = frozenset(),
        confirmed_years: frozenset[int] = frozenset(),
    ) -> None:
        """Build the calendar of one place.

        Args:
            time_zone: the zone whose midnights part the days.
            extra_holidays: local days off; they win over the national calendar.
            extra_workdays: local working days; they win over the national calendar.
            confirmed_years: years whose whole notice is contained in the two sets, for notices newer than the library.

        Raises:
            ValueError: a day is both an extra holiday and an extra working day.
        """
        both = extra_holidays & extra_workdays
        if both:
            message = f"both extra holiday and extra working day: {', '.join(map(str, sorted(both)))}"
            raise ValueError(message)
        self.time_zone = time_zone
        self._off = frozenset(as_day(day).toordinal() for day in extra_holidays)
        self._on = frozenset(as_day(day).toordinal() for day in extra_workdays)
        self._settled = frozenset(range(OLDEST_KNOWN_YEAR, NEWEST_KNOWN_YEAR + 1)) | confirmed_years
        self._years: dict[int, frozenset[int]] = {}
        self._provisional_answers: Counter[int] = Counter()

    @property
    def provisional_answers(self) -> Mapping[int, int]:
        """How many answers about unsettled days were given, by year: what health reports and metrics show."""
        return dict(self._provisional_answers)

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day`. For an unsettled day the answer is provisional, and counted."""
        if self.is_provisional(day):
            self._count_provisional(day.year)
        year = self._years.get(day.year)
        if year is None:
            year = self._years[day.year] = self._workdays_of(day.year)
        return day.toordinal() in year

    def is_holiday(self, day: date) -> bool:
        """Whether it is off as a public holiday, or by the place's own word, and not as an ordinary weekend."""
        number = as_day(day).toordinal()
        return not self.is_workday(day) and (number in _DAYS_OFF or number in self._off)

    def is_provisional(self, day: date) -> bool:
        """Whether the notice that settles `day` is not known."""
        year = as_day(day).year
        if year not in self._settled:
            return True
        return (day.month, day.day) >= LATE_DECEMBER and year + 1 not in self._settled

    def next_workday(self, day: date) -> date:
        """The first working day after `day`, which itself is not considered."""
        following = day + timedelta(days=1)
        while not self.is_workday(following):
            following += timedelta(days=1)
        return following

    def _workdays_of(self, year: int) -> frozenset[int]:
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        national = {
            day
            for day in range(first, last + 1)
            if day in _MAKE_UP_DAYS or ((day - 1) % 7 < _SATURDAY and day not in _DAYS_OFF)
        }
        local = {day for day in self._on if first <= day <= last}
        return frozenset((national | local) - self._off)

    def _count_provisional(self, year: int) -> None:
        if not self._provisional_answers[year]:
            log.warning("days off are not known: Monday to Friday and local exceptions are assumed", year=year)
        self._provisional_answers[year] += 1
