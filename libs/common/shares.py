"""A share (比率) as exact numbers: how it is printed, and how it compares with a target value (目标值).

Everything that shows a share prints it here: the texts of the API, the county page, the tables of the command. What is
printed is rounded; what is compared never is.
"""

import operator
from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction

NO_DATA = "—"
"""What a share without a denominator prints: no data is not 0."""

_HUNDRED = 100


class Comparison(StrEnum):
    """How a target value is meant: ``over`` 95 % leaves out 95 % itself, ``at_least`` takes it in."""

    OVER = "over"
    AT_LEAST = "at_least"
    UNDER = "under"
    AT_MOST = "at_most"


class Met(StrEnum):
    """Whether a share is as its target asks (达标)."""

    MET = "met"
    NOT_MET = "not_met"
    NO_DATA = "no_data"


_HOLDS: dict[Comparison, Callable[[int, int], bool]] = {
    Comparison.OVER: operator.gt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.UNDER: operator.lt,
    Comparison.AT_MOST: operator.le,
}
COMPARISON_WORDS: dict[Comparison, tuple[str, str]] = {
    Comparison.OVER: ("高于", "over"),
    Comparison.AT_LEAST: ("不低于", "at least"),
    Comparison.UNDER: ("低于", "under"),
    Comparison.AT_MOST: ("不高于", "at most"),
}
"""In Chinese and English."""
MET_WORDS: dict[Met, tuple[str, str]] = {
    Met.MET: ("达标", "met"),
    Met.NOT_MET: ("未达标", "not met"),
    Met.NO_DATA: ("无数据", "no data"),
}
"""In Chinese and English."""


def rounded(numerator: int, denominator: int, decimals: int) -> str:
    """The decimal text of a fraction, half away from zero: 1/20 is 0.1 and -1/20 is -0.1. ``denominator`` > 0."""
    units = (abs(numerator) * 2 * 10**decimals + denominator) // (denominator * 2)
    return f"-{_decimal(units, decimals)}" if numerator < 0 and units else _decimal(units, decimals)


def percent(numerator: int, denominator: int, decimals: int = 1) -> str | None:
    """The number before the percent sign, half up; None when there is no data.

    A share below one never prints as 100, and one above nothing never as 0, however many digits it has.
    """
    if not denominator:
        return None
    whole = _HUNDRED * 10**decimals
    units = (numerator * 2 * whole + denominator) // (denominator * 2)
    if numerator < denominator:
        units = min(units, whole - 1)
    if numerator > 0:
        units = max(units, 1)
    return _decimal(units, decimals)


def mean(numerator: int, denominator: int, decimals: int = 2) -> str | None:
    """The decimal text of how many there are to each, half up; None when there is none to have any.

    What is not a whole number never prints as one: 12.996 is 12.99.
    """
    if not denominator:
        return None
    one = 10**decimals
    units = (numerator * one * 2 + denominator) // (denominator * 2)
    if numerator % denominator and not units % one:
        units += 1 if units * denominator < numerator * one else -1
    return _decimal(units, decimals)


def text_of(number: str | None) -> str:
    """What ``percent`` gave, for people: ``91.3 %`` or ``—``."""
    return NO_DATA if number is None else f"{number} %"


def judged(numerator: int, denominator: int, comparison: Comparison, bound: Fraction) -> Met:
    """Whether a share is as the target asks: compared as fractions, whatever either of them prints."""
    if not denominator:
        return Met.NO_DATA
    holds = _HOLDS[comparison](numerator * bound.denominator, bound.numerator * denominator)
    return Met.MET if holds else Met.NOT_MET


def missed_by(numerator: int, denominator: int, bound: Fraction) -> Fraction:
    """How far a share lies from its target value, as a fraction of the whole: 550/579 lies 1/11580 from 95 %."""
    return abs(bound - Fraction(numerator, denominator))


def _decimal(units: int, decimals: int) -> str:
    """So many units of the last digit."""
    digits = str(units)
    if not decimals:
        return digits
    digits = digits.zfill(decimals + 1)
    return f"{digits[:-decimals]}.{digits[-decimals:]}"
