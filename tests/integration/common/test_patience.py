"""Nobody at the door waits for ever, whatever happens between the writer and the database."""

import asyncio
from datetime import UTC, datetime

import pytest

from libs.common.database.batch import GroupCommit
from libs.common.database.session import Database, DatabaseTrouble, Session
from libs.common.service.spec import load_nothing
from tests.chaos.outside.commits import line_to

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)


async def _one(session: Session) -> int:
    return int((await session.fetch("SELECT 1 AS n"))[0].n)


async def test_who_waits_too_long_is_told_so_and_the_writer_goes_on_when_it_can(database_url: str) -> None:
    async with line_to(database_url) as (line, through):
        database = Database(through, "public")
        commit = GroupCommit(database, load_nothing, patience=0.2)
        assert await commit.run(_one, now=NOW) == 1
        line.black_hole()
        waiting = [asyncio.create_task(commit.run(_one, now=NOW)) for _ in range(100)]
        async with asyncio.timeout(60):
            told = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(each) for each in told} == {DatabaseTrouble}
        assert commit.waiting == 0 or any(isinstance(each, DatabaseTrouble) and not each.unknown for each in told)
        line.heal()
        async with asyncio.timeout(60):
            while True:
                try:
                    assert await commit.run(_one, now=NOW) == 1
                    break
                except DatabaseTrouble:
                    await asyncio.sleep(0.05)
        await commit.drain()
        await database.close()


async def test_a_statement_of_the_door_ends_before_others_do(database_url: str) -> None:
    database = Database(database_url, "public", command_seconds=0.5)
    with pytest.raises(DatabaseTrouble):
        async with asyncio.timeout(60), database.reading() as session:
            await session.fetch("SELECT pg_sleep(60)")
    async with database.reading() as session:
        assert await _one(session) == 1
    await database.close()


async def test_of_a_patience_a_lock_takes_a_half_and_a_connection_less(database_url: str) -> None:
    database = Database(database_url, "public", pool_size=2, patience=1.0)
    async with database.transaction(NOW) as holder:
        await holder.fetch("SELECT pg_advisory_xact_lock(7)")
        with pytest.raises(DatabaseTrouble, match="lock timeout"):
            async with asyncio.timeout(60), database.transaction(NOW) as waiter:
                await waiter.fetch("SELECT pg_advisory_xact_lock(7)")
        async with database.reading() as other:
            assert await _one(other) == 1
            with pytest.raises(DatabaseTrouble, match="QueuePool"):
                async with asyncio.timeout(60), database.reading():
                    pass
    await database.close()


async def test_many_slow_statements_are_one_wait(database_url: str) -> None:
    async with line_to(database_url) as (line, through):
        database = Database(through, "public", pool_size=1, command_seconds=5)
        async with database.reading(patience=5) as session:
            assert await _one(session) == 1

        async def ask_on() -> None:
            async with asyncio.timeout(60), database.reading(patience=1) as session:
                while True:
                    assert await _one(session) == 1

        line.slow(0.2)
        with pytest.raises(DatabaseTrouble):
            await ask_on()
        line.heal()
        async with asyncio.timeout(60), database.reading(patience=5) as session:
            assert await _one(session) == 1
        await database.close()


@pytest.mark.parametrize("kind", ["transaction", "reading"])
async def test_one_connection_without_answer_is_reason_enough_to_leave_all_of_its_age(
    database_url: str, kind: str
) -> None:
    async with line_to(database_url) as (line, through):
        database = Database(through, "public", pool_size=4, command_seconds=0.5)

        async def use() -> int:
            async with database.transaction(NOW) if kind == "transaction" else database.reading() as session:
                await session.fetch("SELECT pg_sleep(0.05)")
                return await _one(session)

        assert await asyncio.gather(*(use() for _ in range(4))) == [1] * 4
        line.half_open()
        with pytest.raises(DatabaseTrouble):
            await use()
        assert await asyncio.gather(*(use() for _ in range(4))) == [1] * 4
        await database.close()
