"""The recurring days of a pack (走访日): as a rule of days, and which areas are to go out on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from libs.common.pack.directory import Directory, UnknownCode
from libs.common.pack.schema import Area, Pack, VisitDays
from libs.common.pack.versions import PackVersions
from libs.common.time.moments import day_start
from libs.common.time.recurring import Recurrence, day_of, is_left_out, moved_to


def recurrence_of(days: VisitDays) -> Recurrence:
    """On which days they come."""
    return Recurrence(
        frozenset(days.weekdays), frozenset(days.month_days), days.from_day, days.until_day, days.on_holiday
    )


def expects(days: VisitDays, area: Area) -> bool:
    """Whether the area is to go out on them. Of a rule that says no level and no kind none is."""
    if days.area_level is None and days.area_kind is None:
        return False
    return days.area_level in (None, area.level) and days.area_kind in (None, area.kind)


def days_called(pack: Pack, code: str) -> VisitDays:
    """The rule of this code. UnknownCode."""
    for days in pack.visits.days:
        if days.code == code:
            return days
    raise UnknownCode("days", code, None)


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day of a rule, by the pack in force as it began: what comes later does not change what was expected of it."""

    day: date
    days: VisitDays
    directory: Directory
    instead_of: tuple[date, ...]
    """Holidays whose place it takes."""


@dataclass(frozen=True, slots=True)
class HolidayDay:
    """A day of a rule that falls on a holiday; ``moved_to`` the day that takes its place, None where it is left out."""

    day: date
    days: VisitDays
    moved_to: date | None


def planned_days(packs: PackVersions, zone: ZoneInfo, first: date, last: date) -> Iterator[PlannedDay]:
    """Every day of every rule from a day to another, in order; two rules may be on one day."""
    for day, directory in _by_day(packs, zone, first, last):
        for days in directory.pack.visits.days:
            found = day_of(recurrence_of(days), directory.calendar(), day)
            if found is not None:
                yield PlannedDay(day, days, directory, found.instead_of)


def holiday_days(packs: PackVersions, zone: ZoneInfo, first: date, last: date) -> Iterator[HolidayDay]:
    """Every day of every rule that falls on a holiday."""
    for day, directory in _by_day(packs, zone, first, last):
        for days in directory.pack.visits.days:
            if is_left_out(recurrence_of(days), directory.calendar(), day):
                yield HolidayDay(day, days, moved_to(recurrence_of(days), directory.calendar(), day))


def _by_day(packs: PackVersions, zone: ZoneInfo, first: date, last: date) -> Iterator[tuple[date, Directory]]:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        yield day, packs.current(day_start(day, zone)).directory
