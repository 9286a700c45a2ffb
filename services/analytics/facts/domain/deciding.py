"""What a promise that is decided counts as (时限已定): kept in time, or not. One that runs counts as nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from libs.common.counters import Counter
from libs.common.events.terms import Deadline

Happening = tuple[Counter, str, datetime, int]
"""Something that counts: which counter, for which unit, when, and how much. A plain tuple: there are many."""

_INSTANT = timedelta(microseconds=1)


def decided(deadline: str, due_at: datetime, unit: str, *, in_time: bool) -> Iterator[Happening]:
    """All that a promise counts as, for a unit, on the day on which it fell due."""
    due, on_time, *late = Deadline.read(deadline).promise.counted_as
    for counter in (due, on_time) if in_time else (due, *late):
        yield counter, unit, day_due(due_at), 1


def day_due(due_at: datetime) -> datetime:
    """A limit that ends at midnight falls due on the day before: that midnight is already late."""
    return due_at - _INSTANT
