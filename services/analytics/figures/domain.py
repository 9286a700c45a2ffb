"""Counts to rates (比率): whole numbers and fractions only, rounded once, half up, when printed."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import lcm
from operator import itemgetter
from typing import NamedTuple, TypeVar

from libs.common import shares
from services.analytics.counters.domain import COUNTERS, Counts

_POSITION: dict[str, int] = {counter.value: index for index, counter in enumerate(COUNTERS)}
Name = TypeVar("Name", bound=str)


class Ratio(NamedTuple):
    """A numerator over a denominator, both as counted and weighted, not reduced."""

    numerator: int
    denominator: int

    @property
    def value(self) -> Fraction | None:
        """The exact rate; None when there is no data."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


def weighted(counts: Counts, terms: Mapping[Name, int]) -> int:
    """sum(weight x counter)."""
    return _adder(terms)(counts)


def ratios(
    rows: Mapping[str, Counts], numerator: Mapping[Name, int], denominator: Mapping[Name, int]
) -> dict[str, Ratio]:
    """A formula applied to many rows, by key."""
    above, below = _adder(numerator), _adder(denominator)
    return {key: Ratio(above(counts), below(counts)) for key, counts in rows.items()}


def _adder(terms: Mapping[Name, int]) -> Callable[[Counts], int]:
    """The one rule, made ready for many rows; most sums are of one counter, counted once."""
    weights = [(_POSITION[counter], weight) for counter, weight in terms.items()]
    if len(weights) == 1 and weights[0][1] == 1:
        return itemgetter(weights[0][0])
    return lambda counts: sum([weight * counts[place] for place, weight in weights])


def ratio(counts: Counts, numerator: Mapping[Name, int], denominator: Mapping[Name, int]) -> Ratio:
    """A formula applied to counts."""
    return Ratio(weighted(counts, numerator), weighted(counts, denominator))


def pooled(ratios: Iterable[Ratio]) -> Ratio:
    """微观 micro: all cases in one pot."""
    numerator = denominator = 0
    for one in ratios:
        numerator += one.numerator
        denominator += one.denominator
    return Ratio(numerator, denominator)


def macro_mean(ratios: Iterable[Ratio]) -> tuple[Fraction | None, int]:
    """宏观 macro: the mean of the rows' own rates, and how many rows have one. A row without data is left out."""
    having = [(one.numerator, one.denominator) for one in ratios if one.denominator]
    return (added(having) / len(having) if having else None), len(having)


def added(parts: Iterable[tuple[int, int]]) -> Fraction:
    """The sum of numerators over denominators. Over one common denominator: added one by one, hundreds are slow."""
    found = list(parts)
    common = lcm(*(denominator for _, denominator in found))
    return Fraction(sum(numerator * (common // denominator) for numerator, denominator in found), common)


def score(weights: Mapping[str, int], rates: Mapping[str, Ratio]) -> Fraction | None:
    """综合得分: rates weighted in whole percents; None as soon as one of them has no data."""
    having = [(rate, weight) for code, weight in weights.items() if (rate := rates.get(code)) and rate.denominator]
    if len(having) < len(weights):
        return None
    whole = sum(weights.values())
    return added((rate.numerator * weight, rate.denominator * whole) for rate, weight in having)


def half_up(value: Fraction, decimals: int = 1) -> str:
    """The decimal text of a fraction, rounded half away from zero: 0.05 is 0.1 and -0.05 is -0.1."""
    return shares.rounded(value.numerator, value.denominator, decimals)


def percent(value: Fraction | Ratio | None, decimals: int = 1) -> str | None:
    """The number before the percent sign, as every share prints it; None when there is no data."""
    return None if value is None else shares.percent(value.numerator, value.denominator, decimals)


def plain(count: int, scale: int) -> str:
    """A weighted count in whole cases: ``113.5``; a fraction that has no short decimal stays one: ``1/3``."""
    if scale == 1:
        return str(count)
    whole, rest = divmod(count, scale)
    if not rest:
        return str(whole)
    if rest * 10 % scale == 0:
        return shares.rounded(count, scale, 1)
    value = Fraction(count, scale)
    return f"{value.numerator}/{value.denominator}"


def unweighted(numerator: Mapping[Name, int], denominator: Mapping[Name, int]) -> dict[Name, int] | None:
    """The terms above the line with every case counted whole; None when they are so already, or weigh otherwise."""
    whole = scale_of(denominator)
    if all(weight == whole for weight in numerator.values()) or any(weight > whole for weight in numerator.values()):
        return None
    return dict.fromkeys(numerator, whole)


def scale_of(denominator: Mapping[Name, int]) -> int:
    """The weight that one case has below the line; counts divided by it are cases again. 1 when weights differ."""
    weights = set(denominator.values())
    return weights.pop() if len(weights) == 1 else 1
