"""Coarse roll-ups (粗粒度汇总): the same integers, added up over what a question does not ask for: few rows to read.

The fine roll-up knows every dimension and every day. A *grain* knows fewer: areas cut to some digits, only some other
dimensions, and whole months instead of days. A question is answered from the coarsest grain that knows all it asks for:
whole months from a monthly one, the days that are left over from a daily one. What comes out is the same to the last
integer whichever is read, since each is the sum of the fine one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FINE = "fine"
"""The name of the fine roll-up itself, where one is asked for."""

_COUNTY, _TOWN, _VILLAGE, _WHOLE = 6, 9, 12, 15
"""Digits of an area's code."""
_ONE_DAY = timedelta(days=1)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Grain:
    """What one coarse roll-up knows. ``digits``: of an area's code; ``dimensions``: beside basis, time and area."""

    name: str
    monthly: bool
    digits: int
    dimensions: frozenset[str]

    def knows(self, asked: "Needs") -> bool:
        """Whether it tells apart all that is asked for."""
        return asked.digits <= self.digits and asked.dimensions <= self.dimensions


@dataclass(frozen=True, slots=True)
class Needs:
    """What a question tells apart or narrows to."""

    digits: int
    dimensions: frozenset[str]


UNITS, CATEGORIES = "unit_code", "category_code"
CHANNELS = frozenset({"channel", "kind"})

GRAINS: tuple[Grain, ...] = (
    Grain("day_towns", monthly=False, digits=_TOWN, dimensions=frozenset()),
    Grain("day_categories", monthly=False, digits=_COUNTY, dimensions=frozenset({CATEGORIES})),
    Grain("day_channels", monthly=False, digits=_COUNTY, dimensions=CHANNELS),
    Grain("day_town_channels", monthly=False, digits=_TOWN, dimensions=CHANNELS),
    Grain("day_town_categories", monthly=False, digits=_TOWN, dimensions=frozenset({CATEGORIES, "kind"})),
    Grain("day_grids", monthly=False, digits=_WHOLE, dimensions=frozenset()),
    Grain("day_unit_categories", monthly=False, digits=_COUNTY, dimensions=frozenset({UNITS, CATEGORIES})),
    Grain("day_units", monthly=False, digits=_VILLAGE, dimensions=frozenset({UNITS})),
    Grain("month_units", monthly=True, digits=_VILLAGE, dimensions=frozenset({UNITS})),
    Grain("month_categories", monthly=True, digits=_TOWN, dimensions=frozenset({UNITS, CATEGORIES})),
    Grain("month_channels", monthly=True, digits=_TOWN, dimensions=CHANNELS),
    Grain("month_village_categories", monthly=True, digits=_VILLAGE, dimensions=frozenset({CATEGORIES})),
    Grain("month_village_channels", monthly=True, digits=_VILLAGE, dimensions=CHANNELS),
    Grain("month_unit_channels", monthly=True, digits=_COUNTY, dimensions=CHANNELS | {UNITS}),
    Grain("month_category_channels", monthly=True, digits=_COUNTY, dimensions=CHANNELS | {CATEGORIES}),
    Grain("month_all", monthly=True, digits=_WHOLE, dimensions=CHANNELS | {UNITS, CATEGORIES}),
)
"""In the order in which they are tried: the fewest rows first. The last one of the monthly knows everything."""


@dataclass(frozen=True, slots=True)
class Part:
    """Days to be read from one roll-up, both ends of each stretch included; a month stands on its first day."""

    grain: str
    stretches: tuple[tuple[date, date], ...]


def month_start(day: date, starts_on: int) -> date:
    """The first day of the month of a day, when months start on this day of the calendar's."""
    if day.day >= starts_on:
        return day.replace(day=starts_on)
    index = day.year * _MONTHS + day.month - 2
    return date(index // _MONTHS, index % _MONTHS + 1, starts_on)


def next_month(start: date) -> date:
    """The first day of the month after the one that starts here."""
    index = start.year * _MONTHS + start.month
    return date(index // _MONTHS, index % _MONTHS + 1, start.day)


def parts(first: date, last: date, starts_on: int, needs: Needs, *, by_day: bool) -> Iterator[Part]:
    """What to read so that every day from ``first`` to ``last`` is read once; ``by_day``: each by itself."""
    daily = _first_that_knows(needs, monthly=False)
    begins = month_start(first, starts_on)
    if begins < first:
        begins = next_month(begins)
    ends = month_start(last + _ONE_DAY, starts_on)
    if by_day or begins >= ends:
        yield Part(daily, ((first, last),))
        return
    yield Part(_first_that_knows(needs, monthly=True), ((begins, ends - _ONE_DAY),))
    edges = ((first, begins - _ONE_DAY), (ends, last))
    left = tuple(edge for edge in edges if edge[0] <= edge[1])
    if left:
        yield Part(daily, left)


def _first_that_knows(needs: Needs, *, monthly: bool) -> str:
    return next((grain.name for grain in GRAINS if grain.monthly is monthly and grain.knows(needs)), FINE)
