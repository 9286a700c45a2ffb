"""Rights come from one table, rows from one scope, and its SQL tells the same as its Python."""

from collections.abc import Iterator
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, MetaData, String, Table, create_engine, select
from sqlalchemy.engine import make_url

from libs.common.errors import Forbidden
from libs.common.security.policy import (
    ABOUT_NO_UNIT,
    RIGHTS,
    UNIT_BOUND,
    Right,
    Scope,
    decide,
    has_right,
    may_call_back,
    may_decide_return,
    may_know_requester,
)
from libs.common.security.principal import Principal, Role

COUNTY, TOWN, OTHER_TOWN = "999001000000", "999001101000", "999001102000"
VILLAGE, GRID, OTHER_COUNTY = "999001101201", "999001101201003", "999002000000"

POSTGRESQL = make_url("postgresql+asyncpg://").get_dialect()()

CASES = Table("cases", MetaData(), Column("area_code", String), Column("unit_code", String))


def person(*roles: Role, area: str = COUNTY, unit: str | None = None) -> Principal:
    return Principal("wang", frozenset(roles), area, unit, "token-1")


def test_every_role_has_rights_and_a_chinese_name() -> None:
    assert set(Role) == set(RIGHTS)
    assert all(RIGHTS[role] for role in Role)
    assert {role: role.label_zh for role in (Role.OPERATOR, Role.HANDLER)} == {
        Role.OPERATOR: "话务员",
        Role.HANDLER: "承办人",
    }
    assert len({role.label_zh for role in Role}) == len(Role)


def test_every_right_is_somebodys() -> None:
    assert set(Right) == set().union(*RIGHTS.values())


def test_a_right_is_named_service_resource_verb() -> None:
    services = {"intake", "dispatch", "followup", "analytics", "ops"}
    assert all(len(right.split(".")) == 3 and right.split(".")[0] in services for right in Right)


def test_the_table_cannot_be_changed_while_running() -> None:
    assert isinstance(RIGHTS, MappingProxyType)


WRITING = {right for right in Right if right.rsplit(".", 1)[1] not in {"read", "list", "timeline", "cases"}}


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
    assert decide(person(Role.HANDLER, unit="D-WATER"), right) == Scope("999001", "D-WATER")


def test_a_handler_reads_the_whole_directory() -> None:
    assert decide(person(Role.HANDLER, unit="D-WATER"), Right.DIRECTORY_READ) == Scope("999001", None)


def test_a_unit_does_not_narrow_the_other_roles() -> None:
    assert decide(person(Role.DISPATCHER, unit="T-1"), Right.CASE_READ) == Scope("999001", None)


def test_of_several_roles_the_widest_counts_but_only_for_its_own_rights() -> None:
    both = person(Role.HANDLER, Role.DISPATCHER, unit="T-1")
    assert decide(both, Right.WORK_READ) == Scope("999001", None)
    assert decide(both, Right.RESULT_SUBMIT) == Scope("999001", "T-1")


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
    assert all(scope.allows(area) for area in inside)
    assert not any(scope.allows(area) for area in outside)


def test_a_row_without_area_is_nobodys() -> None:
    assert not decide(person(Role.AUDITOR), Right.CASE_READ).allows(None, None)


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
ROWS = st.lists(st.tuples(AREAS, UNITS), max_size=8)


@given(ROWS, st.sampled_from([Role.HANDLER, Role.AUDITOR]), OWN_AREAS, st.booleans())
def test_the_predicate_shows_exactly_the_rows_that_are_allowed(
    database: Connection, rows: list[tuple[str | None, str | None]], role: Role, area: str, has_unit_column: bool
) -> None:
    scope = decide(person(role, area=area, unit="D-WATER"), Right.CASE_READ)
    predicate = scope.predicate(CASES.c.area_code, CASES.c.unit_code if has_unit_column else None)
    with database.begin_nested() as savepoint:
        if rows:
            database.execute(CASES.insert(), [{"area_code": area, "unit_code": unit} for area, unit in rows])
        shown = [tuple(row) for row in database.execute(select(CASES).where(predicate))]
        savepoint.rollback()
    allowed = [(area, unit) for area, unit in rows if scope.allows(area, unit if has_unit_column else None)]
    assert sorted(shown, key=str) == sorted(allowed, key=str)


def test_the_predicate_is_a_prefix_that_postgresql_can_look_up() -> None:
    predicate = Scope("999001101", "T-1").predicate(CASES.c.area_code, CASES.c.unit_code)
    compiled = predicate.compile(dialect=POSTGRESQL, compile_kwargs={"literal_binds": True})
    assert str(compiled) == "cases.area_code LIKE '999001101%' AND cases.unit_code = 'T-1'"


@pytest.mark.parametrize(
    ("own", "handling", "allowed"), [(None, "T-1", True), ("D-2", "T-1", True), ("T-1", "T-1", False)]
)
def test_a_unit_never_calls_back_on_its_own_case(own: str | None, handling: str, allowed: bool) -> None:
    assert may_call_back(person(Role.CALLER, unit=own), handling) is allowed
    assert may_decide_return(person(Role.DISPATCHER, unit=own), handling) is allowed


def test_a_case_that_no_unit_handled_may_be_called_back_by_any_caller() -> None:
    assert may_call_back(person(Role.CALLER, unit="T-1"), None)


def test_another_unit_without_the_right_still_may_not() -> None:
    assert not may_call_back(person(Role.HANDLER, unit="D-2"), "T-1")
    assert not may_decide_return(person(Role.HANDLER, unit="D-2"), "T-1")


def test_more_roles_do_not_lift_the_separation() -> None:
    everybody = person(*Role, unit="T-1")
    assert not may_call_back(everybody, "T-1")
    assert not may_decide_return(everybody, "T-1")
    assert not may_know_requester(everybody, handling_unit="D-2", accused_unit="T-1", confidential=False)


@pytest.mark.parametrize(
    ("role", "own", "handling", "accused", "confidential", "allowed"),
    [
        (Role.HANDLER, "T-1", "T-1", None, False, True),
        (Role.HANDLER, "T-1", "T-1", None, True, False),
        (Role.HANDLER, "T-1", "D-2", "T-1", False, False),
        (Role.CALLER, None, "T-1", "T-1", True, True),
        (Role.CALLER, "T-1", "T-1", None, True, False),
        (Role.AUDITOR, None, "T-1", None, False, False),
    ],
)
def test_who_may_learn_who_complained(
    role: Role, own: str | None, handling: str, accused: str | None, confidential: bool, allowed: bool
) -> None:
    principal = person(role, unit=own)
    may = may_know_requester(principal, handling_unit=handling, accused_unit=accused, confidential=confidential)
    assert may is allowed


def test_the_handler_is_the_one_role_bound_to_a_unit() -> None:
    assert {Role.HANDLER} == UNIT_BOUND
