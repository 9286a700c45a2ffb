"""What is printed of a share, and how it compares with a target: two things, and only the first is rounded."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.shares import (
    COMPARISON_WORDS,
    MET_WORDS,
    Comparison,
    Met,
    judged,
    mean,
    missed_by,
    percent,
    rounded,
    text_of,
)

DENOMINATORS = st.integers(1, 10**7)
DECIMALS = st.integers(0, 4)
SHARES = DENOMINATORS.flatmap(lambda below: st.tuples(st.integers(0, below), st.just(below)))
PERCENTS = st.decimals(0, 150, places=3).map(Fraction)


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "text"),
    [
        (551, 579, 1, "95.2"),
        (550, 579, 1, "95.0"),
        (361, 400, 1, "90.3"),
        (360, 400, 1, "90.0"),
        (461, 471, 0, "98"),
        (461, 471, 1, "97.9"),
        (462, 471, 1, "98.1"),
        (4599, 4710, 1, "97.6"),
        (12_800, 12_800, 1, "100.0"),
        (12_799, 12_800, 1, "99.9"),
        (12_799, 12_800, 0, "99"),
        (12_791, 12_792, 2, "99.99"),
        (1, 12_800, 1, "0.1"),
        (1, 12_800, 0, "1"),
        (0, 12_800, 1, "0.0"),
        (116, 127, 1, "91.3"),
        (3, 2, 1, "150.0"),
        (0, 0, 1, None),
    ],
)
def test_shares_as_they_are_printed(numerator: int, denominator: int, decimals: int, text: str | None) -> None:
    assert percent(numerator, denominator, decimals) == text
    assert text_of(text) == ("—" if text is None else f"{text} %")


@pytest.mark.parametrize(
    ("numerator", "denominator", "comparison", "bound", "met"),
    [
        (551, 579, Comparison.OVER, 95, Met.MET),
        (550, 579, Comparison.OVER, 95, Met.NOT_MET),
        (550, 579, Comparison.AT_LEAST, 95, Met.NOT_MET),
        (360, 400, Comparison.OVER, 90, Met.NOT_MET),
        (360, 400, Comparison.AT_LEAST, 90, Met.MET),
        (361, 400, Comparison.OVER, 90, Met.MET),
        (461, 471, Comparison.AT_LEAST, 98, Met.NOT_MET),
        (462, 471, Comparison.AT_LEAST, 98, Met.MET),
        (4599, 4710, Comparison.AT_LEAST, 98, Met.NOT_MET),
        (12_799, 12_800, Comparison.AT_LEAST, 100, Met.NOT_MET),
        (12_800, 12_800, Comparison.AT_LEAST, 100, Met.MET),
        (1, 20, Comparison.UNDER, 5, Met.NOT_MET),
        (1, 20, Comparison.AT_MOST, 5, Met.MET),
        (0, 0, Comparison.UNDER, 5, Met.NO_DATA),
        (0, 7, Comparison.UNDER, 5, Met.MET),
    ],
)
def test_targets_as_they_are_meant(
    numerator: int, denominator: int, comparison: Comparison, bound: int, met: Met
) -> None:
    assert judged(numerator, denominator, comparison, Fraction(bound, 100)) is met


@given(SHARES, DECIMALS)
def test_a_share_prints_half_up_and_its_ends_are_its_own(share: tuple[int, int], decimals: int) -> None:
    numerator, denominator = share
    text = percent(numerator, denominator, decimals)
    assert text is not None
    nothing, all_of_it = f"{0:.{decimals}f}", f"{100:.{decimals}f}"
    assert (text == all_of_it) == (numerator == denominator)
    assert (text == nothing) == (numerator == 0)
    half_up = rounded(100 * numerator, denominator, decimals)
    assert text == half_up or half_up in (nothing, all_of_it)


@given(st.integers(1, 10**6), st.integers(0, 10**6), DECIMALS)
def test_more_of_the_same_never_prints_as_less(denominator: int, numerator: int, decimals: int) -> None:
    less, more = (percent(part, denominator, decimals) for part in (numerator, numerator + 1))
    assert less is not None
    assert more is not None
    assert Decimal(less) <= Decimal(more)


@given(
    numerator=st.integers(0, 10**6), thousandths=st.sampled_from([1, 2, 4, 5, 8, 1000, 10**6]), places=st.integers(0, 4)
)
def test_rounding_is_that_of_decimal(numerator: int, thousandths: int, places: int) -> None:
    exact = Decimal(numerator) / Decimal(thousandths)
    expected = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert rounded(numerator, thousandths, places) == f"{expected:.{places}f}"


def test_a_negative_half_rounds_away_from_zero() -> None:
    assert rounded(-1, 20, 1) == "-0.1"
    assert rounded(-1, 100, 1) == "0.0"


@given(st.integers(0, 10**6), st.integers(1, 10**6), PERCENTS, st.sampled_from(Comparison))
def test_a_share_is_compared_as_the_fraction_that_it_is(
    numerator: int, denominator: int, asked: Fraction, comparison: Comparison
) -> None:
    share, bound = Fraction(numerator, denominator), asked / 100
    holds = {
        Comparison.OVER: share > bound,
        Comparison.AT_LEAST: share >= bound,
        Comparison.UNDER: share < bound,
        Comparison.AT_MOST: share <= bound,
    }
    assert (judged(numerator, denominator, comparison, bound) is Met.MET) == holds[comparison]


@given(SHARES, PERCENTS, st.sampled_from(Comparison))
def test_what_is_missed_is_missed_by_the_whole_difference(
    share: tuple[int, int], asked: Fraction, comparison: Comparison
) -> None:
    bound = asked / 100
    missed = missed_by(*share, bound)
    better = bound + missed if comparison in (Comparison.UNDER, Comparison.AT_MOST) else bound - missed
    if judged(*share, comparison, bound) is Met.NOT_MET:
        assert better == Fraction(*share)
    assert missed_by(550, 579, Fraction(95, 100)) == Fraction(1, 11580)


def test_every_word_has_both_languages() -> None:
    assert COMPARISON_WORDS.keys() == set(Comparison)
    assert MET_WORDS.keys() == set(Met)


@given(st.integers(0, 10**7), st.integers(1, 10**5))
def test_what_is_not_whole_never_prints_as_whole(numerator: int, denominator: int) -> None:
    told = mean(numerator, denominator)
    assert told is not None
    assert (Fraction(told).denominator == 1) == (numerator % denominator == 0)
    assert abs(Fraction(told) - Fraction(numerator, denominator)) <= Fraction(1, 100)


def test_how_many_there_are_to_each() -> None:
    assert mean(1_425, 110) == "12.95"
    assert mean(12_996, 1_000) == "12.99"
    assert mean(13_004, 1_000) == "13.01"
    assert mean(1_430, 110) == "13.00"
    assert mean(0, 5) == "0.00"
    assert mean(1, 0) is None
    assert text_of(percent(12_791, 12_800)) == "99.9 %"
