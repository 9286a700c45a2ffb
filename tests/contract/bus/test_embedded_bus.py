"""What the embedded bus promises on top of the contract: fair shares, fenced positions, a log that is trimmed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import asyncpg
import pytest

from libs.common.bus.embedded import EmbeddedBus
from libs.common.bus.embedded import reader as reader_module
from libs.common.bus.embedded.connection import connect
from libs.common.bus.embedded.reader import EmbeddedReader
from libs.common.bus.port import BusTrouble, Message, Place, Reader, Record, TopicSpec
from tests.support.eventually import eventually


@pytest.fixture
async def embedded(database_url: str) -> AsyncIterator[EmbeddedBus]:
    bus = EmbeddedBus(database_url)
    yield bus
    await bus.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database_url, server_settings={"search_path": "bus"})
    yield connection
    await connection.close()


def numbered(topic: str, count: int) -> list[Message]:
    return [Message(topic, f"case-{number}", {}, str(number).encode()) for number in range(count)]


async def send(bus: EmbeddedBus, topic: str, count: int) -> None:
    async with bus.sender() as sender:
        await sender.send(numbered(topic, count))


async def read(reader: Reader, count: int) -> list[Record]:
    records: list[Record] = []

    async def enough() -> bool:
        records.extend(await reader.read(at_most=500, wait=0.1))
        return len(records) >= count

    await eventually(enough, what=f"{count} records")
    return records


async def shares(members: list[Reader]) -> list[int]:
    """Let every member hand over what is not its any more, and see what each has."""
    for member in members:
        await member.read(at_most=1, wait=0)
    return sorted(len(member.assignment()) for member in members)


async def test_whoever_is_frozen_while_it_makes_topics_keeps_nobody_from_those_that_are_there(
    embedded: EmbeddedBus, topic: str, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await embedded.ensure_topics([TopicSpec(topic, partitions=1)])
    async with database.transaction():
        await database.execute("select pg_advisory_xact_lock(hashtextextended('huiyin.bus.schema', 0))")
        await send(embedded, topic, 1)
        async with asyncio.timeout(5), embedded.reader("readers", [topic]) as reader:
            assert len(await read(reader, 1)) == 1


async def test_a_client_frozen_between_two_messages_of_a_statement_loses_its_locks(
    embedded: EmbeddedBus, topic: str, database_url: str
) -> None:
    await embedded.ensure_topics([TopicSpec(topic, partitions=1)])
    frozen = await connect(database_url, "bus", "test", transaction_timeout="500")
    other = await connect(database_url, "bus", "test")
    try:
        await frozen.execute("begin; lock table entry")
        # What is prepared is told in one message and run by the next, which never comes.
        await frozen.prepare("select 1 from entry")
        await other.execute("begin; lock table entry; commit", timeout=5)
        await eventually(frozen.is_closed, what="the server ends the session")
    finally:
        frozen.terminate()
        await other.close()


async def test_partitions_are_shared_out_evenly(embedded: EmbeddedBus, topic: str) -> None:
    await embedded.ensure_topics([TopicSpec(topic, partitions=8)])
    async with AsyncExitStack() as stack:
        members: list[Reader] = []
        for expected in ([8], [4, 4], [2, 3, 3]):
            members.append(await stack.enter_async_context(embedded.reader("even", [topic])))

            async def even(expected: list[int] = expected) -> bool:
                return await shares(members) == expected

            await eventually(even, what=f"shares of {expected}")
        assert {place.partition for member in members for place in member.assignment()} == set(range(8))


async def test_members_at_rest_share_with_one_that_joins_though_they_look_seldom(
    embedded: EmbeddedBus, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "SETTLED_SECONDS", 600.0)
    monkeypatch.setattr(reader_module, "POLL_SECONDS", 600.0)
    await embedded.ensure_topics([TopicSpec(topic, partitions=8)])
    async with embedded.reader("rests", [topic]) as first:
        assert isinstance(first, EmbeddedReader)
        await eventually(lambda: first._leases.settled, what="a member at rest")
        waiting = asyncio.create_task(first.read(at_most=1, wait=600.0))
        async with embedded.reader("rests", [topic]) as second:
            await eventually(lambda: len(second.assignment()) == 4, what="its share")
        waiting.cancel()


async def test_a_member_whose_session_is_gone_is_fenced_off(
    embedded: EmbeddedBus, database: "asyncpg.Connection[asyncpg.Record]", topic: str
) -> None:
    await embedded.ensure_topics([TopicSpec(topic, partitions=2)])
    await send(embedded, topic, 10)
    async with embedded.reader("fenced", [topic]) as old:
        records = await read(old, 10)
        positions = {Place(topic, record.partition): record.offset + 1 for record in records}
        # The keeper of the leases must not see it first: what is asked here is whether the position is safe by itself.
        assert isinstance(old, EmbeddedReader)
        assert old._keeper is not None
        old._keeper.cancel()
        await database.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'huiyin-bus-leases' and datname = current_database()"
        )
        async with embedded.reader("fenced", [topic]) as new:
            assert len(await read(new, 10)) == 10
            with pytest.raises(BusTrouble):
                await old.commit(positions)
            await new.commit(positions)
    assert set((await embedded.behind("fenced", [topic])).values()) == {0}


async def test_a_running_reader_follows_a_topic_that_is_made_again(
    embedded: EmbeddedBus, database: "asyncpg.Connection[asyncpg.Record]", topic: str
) -> None:
    await embedded.ensure_topics([TopicSpec(topic, partitions=1)])
    await send(embedded, topic, 10)
    async with embedded.reader("follows", [topic]) as reader:
        await read(reader, 10)
        await database.execute("delete from topic where name = $1", topic)
        await send(embedded, topic, 20)
        assert [record.offset for record in await read(reader, 20)] == list(range(20))


async def test_a_position_beyond_the_end_starts_again_at_the_earliest(
    embedded: EmbeddedBus, database: "asyncpg.Connection[asyncpg.Record]", topic: str
) -> None:
    await embedded.ensure_topics([TopicSpec(topic, partitions=1)])
    await send(embedded, topic, 10)
    async with embedded.reader("beyond", [topic]) as reader:
        await read(reader, 10)
        await reader.commit({Place(topic, 0): 10})
        await database.execute("truncate entry; update partition_end set next_offset = 0")
        await asyncio.gather(read(reader, 3), send(embedded, topic, 3))
    await database.execute("update position set next_offset = 10")
    async with embedded.reader("beyond", [topic]) as reader:
        assert [record.offset for record in await read(reader, 3)] == [0, 1, 2]


async def test_only_old_records_that_every_group_has_read_are_forgotten(embedded: EmbeddedBus, topic: str) -> None:
    await embedded.ensure_topics([TopicSpec(topic, partitions=1)])
    await send(embedded, topic, 10)
    for group, position in (("quick", 10), ("slow", 4)):
        async with embedded.reader(group, [topic]) as reader:
            await reader.commit({Place(topic, 0): position})
    assert await embedded.trim(timedelta(days=1)) == 0
    assert await embedded.trim(timedelta(0)) == 4
    assert await embedded.behind("new", [topic]) == {Place(topic, 0): 6}
    async with embedded.reader("new", [topic]) as reader:
        assert [record.offset for record in await read(reader, 6)] == [4, 5, 6, 7, 8, 9]


async def test_a_log_that_nobody_made_yet_holds_nothing(embedded: EmbeddedBus, topic: str) -> None:
    """A worker measures before the first one has made the tables: that is no trouble of the bus."""
    assert await embedded.end_offsets(topic) == await embedded.first_offsets(topic) == {}
    assert await embedded.behind("group", [topic]) == {}
    assert await embedded.at({Place(topic, 0): 1}) == {}
    await embedded.ensure_topics([TopicSpec(topic, partitions=1)])
    assert await embedded.end_offsets(topic) == {0: 0}


async def test_many_processes_may_start_at_once(database_url: str, topic: str) -> None:
    buses = [EmbeddedBus(database_url) for _ in range(6)]
    await asyncio.gather(*(bus.ensure_topics([TopicSpec(topic, partitions=3)]) for bus in buses))
    assert await buses[0].end_offsets(topic) == {0: 0, 1: 0, 2: 0}
    for bus in buses:
        await bus.close()


async def test_a_record_is_not_hidden_by_a_big_one_before_it(embedded: EmbeddedBus, topic: str) -> None:
    await embedded.ensure_topics([TopicSpec(topic, partitions=1, max_message_bytes=40_000_000)])
    async with embedded.sender() as sender:
        await sender.send([Message(topic, "k", {}, bytes(34_000_000)), Message(topic, "k", {}, b"small")])
    async with embedded.reader("budget", [topic]) as reader:
        assert [len(await reader.read(at_most=10, wait=1)) for _ in range(3)] == [1, 1, 0]


def test_a_schema_is_a_plain_name() -> None:
    with pytest.raises(ValueError, match="plain"):
        EmbeddedBus("postgresql://127.0.0.1/x", schema='bus"; drop')
