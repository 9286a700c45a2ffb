"""Rows without the ORM: what is written is read back the same, in few statements, and an error leaves nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from libs.common.database.columns import moment_column, texts_column, word_column
from libs.common.database.records import layout_of
from libs.common.database.session import Database
from libs.common.errors import Overtaken
from libs.common.events.terms import Kind
from tests.support.ledgers import open_service

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


class Base(SQLModel):
    """Of the table here."""

    metadata = MetaData()


class Thing(Base, table=True):
    """One column of every sort that a service has."""

    __tablename__ = "thing"

    thing_id: str = Field(primary_key=True)
    kind: Kind = Field(sa_column=word_column(Kind))
    words: list[str] = Field(sa_column=texts_column())
    doc: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(sa_column=moment_column())
    day: date | None = None
    number: int = 1
    sealed: bytes | None = None
    shut: bool = False


_TABLE = """
    CREATE TABLE thing (thing_id text PRIMARY KEY, kind text NOT NULL, words text[] NOT NULL, doc jsonb NOT NULL,
                        at timestamptz NOT NULL, day date, number integer NOT NULL CHECK (number > 0), sealed bytea,
                        shut boolean NOT NULL)
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await open_service(database_url, "intake")
    async with database.transaction(NOON) as session:
        await session.fetch(_TABLE)
    yield database
    await database.close()


def values(thing_id: str, **given: Any) -> dict[str, Any]:
    return {"thing_id": thing_id, "kind": Kind.HELP, "words": [], "doc": [], "at": NOON, **given}


async def write(database: Database, *rows: dict[str, Any]) -> None:
    async with database.transaction(NOON) as session:
        for row in rows:
            session.new(Thing, **row)


async def read(database: Database, *thing_ids: str) -> list[dict[str, Any]]:
    async with database.reading() as session:
        await session.load(Thing, "thing_id", thing_ids, lock=False)
        found = [await session.one(Thing, "thing_id", thing_id, lock=False) for thing_id in thing_ids]
        return [{} if row is None else dict(vars(row)) for row in found]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(TEXTS, max_size=4), texts=st.dictionaries(TEXTS, TEXTS, max_size=3), sealed=st.binary(max_size=9))
def test_what_is_written_is_read_back_the_same(words: list[str], texts: dict[str, str], sealed: bytes) -> None:
    layout = layout_of(Thing)
    record = layout.make(values("a", words=words, doc=[texts], sealed=sealed))
    again = layout.read([getattr(record, column) for column in layout.columns])
    assert vars(again) == vars(record)
    assert layout.changes(again) == []


async def test_every_sort_of_column_survives_the_database(database: Database) -> None:
    nasty = ['say "it"', "back\\slash", "{a,b}", "", "NULL", "汉字，逗号", " spaced "]
    row = values(
        "a", kind=Kind.PRAISE, words=nasty, doc=[{"at": "x", "text": "引号\"'"}], day=NOON.date(), sealed=b"\0"
    )
    await write(database, row, values("b"))
    assert await read(database, "a", "b", "c") == [
        {"number": 1, "shut": False, **row},
        {"day": None, "number": 1, "sealed": None, "shut": False, **values("b")},
        {},
    ]


async def test_only_what_changed_is_written(database: Database) -> None:
    await write(database, values("a"), values("b"), values("c"))
    async with database.transaction(NOON) as session:
        await session.load(Thing, "thing_id", ["a", "b", "c"])
        first, second = await session.one(Thing, "thing_id", "a"), await session.one(Thing, "thing_id", "b")
        assert first is not None
        assert second is not None
        first.words, first.number = ["x"], 7
        second.kind = Kind.REPORT
    found = await read(database, "a", "b", "c")
    assert [(row["words"], row["number"], row["kind"]) for row in found] == [
        (["x"], 7, Kind.HELP),
        ([], 1, Kind.REPORT),
        ([], 1, Kind.HELP),
    ]


async def test_a_new_row_is_found_in_the_same_transaction_and_may_go_again(database: Database) -> None:
    async with database.transaction(NOON) as session:
        assert await session.one(Thing, "thing_id", "a") is None
        made = session.new(Thing, **values("a"))
        assert await session.one(Thing, "thing_id", "a") is made
        await session.remove(made)
        assert await session.one(Thing, "thing_id", "a") is None
    assert await read(database, "a") == [{}]


async def test_a_new_row_is_found_by_whoever_looks_for_the_first_time_afterwards(database: Database) -> None:
    await write(database, values("b"))
    async with database.transaction(NOON) as session:
        made = session.new(Thing, **values("a"))
        assert await session.one(Thing, "thing_id", "a") is made
        assert await session.one(Thing, "thing_id", "b") is not made
    assert len(await read(database, "a")) == 1


async def test_thousands_of_rows_are_written_in_pieces_of_one_transaction(database: Database) -> None:
    await write(database, values("a"))
    async with database.transaction(NOON) as session:
        changed = await session.one(Thing, "thing_id", "a")
        assert changed is not None
        changed.number = 7
        made = session.new(Thing, **values("b"))
        await session.write_so_far()
        again = await session.one(Thing, "thing_id", "b")
        assert again is not made
        assert again is not None
        again.number = 8
    assert [row["number"] for row in await read(database, "a", "b")] == [7, 8]

    async def fail() -> None:
        async with database.transaction(NOON) as session:
            session.new(Thing, **values("c"))
            await session.write_so_far()
            raise Overtaken

    with pytest.raises(Overtaken):
        await fail()
    assert await read(database, "c") == [{}]


async def _change_while_somebody_deletes(database: Database) -> None:
    async with database.transaction(NOON) as session:
        rows = [await session.one(Thing, "thing_id", thing_id, lock=False) for thing_id in ("a", "b")]
        async with database.transaction(NOON) as other:
            await other.fetch("DELETE FROM thing WHERE thing_id = 'a'")
        for row in rows:
            assert row is not None
            row.number = 9


async def test_a_change_to_a_row_that_is_gone_is_not_lost_in_silence(database: Database) -> None:
    await write(database, values("a"), values("b"))
    with pytest.raises(Overtaken):
        await _change_while_somebody_deletes(database)
    (left,) = await read(database, "b")
    assert left["number"] == 1


async def test_a_column_that_does_not_exist_or_is_missing_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        layout_of(Thing).make(values("a", colour="red"))
    with pytest.raises(TypeError, match="words"):
        layout_of(Thing).make({name: value for name, value in values("a").items() if name != "words"})


async def test_what_the_database_refuses_leaves_nothing_and_the_connection_serves_on(database: Database) -> None:
    for _ in range(20):
        with pytest.raises(asyncpg.CheckViolationError):
            await write(database, values("a"), values("b", number=0))
    assert await read(database, "a", "b") == [{}, {}]
    await write(database, values("a"))


async def test_cancelled_work_leaves_nothing_and_the_pool_is_whole_again(database: Database) -> None:
    async def work(number: int) -> None:
        async with database.transaction(NOON) as session:
            session.new(Thing, **values(str(number)))
            await session.fetch("SELECT pg_sleep(0.2)")

    for delay in (0.0, 0.001, 0.01, 0.05):
        tasks = [asyncio.create_task(work(number)) for number in range(12)]
        await asyncio.wait(tasks, timeout=delay)
        for task in tasks:
            task.cancel()
        assert all(
            isinstance(told, asyncio.CancelledError) for told in await asyncio.gather(*tasks, return_exceptions=True)
        )
    assert database.pool_state().in_use == 0
    await asyncio.gather(*(write(database, values(str(number))) for number in range(12)))
    assert all(await read(database, *map(str, range(12))))
    async with database.reading() as session:
        (left,) = await session.fetch(
            "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        )
    assert left.n == 0


async def test_who_only_reads_locks_nothing_and_waits_for_nobody(database: Database) -> None:
    await write(database, values("held"))
    async with database.transaction(NOON) as writer:
        await writer.one(Thing, "thing_id", "held")
        async with asyncio.timeout(10), database.reading() as reader:
            found = await reader.one(Thing, "thing_id", "held")
        assert found is not None
