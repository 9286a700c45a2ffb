"""Moments and local days: the one place where an instant becomes a day of a place, and a day becomes instants.

Arithmetic between two datetimes of the same `ZoneInfo` is wall-clock arithmetic in Python, wrong across a change of the
offset. So every function of this package turns its moments into UTC first.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
_LAST_INSTANT = timedelta(microseconds=1)


def as_utc(moment: datetime, name: str = "moment") -> datetime:
    """The same instant in UTC.

    Raises:
        ValueError: the datetime is naive, so it names no instant; `name` says which argument.
    """
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        message = f"{name} must carry a time zone, got {moment.isoformat()}"
        raise ValueError(message)
    return moment.astimezone(UTC)


def as_day(day: date, name: str = "day") -> date:
    """The day itself.

    Raises:
        TypeError: a datetime was given; it is a `date` to Python, but its day depends on the zone.
    """
    if isinstance(day, datetime):
        message = f"{name} must be a date, got the datetime {day.isoformat()}"
        raise TypeError(message)
    return day


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day that `moment` falls on in `zone`."""
    return as_utc(moment).astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo, at: time = MIDNIGHT) -> datetime:
    """The UTC instant at which the wall clocks of `zone` reach `at` on `day`, the first one if they do so twice."""
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which `day` is over in `zone`: the next local midnight, itself no longer part of the day."""
    return day_start(day + timedelta(days=1), zone)


def last_day(due_at: datetime, zone: ZoneInfo) -> date:
    """The day on which a limit is over: the one that ends then, if it is over at midnight."""
    return local_day(due_at - _LAST_INSTANT, zone)
