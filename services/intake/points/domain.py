"""A collection point's hours (开放时间), and who may say who was on duty there (值守)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from libs.common.events.occasion_terms import AtHours, PointKind
from libs.common.rules.machine import Actor, NotTheirs

KINDS: Mapping[PointKind, tuple[str, str]] = {
    PointKind.ESTATE: ("小区", "estate"),
    PointKind.SQUARE: ("广场", "square"),
    PointKind.MARKET: ("市场", "market"),
    PointKind.OFFICE: ("办公场所", "office"),
    PointKind.OTHER: ("其他", "other"),
}


@dataclass(frozen=True, slots=True)
class PointHours:
    """From when to when it is open, by the place's clock, within one day."""

    opens_at: time
    closes_at: time

    def kept_by(self, started: datetime, ended: datetime, *, opens: bool) -> AtHours:
        """Whether somebody who listened from one local time to another kept to them; ``opens``: on that day at all."""
        if not opens:
            return AtHours.NOT_OPEN_THAT_DAY
        same_day = started.date() == ended.date()
        if same_day and self.opens_at <= started.time() and ended.time() <= self.closes_at:
            return AtHours.WITHIN
        return AtHours.OUTSIDE


def check_who_says(before: frozenset[str], after: frozenset[str], day: date, today: date, by: Actor) -> None:
    """NotTheirs where somebody says of themself, of a day that is over, that they were on duty, or were not."""
    if day < today and by.staff_id in before ^ after:
        raise NotTheirs(
            "Whether you were on duty on a day that is over is for somebody else to say",
            "以前日期本人是否值守须由他人登记",
        )
