"""One snapshot over everything, read side by side, and scratch tables beside it."""

import asyncpg
import pytest

from huiyin.audit.snapshot import NotThere, open_cut
from libs.common.database.session import DatabaseTrouble

_PLACES = ("CREATE SCHEMA a", "CREATE SCHEMA b", "CREATE TABLE a.t (n int)", "CREATE TABLE b.t (n int)")


async def _run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def url(database_url: str) -> str:
    """Two schemas with three rows each."""
    fill = [f"INSERT INTO {schema}.t SELECT generate_series(1, 3)" for schema in ("a", "b")]
    await _run(database_url, *_PLACES, *fill)
    return database_url


async def test_what_is_committed_meanwhile_is_not_seen_in_any_schema(url: str) -> None:
    async with open_cut(url, "test") as cut:
        assert (await cut.fetch("SELECT count(*) FROM a.t"))[0][0] == 3
        await _run(url, "INSERT INTO a.t VALUES (4)", "INSERT INTO b.t VALUES (4)")
        assert (await cut.fetch("SELECT count(*) FROM b.t"))[0][0] == 3


async def test_streams_are_read_side_by_side_some_rows_at_a_time(url: str) -> None:
    async with open_cut(url, "test") as cut:
        one = cut.stream("SELECT n FROM a.t ORDER BY n", at_a_time=2)
        other = cut.stream("SELECT n FROM b.t WHERE n > $1 ORDER BY n DESC", 1, at_a_time=1)
        assert [row["n"] for row in await anext(one)] == [1, 2]
        assert [row["n"] for row in await anext(other)] == [3]
        assert [row["n"] for row in await anext(one)] == [3]
        assert [[row["n"] for row in rows] async for rows in other] == [[2]]
        assert [rows async for rows in one] == []


async def test_a_reading_cut_writes_to_its_scratch_tables_alone(url: str) -> None:
    async with open_cut(url, "test", scratch=["CREATE TEMP TABLE noted (n int)"]) as cut:
        await cut.fill("noted", ["n"], [(n,) for n in range(5)])
        assert (await cut.fetch("SELECT count(*) FROM noted"))[0][0] == 5
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await cut.fetch("DELETE FROM a.t")


async def test_a_cut_with_a_lock_may_write_and_what_fails_is_undone(url: str) -> None:
    lock = "LOCK TABLE a.t IN SHARE ROW EXCLUSIVE MODE"
    async with open_cut(url, "test", lock=lock) as cut:
        await cut.fetch("DELETE FROM a.t WHERE n = 1")
    with pytest.raises(ValueError, match="no"):
        await _fail(url, lock)
    async with open_cut(url, "test") as cut:
        assert (await cut.fetch("SELECT count(*) FROM a.t"))[0][0] == 2


async def _fail(url: str, lock: str) -> None:
    async with open_cut(url, "test", lock=lock) as cut:
        await cut.fetch("DELETE FROM a.t")
        raise ValueError("no")


async def test_the_order_is_that_of_python(url: str) -> None:
    words = ["a", "B", "-c", "Z", "ä", "中", "0", "\U0001f300", "\uffff"]
    async with open_cut(url, "test") as cut:
        rows = await cut.fetch(f"SELECT w FROM unnest($1::text[]) AS w ORDER BY w{cut.collation}", words)  # noqa: S608
    assert [row["w"] for row in rows] == sorted(words)


async def test_what_is_missing_and_who_is_away_are_told_apart(url: str) -> None:
    async with open_cut(url, "test") as cut:
        with pytest.raises(NotThere, match=r"c\.t"):
            await cut.fetch("SELECT * FROM c.t")
    with pytest.raises(DatabaseTrouble):
        async with open_cut("postgresql://nobody@127.0.0.1:9/nowhere", "test"):
            pass
