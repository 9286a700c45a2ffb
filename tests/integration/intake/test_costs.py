"""What a batch costs the database: a handful of statements, however many cases it holds."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from libs.common.database.session import Database
from libs.common.events.cases import CaseSigned, ProgressReported, TriageQueued
from libs.common.security.principal import Role
from tests.integration.intake.door import CASES, NOW, IntakeDoor, complaint

_NOBODYS = ("typeinfo_tree", "set_config", "pg_notify")
"""What the driver asks for itself, and the bell that rings beside."""


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    statements: list[str] = []
    engine = database.engine.sync_engine

    def note(asked: Any) -> None:
        # A new connection asks the database about its types, once.
        if not asked.query.startswith(("BEGIN", "COMMIT")) and not any(own in asked.query for own in _NOBODYS):
            statements.append(asked.query)

    def listen(connection: Any, *_: Any) -> None:
        connection.driver_connection.add_query_logger(note)

    def leave(connection: Any, *_: Any) -> None:
        connection.driver_connection.remove_query_logger(note)

    event.listen(engine, "checkout", listen)
    event.listen(engine, "checkin", leave)
    try:
        yield statements
    finally:
        event.remove(engine, "checkout", listen)
        event.remove(engine, "checkin", leave)


async def test_registrations_share_their_statements(intake: IntakeDoor) -> None:
    headers = intake.operator
    await intake.register(headers)
    with counted(intake.service.runtime.door_database) as statements:
        await asyncio.gather(*(intake.http.post(CASES, json=complaint(), headers=headers) for _ in range(128)))
    assert (await intake.counts())["cases"] == 129
    assert len(statements) < 64, statements


async def test_a_chunk_of_a_batch_costs_as_much_as_one_line(intake: IntakeDoor) -> None:
    city = intake.token(Role.INTEGRATOR, subject="city-12345")
    await intake.batch([complaint(source_no=f"A{index}") for index in range(200)], city)
    costs = []
    for size in (1, 200):
        lines = [complaint(source_no=f"B{size}-{index}", requester={"name": "张三"}) for index in range(size)]
        with counted(intake.service.runtime.door_database) as statements:
            await intake.batch(lines, city)
        costs.append([statement for statement in statements if "case_number" not in statement])
    assert costs[0] == costs[1]
    assert len(costs[0]) == 4


async def test_a_batch_of_events_is_read_and_written_in_three_statements(intake: IntakeDoor) -> None:
    case_ids = [(await intake.register())["case_id"] for _ in range(20)]
    events = [
        made
        for case_id in case_ids
        for made in (
            TriageQueued(occurred_at=NOW, case_id=case_id, round=1, reason="x"),
            CaseSigned(occurred_at=NOW, case_id=case_id, round=1, unit_code="D-WATER"),
            ProgressReported(occurred_at=NOW, case_id=case_id, round=1, unit_code="D-WATER", note="x"),
        )
    ]
    with counted(intake.service.runtime.work_database) as statements:
        await intake.hear(*events)
    # The bell of the registrations may ring meanwhile, in a transaction of its own.
    own = [statement for statement in statements if "pg_notify" not in statement]
    assert [statement.split()[0] for statement in own] == ["SELECT", "UPDATE", "INSERT"]
    assert (await intake.counts())["timeline"] == 80
