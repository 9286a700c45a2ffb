"""Lists, queues and gauges at many cases: each reads about what it shows, however much there is."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Select

from libs.common.events.upper_terms import ReplyState
from libs.common.security.policy import Bound, Scope
from libs.common.web.cursors import PageQuery, encode_cursor
from services.followup.callbacks.queries import CallbackFilter, list_callbacks
from services.followup.cases.domain.terms import CallbackState
from services.followup.clocks.domain import ClockStatus
from services.followup.clocks.queries import ClockFilter, failed_clocks, list_clocks
from services.followup.overview.queries import open_cases, overdue_promises
from services.followup.supervision.domain import SupervisionState
from services.followup.supervision.queries import SupervisionFilter, list_supervisions
from services.followup.upper_orders.queries import UpperOrderFilter, list_orders
from tests.integration.followup.office import DAY, T0, Office
from tests.support.plans import Plan, plan_of

CASES = 12_000
OPEN = 300
SIZE = 50
FEW_PAGES = 5
COUNTY = Scope("999001")
OWN = frozenset({"D-7", "S-GOV"})
TOWN = Scope("999001103", own=OWN)
UNIT = Scope("999001", (Bound("D-7"),), OWN)
FIRST = PageQuery(limit=SIZE)
ORDERS = "followup.upper_orders"

# All but the last cases have ended; a third of all had a broken promise.
_FILL = """
    WITH made AS (
        SELECT n, lpad(n::text, 36, '0') AS case_id, $1::timestamptz - make_interval(mins => 60 * ($2::int - n)) AS at,
            n > $2 - $3::int AS running, 'D-' || n % 25 AS unit,
            '9990011' || lpad((n % 20 + 1)::text, 2, '0') || lpad((200 + n % 7)::text, 3, '0') AS area
        FROM generate_series(1, $2) AS n
    ), matters AS (
        INSERT INTO matter (case_id, case_no, status, round, lead_unit, left_units, area_code, kind, urgency, title,
            callback_wanted, registered_at, pack_version, clocks, overdue, sent_back, closing, version)
        SELECT case_id, case_id, CASE WHEN running THEN 'handling' ELSE 'closed' END, 1, unit, '{}', area, 'help',
            'normal', 't', true, at, 1, 1,
            CASE WHEN n % 5 = 0 THEN '{handle}'::text[] WHEN n % 7 = 0 THEN '{handle,sign}' ELSE '{}' END, 0,
            CASE WHEN NOT running THEN 'unverified' END, 1
        FROM made
    ), clocks AS (
        INSERT INTO clock (clock_id, case_id, round, what, about, unit_code, starts_at, warn_at, due_at, step, next_at,
            pack_version, state)
        SELECT case_id || '.' || number, case_id, 1, 'handle', '', unit, at, at, at + interval '1 day', 'miss',
            at + interval '1 day', 1,
            CASE WHEN running THEN 'pending' WHEN n % 3 = 0 THEN 'fired' ELSE 'cancelled' END
        FROM made CROSS JOIN generate_series(1, 3) AS number
    ), callbacks AS (
        INSERT INTO callback (callback_id, case_id, round, state, handling_unit, area_code, tries, attempts,
            next_try_at, opened_at, version)
        SELECT 'b' || case_id, case_id, 1,
            CASE WHEN running THEN 'due' WHEN n % 100 = 0 THEN 'exhausted' ELSE 'done' END, unit, area, 0, 1, at, at, 1
        FROM made
    )
    , ordered AS (
        INSERT INTO upper_order (case_id, body, number, received_at, due_at, edition, state, draft, evidence, sent_at,
            written_at, written_by, decided_by, version)
        SELECT case_id, 'b', case_id, at, at + interval '3 days', 1, CASE WHEN running THEN 'waiting' ELSE 'sent' END,
            CASE WHEN running THEN 0 ELSE 1 END, '{}', CASE WHEN NOT running THEN at END,
            CASE WHEN NOT running THEN at END, 'w', 'd', 1
        FROM made
    )
    INSERT INTO supervision (supervision_id, case_id, round, level, unit_code, area_code, reason, by_rule, rule_code,
        issued_by, issued_at, state, version)
    SELECT 's' || case_id, case_id, 1, 'reminder', unit, area, 'late', true, 'late', 'system', at, 'issued', 1
    FROM made
"""
_TABLES = ("matter", "clock", "callback", "supervision", "upper_order")


def deep(name: str) -> PageQuery:
    """A page in the middle."""
    return PageQuery(cursor=encode_cursor(name, (T0 - DAY * 250, "0" * 36)), limit=SIZE)


class _Asked(Exception):
    pass


async def statement_of(query: Callable[..., Awaitable[Any]], *asked: Any) -> Select[Any] | str:
    """What a query sends."""

    class Listening:
        now = T0
        statement: Select[Any] | str

        async def execute(self, statement: Select[Any]) -> None:
            self.statement = statement
            raise _Asked

        async def fetch(self, sql: str) -> None:
            self.statement = sql
            raise _Asked

    listening = Listening()
    with pytest.raises(_Asked):
        await query(listening, *asked)
    return listening.statement


@pytest.fixture
async def filled(office: Office) -> Office:
    """Many cases, nearly all of them ended."""
    async with office.database.transaction(T0) as session:
        await session.fetch("SET LOCAL session_replication_role = replica")
        await session.fetch(_FILL, T0, CASES, OPEN)
    async with office.database.transaction(T0) as session:
        for table in _TABLES:
            await session.fetch(f"ANALYZE {table}")
    return office


LISTS: list[tuple[str, Any, Scope, Any, PageQuery, int]] = [
    ("orders from above", list_orders, COUNTY, UpperOrderFilter(), FIRST, FEW_PAGES),
    ("late orders", list_orders, COUNTY, UpperOrderFilter(overdue=True), FIRST, OPEN // SIZE + 1),
    ("orders that wait", list_orders, COUNTY, UpperOrderFilter(ReplyState.WAITING), FIRST, FEW_PAGES),
    ("answered orders, deep", list_orders, COUNTY, UpperOrderFilter(ReplyState.SENT), deep(ORDERS), FEW_PAGES),
    ("who is to be called", list_callbacks, COUNTY, CallbackFilter(), FIRST, 3),
    ("the same in a town", list_callbacks, TOWN, CallbackFilter(), FIRST, 13),
    (
        "answered, deep",
        list_callbacks,
        COUNTY,
        CallbackFilter(CallbackState.DONE),
        deep("followup.callbacks"),
        3,
    ),
    ("of a unit", list_callbacks, COUNTY, CallbackFilter(handling_unit="D-7"), FIRST, 3),
    ("answered of a unit", list_callbacks, COUNTY, CallbackFilter(CallbackState.DONE, "D-7"), FIRST, 3),
    (
        "answered of a unit in another's village",
        list_callbacks,
        COUNTY,
        CallbackFilter(CallbackState.DONE, "D-7", "999001105203"),
        FIRST,
        5,
    ),
    (
        "answered of a village without any",
        list_callbacks,
        COUNTY,
        CallbackFilter(CallbackState.DONE, None, "999001199201"),
        FIRST,
        1,
    ),
    ("given up", list_callbacks, COUNTY, CallbackFilter(CallbackState.EXHAUSTED), FIRST, 3),
    ("timers", list_clocks, COUNTY, ClockFilter(), FIRST, 3),
    ("timers of a unit", list_clocks, UNIT, ClockFilter(), FIRST, OPEN // 6),
    ("fired", list_clocks, COUNTY, ClockFilter(ClockStatus.FIRED), deep("followup.timers"), 3),
    ("fired of a unit", list_clocks, UNIT, ClockFilter(ClockStatus.FIRED), FIRST, 3),
    ("cancelled of a unit", list_clocks, COUNTY, ClockFilter(ClockStatus.CANCELLED, unit_code="D-7"), FIRST, 3),
    ("set aside", list_clocks, COUNTY, ClockFilter(ClockStatus.FAILED), FIRST, 1),
    ("timers of a case", list_clocks, COUNTY, ClockFilter(case_id="0" * 31 + "00077"), FIRST, 1),
    ("orders", list_supervisions, COUNTY, SupervisionFilter(), FIRST, 2),
    ("orders, deep", list_supervisions, COUNTY, SupervisionFilter(), deep("followup.supervisions"), 2),
    ("orders to answer", list_supervisions, COUNTY, SupervisionFilter(SupervisionState.ISSUED), FIRST, 2),
    ("orders of a unit", list_supervisions, UNIT, SupervisionFilter(), FIRST, 2),
]


async def test_that_a_unit_has_none_in_a_village_is_seen_at_once(filled: Office) -> None:
    elsewhere = CallbackFilter(CallbackState.DONE, "D-7", "999001105203")
    plan = await plan_of(filled.database, await statement_of(list_callbacks, COUNTY, elsewhere, FIRST))
    assert plan.rows_read == 0, plan
    assert plan.pages <= FEW_PAGES, f"{plan.pages} pages:\n{plan}"


async def test_a_page_reads_about_what_it_shows(filled: Office) -> None:
    for name, query, scope, wanted, window, share in LISTS:
        plan = await plan_of(filled.database, await statement_of(query, scope, wanted, window))
        assert not plan.walked, f"{name}:\n{plan}"
        assert plan.rows_read <= share * (SIZE + 1) + 1, f"{name} reads {plan.rows_read} rows:\n{plan}"


async def test_gauges_read_what_is_open(filled: Office) -> None:
    for count in (open_cases, overdue_promises, failed_clocks):
        plan: Plan = await plan_of(filled.database, await statement_of(count))
        assert not plan.walked, f"{plan}"
        assert plan.rows_read <= OPEN, f"{plan}"


async def test_broken_promises_are_counted_one_by_one(filled: Office) -> None:
    async with filled.database.reading() as session:
        counted = await overdue_promises(session)
    running = range(CASES - OPEN + 1, CASES + 1)
    fifths = sum(n % 5 == 0 for n in running)
    sevenths = sum(n % 5 != 0 and n % 7 == 0 for n in running)
    assert counted == {"handle": fifths + sevenths, "sign": sevenths}
