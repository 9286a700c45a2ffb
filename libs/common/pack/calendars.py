"""The working days (工作日) that a pack makes: the national ones with the place's own."""

from zoneinfo import ZoneInfo

from libs.common.pack.schema import Pack
from libs.common.time.calendar import WorkCalendar


def calendar_of(pack: Pack) -> WorkCalendar:
    """The place's working days."""
    return WorkCalendar(
        ZoneInfo(pack.place.time_zone),
        extra_holidays=frozenset(pack.calendar.extra_holidays),
        extra_workdays=frozenset(pack.calendar.extra_workdays),
        confirmed_years=frozenset(pack.calendar.confirmed_years),
    )
