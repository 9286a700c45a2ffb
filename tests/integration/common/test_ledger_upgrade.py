"""The library's tables of the first release become those of today."""

from collections.abc import Sequence

import asyncpg

from libs.common.ledger.schema import CATCH_UP_DDL, LEDGER_DDL

_AS_FIRST_RELEASED = (
    "ALTER TABLE parked DROP COLUMN again_at",
    "ALTER TABLE relay_mark DROP COLUMN last_event, DROP COLUMN oldest, DROP COLUMN first_event",
    "INSERT INTO relay_mark VALUES ('cases', 0, now(), 1, 0)",
)
_COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
    WHERE table_schema = current_schema() ORDER BY 1, 2
"""


async def _columns(
    connection: "asyncpg.Connection[asyncpg.Record]", statements: Sequence[str]
) -> list[tuple[str, ...]]:
    for statement in statements:
        await connection.execute(statement)
    return [tuple(row) for row in await connection.fetch(_COLUMNS)]


async def test_tables_of_the_first_release_become_those_of_today(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("CREATE SCHEMA old; SET search_path = old")
        today = await _columns(connection, LEDGER_DDL)
        before = await _columns(connection, _AS_FIRST_RELEASED)
        assert before != today
        assert await _columns(connection, CATCH_UP_DDL) == today
        assert await _columns(connection, CATCH_UP_DDL) == today
    finally:
        await connection.close()
