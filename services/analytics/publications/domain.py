"""Which numbers of a period may be published (公布): none by which a single case could be told.

A number is *small* when it is below the place's smallest cell (最小公布数), nothing at all included: whoever saw a 0
become "fewer than five" would know that something came in. Three rules:

1. Areas that lie in one another's company are published together or not at all. So no small one is the rest of a
   subtraction.
2. A number stands alone, without its parts, only when nobody who knows one area in it exactly, as everybody who
   works there does, learns anything of another small one: there are at least ``FEWEST_PARTS`` parts and four times
   the smallest cell in all; the smallest cell is left when the largest part is taken away, and twice as much when the
   largest area inside a part is. Where no part is small, there is nothing to learn.
3. A period is published once, it overlaps no other, and nothing is added to it later. So no two answers can be held
   against each other.

Then whatever a reader knows of one area, any other small one could hold any number below the smallest cell, and all
that was published would be the same (``tests/unit/analytics/test_publishing.py`` goes through every small place).
What stands at an area itself and in no part of it is a part like the others, which may be nothing: it lies nowhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from libs.common.pack.areas import COUNTY_DIGITS, GRID_DIGITS, TOWN_DIGITS, VILLAGE_DIGITS, area_prefix
from libs.common.time.periods import Period, PeriodKind, PeriodRules, period

FEWEST_PARTS = 4
SETTLING = timedelta(days=1)
"""How long after its end a period is published: what comes later is in no publication."""
_TWICE, _FOUR_TIMES = 2, 4
_LEVELS = 2
"""How far below a place is looked: the areas that are published, and those in them, whose people know more."""
_DIGITS_BELOW = {COUNTY_DIGITS: TOWN_DIGITS, TOWN_DIGITS: VILLAGE_DIGITS, VILLAGE_DIGITS: GRID_DIGITS}
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CountedArea:
    """An area with all that was registered in it, and the areas right below it."""

    code: str
    count: int
    parts: tuple["CountedArea", ...] = ()

    @property
    def elsewhere(self) -> int:
        """What stands at it itself, in none of its parts."""
        return self.count - sum(part.count for part in self.parts)


@dataclass(frozen=True, slots=True)
class PublishedCounts:
    """What may be told of a place: all of it, and the areas right below it; None where that would tell too much."""

    total: int | None
    rows: Mapping[str, int] | None


def published(place: CountedArea, smallest_cell: int) -> PublishedCounts:
    """The numbers that may be published; with a smallest cell of 0 all of them."""
    if not stands_alone(place, smallest_cell):
        return PublishedCounts(None, None)
    together = _parts_stand(place, smallest_cell)
    return PublishedCounts(place.count, {part.code: part.count for part in place.parts} if together else None)


def stands_alone(area: CountedArea, smallest_cell: int) -> bool:
    """Whether its number may be told, and nobody learns more of what lies in it than may be told."""
    if area.count < smallest_cell:
        return False
    if not area.parts or smallest_cell == 0 or _parts_stand(area, smallest_cell):
        return True
    inside = max((within.count for part in area.parts for within in part.parts), default=0)
    largest = max(area.elsewhere, *(part.count for part in area.parts))
    return (
        len(area.parts) >= FEWEST_PARTS
        and area.count >= _FOUR_TIMES * smallest_cell
        and area.count - largest >= smallest_cell
        and area.count - inside >= _TWICE * smallest_cell
    )


def _parts_stand(area: CountedArea, smallest_cell: int) -> bool:
    told = area.elsewhere == 0 or area.elsewhere >= smallest_cell
    return told and all(stands_alone(part, smallest_cell) for part in area.parts)


def counted_areas(place_code: str, area_codes: Iterable[str], counts: Mapping[str, int]) -> CountedArea:
    """The place, the areas right below it and those inside these, with what stands at each code or further in.

    ``area_codes`` are those that the place has; what stands at others stands at the one that they lie in.
    """
    known = sorted(set(area_codes))

    def area(code: str, depth: int) -> CountedArea:
        prefix = area_prefix(code)
        inside = [other for other in known if depth and other != code and _lies_right_in(other, prefix)]
        count = sum(many for other, many in counts.items() if other.startswith(prefix))
        return CountedArea(code, count, tuple(area(other, depth - 1) for other in inside))

    return area(place_code, _LEVELS)


def _lies_right_in(code: str, prefix: str) -> bool:
    return code.startswith(prefix) and len(area_prefix(code)) == _DIGITS_BELOW.get(len(prefix), 0)


def following(kind: PeriodKind, after: date, rules: PeriodRules) -> Period:
    """The first period that begins after a day: published ones never overlap, whatever they are cut by."""
    span = period(kind, after + _ONE_DAY, rules)
    while span.first <= after:
        span = period(kind, span.last + _ONE_DAY, rules)
    return span


def ended_year(span: Period, rules: PeriodRules) -> Period | None:
    """The assessment year that ends in a period, if one does."""
    year = period(PeriodKind.YEAR, span.first, rules)
    return year if year.last <= span.last else None
