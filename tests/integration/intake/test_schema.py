"""The tables that the history makes are those that the code knows."""

import pytest
from asyncpg import IntegrityConstraintViolationError

from libs.common.events.terms import Channel, Closing, Kind, Satisfaction, Urgency
from services.intake.cases.domain.lifecycle import Status
from services.intake.tables import Base
from tests.integration.intake.door import NOW, IntakeDoor

_COLUMNS = """
    SELECT table_name, column_name, is_nullable = 'YES' AS nullable
    FROM information_schema.columns WHERE table_schema = 'intake'
"""


async def test_every_column_is_there_and_as_nullable_as_the_code_says(intake: IntakeDoor) -> None:
    made = {(row.table_name, row.column_name): row.nullable for row in await intake.rows(_COLUMNS)}
    known = {
        (table.name, column.name): bool(column.nullable)
        for table in Base.metadata.tables.values()
        for column in table.columns
    }
    assert {place: made.get(place) for place in known} == known
    assert {place for place in made if place[0] in Base.metadata.tables} == set(known)


@pytest.mark.parametrize(
    ("column", "words"),
    [("status", Status), ("channel", Channel), ("kind", Kind), ("urgency", Urgency), ("closing", Closing),
     ("satisfaction", Satisfaction)],
)  # fmt: skip
async def test_the_closed_lists_are_those_of_the_code(intake: IntakeDoor, column: str, words: type[Status]) -> None:
    [row] = await intake.rows(
        "SELECT pg_get_constraintdef(oid) AS said FROM pg_constraint WHERE conname = $1", f"cases_{column}_check"
    )
    assert {word.value for word in words} == set(row.said.split("'")[1::2])


async def test_the_database_refuses_what_the_code_would_never_write(intake: IntakeDoor) -> None:
    await intake.register()
    for change in (
        "status = 'closed'",
        "closing = 'substantive'",
        "area_code = '999'",
        "round = 0",
        "occurred_at = registered_at + interval '1 s'",
        "source_no = 'x'",
        "title = ''",
    ):
        with pytest.raises(IntegrityConstraintViolationError):
            async with intake.service.runtime.work_database.transaction(NOW) as session:
                await session.fetch(f"UPDATE cases SET {change}")  # noqa: S608
