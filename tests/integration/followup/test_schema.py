"""What the database itself refuses, and that firing costs what is due, not what is open."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from asyncpg import IntegrityConstraintViolationError

from services.followup.clocks import queries
from tests.integration.followup.office import DAY, HOUR, T0, Office, handled

OPEN_TIMERS = 60_000
DUE_TIMERS = 20

CLOSE = "UPDATE matter SET status = 'closed', closing = 'substantive'"

_FILL = """
    INSERT INTO clock (clock_id, case_id, round, what, about, starts_at, warn_at, due_at, step, next_at, pack_version,
        state)
    SELECT 't' || n, 'c' || n, 1, 'handle', '', $1, moment, moment, 'miss', moment, 1, state
    FROM generate_series(1, $2::int) AS n,
         LATERAL (SELECT $1::timestamptz + make_interval(mins => $3::int + n) AS moment,
                         CASE WHEN n % 4 = 0 THEN 'fired' ELSE 'pending' END AS state) AS row
"""


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


async def test_firing_costs_what_is_due(office: Office) -> None:
    async with office.database.transaction(T0) as session:
        await session.fetch(_FILL, T0, OPEN_TIMERS, 60 * 24 * 30)
        await session.fetch(_FILL.replace("'t' ||", "'d' ||"), T0, DUE_TIMERS, 0)
    async with office.database.reading() as session:
        await session.fetch("ANALYZE clock")
        rows = await session.fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {queries.DUE}", T0 + HOUR, [], 200, [1])
    document = rows[0][0]
    plan = (orjson.loads(document) if isinstance(document, str) else document)[0]["Plan"]
    assert "clock_due_idx" in {node.get("Index Name") for node in nodes(plan)}
    assert "Seq Scan" not in {node["Node Type"] for node in nodes(plan)}
    assert plan["Actual Rows"] == DUE_TIMERS * 3 / 4
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 60


@pytest.mark.parametrize(
    "lie",
    [
        f"{CLOSE}, satisfaction = 'satisfied', closed_by_attempt = 1",
        f"{CLOSE}, satisfaction = 'not_satisfied', closed_by_attempt = 1",
        CLOSE,
        "UPDATE matter SET status = 'closed'",
        "UPDATE matter SET satisfaction = 'satisfied', closed_by_attempt = 1",
        "UPDATE matter SET round = 7",
    ],
)
async def test_no_statement_closes_what_the_citizen_did_not(office: Office, lie: str) -> None:
    case_id = await office.handled_case()
    await office.attempt(case_id, reached="answered", solved=False, satisfaction="not_satisfied")
    await office.hear(handled(case_id, T0 + DAY, round_=2))
    office.skip(T0 + DAY)
    await office.attempt(case_id, reached="no_answer")
    with pytest.raises(IntegrityConstraintViolationError):
        async with office.database.transaction(T0) as session:
            await session.fetch(lie)


_ASK = """
    INSERT INTO callback (callback_id, case_id, round, state, area_code, tries, attempts, next_try_at, opened_at,
        version, requester, purpose)
    SELECT $2, case_id, round, 'done', area_code, 0, 1, next_try_at, opened_at, 1, $3, $4 FROM callback
    WHERE case_id = $1
"""
_SAY = """
    INSERT INTO attempt (callback_id, attempt, case_id, round, at, caller, reached, valid, satisfaction, notes,
        requester, purpose)
    VALUES ($2, 1, $1, 1, $5, 'zhou', 'answered', true, 'satisfied', '{}', $3, $4)
"""


@pytest.mark.parametrize(("requester", "purpose", "closes"), [("second", "closing", True), ("first", "survey", False)])
async def test_only_who_was_asked_for_it_closes_a_case(
    office: Office, requester: str, purpose: str, *, closes: bool
) -> None:
    """Beside the first requester others are asked, and for other things, each at the first try."""
    case_id = await office.handled_case()
    asked = case_id, "another", requester, purpose
    close = (
        f"{CLOSE}, satisfaction = 'satisfied', closed_by_requester = '{requester}', closed_by_attempt = 1"
        f" WHERE case_id = '{case_id}'"
    )
    async with office.database.transaction(T0) as session:
        await session.fetch(_ASK, *asked)
        await session.fetch(_SAY, *asked, T0)
    try:
        async with office.database.transaction(T0) as session:
            await session.fetch(close)
        closed = True
    except IntegrityConstraintViolationError:
        closed = False
    assert closed is closes


@pytest.mark.parametrize(("asked", "said"), [("first closing", None), ("second survey", "second closing")])
async def test_each_is_asked_once_and_answers_what_was_asked(office: Office, asked: str, said: str | None) -> None:
    case_id = await office.handled_case()

    async def ask() -> None:
        async with office.database.transaction(T0) as session:
            await session.fetch(_ASK, case_id, "another", *asked.split())
            if said is not None:
                await session.fetch(_SAY, case_id, "another", *said.split(), T0)

    with pytest.raises(IntegrityConstraintViolationError):
        await ask()
