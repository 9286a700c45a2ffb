"""Which roll-ups answer a question: together they hold every day once, and know all that is asked for."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.rollups.domain import FINE, GRAINS, Needs, Part, month_start, next_month, parts

DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))
STARTS = st.integers(1, 28)
NEEDS = st.builds(
    Needs,
    st.sampled_from([0, 6, 9, 12, 15]),
    st.frozensets(st.sampled_from(["unit_code", "category_code", "channel", "kind"])),
)
BY_NAME = {grain.name: grain for grain in GRAINS}
ONE_DAY = timedelta(days=1)


def days_of(part: Part) -> list[date]:
    return [first + ONE_DAY * offset for first, last in part.stretches for offset in range((last - first).days + 1)]


@given(DAYS, st.integers(0, 900), STARTS, NEEDS, st.booleans())
def test_every_day_is_read_once_and_all_is_told_apart(
    first: date, length: int, starts_on: int, needs: Needs, by_day: bool
) -> None:
    last = first + ONE_DAY * length
    found = list(parts(first, last, starts_on, needs, by_day=by_day))
    assert sorted(day for part in found for day in days_of(part)) == [first + ONE_DAY * n for n in range(length + 1)]
    for part in found:
        if part.grain == FINE:
            continue
        grain = BY_NAME[part.grain]
        assert grain.knows(needs)
        assert not (grain.monthly and by_day)
        if grain.monthly:
            ((begins, ends),) = part.stretches
            assert (begins.day, (ends + ONE_DAY).day) == (starts_on, starts_on)


@given(DAYS, STARTS)
def test_a_month_holds_its_days(day: date, starts_on: int) -> None:
    start = month_start(day, starts_on)
    assert start <= day < next_month(start)
    assert next_month(start).day == start.day == starts_on


def test_whole_months_alone_need_no_single_days() -> None:
    asked = Needs(6, frozenset({"category_code"}))
    assert list(parts(date(2025, 12, 19), date(2026, 12, 18), 19, asked, by_day=False)) == [
        Part("month_categories", ((date(2025, 12, 19), date(2026, 12, 18)),))
    ]


def test_the_coarsest_that_knows_enough_is_read() -> None:
    year = (date(2026, 1, 1), date(2026, 12, 31), 1)
    for digits, dimensions, grain in (
        (6, frozenset[str](), "month_units"),
        (12, frozenset({"unit_code"}), "month_units"),
        (9, frozenset({"unit_code", "category_code"}), "month_categories"),
        (6, frozenset({"kind"}), "month_channels"),
        (12, frozenset({"kind"}), "month_village_channels"),
        (12, frozenset({"category_code"}), "month_village_categories"),
        (6, frozenset({"kind", "unit_code"}), "month_unit_channels"),
        (6, frozenset({"channel", "category_code"}), "month_category_channels"),
        (9, frozenset({"channel", "category_code"}), "month_all"),
        (15, frozenset[str](), "month_all"),
    ):
        assert [part.grain for part in parts(*year, Needs(digits, dimensions), by_day=False)] == [grain]
    for digits, dimensions, grain in (
        (9, frozenset[str](), "day_towns"),
        (6, frozenset({"category_code"}), "day_categories"),
        (6, frozenset({"kind"}), "day_channels"),
        (12, frozenset[str](), "day_grids"),
        (15, frozenset[str](), "day_grids"),
        (12, frozenset({"unit_code"}), "day_units"),
        (6, frozenset({"unit_code", "category_code"}), "day_unit_categories"),
        (9, frozenset({"category_code"}), "day_town_categories"),
        (9, frozenset({"category_code", "kind"}), "day_town_categories"),
        (9, frozenset({"kind"}), "day_town_channels"),
        (9, frozenset({"category_code", "channel"}), FINE),
        (12, frozenset({"kind"}), FINE),
    ):
        assert [part.grain for part in parts(*year, Needs(digits, dimensions), by_day=True)] == [grain]
