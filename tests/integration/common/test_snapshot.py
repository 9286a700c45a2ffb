"""What is read for one answer is of one moment, and planned for what is asked."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, select

from libs.common.database.session import Database, DatabaseTrouble, Session

CELL = Table("cell", MetaData(), Column("place", Text), Column("n", Integer))
# A plan that fits any place is as good here as one for a single place: PostgreSQL would keep it.
_FILL = """
    CREATE TABLE cell (place text NOT NULL, n integer NOT NULL);
    INSERT INTO cell SELECT 'p' || n % 100, 1 FROM generate_series(1, 20000) AS n;
    CREATE INDEX cell_place_idx ON cell (place);
    ANALYZE cell
"""
_OF_THE_PLACE = select(func.sum(CELL.c.n))
_SETTING = "SELECT current_setting('enable_indexscan') AS is"
_KEPT = """
    SELECT coalesce(sum(generic_plans), 0)::integer AS n FROM pg_prepared_statements
    WHERE statement LIKE 'SELECT sum(cell.%'
"""
MORE_OFTEN_THAN_A_PLAN_IS_MADE_ANEW = 20


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """With one table, and one connection."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(_FILL)
    await connection.close()
    database = Database(database_url, "public", pool_size=1)
    yield database
    await database.close()


async def _sum(session: Session, place: str) -> int:
    return int((await session.execute(_OF_THE_PLACE.where(CELL.c.place == place))).scalar_one())


async def _setting(session: Session) -> str:
    return str((await session.fetch(_SETTING))[0]["is"])


async def _in_snapshot(session: Session, sql: str) -> None:
    async with session.snapshot():
        await session.by_pages()
        await session.fetch(sql)


async def test_a_snapshot_is_of_one_moment(database: Database, database_url: str) -> None:
    other = await asyncpg.connect(database_url)
    async with database.reading() as session:
        async with session.snapshot():
            assert await _sum(session, "p7") == 200
            await other.execute("UPDATE cell SET n = 2 WHERE place = 'p7'")
            assert await _sum(session, "p7") == 200
        assert await _sum(session, "p7") == 400
    await other.close()


async def test_rows_are_fetched_by_pages_until_the_snapshot_ends(database: Database) -> None:
    async with database.reading() as session:
        assert await _setting(session) == "on"
        async with session.snapshot():
            await session.by_pages()
            assert await _setting(session) == "off"
        assert await _setting(session) == "on"


async def test_a_connection_that_was_given_up_in_a_snapshot_is_the_databases_trouble(database: Database) -> None:
    """As where others of its age got no answer: it has no state any more that could be asked."""

    async def read() -> None:
        async with database.reading() as session, session.snapshot():
            session._driver.terminate()
            await _sum(session, "p7")

    with pytest.raises(DatabaseTrouble):
        await read()
    async with database.reading() as session:
        assert await _sum(session, "p7") == 200


async def test_an_error_ends_the_snapshot_and_keeps_the_connection(database: Database) -> None:
    async with database.reading() as session:
        own = (await session.fetch("SELECT pg_backend_pid() AS pid"))[0].pid
        with pytest.raises(asyncpg.DivisionByZeroError):
            await _in_snapshot(session, "SELECT 1 / 0")
        assert await _setting(session) == "on"
    async with database.reading() as session:
        assert (await session.fetch("SELECT pg_backend_pid() AS pid"))[0].pid == own


async def test_who_gives_up_in_a_snapshot_leaves_a_database_that_answers(database: Database) -> None:
    async with asyncio.timeout(60):
        with pytest.raises(DatabaseTrouble):
            async with database.reading(patience=0.2) as session:
                await _in_snapshot(session, "SELECT pg_sleep(60)")
        async with database.reading() as session:
            assert await _setting(session) == "on"


async def test_no_plan_of_a_list_is_kept(database: Database) -> None:
    async with database.reading() as session:
        for _ in range(MORE_OFTEN_THAN_A_PLAN_IS_MADE_ANEW):
            assert await _sum(session, "p7") == 200
            assert (await session.fetch(_KEPT))[0].n == 0
