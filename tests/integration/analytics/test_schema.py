"""The tables that the migrations make are those of the code: each counter has its columns, its bit and its index."""

import asyncpg

from libs.common.database.migrate import migrate
from services.analytics.counters.domain import RARE, bits_of, words_of
from services.analytics.main import SPEC
from services.analytics.rollups.tables import CUBES

_COLUMNS = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'analytics' AND table_name = $1 ORDER BY ordinal_position
"""
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'analytics' AND tablename = 'fact'"
_RARE = """
    SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON (attrelid, attnum) = (adrelid, adnum)
    WHERE adrelid = 'analytics.fact'::regclass AND attname = $1
"""
_COLUMNS_OF_BITS, _COUNTED = ("rare", "rare_beyond"), ("counted", "counted_beyond")


def _written(bits: int) -> str:
    return f"({bits})::bigint" if bits < 1 << 31 else f"'{bits}'::bigint"


async def test_the_tables_are_those_of_the_declared_counters(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for cube in CUBES:
            for table, keys in cube.tables.items():
                columns = {row["column_name"]: row["data_type"] for row in await connection.fetch(_COLUMNS, table)}
                assert columns == {**keys, **{name: cube.columns[name] for name in cube.names}}
        indexes = {row["indexname"]: row["indexdef"] for row in await connection.fetch(_INDEXES)}
        for counter in RARE:
            column, bit = next(
                one for one in zip(_COLUMNS_OF_BITS, words_of(bits_of([counter])), strict=True) if one[1]
            )
            assert f"{column} & {_written(bit)}" in indexes[f"fact_{counter}_idx"]
        for column, counted, bits in zip(_COLUMNS_OF_BITS, _COUNTED, words_of(bits_of(RARE)), strict=True):
            assert f"{counted} & {_written(bits)}" in await connection.fetchval(_RARE, column)
    finally:
        await connection.close()


async def test_a_new_measure_gets_its_column_without_a_migration(database_url: str) -> None:
    """As if the release before had not known it: rows that are there have 0 of it."""
    rollup = "INSERT INTO analytics.rollup VALUES ('closed', '2026-06-01', '999001101201', 'D-1', '', 'visit', 'help')"
    connection = await asyncpg.connect(database_url)
    try:
        await migrate(database_url, "analytics", SPEC.migrations)
        await connection.execute("ALTER TABLE analytics.rollup DROP COLUMN support_done")
        await connection.execute("DROP TABLE analytics.hours")
        await connection.execute(rollup)
        await migrate(database_url, "analytics", SPEC.migrations)
        assert await connection.fetchval("SELECT support_done FROM analytics.rollup") == 0
        assert await connection.fetchval("SELECT count(*) FROM analytics.hours") == 0
    finally:
        await connection.close()
