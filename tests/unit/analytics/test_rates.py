"""Rates are exact until they are printed."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.figures.domain import Ratio, added, macro_mean, percent, plain, pooled, scale_of, score


def test_pooled_and_mean_of_units_are_two_numbers() -> None:
    units = [Ratio(1, 1), Ratio(50, 100), Ratio(0, 0)]
    assert pooled(units) == Ratio(51, 101)
    assert macro_mean(units) == (Fraction(3, 4), 2)
    assert percent(pooled(units).value) == "50.5"


def test_no_unit_with_data_has_no_mean() -> None:
    assert macro_mean([Ratio(0, 0)]) == (None, 0)
    assert pooled([]).value is None


def test_a_score_without_one_of_its_rates_is_none() -> None:
    weights = {"response": 10, "resolution": 50, "satisfaction": 40}
    full = {"response": Ratio(3, 3), "resolution": Ratio(18, 20), "satisfaction": Ratio(4, 5)}
    assert score(weights, full) == Fraction(87, 100)
    assert score(weights, full | {"resolution": Ratio(0, 0)}) is None
    assert score(weights, {"response": Ratio(3, 3)}) is None


def test_weighted_counts_read_as_cases() -> None:
    assert scale_of({"valid_callbacks": 10}) == 10
    assert scale_of({"closed": 1, "withdrawn": 2}) == 1
    assert [plain(1135, 10), plain(30, 10), plain(1, 3), plain(2, 6)] == ["113.5", "3", "1/3", "1/3"]


@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(1, 10**6)), max_size=60))
def test_what_is_added_over_one_denominator_is_the_sum(parts: list[tuple[int, int]]) -> None:
    assert added(parts) == sum((Fraction(*part) for part in parts), Fraction(0))


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 3))
def test_a_ratio_prints_as_its_value(numerator: int, denominator: int, decimals: int) -> None:
    ratio = Ratio(numerator, denominator)
    assert percent(ratio, decimals) == percent(ratio.value, decimals)
