"""Histograms of times (用时分布): whole minutes counted into buckets with fixed bounds, so that they can be added up.

The median and the ninth decile are those of the nearest rank: of n times in their order the one at place n/2, or 9n/10,
rounded up. It lies in the bucket that is found, whatever was added up; no more is claimed.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

_MINUTE = timedelta(minutes=1)
_HOUR, _DAY = 60, 24 * 60
BOUNDS: tuple[int, ...] = (
    *(0, 5, 10, 15, 20, 30, 45),
    *(_HOUR * hours for hours in (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20)),
    *(_DAY * days for days in (*range(1, 11), 12, 14, 16, 18, 21, 25, 30, 40, 50, 60, 90, 120, 180, 365)),
)
"""Where each bucket begins, in minutes; it ends before the next begins, and the last does not end."""

MEDIAN, NINTH_DECILE = Fraction(1, 2), Fraction(9, 10)


class HourCell(NamedTuple):
    """The key of a row of the cube of times. ``day`` is the one on which the time ended."""

    span: str
    day: date
    area_code: str
    unit_code: str
    category_code: str
    channel: str
    kind: str
    bucket: int


def bucket_between(begun: datetime, ended: datetime) -> int:
    """The place in ``BOUNDS`` of a time in whole minutes."""
    return bisect_right(BOUNDS, max(0, (ended - begun) // _MINUTE)) - 1


def bucket_at(share: Fraction, histogram: Mapping[int, int]) -> int | None:
    """The bucket that holds the time of the nearest rank, of entries by bucket; None when there are none."""
    rank = -(-sum(histogram.values()) * share.numerator // share.denominator)
    reached = 0
    for bucket in sorted(histogram):
        reached += histogram[bucket]
        if reached >= rank > 0:
            return bucket
    return None


def bounds_of(bucket: int) -> tuple[int, int | None]:
    """Minutes from which it holds, and before which; None for the last."""
    return BOUNDS[bucket], BOUNDS[bucket + 1] if bucket + 1 < len(BOUNDS) else None
