"""Who sees how much of the figures: by role, by area, and the widest of several roles."""

import pytest

from libs.common.security.figure_sight import FIGURES_BY_ROLE, FigureSight, figure_sight
from libs.common.security.principal import Principal, Role
from libs.common.security.right import Right
from libs.common.security.rights import RIGHTS

COUNTY, TOWN, VILLAGE, GRID = "999001000000", "999001101000", "999001101201", "999001101201002"
ANSWERABLE = {Role.LEADER, Role.SUPERVISOR, Role.AUDITOR}


def somebody(area: str, *roles: Role) -> Principal:
    return Principal("somebody", frozenset(roles), area, None, "token-1")


def test_every_role_stands_in_the_table() -> None:
    assert FIGURES_BY_ROLE.keys() == set(Role)


@pytest.mark.parametrize("role", sorted(ANSWERABLE))
@pytest.mark.parametrize(
    ("area", "sight"),
    [
        (COUNTY, FigureSight.EVERYTHING),
        (TOWN, FigureSight.OWN_TOWN),
        (VILLAGE, FigureSight.PUBLISHED),
        (GRID, FigureSight.PUBLISHED),
    ],
)
def test_who_answers_for_an_area_sees_it_down_to_towns(role: Role, area: str, sight: FigureSight) -> None:
    assert figure_sight(somebody(area, role), COUNTY) is sight
    assert sight.is_live == (area in (COUNTY, TOWN))


def test_a_town_that_is_the_place_has_leaders_who_see_everything_of_it_and_villages_that_do_not() -> None:
    assert figure_sight(somebody(TOWN, Role.LEADER), TOWN) is FigureSight.EVERYTHING
    assert figure_sight(somebody(COUNTY, Role.LEADER), TOWN) is FigureSight.EVERYTHING
    assert figure_sight(somebody(VILLAGE, Role.LEADER), TOWN) is FigureSight.PUBLISHED


@pytest.mark.parametrize("role", sorted(set(Role) - ANSWERABLE))
@pytest.mark.parametrize("area", [COUNTY, TOWN, VILLAGE])
def test_all_others_see_what_is_published_and_outside_systems_nothing(role: Role, area: str) -> None:
    expected = FigureSight.NOTHING if role is Role.INTEGRATOR else FigureSight.PUBLISHED
    assert figure_sight(somebody(area, role), COUNTY) is expected
    for right in (Right.COUNTY_PAGE, Right.PUBLISHED_READ):
        assert (right in RIGHTS[role]) == (expected is FigureSight.PUBLISHED)


def test_of_several_roles_the_widest_holds() -> None:
    assert figure_sight(somebody(COUNTY, Role.HANDLER, Role.LEADER), COUNTY) is FigureSight.EVERYTHING
    assert figure_sight(somebody(VILLAGE, Role.HANDLER, Role.LEADER, Role.INTEGRATOR), COUNTY) is FigureSight.PUBLISHED
    assert figure_sight(somebody(COUNTY), COUNTY) is FigureSight.NOTHING


def test_whoever_sees_figures_of_now_has_the_rights_to_them_and_nobody_else() -> None:
    for role in Role:
        live = FIGURES_BY_ROLE[role].place.is_live
        assert live == (Right.FIGURE_READ in RIGHTS[role]) == (Right.FIGURE_CASES in RIGHTS[role])
