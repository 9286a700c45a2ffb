"""Area days: each area once a day, and what came of it; against a slow count of its own."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from libs.common.pack.areas import contains
from services.intake.days.domain import AreaDay, AreaDayState, TeamOnDay, joined, went

TUESDAY = date(2019, 8, 13)
COMMUNITY, PATCH, OTHER = "511703002001", "511703002001001", "511703002001002"


def team(area: str = PATCH, present: int | None = 4, rule: str = "patch", day: date = TUESDAY) -> TeamOnDay:
    return TeamOnDay(day, rule, area, 4, present, short=present == 1)


def standing(*teams: TeamOnDay, rules: frozenset[str] | None = None) -> AreaDayState:
    (found,) = went([AreaDay(TUESDAY, PATCH, rules)], teams)
    return found.state


def test_an_area_went_out_when_somebody_of_a_team_of_it_was_there() -> None:
    assert standing(team()) is AreaDayState.WENT
    assert standing(team(present=0)) is AreaDayState.NOBODY_CAME
    assert standing(team(present=None)) is AreaDayState.NOT_KEPT
    assert standing() is AreaDayState.NO_TEAM
    assert standing(team(present=0), team(present=None)) is AreaDayState.NOT_KEPT
    assert standing(team(present=0), team()) is AreaDayState.WENT


def test_a_team_of_another_area_day_or_rule_is_none_of_it() -> None:
    assert standing(team(OTHER), team(COMMUNITY), team(day=TUESDAY + timedelta(days=1))) is AreaDayState.NO_TEAM
    assert standing(team(rule="night"), rules=frozenset({"patch"})) is AreaDayState.NO_TEAM
    (whole,) = went([AreaDay(TUESDAY, COMMUNITY, None)], [team(), team(OTHER, present=1)])
    assert (whole.state, whole.members, whole.present, whole.short) == (AreaDayState.WENT, 8, 5, True)


def test_two_rules_on_one_day_ask_for_an_area_once() -> None:
    patch = frozenset({"patch"})
    both = [AreaDay(TUESDAY, PATCH, patch), AreaDay(TUESDAY, PATCH, frozenset({"night"}))]
    assert joined(both) == [AreaDay(TUESDAY, PATCH, frozenset({"patch", "night"}))]
    assert joined([*both, AreaDay(TUESDAY, PATCH, None)]) == [AreaDay(TUESDAY, PATCH, None)]


_AREAS = st.sampled_from([COMMUNITY, PATCH, OTHER, "511703002002", "511703002002001"])
_DAYS = st.integers(0, 2).map(lambda n: TUESDAY + timedelta(days=7 * n))
_RULES = st.sampled_from(["patch", "night"])
_TEAMS = st.builds(TeamOnDay, _DAYS, _RULES, _AREAS, st.just(4), st.none() | st.integers(0, 4), st.booleans())


@given(
    st.lists(st.builds(AreaDay, _DAYS, _AREAS, st.none() | st.frozensets(_RULES, min_size=1)), max_size=20),
    st.lists(_TEAMS, max_size=12),
)
def test_what_came_of_each_is_that_of_a_slow_count(asked: list[AreaDay], teams: list[TeamOnDay]) -> None:
    expected = joined(asked)
    assert {(one.day, one.area_code) for one in expected} == {(one.day, one.area_code) for one in asked}
    found = went(expected, teams)
    assert [row.area_day for row in found] == expected
    for row in found:
        of_it = [
            one
            for one in teams
            if one.on_day == row.area_day.day
            and contains(row.area_day.area_code, one.area_code)
            and (row.area_day.teams is None or one.rule in row.area_day.teams)
        ]
        assert row.present == sum(one.present or 0 for one in of_it)
        assert (row.state is AreaDayState.WENT) == any(one.present for one in of_it)
        assert (row.state is AreaDayState.NO_TEAM) == (not of_it)
