"""When a note opens (敏感情况开放): to those who are to go there, some hours before the day, until it is over."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """From when until when a note is open for a planned visit (开放时段)."""

    begins_at: datetime
    ends_at: datetime

    def holds_at(self, moment: datetime) -> bool:
        """Whether it is open then."""
        return self.begins_at <= moment < self.ends_at


@dataclass(frozen=True, slots=True)
class Nights:
    """How days end in a place: those whose night goes on after midnight end with it (``until``)."""

    zone: ZoneInfo
    until: time | None = None


def nights(zone: ZoneInfo, night_from: time | None, night_until: time | None) -> Nights:
    """By the place's hours of the night."""
    goes_on = night_from is not None and night_until is not None and night_until < night_from
    return Nights(zone, night_until if goes_on else None)


def opening(day: date, hours: int, how: Nights) -> Opening:
    """Of a visit that is planned on a day: so many hours before it begins, until it, or its night, is over."""
    begins = datetime.combine(day, time(), how.zone)
    ends = datetime.combine(day + _DAY, how.until or time(), how.zone)
    return Opening(begins - timedelta(hours=hours), ends)


def open_until(days: Iterable[date], hours: int, how: Nights, now: datetime) -> datetime | None:
    """Until when a note is open to somebody who is to go there on these days; None while it is not."""
    spans = (opening(day, hours, how) for day in days)
    return max((span.ends_at for span in spans if span.holds_at(now)), default=None)


def may_open(posts: Collection[str], held: Collection[str]) -> bool:
    """Whether somebody who holds these posts is one of those for whom it is."""
    return bool(held) and (not posts or not set(posts).isdisjoint(held))
