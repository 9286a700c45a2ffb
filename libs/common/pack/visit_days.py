"""The recurring days of a pack (走访日): as a rule of days, and which areas are to go out on them."""

from libs.common.pack.directory import UnknownCode
from libs.common.pack.schema import Area, Pack, VisitDays
from libs.common.time.recurring import Recurrence


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
