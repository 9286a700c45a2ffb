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
    INSERT INTO timer (timer_id, case_id, round, what, step, starts_at, due_at, fires_at, pack_version, state)
    SELECT 't' || n, 'c' || n, 1, 'handle', 'miss', $1, moment, moment, 1, state
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
        await session.fetch("ANALYZE timer")
        rows = await session.fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {queries.DUE}", T0 + HOUR, [], 200, [1])
    document = rows[0][0]
    plan = (orjson.loads(document) if isinstance(document, str) else document)[0]["Plan"]
    assert "timer_due_idx" in {node.get("Index Name") for node in nodes(plan)}
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


async def test_an_answer_of_an_older_round_closes_nothing(office: Office) -> None:
    case_id = await office.handled_case()
    await office.attempt(case_id, solved=False, satisfaction="satisfied")
    with pytest.raises(IntegrityConstraintViolationError):
        async with office.database.transaction(T0) as session:
            await session.fetch(
                "UPDATE matter SET status = 'closed', closing = 'substantive', satisfaction = 'satisfied', "
                "closed_by_attempt = 1, round = 1, sent_back = 0"
            )
