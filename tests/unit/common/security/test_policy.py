"""Rights come from one table, rows from one scope, and its SQL tells the same as its Python."""

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, MetaData, String, Table, Text, column, create_engine, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import make_url

from libs.common.errors import Forbidden
from libs.common.security.policy import Bound, Scope, decide, has_right, may_know_requester
from libs.common.security.principal import Principal, Role
from libs.common.security.right import Right
from libs.common.security.rights import ABOUT_NO_UNIT, RIGHTS, SOURCE_BOUND, UNIT_BOUND

COUNTY, TOWN, OTHER_TOWN = "999001000000", "999001101000", "999001102000"
VILLAGE, GRID, OTHER_COUNTY = "999001101201", "999001101201003", "999002000000"

POSTGRESQL = make_url("postgresql+asyncpg://").get_dialect()()

COLUMNS = ("area_code", "unit_code", "accused_unit", "source_system")
CASES = Table("cases", MetaData(), *(Column(name, String) for name in COLUMNS))


def person(*roles: Role, area: str = COUNTY, unit: str | None = None) -> Principal:
    return Principal("wang", frozenset(roles), area, unit, "token-1")


def test_every_role_has_rights() -> None:
    assert set(Role) == set(RIGHTS)
    assert all(RIGHTS[role] for role in Role)


def test_every_right_is_somebodys() -> None:
    assert set(Right) == set().union(*RIGHTS.values())


def test_a_right_is_named_service_resource_verb() -> None:
    services = {"intake", "dispatch", "followup", "analytics", "ops"}
    assert all(len(right.split(".")) == 3 and right.split(".")[0] in services for right in Right)


def test_the_table_cannot_be_changed_while_running() -> None:
    assert isinstance(RIGHTS, MappingProxyType)


LOOKING = {"read", "list", "timeline", "cases", "own"}
"""With one's own account everybody keeps only that."""
WRITING = {right for right in Right if right.rsplit(".", 1)[1] not in LOOKING}


def test_an_auditor_changes_nothing_and_sees_no_identity() -> None:
    assert RIGHTS[Role.AUDITOR].isdisjoint(WRITING)
    assert Right.REQUESTER_REVEAL in WRITING


@pytest.mark.parametrize("right", [Right.CASE_READ, Right.REQUESTER_REVEAL, Right.FIGURE_CASES])
def test_who_runs_the_system_sees_no_cases(right: Right) -> None:
    assert right not in RIGHTS[Role.ADMIN]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Right.RESULT_SUBMIT, Right.CALLBACK_RECORD),
        (Right.RETURN_REQUEST, Right.RETURN_DECIDE),
        (Right.SUPERVISION_REPLY, Right.SUPERVISION_ISSUE),
        (Right.CALLBACK_RECORD, Right.UNREACHABLE_REVIEW),
    ],
)
def test_no_role_both_does_and_judges(first: Right, second: Right) -> None:
    assert not [role for role in Role if {first, second} <= RIGHTS[role]]


@given(st.frozensets(st.sampled_from(Role)), st.sampled_from(Right), st.sampled_from([None, "D-WATER"]))
def test_nobody_has_a_right_that_the_table_does_not_give(
    roles: frozenset[Role], right: Right, unit: str | None
) -> None:
    principal = person(*roles, unit=unit)
    given_by = {role for role in roles if right in RIGHTS[role] and (unit or role is not Role.HANDLER)}
    assert has_right(principal, right) == bool(given_by)
    if given_by:
        assert decide(principal, right).area_prefix == "999001"
    else:
        with pytest.raises(Forbidden, match=right):
            decide(principal, right)


@pytest.mark.parametrize("right", Right)
def test_a_handler_without_a_unit_may_do_nothing(right: Right) -> None:
    assert not has_right(person(Role.HANDLER), right)


@pytest.mark.parametrize("right", sorted(RIGHTS[Role.HANDLER] - ABOUT_NO_UNIT))
def test_a_handler_reaches_its_own_unit_only(right: Right) -> None:
    assert decide(person(Role.HANDLER, unit="D-WATER"), right).bounds == (Bound(unit_code="D-WATER"),)


@pytest.mark.parametrize("right", sorted(RIGHTS[Role.INTEGRATOR] - ABOUT_NO_UNIT))
def test_an_outside_system_reaches_its_own_cases_only(right: Right) -> None:
    assert decide(person(Role.INTEGRATOR), right).bounds == (Bound(source_system="wang"),)


def test_a_handler_reads_the_whole_directory() -> None:
    assert decide(person(Role.HANDLER, unit="D-WATER"), Right.DIRECTORY_READ).bounds == (Bound(),)


def test_a_unit_does_not_narrow_the_other_roles() -> None:
    assert decide(person(Role.DISPATCHER, unit="T-1"), Right.CASE_READ).bounds == (Bound(),)


def test_of_several_roles_the_widest_counts_but_only_for_its_own_rights() -> None:
    both = person(Role.HANDLER, Role.DISPATCHER, unit="T-1")
    assert decide(both, Right.WORK_READ).bounds == (Bound(),)
    assert decide(both, Right.RESULT_SUBMIT).bounds == (Bound(unit_code="T-1"),)


@pytest.mark.parametrize("unit", ["D-WATER", None])
def test_two_narrow_roles_reach_what_each_reaches_and_nothing_beside(unit: str | None) -> None:
    scope = decide(person(Role.HANDLER, Role.INTEGRATOR, unit=unit), Right.CASE_READ)
    assert scope.allows(VILLAGE, "D-2", accused_unit=None, also_accused=(), source_system="wang")
    assert scope.allows(VILLAGE, "D-WATER", accused_unit=None, also_accused=(), source_system="city") == (
        unit is not None
    )
    assert not scope.allows(VILLAGE, "D-2", accused_unit=None, also_accused=(), source_system="city")
    assert not scope.allows(VILLAGE, None, accused_unit=None, also_accused=())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("accused", ["V-1", "T-1", "GOV"])
def test_a_case_about_ones_own_unit_or_one_above_it_is_hidden_from_every_role(role: Role, accused: str) -> None:
    clerk = person(role, unit="V-1")
    for right in RIGHTS[role]:
        scope = decide(clerk, right, frozenset({"V-1", "T-1", "GOV"}))
        assert not scope.allows(VILLAGE, "V-1", accused_unit=accused, also_accused=(), source_system="wang")
        assert scope.allows(VILLAGE, "V-1", accused_unit="V-2", also_accused=(), source_system="wang")


def test_a_unit_is_its_own_even_when_no_directory_knows_it() -> None:
    assert not decide(person(Role.AUDITOR, unit="V-1"), Right.CASE_READ).allows(
        VILLAGE, None, accused_unit="V-1", also_accused=()
    )


@pytest.mark.parametrize(
    ("named", "hidden"), [(("V-2", "T-1"), True), (("staff:S-1",), True), (("staff:S-2", "V-2"), False)]
)
def test_whoever_is_complained_about_beside_others_sees_it_by_no_account(named: tuple[str, ...], hidden: bool) -> None:
    """As a unit, or as a person whatever the account, the role and the unit are."""
    clerk = replace(person(Role.AUDITOR, unit="V-1"), staff_id="S-1")
    scope = decide(clerk, Right.CASE_READ, frozenset({"V-1", "T-1", "GOV"}))
    assert scope.allows(VILLAGE, None, accused_unit="V-3", also_accused=named) is not hidden
    alone = decide(replace(person(Role.AUDITOR), staff_id="S-1"), Right.CASE_READ)
    assert alone.allows(VILLAGE, None, accused_unit="T-1", also_accused=named) == ("staff:S-1" not in named)
    accused = CASES.c.accused_unit, column("also_accused", ARRAY(Text))
    predicate = alone.predicate(CASES.c.area_code, accused_columns=accused)
    shown = str(predicate.compile(dialect=POSTGRESQL, compile_kwargs={"literal_binds": True}))
    assert "NOT (also_accused && ARRAY['staff:S-1'])" in shown


def test_who_acts_for_no_unit_sees_a_case_about_any() -> None:
    assert decide(person(Role.AUDITOR), Right.CASE_READ).allows(VILLAGE, "T-1", accused_unit="V-1", also_accused=())


@pytest.mark.parametrize(
    ("own", "prefix", "inside", "outside"),
    [
        (COUNTY, "999001", [COUNTY, TOWN, VILLAGE, GRID], [OTHER_COUNTY]),
        (TOWN, "999001101", [TOWN, VILLAGE, GRID], [COUNTY, OTHER_TOWN]),
        (VILLAGE, VILLAGE, [VILLAGE, GRID], [COUNTY, TOWN, "999001101202"]),
        (GRID, GRID, [GRID], [VILLAGE, TOWN, "999001101201004"]),
    ],
)
def test_an_area_reaches_down_and_never_up_or_across(
    own: str, prefix: str, inside: list[str], outside: list[str]
) -> None:
    scope = decide(person(Role.AUDITOR, area=own), Right.CASE_READ)
    assert scope.area_prefix == prefix
    for sees in (scope.covers, lambda area: scope.allows(area, None, accused_unit=None, also_accused=())):
        assert all(sees(area) for area in inside)
        assert not any(sees(area) for area in outside)


def test_a_row_without_area_is_nobodys() -> None:
    scope = decide(person(Role.AUDITOR), Right.CASE_READ)
    assert not scope.covers(None)
    assert not scope.allows(None, None, accused_unit=None, also_accused=())


@pytest.fixture(scope="module")
def database() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        CASES.metadata.create_all(connection)
        yield connection
    engine.dispose()


AREAS = (
    st.sampled_from([COUNTY, TOWN, OTHER_TOWN, VILLAGE, GRID, OTHER_COUNTY, "", "%", "999001", "999001%"])
    | st.text("0129%_", max_size=16)
    | st.none()
)
UNITS = st.sampled_from(["D-WATER", "D-ROADS", "d-water", "", "D-WATER ", "%"]) | st.none()
OWN_AREAS = st.sampled_from([COUNTY, TOWN, VILLAGE, GRID, OTHER_COUNTY])
SOURCES = st.sampled_from(["wang", "city", "WANG", "%"]) | st.none()
ROWS = st.lists(st.tuples(AREAS, UNITS, UNITS, SOURCES), max_size=8)
Row = tuple[str | None, str | None, str | None, str | None]
READERS = st.frozensets(st.sampled_from([Role.HANDLER, Role.INTEGRATOR, Role.AUDITOR]), min_size=1)


@given(ROWS, READERS, OWN_AREAS, st.sampled_from(["D-WATER", None]), st.frozensets(st.sampled_from(COLUMNS[1:])))
def test_the_predicate_shows_exactly_the_rows_that_are_allowed(
    database: Connection, rows: list[Row], roles: frozenset[Role], area: str, unit: str | None, there: frozenset[str]
) -> None:
    """Also for tables that lack some of the columns: they show nothing to whoever is bound to what they lack."""
    principal = person(*roles, area=area, unit=unit)
    if not has_right(principal, Right.CASE_READ):
        return
    scope = decide(principal, Right.CASE_READ, frozenset({"D-ROADS"}) if unit else frozenset())
    unit_column, accused, source = (CASES.c[name] if name in there else None for name in COLUMNS[1:])
    predicate = scope.predicate(
        CASES.c.area_code,
        unit_column,
        accused_columns=None if accused is None else (accused, None),
        source_column=source,
    )
    with database.begin_nested() as savepoint:
        if rows:
            database.execute(CASES.insert(), [dict(zip(COLUMNS, row, strict=True)) for row in rows])
        shown = [tuple(row) for row in database.execute(select(CASES).where(predicate))]
        savepoint.rollback()
    allowed = [row for row in rows if _allows(scope, row, there)]
    assert sorted(shown, key=str) == sorted(allowed, key=str)


def _allows(scope: Scope, row: Row, there: frozenset[str]) -> bool:
    area, unit, accused, source = (
        value if name in {COLUMNS[0], *there} else None for name, value in zip(COLUMNS, row, strict=True)
    )
    return scope.allows(area, unit, accused_unit=accused, also_accused=(), source_system=source)


def test_the_predicate_is_a_prefix_that_postgresql_can_look_up() -> None:
    predicate = Scope("999001101", (Bound("T-1"),)).predicate(
        CASES.c.area_code, CASES.c.unit_code, accused_columns=(CASES.c.accused_unit, None)
    )
    compiled = predicate.compile(dialect=POSTGRESQL, compile_kwargs={"literal_binds": True})
    assert str(compiled) == "cases.area_code LIKE '999001101%' AND cases.unit_code = 'T-1'"


@pytest.mark.parametrize(
    ("role", "own", "handling", "confidential", "allowed"),
    [
        (Role.HANDLER, "T-1", "T-1", False, True),
        (Role.HANDLER, "T-1", "T-1", True, False),
        (Role.HANDLER, "T-1", None, True, True),
        (Role.CALLER, None, "T-1", True, True),
        (Role.CALLER, "T-1", "T-1", True, False),
        (Role.AUDITOR, None, "T-1", False, False),
    ],
)
def test_who_may_learn_who_complained(
    role: Role, own: str | None, handling: str | None, confidential: bool, allowed: bool
) -> None:
    principal = person(role, unit=own)
    assert may_know_requester(principal, handling_units=(handling, None), confidential=confidential) is allowed


def test_roles_that_are_bound_are_those_that_work_for_somebody() -> None:
    assert {Role.HANDLER} == UNIT_BOUND
    assert {Role.INTEGRATOR} == SOURCE_BOUND
