"""The tables as they are: sound by their own constraints, and lists that use their indexes."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from asyncpg import IntegrityConstraintViolationError
from sqlalchemy import Select

from bench.stock.hands import TASKS
from libs.common.security.policy import Bound, Scope
from libs.common.web.cursors import PageQuery
from services.dispatch.cases.domain.terms import DONE, OPEN, Status
from services.dispatch.cases.tables import Case
from services.dispatch.routing.queries import TriageFilter, triage_statement
from services.dispatch.tasks.domain import ListOf
from services.dispatch.tasks.queries import WorkFilter, work_statement
from tests.integration.dispatch.office import T0, Office
from tests.support.plans import plan_of

COUNTY_SCOPE = Scope("999001")
UNIT_SCOPE = Scope("999001101", (Bound("T-3"),), frozenset({"T-3", "S-GOV"}))
SUPPORT_SCOPE = Scope("999001101", (Bound("D-3"),), frozenset({"D-3"}))
FIRST_PAGE = PageQuery(limit=50)

FILL_WORK = """
    INSERT INTO work (case_id, case_no, status, round, lead_unit, support_units, category_code, area_code, kind,
        urgency, title, text, confidential, supplements, registered_at, assigned_at, signed_at, handled_at,
        handle_due_at, list_due_at,
        warnings, misses, warned, overdue, supervised, return_pending, returns, result, by_rule, explanation,
        pack_version, version, delegates, responsible_staff)
    SELECT n::text, n::text, status, 1, unit, '{}', '0101',
        '999001101201' || CASE WHEN n % 300 = 4 THEN '001' ELSE '' END, 'help', 'normal', 't', 't', false, '[]', at,
        CASE WHEN unit IS NULL THEN NULL ELSE at END, CASE WHEN unit IS NULL THEN NULL ELSE at END,
        CASE WHEN status = 'handled' THEN at END, at, at, '{}', '{}', false,
        n < 50000 AND (status <> 'closed' OR n % 100 = 4), 0, false, 0,
        CASE WHEN status = 'handled' THEN 'done' END, true, '', 1, 1,
        CASE WHEN unit IS NOT NULL AND n % 5 = 0 THEN ARRAY['T-' || n % 61] ELSE '{}' END, 'S-' || n % 97
    FROM (
        SELECT n, status, CASE WHEN status = 'triage' THEN NULL ELSE 'T-' || n % 23 END AS unit,
               timestamptz '2026-01-01' + n * interval '1 minute' AS at
        FROM (
            SELECT n, (ARRAY['triage', 'assigned', 'signed', 'handled', 'closed', 'closed'])[1 + n % 6] AS status
            FROM generate_series(1, 60000) AS n
        ) AS numbered
    ) AS made
"""


async def fill_hands(
    office: Office,
    statements: Sequence[str],
    *,
    open_ones: str = "case_id::int % 100 = 1",
    staff: int = 97,
    cases: int = 60_000,
) -> None:
    """Fill work, and by statements of ``bench.stock.hands`` what its ``cases`` have, of ``staff`` people.

    Each in a transaction of its own, which on a machine with much else to do must end in time.
    """
    made = f"""
        CREATE UNLOGGED TABLE hand AS
        SELECT case_id, case_id::int AS n, round, {open_ones} AS open, registered_at AS at, area_code, category_code,
            lead_unit, 'D-' || case_id::int % 61 AS unit, 'T-' || case_id::int % 23 AS street,
            'S-' || case_id::int % {staff} AS staff
        FROM work
    """  # noqa: S608
    for sql in (FILL_WORK.replace("60000", str(cases)), made, *statements, "DROP TABLE hand"):
        async with office.database.transaction(T0) as session:
            await session.fetch(sql)


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "lost"},
        {"status": "assigned"},
        {"status": "handled"},
        {"lead_unit": "D-WATER"},
        {"round": 0},
        {"area_code": "china"},
        {"return_pending": True},
        {"version": 0},
        {"list_due_at": "2020-01-01T00:00:00Z"},
    ],
)
async def test_the_database_refuses_a_row_that_no_rule_allows(office: Office, broken: dict[str, Any]) -> None:
    case_id = await office.register(category_code=None)
    assignments = ", ".join(f"{column} = '{value}'" for column, value in broken.items())
    with pytest.raises(IntegrityConstraintViolationError):
        async with office.database.transaction(T0) as session:
            await session.fetch(f"UPDATE work SET {assignments} WHERE case_id = '{case_id}'")  # noqa: S608


def work_list(scope: Scope = COUNTY_SCOPE, **wanted: Any) -> Select[Case]:
    return work_statement(scope, WorkFilter(**wanted), FIRST_PAGE)


_BY_DUE = "work_open_overdue_idx or work_open_idx"
"""Where most open cases are overdue, the one serves as well as the other."""
_FEW = ("a unit's overdue", "a unit's support", "a person's support")
PLANS: list[tuple[str, Select[Case], str]] = [
    ("a unit's own list", work_list(UNIT_SCOPE), "work_open_unit_idx"),
    ("a unit's list", work_list(unit_code="T-3"), "work_open_unit_idx"),
    ("a unit's unsigned", work_list(UNIT_SCOPE, status=Status.ASSIGNED), "work_open_unit_idx"),
    ("a unit's overdue", work_list(UNIT_SCOPE, overdue=True), "work_open_unit_idx"),
    ("a unit's soon due", work_list(UNIT_SCOPE, due_before=T0), "work_open_unit_idx"),
    ("a unit's done", work_list(UNIT_SCOPE, status=Status.CLOSED), "work_done_unit_idx"),
    ("a unit's support", work_list(SUPPORT_SCOPE, role=ListOf.SUPPORT), "task_open_unit_idx"),
    ("what was delegated to a unit", work_list(UNIT_SCOPE, role=ListOf.DELEGATE), "work_delegated_idx"),
    ("a person's list", work_list(responsible="S-7"), "work_responsible_idx"),
    ("a person's support", work_list(responsible="S-7", role=ListOf.SUPPORT), "task_responsible_idx"),
    ("everybody's list", work_list(), "work_open_idx"),
    ("everybody's done", work_list(status=Status.CLOSED), "work_done_idx"),
    ("everybody's overdue", work_list(overdue=True), _BY_DUE),
    ("what is not overdue", work_list(overdue=False), "work_open_in_time_idx"),
    ("what was done in a grid", work_list(status=Status.CLOSED, area_code="999001101201001"), "work_done_area_idx"),
    ("what was done too late", work_list(status=Status.CLOSED, overdue=True), "work_done_overdue_idx"),
    ("a unit's done too late", work_list(UNIT_SCOPE, status=Status.CLOSED, overdue=True), "work_done_overdue_unit_idx"),
    (
        "what was done too late in a grid",
        work_list(status=Status.CLOSED, area_code="999001101201001", overdue=True),
        "work_done_overdue_area_idx",
    ),
    ("triage", triage_statement(COUNTY_SCOPE, TriageFilter(), FIRST_PAGE), "work_triage_idx"),
]


async def test_a_page_is_one_short_walk_along_its_index(office: Office) -> None:
    await fill_hands(office, [TASKS, "ANALYZE work, task"], open_ones="status IN ('assigned', 'signed')")
    for name, statement, index in PLANS:
        plan = await plan_of(office.database, statement)
        assert plan.indexes & set(index.split(" or ")), f"{name}:\n{plan}"
        # Of a unit's few overdue cases, or a grid's, the planner may sort all: it still reads nothing but theirs.
        assert name in _FEW or "in a grid" in name or not plan.sorts, f"{name}:\n{plan}"
        assert not plan.walked, f"{name}:\n{plan}"
        assert plan.rows_read < 20 * FIRST_PAGE.limit, f"{name}:\n{plan}"


def test_each_status_stands_in_one_list() -> None:
    def words(statuses: Iterable[Status]) -> set[Status]:
        return set(statuses)

    assert words(OPEN) | words(DONE) | {Status.TRIAGE, Status.NOT_ACCEPTED, Status.TERMINATED} == set(Status)
    assert not words(OPEN) & words(DONE)
