"""Which roll-ups answer a question: together they hold every day once, and know all that is asked for."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.rollups.domain import FINE, GrainPart, QuestionNeeds, monday
from services.analytics.rollups.tables import CASES

DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))
NEEDS = st.builds(
    QuestionNeeds,
    st.sampled_from([0, 6, 9, 12, 15]),
    st.frozensets(st.sampled_from(["unit_code", "category_code", "channel", "kind"])),
)
BY_NAME = {grain.name: grain for grain in CASES.grains}
ONE_DAY = timedelta(days=1)


def days_of(part: GrainPart) -> list[date]:
    return [first + ONE_DAY * offset for first, last in part.stretches for offset in range((last - first).days + 1)]


@given(DAYS, st.integers(0, 900), NEEDS, st.booleans())
def test_every_day_is_read_once_and_all_is_told_apart(
    first: date, length: int, needs: QuestionNeeds, by_day: bool
) -> None:
    last = first + ONE_DAY * length
    found = list(CASES.parts(first, last, needs, by_day=by_day))
    assert sorted(day for part in found for day in days_of(part)) == [first + ONE_DAY * n for n in range(length + 1)]
    for part in found:
        if part.grain == FINE:
            continue
        grain = BY_NAME[part.grain]
        assert grain.knows(needs)
        assert not (grain.weekly and by_day)
        if grain.weekly:
            ((begins, ends),) = part.stretches
            assert (begins, ends + ONE_DAY) == (monday(begins), monday(ends + ONE_DAY))


@given(DAYS)
def test_a_week_holds_its_days(day: date) -> None:
    assert monday(day) <= day < monday(day) + 7 * ONE_DAY
    assert monday(day).isoweekday() == 1


def test_whole_weeks_alone_need_no_single_days() -> None:
    asked = QuestionNeeds(6, frozenset({"category_code"}))
    assert list(CASES.parts(date(2026, 1, 5), date(2026, 2, 1), asked, by_day=False)) == [
        GrainPart("week_categories", ((date(2026, 1, 5), date(2026, 2, 1)),))
    ]


def test_the_coarsest_that_knows_enough_is_read() -> None:
    year = (date(2026, 1, 1), date(2026, 12, 31))
    for digits, dimensions, weeks, days in (
        (6, frozenset[str](), "week_units", "day_towns"),
        (9, frozenset[str](), "week_units", "day_towns"),
        (12, frozenset({"unit_code"}), "week_units", FINE),
        (9, frozenset({"unit_code", "category_code"}), "week_categories", FINE),
        (6, frozenset({"kind"}), "week_channels", FINE),
    ):
        for by_day, grains in ((True, [days]), (False, [weeks, days])):
            assert [
                part.grain for part in CASES.parts(*year, QuestionNeeds(digits, dimensions), by_day=by_day)
            ] == grains
    for digits, dimensions in (
        (12, frozenset({"kind"})),
        (15, frozenset[str]()),
        (6, frozenset({"kind", "unit_code"})),
    ):
        assert list(CASES.parts(*year, QuestionNeeds(digits, dimensions), by_day=False)) == [GrainPart(FINE, (year,))]
