"""In what order a list is walked (路线): by where the households are, where most of them say that; else by their doors.

The way is an open one: it begins at the household that comes first by group and door, goes on to the nearest one each
time, and is then shortened by turning stretches of it around (2-opt) until no turn makes it shorter, or for
`MOST_SWEEPS` of it. It is never longer than the order of doors: where that is shorter, that is walked. A long list is
walked piece by piece, each of `PIECE` households that follow by their doors, so that time grows with its length alone.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, fsum, hypot, radians
from typing import NamedTuple

PIECE = 100
MOST_SWEEPS = 10
_ENOUGH = (2, 3)
"""Of a list this share says where it is, or it is walked by doors."""
_METRES = 111_320.0
"""Of a degree of latitude."""
_SHORTER = 1e-6
"""Metres: less than that is no difference, whatever numbers come to."""


class Spot(NamedTuple):
    """Where a household is: decimal degrees of WGS84."""

    latitude: float
    longitude: float


def walked(spots: Sequence[Spot | None]) -> list[int]:
    """The places of a list, which is in the order of its doors, as they are walked. The same list, the same way.

    Who does not say where it is comes right behind whoever is before it by the doors.
    """
    known = [place for place, spot in enumerate(spots) if spot is not None]
    share, whole = _ENOUGH
    if len(known) * whole < len(spots) * share:
        return [*range(len(spots))]
    located = [spot for spot in spots if spot is not None]
    flat = _flat(located)
    way: list[int] = []
    for begin in range(0, len(flat), PIECE):
        way += _route([*range(begin, min(begin + PIECE, len(flat)))], flat)
    if length_of([located[one] for one in way]) > length_of(located) - _SHORTER:
        way = [*range(len(flat))]
    return _with_the_others([known[one] for one in way], spots)


def length_of(spots: Sequence[Spot]) -> float:
    """Metres from the first to the last of them, in their order."""
    return sum(_apart(one, other) for one, other in pairwise(_flat(spots)))


def _flat(spots: Sequence[Spot]) -> list[tuple[float, float]]:
    """Metres east and north: over the width of a town the earth is flat."""
    shrunk = cos(radians(fsum(spot.latitude for spot in spots) / max(1, len(spots))))
    return [(spot.longitude * _METRES * shrunk, spot.latitude * _METRES) for spot in spots]


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _route(piece: list[int], flat: Sequence[tuple[float, float]]) -> list[int]:
    way, left = piece[:1], piece[1:]
    while left:
        here = flat[way[-1]]
        nearest = min(left, key=lambda one: (_apart(here, flat[one]), one))
        left.remove(nearest)
        way.append(nearest)
    for _ in range(MOST_SWEEPS):
        if not _shortened(way, flat):
            break
    return way


def _shortened(way: list[int], flat: Sequence[tuple[float, float]]) -> bool:
    """Turn around each stretch by which the way becomes shorter; whether there was one. Its beginning stays."""
    found = False
    for begin in range(1, len(way) - 1):
        before = flat[way[begin - 1]]
        for end in range(begin + 1, len(way)):
            first, last = flat[way[begin]], flat[way[end]]
            gain = _apart(before, first) - _apart(before, last)
            if end + 1 < len(way):
                after = flat[way[end + 1]]
                gain += _apart(last, after) - _apart(first, after)
            if gain > _SHORTER:
                way[begin : end + 1] = way[begin : end + 1][::-1]
                found = True
    return found


def _with_the_others(way: Sequence[int], spots: Sequence[Spot | None]) -> list[int]:
    begun: list[int] = []
    behind: dict[int, list[int]] = {}
    before: int | None = None
    for place, spot in enumerate(spots):
        if spot is not None:
            before = place
        elif before is None:
            begun.append(place)
        else:
            behind.setdefault(before, []).append(place)
    return begun + [place for one in way for place in (one, *behind.get(one, ()))]
